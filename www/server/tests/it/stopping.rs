//! Tests the end of the process while clients are connected.
#![cfg(unix)]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::process::{first_line, program};
use crate::support::within_limit;

/// The number of streams in the test. On many systems a process can open at most 1,024 files.
const STREAMS: usize = 550;

async fn start(variables: &[(&str, &str)]) -> (Child, u16) {
    let mut child = program(variables).spawn().unwrap();
    let line = first_line(&mut child).await;
    let port = line.split(['/', ' ']).find_map(|part| part.strip_prefix("127.0.0.1:")).unwrap().parse().unwrap();
    (child, port)
}

async fn begin(port: u16, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    connection.write_all(text.as_bytes()).await.unwrap();
    connection
}

fn post(path: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Reads until the beginning of an event's data has arrived.
async fn read_first_event(stream: &mut TcpStream) -> Vec<u8> {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains("\ndata:") {
        let length = stream.read_buf(&mut text).await.unwrap();
        assert!(length > 0, "the response ended early: {}", String::from_utf8_lossy(&text));
    }
    text
}

async fn stop(child: &mut Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
}

#[tokio::test]
async fn when_the_server_stops_every_kind_of_stream_ends_with_its_last_chunk() {
    let (mut child, port) = start(&[("PORT", "0"), ("MAX_STREAMS", "1000"), ("SHUTDOWN_TIMEOUT", "60")]).await;
    let question = r#"{"messages":[{"role":"user","content":"hello"}],"pace":1}"#;
    let mut streams = Vec::new();
    for number in 0..STREAMS {
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = match number % 5 {
            0 => get("/stream"),
            1 => get(&format!("/message/sse/subscribe?userId={number}")),
            2 => get("/bench/stream?workload=small&events=100&rate=1"),
            3 => post("/api/chat", "application/json", question),
            _ => post("/chat/stream?interval=60000", "application/x-www-form-urlencoded", "msg=hi"),
        };
        let mut stream = begin(port, &request).await;
        let text = within_limit("the first event", read_first_event(&mut stream)).await;
        streams.push((request, stream, text));
    }
    let idle = begin(port, "").await;
    stop(&mut child).await;
    for (request, mut stream, mut text) in streams {
        within_limit("the end of the stream", stream.read_to_end(&mut text)).await.unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.ends_with("\r\n0\r\n\r\n"), "{request} {text}");
    }
    let status = within_limit("the program to stop", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    drop(idle);
}

#[tokio::test]
async fn a_client_that_reads_nothing_delays_the_end_by_at_most_shutdown_timeout() {
    let (mut child, port) = start(&[("PORT", "0"), ("SHUTDOWN_TIMEOUT", "0.2")]).await;
    let mut stuck =
        begin(port, "GET /bench/stream?workload=comments&events=340000 HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    within_limit("the start of the stream", stuck.read_u8()).await.unwrap();
    let slow = begin(port, "GET / HTTP/1.1\r\nHost: loc").await;
    stop(&mut child).await;
    let status = within_limit("the program to stop", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    drop((stuck, slow));
}
