//! Tests static files, unknown routes, and the headers of every response.

use crate::support::{Server, refusal};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start(&[]).await;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self' http://localhost:{0} http://127.0.0.1:{0}; worker-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        server.port
    );
    for path in
        ["/", "/index.html", "/nowhere", "/api/model", "/api/nowhere", "/api/chat", "/stream", "/message/sse/stats"]
    {
        let response = server.get(path).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(header("content-security-policy"), policy, "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn the_page_is_served_and_what_is_not_there_is_404() {
    let server = Server::start(&[]).await;
    let page = server.get("/").await;
    assert_eq!((page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()), (200, "text/html"));
    assert!(page.text().await.unwrap().contains("A page for the tests"));

    for path in ["/nowhere.html", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml"] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
    let unknown = server.get("/api/nowhere").await;
    assert_eq!(unknown.status(), 404);
    assert!(refusal(unknown).await.contains("no such route"));
    let wrong_method = server.get("/api/chat").await;
    assert_eq!(wrong_method.status(), 405);
    assert!(refusal(wrong_method).await.contains("method"));
}
