//! Tests the limits for clients that send slowly, send too much, or are too many.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Server, within_limit};

const POST: &str = "HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nContent-Type:";

async fn begin(server: &Server, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    connection.write_all(text.as_bytes()).await.unwrap();
    connection
}

/// Returns everything that the server sends until it closes the connection.
async fn rest(mut connection: TcpStream) -> String {
    let mut bytes = Vec::new();
    // If the server has unread bytes when it closes a connection, the connection is reset.
    let _ = within_limit("the end of the connection", connection.read_to_end(&mut bytes)).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn clients_that_send_nothing_or_half_a_header_are_disconnected() {
    let server = Server::start(&[("HEADER_TIMEOUT", "0.5")]).await;
    let whole = "GET /api/model HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut connections = Vec::new();
    for text in ["", "G", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", whole] {
        for _ in 0..50 {
            connections.push((text, begin(&server, text).await));
        }
    }
    for (text, connection) in connections {
        let sent = rest(connection).await;
        assert_eq!(sent.starts_with("HTTP/1.1 200 OK"), text == whole, "{text:?}: {sent}");
    }
    assert_eq!(server.get("/").await.status(), 200);
}

#[tokio::test]
async fn the_header_and_body_timeouts_do_not_end_the_stream_of_the_response() {
    let server = Server::start(&[("HEADER_TIMEOUT", "0.2"), ("BODY_TIMEOUT", "0.2")]).await;
    let response = server.post("/chat/stream?interval=150", "application/x-www-form-urlencoded", "msg=hi").await;
    assert!(response.text().await.unwrap().ends_with("event:stop\ndata:\n\n"));
}

#[tokio::test]
async fn every_route_that_reads_a_body_responds_with_408_if_it_does_not_arrive() {
    let server = Server::start(&[("BODY_TIMEOUT", "0.5"), ("HEADER_TIMEOUT", "10")]).await;
    let mut connections = Vec::new();
    for (path, content_type) in [
        ("/api/chat", "application/json"),
        ("/chat/send", "application/x-www-form-urlencoded"),
        ("/chat/stream", "application/x-www-form-urlencoded"),
        ("/message/sse/push?userId=ann", "text/plain"),
    ] {
        connections.push((path, begin(&server, &format!("POST {path} {POST} {content_type}\r\n\r\n{{")).await));
    }
    for (path, connection) in connections {
        let sent = rest(connection).await;
        assert!(sent.starts_with("HTTP/1.1 408 ") && sent.contains("within 0.5 seconds"), "{path}: {sent}");
    }
}

#[tokio::test]
async fn a_header_that_is_too_long_gets_431() {
    let server = Server::start(&[]).await;
    let long = "x".repeat(16 * 1024);
    let sent =
        rest(begin(&server, &format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n")).await).await;
    assert!(sent.starts_with("HTTP/1.1 431 "), "{sent}");
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_another_one_ends() {
    let server = Server::start(&[("MAX_CONNECTIONS", "3")]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = begin(&server, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        within_limit("the stream", connection.read_u8()).await.unwrap();
        held.push(connection);
    }
    let waiting = begin(&server, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(waiting.try_read(&mut [0]).is_err(), "it did not wait");
    held.pop();
    assert!(rest(waiting).await.starts_with("HTTP/1.1 200 OK"));
}
