//! Tests static files and their validators, unknown routes, and the headers of every response.

use reqwest::Response;

use crate::support::{Server, refusal};

#[tokio::test]
async fn every_response_has_the_security_headers() {
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
async fn the_page_is_served_and_unknown_paths_get_404() {
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

async fn get(server: &Server, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = server.client.get(server.url(path));
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

#[tokio::test]
async fn a_browser_that_has_the_current_file_gets_304() {
    let server = Server::start(&[]).await;
    let page = server.get("/").await;
    let tag = page.headers()["etag"].to_str().unwrap().to_owned();
    let changed = page.headers()["last-modified"].to_str().unwrap().to_owned();
    assert_eq!(page.headers()["vary"], "accept-encoding");
    let strong = tag.strip_prefix("W/").unwrap();
    let old = ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (fields, status) in [
        (&[("if-none-match", tag.as_str())] as &[_], 304),
        (&[("if-none-match", strong)], 304),
        (&[("if-none-match", &format!("\"x\", {tag}"))], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", &tag), old], 304),
        (&[("if-modified-since", &changed)], 304),
        (&[("if-none-match", "\"x\"")], 200),
        (&[("if-none-match", "\"x\""), ("if-modified-since", &changed)], 200),
        (&[old], 200),
    ] {
        let response = get(&server, "/", fields).await;
        assert_eq!(response.status(), status, "{fields:?}");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        if response.headers().contains_key("etag") {
            assert_eq!(response.headers()["etag"], tag);
        }
        assert_eq!(response.text().await.unwrap().is_empty(), status == 304);
    }
    assert_eq!(get(&server, "/nowhere", &[("if-none-match", "*")]).await.status(), 404);
}

#[tokio::test]
async fn a_range_of_bytes_is_sent_and_an_unknown_unit_is_ignored() {
    let server = Server::start(&[]).await;
    let whole = server.get("/").await.text().await.unwrap();
    let length = whole.len();
    for unit in ["lines=1-2", "bytes", "bytes 0-1", "x", ""] {
        let response = get(&server, "/", &[("range", unit)]).await;
        assert_eq!(response.status(), 200, "{unit}");
        assert_eq!(response.text().await.unwrap(), whole);
    }
    let part = get(&server, "/", &[("range", "bytes=2-4")]).await;
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().unwrap()),
        (206, &*format!("bytes 2-4/{length}"))
    );
    assert_eq!(part.text().await.unwrap(), whole[2..5]);
    assert_eq!(get(&server, "/", &[("range", "bytes=999999-")]).await.status(), 416);
}

#[tokio::test]
async fn a_path_that_is_too_long_gets_414_and_any_other_without_a_file_gets_404() {
    let server = Server::start(&[]).await;
    for path in ["x".repeat(5000), "x/".repeat(2500), "%78".repeat(1700), "x".repeat(240)] {
        assert_eq!(server.get(&format!("/{path}")).await.status(), 414, "{} bytes", path.len());
    }
    for path in ["x".repeat(239), "index.html/x".into(), "%00".into(), "index.html%00".into(), "%ff".into(), "%".into()]
    {
        assert_eq!(server.get(&format!("/{path}")).await.status(), 404, "{path}");
    }
}
