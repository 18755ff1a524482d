//! Tests the first tutorial: its bytes and its chunks equal those of a real Spring server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Events, Server, refusal, within_limit};

const FORM: &str = "application/x-www-form-urlencoded";

/// Returns the head and the body of one response, as they are on the wire.
async fn on_the_wire(server: &Server, request: &str) -> (String, String) {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within_limit("the whole response", connection.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

fn chunks_of_spring() -> String {
    let events = (0..10).map(|number| {
        format!("A\r\nid:{number}\ndata:\r\n1D\r\n{{\"role\":\"test\",\"content\":\"{number}\"}}\r\n2\r\n\n\n\r\n")
    });
    events.collect::<String>() + "10\r\nevent:stop\ndata:\r\n2\r\n\n\n\r\n0\r\n\r\n"
}

#[tokio::test]
async fn a_post_and_then_a_get_return_the_same_bytes_and_chunks_as_a_spring_server() {
    let server = Server::start(&[]).await;
    let sent = server.post("/chat/send", FORM, "msg=Hello%2C+world").await;
    assert!(sent.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    let id = sent.text().await.unwrap();

    let request =
        format!("GET /chat/conversation/{id}?interval=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let (head, body) = on_the_wire(&server, &request).await;
    assert!(
        head.starts_with("http/1.1 200 ") && head.contains("content-type: text/event-stream;charset=utf-8"),
        "{head}"
    );
    assert_eq!(body, chunks_of_spring());
}

#[tokio::test]
async fn a_single_post_returns_the_same_bytes_and_chunks_as_a_spring_server() {
    let server = Server::start(&[]).await;
    let request = format!(
        "POST /chat/stream?interval=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: {FORM}\r\nContent-Length: 6\r\n\r\nmsg=hi"
    );
    let (_, body) = on_the_wire(&server, &request).await;
    assert_eq!(body, chunks_of_spring());
}

#[tokio::test]
async fn the_first_event_is_sent_at_once() {
    let server = Server::start(&[]).await;
    let mut events = Events::of(server.post("/chat/stream?interval=60000", FORM, "msg=hi").await);
    assert_eq!(events.next().await.unwrap(), "id:0\ndata:{\"role\":\"test\",\"content\":\"0\"}");
}

#[tokio::test]
async fn an_unknown_conversation_id_gets_404() {
    let server = Server::start(&[]).await;
    let id: u64 = server.post("/chat/send", FORM, "msg=hi").await.text().await.unwrap().parse().unwrap();
    for unknown in [(id + 1).to_string(), "0".into(), "-1".into(), "abc".into(), "%22%0A".into()] {
        let response = server.get(&format!("/chat/conversation/{unknown}")).await;
        assert_eq!(response.status(), 404, "{unknown}");
        refusal(response).await;
    }
}

#[tokio::test]
async fn a_form_without_msg_is_refused() {
    let server = Server::start(&[]).await;
    for path in ["/chat/send", "/chat/stream"] {
        let response = server.post(path, FORM, "text=hi").await;
        assert_eq!(response.status(), 422);
        assert!(refusal(response).await.contains("`msg`"));
        let response = server.post(path, "application/json", "{}").await;
        assert_eq!(response.status(), 415);
        refusal(response).await;
    }
}
