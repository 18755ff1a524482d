//! Tests `/api/chat` in front of an endpoint that refuses, is unreachable, or responds with the
//! wrong content.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::abandoned::Program;
use crate::support::{Server, refusal, within_limit};
use crate::upstream::{KEY, QUESTION, Upstream, answer, assert_without_key, environment};

#[tokio::test]
async fn a_refusal_is_described_by_its_status_and_code_without_words_of_the_endpoint() {
    let (upstream, server) = Upstream::start().await;
    let error = |code: &str| format!(r#"{{"error":{{"message":"<b>{KEY}","type":"{KEY}","code":"{code}"}}}}"#);
    for (status_line, body, status, words) in [
        ("401 Unauthorized", error("invalid_api_key"), 401, "does not accept the key of the chat server."),
        ("429 Too Many Requests", error("x"), 429, "is receiving too many requests."),
        (
            "429 Too Many Requests",
            error("insufficient_quota"),
            429,
            "has no quota left for the key of the chat server.",
        ),
        ("400 Bad Request", error("context_length_exceeded"), 413, "does not accept a conversation of this length."),
        ("404 Not Found", error("model_not_found"), 404, "does not know the model."),
        ("400 Bad Request", KEY.into(), 400, "does not accept the request."),
        ("409 Conflict", String::new(), 409, "is busy with a conflicting request."),
        ("413 Content Too Large", String::new(), 413, "does not accept a conversation of this length."),
        ("500 Internal Server Error", format!("<html>{KEY}</html>"), 502, "has an internal error (status 500)."),
        ("502 Bad Gateway", String::new(), 502, "is behind a gateway that cannot reach it."),
        ("504 Gateway Timeout", String::new(), 504, "is behind a gateway that stopped waiting for a response."),
        ("503 Service Unavailable", String::new(), 503, "is overloaded or temporarily unavailable."),
        ("307 Temporary Redirect", String::new(), 502, "does not follow, to protect the key."),
        ("407 Proxy Authentication Required", String::new(), 502, "a proxy on the way requires a password."),
        ("408 Request Timeout", String::new(), 504, "stopped waiting before it had received the whole question."),
        ("204 No Content", String::new(), 502, "responded without any content."),
        ("200 OK", format!("<html>{KEY}</html>"), 502, "responded with a web page instead of an event stream."),
    ] {
        let headers = format!(
            "Content-Type: text/html\r\nRetry-After: 007\r\nLocation: /{KEY}\r\nX-Error: {KEY}\r\n\
             WWW-Authenticate: Basic realm=\"{KEY}\"\r\nSet-Cookie: key={KEY}\r\nConnection: close\r\n"
        );
        let response = upstream.ask(&server, &answer(status_line, &headers, &body)).await;
        assert_eq!(response.status(), status, "{status_line}");
        if !status_line.starts_with('2') {
            assert_eq!(response.headers()["retry-after"], "7", "{status_line}");
        }
        assert_without_key(&format!("{:?}", response.headers()));
        let told = refusal(response).await;
        assert!(told.starts_with("The model's server 127.0.0.1:") && told.ends_with(words), "{status_line}: {told}");
        assert_without_key(&told);
    }
}

#[tokio::test]
async fn a_valid_retry_after_is_passed_on_and_any_other_is_dropped() {
    let (upstream, server) = Upstream::start().await;
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (theirs, ours) in [
        ("Retry-After: 120", Some("120")),
        ("Retry-After: Sunday, 06-Nov-94 08:49:37 GMT", Some(date)),
        (&format!("Retry-After: {KEY}"), None),
        (&format!("Retry-After: 7 {KEY}"), None),
        (&format!("Retry-After: {date} {KEY}"), None),
        (&format!("Retry-After: 7\r\nRetry-After: {KEY}"), None),
        ("Retry-After: 99999999999999999999", None),
        ("Retry-After: \u{e9}", None),
    ] {
        let response = upstream.ask(&server, &answer("429 Too Many Requests", &format!("{theirs}\r\n"), "")).await;
        let passed_on = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(passed_on, ours, "{theirs}");
    }
}

#[tokio::test]
async fn a_response_that_is_not_an_event_stream_is_described_with_status_502() {
    let (upstream, server) = Upstream::start().await;
    for (headers, words) in [
        (format!("Content-Type: text/{KEY}"), "responded with something other than an event stream."),
        ("Content-Type: application/json".into(), "responded with JSON instead of an event stream."),
        (
            "Content-Type: text/event-stream\r\nContent-Encoding: gzip".into(),
            "compressed its response, although the chat server asked it not to.",
        ),
    ] {
        let response = upstream.ask(&server, &answer("200 OK", &format!("{headers}\r\n"), "\u{1b}")).await;
        assert_eq!(response.status(), 502, "{headers}");
        let told = refusal(response).await;
        assert!(told.ends_with(words), "{told}");
    }
    let endless_head = format!("HTTP/1.1 200 OK\r\nX-Key: {}", "x".repeat(1024 * 1024));
    let many_fields = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Key: x\r\n".repeat(1000));
    for (garbage, words) in [
        (format!("{KEY}\r\n\r\n"), "responded with something other than HTTP."),
        (format!("HTTP/1.1 {KEY}\r\n\r\n"), "responded with something other than HTTP."),
        (endless_head, "responded with headers that are too large."),
        (many_fields, "responded with headers that are too large."),
        ("HTTP/1.1 200 OK\r\nContent-Ty".into(), "closed the connection before it responded."),
        (String::new(), "closed the connection before it responded."),
    ] {
        let response = upstream.ask(&server, &garbage).await;
        assert_eq!(response.status(), 502);
        let told = refusal(response).await;
        assert!(told.ends_with(words), "{garbage:.40}: {told}");
    }
}

#[tokio::test]
async fn an_unknown_host_name_is_reported() {
    let variables = [("OPENAI_BASE_URL", "http://nowhere.invalid/v1"), ("OPENAI_API_KEY", KEY), ("MODEL", "m")];
    let response = Server::start(&variables).await.post("/api/chat", "application/json", QUESTION).await;
    assert_eq!(response.status(), 502);
    assert_eq!(
        refusal(response).await,
        "The model's server nowhere.invalid cannot be reached: its name cannot be resolved."
    );
}

#[tokio::test]
async fn a_refused_connection_to_the_endpoint_is_reported_with_its_address() {
    let (upstream, server) = Upstream::start().await;
    let address = upstream.listener.local_addr().unwrap();
    drop(upstream);
    let response = server.post("/api/chat", "application/json", QUESTION).await;
    assert_eq!(response.status(), 502);
    let sentence = refusal(response).await;
    assert!(sentence.contains(&address.to_string()) && sentence.contains("refused"), "{sentence}");
}

#[tokio::test]
async fn a_proxy_that_requires_a_password_is_reported() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let endpoint = environment("https://model.invalid/v1");
    let program = Program::start_with(&[&endpoint[..], &[("HTTPS_PROXY", &address)]].concat()).await;
    let responding = async {
        let (mut connection, _) = within_limit("the proxy's request", proxy.accept()).await.unwrap();
        let mut request = [0; 1024];
        let length = connection.read(&mut request).await.unwrap();
        assert!(request[..length].starts_with(b"CONNECT model.invalid:443 "));
        connection.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
        connection
    };
    let request = program.client.post(format!("http://127.0.0.1:{}/api/chat", program.port));
    let request = request.header("content-type", "application/json").body(QUESTION).send();
    let (response, _connection) = within_limit("the refusal", async { tokio::join!(request, responding) }).await;
    let told = refusal(response.unwrap()).await;
    assert!(told.ends_with("a proxy on the way requires a password."), "{told}");
}
