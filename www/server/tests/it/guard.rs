//! Tests which requests are handled: those that use a name of this server. If a request changes
//! data or costs money, it must also come from a page of this server or from a program other than a
//! browser. The requests are written byte for byte, because no client would send some of them.

use reqwest::{Method, RequestBuilder, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Server, refusal, within_limit};
use crate::upstream::Upstream;

const QUESTION: &str = r#"{"messages":[{"role":"user","content":"hello"}],"pace":1000}"#;
const EVERY_KIND_OF_ROUTE: [(&str, &str); 13] = [
    ("GET", "/"),
    ("GET", "/index.html"),
    ("HEAD", "/"),
    ("GET", "/nowhere"),
    ("GET", "/api/model"),
    ("POST", "/api/chat"),
    ("GET", "/api/nowhere"),
    ("GET", "/bench/stream?workload=small&events=1"),
    ("GET", "/bench/expected?workload=small&events=1"),
    ("POST", "/chat/send"),
    ("GET", "/stream?interval=1"),
    ("GET", "/message/sse/stats"),
    ("OPTIONS", "/message/sse/subscribe"),
];

/// Sends a request of these lines. Returns the status and the body of the response.
async fn answer(server: &Server, head: &[String]) -> (u16, String) {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let request = format!("{}\r\nConnection: close\r\n\r\n", head.join("\r\n"));
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    within_limit("the whole response", connection.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

async fn status_for_host(server: &Server, host: &str) -> (u16, String) {
    answer(server, &["GET /api/model HTTP/1.1".into(), format!("Host: {host}")]).await
}

#[tokio::test]
async fn every_route_refuses_a_foreign_host_name() {
    let server = Server::start(&[]).await;
    for (method, path) in EVERY_KIND_OF_ROUTE {
        let line = format!("{method} {path} HTTP/1.1");
        let port = server.port;
        let (status, body) = answer(&server, &[line.clone(), format!("Host: evil.example:{port}")]).await;
        assert_eq!(status, 421, "{line}");
        assert!(method == "HEAD" || body.contains("ALLOWED_HOSTS") && body.contains("evil.example"), "{line}: {body}");
        let (status, _) = answer(&server, &[line.clone(), format!("Host: localhost:{port}")]).await;
        assert!(status != 421, "{line}");
    }
}

#[tokio::test]
async fn a_page_of_a_rebound_dns_name_cannot_use_the_model() {
    let server = Server::start(&[]).await;
    let request = server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(QUESTION);
    let rebound = request.header("host", "evil.example").header("origin", "http://evil.example");
    let response = rebound.header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(response.status(), 421);
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    refusal(response).await;
}

#[tokio::test]
async fn a_request_needs_exactly_one_valid_and_allowed_host() {
    let server = Server::start(&[]).await;
    for host in ["127.0.0.1", "LOCALHOST:1", "localhost.:8080", "[::1]:8080", "localhost:"] {
        assert_eq!(status_for_host(&server, host).await.0, 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "evil.localhost", "127.0.0.1.evil.example", "[2001:db8::1]"]
    {
        assert_eq!(status_for_host(&server, host).await.0, 421, "{host}");
    }
    for host in
        ["", "user@localhost", "localhost:80:80", "localhost:x", "localhost:99999", "::1", "localhost/evil", "a b"]
    {
        let (status, body) = status_for_host(&server, host).await;
        assert_eq!(status, 400, "{host}: {body}");
    }
    let line = || "GET /api/model HTTP/1.1".to_owned();
    assert_eq!(answer(&server, &[line()]).await.0, 400);
    for hosts in [["localhost", "evil.example"], ["evil.example", "localhost"], ["localhost", "localhost"]] {
        let fields = hosts.map(|host| format!("Host: {host}"));
        assert_eq!(answer(&server, &[&[line()] as &[_], &fields].concat()).await.0, 400, "{hosts:?}");
    }
}

#[tokio::test]
async fn an_absolute_request_target_does_not_bypass_the_host_check() {
    let server = Server::start(&[]).await;
    for (target, host, status) in [
        ("http://localhost/api/model", "localhost", 200),
        ("http://[::1]:8080/api/model", "127.0.0.1:8080", 200),
        ("http://evil.example/api/model", "localhost", 421),
        ("http://localhost/api/model", "evil.example", 421),
        ("http://user@localhost/api/model", "localhost", 400),
    ] {
        let head = [format!("GET {target} HTTP/1.1"), format!("Host: {host}")];
        assert_eq!(answer(&server, &head).await.0, status, "{target} with {host}");
    }
}

#[tokio::test]
async fn pages_under_a_name_in_allowed_hosts_may_use_the_model() {
    let server = Server::start(&[("ALLOWED_HOSTS", "chat.example, 192.0.2.7")]).await;
    for (host, status) in [("Chat.Example", 200), ("192.0.2.7:8080", 200), ("localhost", 200), ("b.chat.example", 421)]
    {
        assert_eq!(status_for_host(&server, host).await.0, status, "{host}");
    }
    let asked = chat(&server).header("host", "chat.example").header("origin", "https://chat.example");
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

fn chat(server: &Server) -> RequestBuilder {
    server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(QUESTION)
}

fn form(server: &Server, path: &str) -> RequestBuilder {
    server.client.post(server.url(path)).header("content-type", "application/x-www-form-urlencoded").body("msg=hi")
}

/// Returns a request to every route that only this server's pages use.
fn guarded(server: &Server) -> Vec<RequestBuilder> {
    let bench = |method, path: &str| server.client.request(method, server.url(path));
    vec![
        chat(server),
        bench(Method::GET, "/api/model"),
        bench(Method::GET, "/chat/conversation/1?interval=1"),
        form(server, "/chat/send"),
        form(server, "/chat/stream?interval=1"),
        bench(Method::GET, "/bench/stream?workload=small&events=1"),
        bench(Method::POST, "/bench/stream?workload=small&events=1"),
        bench(Method::GET, "/bench/expected?workload=small&events=1"),
    ]
}

async fn sent(request: &RequestBuilder, fields: &[(&str, &str)]) -> Response {
    let request = request.try_clone().unwrap();
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

#[tokio::test]
async fn guarded_routes_refuse_pages_of_other_sites_and_accept_own_pages_and_programs() {
    let server = Server::start(&[]).await;
    let own = server.url("");
    server.post("/chat/send", "application/x-www-form-urlencoded", "msg=hi").await;
    let mut requests = guarded(&server);
    let strict = requests.len();
    requests.push(server.client.post(server.url("/message/sse/push?userId=ann")).body("x"));
    requests.push(server.client.get(server.url("/message/sse/subscribe?userId=ann")));
    for (index, request) in requests.iter().enumerate() {
        for fields in [
            &[("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] as &[_],
            &[("origin", "http://evil.example")],
            &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "null")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "file://localhost")],
            &[("origin", "http://localhost.evil.example")],
            &[("origin", "http://evil.example#http://localhost")],
            &[("origin", &own), ("origin", "http://evil.example")],
            &[("origin", "")],
            &[("sec-fetch-site", "cross-site")],
        ] {
            let response = sent(request, fields).await;
            assert_eq!(response.status(), 403, "{request:?} with {fields:?}");
            assert!(!response.headers().contains_key("access-control-allow-origin"));
            refusal(response).await;
        }
        // Requests from programs, and from pages of this server.
        for fields in [
            &[] as &[_],
            &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
            &[("origin", "http://LOCALHOST:1234")],
            &[("origin", "https://[::1]:1"), ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
        ] {
            assert_eq!(sent(request, fields).await.status(), 200, "{request:?} with {fields:?}");
        }
        // Each name of this machine is a site of its own. Only the second tutorial needs requests
        // from one name to the other.
        let fields = [("origin", "http://localhost:1234"), ("sec-fetch-site", "cross-site")];
        let expected = if index < strict { 403 } else { 200 };
        assert_eq!(sent(request, &fields).await.status(), expected, "{request:?}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_may_link_to_this_server_and_read_the_clock() {
    let server = Server::start(&[]).await;
    for path in ["/", "/bench/", "/stream?interval=1"] {
        let request = server.client.get(server.url(path));
        let fields =
            [("origin", "http://other.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert_ne!(sent(&request, &fields).await.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn every_route_refuses_post_put_and_delete_from_pages_of_other_sites() {
    let server = Server::start(&[]).await;
    for path in ["/", "/stream", "/nowhere", "/api/nowhere", "/api/model", "/message/sse/stats", "/bench/"] {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let request = server.client.request(method, server.url(path));
            for fields in
                [[("origin", "http://evil.example")], [("origin", "null")], [("sec-fetch-site", "cross-site")]]
            {
                assert_eq!(sent(&request, &fields).await.status(), 403, "{request:?} with {fields:?}");
            }
            let own = sent(&request, &[("origin", "http://localhost:1")]).await.status().as_u16();
            assert!([404, 405].contains(&own), "{request:?}: {own}");
        }
    }
}

#[tokio::test]
async fn with_a_configured_key_no_route_is_open_to_pages_of_other_sites() {
    let (_upstream, server) = Upstream::start().await;
    let origin = "http://other.example";
    for path in ["/stream?interval=1", "/message/sse/subscribe?userId=ann", "/message/sse/stats", "/api/model"] {
        let request = server.client.get(server.url(path));
        for fields in [&[("origin", origin)] as &[_], &[("sec-fetch-site", "cross-site")]] {
            let response = sent(&request, fields).await;
            assert_eq!(response.status(), 403, "{path}");
            assert!(!response.headers().contains_key("access-control-allow-origin"), "{path}");
        }
        assert_eq!(sent(&request, &[]).await.status(), 200, "{path}");
    }
    // The page of the second tutorial uses one name of this server, and its streams use another.
    let own = format!("http://localhost:{}", server.port);
    let request = server.client.get(server.url("/message/sse/stats"));
    let response = sent(&request, &[("origin", &own), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(
        (response.status().as_u16(), response.headers()["access-control-allow-origin"].to_str().unwrap()),
        (200, &*own)
    );
}
