//! A fake OpenAI-compatible endpoint on loopback, of which a test controls every byte.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Server, within_limit};

pub const KEY: &str = "sk-secret-key-of-the-test";
pub const QUESTION: &str =
    r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"日本?"}],"pace":5}"#;

pub struct Upstream {
    pub listener: TcpListener,
}

/// A request that the fake endpoint has received and may respond to.
pub struct Received {
    pub head: String,
    pub body: Value,
    pub connection: TcpStream,
}

impl Upstream {
    pub async fn start() -> (Self, Server) {
        Self::start_with(&[]).await
    }

    /// Starts the server with these settings besides.
    pub async fn start_with(settings: &[(&str, &str)]) -> (Self, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1/", listener.local_addr().unwrap());
        let endpoint = [("OPENAI_BASE_URL", base.as_str()), ("OPENAI_API_KEY", KEY), ("MODEL", "test/model")];
        (Self { listener }, Server::start(&[&endpoint, settings].concat()).await)
    }

    pub async fn receive(&self) -> Received {
        within_limit("the upstream request", async {
            let (mut connection, _) = self.listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            loop {
                assert_ne!(connection.read_buf(&mut bytes).await.unwrap(), 0);
                let text = String::from_utf8_lossy(&bytes);
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                if let Ok(body) = serde_json::from_str(body) {
                    return Received { head: head.to_ascii_lowercase(), body, connection };
                }
            }
        })
        .await
    }

    /// Sends a question to the server while the endpoint gives this whole response.
    pub async fn ask(&self, server: &Server, answer: &str) -> reqwest::Response {
        let endpoint = async {
            let mut received = self.receive().await;
            received.write(answer).await;
        };
        tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint).0
    }
}

impl Received {
    pub async fn write(&mut self, text: &str) {
        self.connection.write_all(text.as_bytes()).await.unwrap();
    }

    /// Returns when the server has closed its end.
    pub async fn closed(mut self) {
        let mut byte = [0];
        within_limit("the upstream request to be dropped", async {
            while matches!(self.connection.read(&mut byte).await, Ok(1..)) {}
        })
        .await;
    }
}

pub fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

/// The head of a response whose body comes in chunks.
pub const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

pub fn http_chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

pub fn data(event: &str) -> Value {
    serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap()
}

/// Sends a question and responds with this head; then the test has the endpoint's connection.
pub async fn asked(upstream: &Upstream, server: &Server, head: &str) -> (reqwest::Response, Received) {
    let endpoint = async {
        let mut received = upstream.receive().await;
        received.write(head).await;
        received
    };
    tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint)
}

/// Returns spellings of the key in JSON and around it.
pub fn spellings_of_the_key() -> Vec<String> {
    let escaped: String = KEY.chars().map(|character| format!("\\u{:04x}", u32::from(character))).collect();
    vec![KEY.to_owned(), escaped, KEY.to_uppercase(), KEY.chars().rev().collect()]
}

pub fn assert_without_key(text: &str) {
    let text = text.to_lowercase();
    for spelling in spellings_of_the_key() {
        assert!(!text.contains(&spelling.to_lowercase()), "{text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains("\\u001b") && !text.contains('<'), "{text}");
}
