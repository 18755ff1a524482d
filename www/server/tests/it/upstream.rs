//! A fake OpenAI-compatible endpoint on loopback, of which a test controls every byte.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::spellings;
use crate::support::{Server, within_limit};

pub const KEY: &str = "sk-secret-key-of-the-test";
pub const QUESTION: &str =
    r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"日本?"}],"pace":5}"#;

pub struct Upstream {
    pub listener: TcpListener,
}

/// Returns the settings of a server in front of the endpoint with this base URL.
pub fn environment(base: &str) -> [(&str, &str); 3] {
    [("OPENAI_BASE_URL", base), ("OPENAI_API_KEY", KEY), ("MODEL", "test/model")]
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

    /// Starts the server with these settings added.
    pub async fn start_with(settings: &[(&str, &str)]) -> (Self, Server) {
        Self::start_for("http", settings).await
    }

    /// Like [`Upstream::start_with`], but the server expects the endpoint to use TLS.
    pub async fn start_tls(settings: &[(&str, &str)]) -> (Self, Server) {
        Self::start_for("https", settings).await
    }

    async fn start_for(scheme: &str, settings: &[(&str, &str)]) -> (Self, Server) {
        let (upstream, base) = Self::listen(scheme).await;
        let server = Server::start(&[&environment(&base), settings].concat()).await;
        (upstream, server)
    }

    /// Returns an endpoint without a server, and the endpoint's base URL.
    pub async fn listen(scheme: &str) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("{scheme}://{}/v1/", listener.local_addr().unwrap());
        (Self { listener }, base)
    }

    pub async fn receive(&self) -> Received {
        within_limit("the upstream request", async {
            let (mut connection, _) = self.listener.accept().await.unwrap();
            let mut bytes = Vec::with_capacity(8 * 1024);
            let head = loop {
                assert_ne!(connection.read_buf(&mut bytes).await.unwrap(), 0);
                if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    let rest = bytes.split_off(end + 4);
                    break String::from_utf8(std::mem::replace(&mut bytes, rest)).unwrap().to_ascii_lowercase();
                }
            };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap();
            let arrived = bytes.len();
            bytes.resize(length, 0);
            connection.read_exact(&mut bytes[arrived..]).await.unwrap();
            Received { head, body: serde_json::from_slice(&bytes).unwrap(), connection }
        })
        .await
    }

    /// Sends a question to the server. The endpoint responds to it with this whole response.
    pub async fn ask(&self, server: &Server, answer: &str) -> reqwest::Response {
        let endpoint = async {
            let mut received = self.receive().await;
            received.write(answer).await;
        };
        tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint).0
    }
}

impl Received {
    /// Wraps a connection on which no request was read.
    pub fn of(connection: TcpStream) -> Self {
        Self { head: String::new(), body: Value::Null, connection }
    }

    pub async fn write(&mut self, text: &str) {
        self.try_write(text).await.unwrap();
    }

    /// Fails when the server has closed its end.
    pub async fn try_write(&mut self, text: &str) -> std::io::Result<()> {
        self.connection.write_all(text.as_bytes()).await
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

/// Sends a question, and sends this head of a response. Returns the response and the endpoint's
/// connection.
pub async fn asked(upstream: &Upstream, server: &Server, head: &str) -> (reqwest::Response, Received) {
    let endpoint = async {
        let mut received = upstream.receive().await;
        received.write(head).await;
        received
    };
    tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint)
}

/// Fails if the text contains the key in any spelling, or anything that only an endpoint writes.
pub fn assert_without_key(text: &str) {
    let text = text.to_lowercase();
    for spelling in spellings::of(KEY) {
        // The first and last characters of the Base64 depend on the text around the key.
        let inner = spelling.get(4..spelling.len() - 12).unwrap();
        assert!(!text.contains(&inner.to_lowercase()), "{inner} is in {text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains("\\u001b") && !text.contains('<'), "{text}");
}
