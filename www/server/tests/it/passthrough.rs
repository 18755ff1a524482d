//! `/api/chat` in front of an OpenAI-compatible endpoint: a fake one on loopback, in command of every byte.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Events, Server, refusal, within_limit};

const KEY: &str = "sk-secret-key-of-the-test";
const QUESTION: &str =
    r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"日本?"}],"pace":5}"#;

struct Upstream {
    listener: TcpListener,
}

/// One request that the fake endpoint has received and may answer.
struct Received {
    head: String,
    body: Value,
    connection: TcpStream,
}

impl Upstream {
    async fn start() -> (Self, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1/", listener.local_addr().unwrap());
        let server =
            Server::start(&[("OPENAI_BASE_URL", &base), ("OPENAI_API_KEY", KEY), ("MODEL", "test/model")]).await;
        (Self { listener }, server)
    }

    async fn receive(&self) -> Received {
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

    /// Asks the server while the endpoint gives this whole answer.
    async fn ask(&self, server: &Server, answer: &str) -> reqwest::Response {
        let endpoint = async {
            let mut received = self.receive().await;
            received.write(answer).await;
        };
        tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint).0
    }
}

impl Received {
    async fn write(&mut self, text: &str) {
        self.connection.write_all(text.as_bytes()).await.unwrap();
    }

    /// Returns when the server has closed its end.
    async fn closed(mut self) {
        let mut byte = [0];
        within_limit("the upstream request to be dropped", async {
            while matches!(self.connection.read(&mut byte).await, Ok(1..)) {}
        })
        .await;
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn the_request_has_the_key_the_model_and_the_messages_and_nothing_of_ours() {
    let (upstream, server) = Upstream::start().await;
    let endpoint = async {
        let mut received = upstream.receive().await;
        received.write(&answer("200 OK", "Content-Type: text/event-stream\r\n", "data: [DONE]\n\n")).await;
        received
    };
    let (response, received) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    assert!(received.head.starts_with("post /v1/chat/completions http/1.1"), "{}", received.head);
    assert!(received.head.contains(&format!("authorization: bearer {KEY}")));
    assert!(received.head.contains("content-type: application/json"));
    let messages = json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "日本?" }]);
    assert_eq!(received.body, json!({ "model": "test/model", "stream": true, "messages": messages }));
    assert_eq!(Events::of(response).rest().await, ["data: [DONE]"]);

    let model: Value = serde_json::from_str(&server.get("/api/model").await.text().await.unwrap()).unwrap();
    assert_eq!(model, json!({ "model": "test/model", "resumable": false, "embedded": false }));
}

#[tokio::test]
async fn bytes_are_passed_on_unchanged_before_the_endpoint_has_ended() {
    let (upstream, server) = Upstream::start().await;
    let endpoint = async {
        let mut received = upstream.receive().await;
        received
            .write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await;
        received
    };
    let (mut response, mut received) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    assert_eq!(response.headers()["cache-control"], "no-cache, no-store");
    // Each piece is sent only when the one before it has arrived: nothing can have been gathered.
    for piece in [": OPENROUTER PROCESSING\n\n", "data: {\"half", "\":1}\r\n\r\n", "data:x\n\n", "\n"] {
        received.write(&format!("{:x}\r\n{piece}\r\n", piece.len())).await;
        let chunk = within_limit("the piece", response.chunk()).await.unwrap();
        assert_eq!(chunk.as_deref(), Some(piece.as_bytes()));
    }
    received.write("0\r\n\r\n").await;
    assert_eq!(within_limit("the end", response.chunk()).await.unwrap(), None);
}

#[tokio::test]
async fn an_endpoint_that_breaks_off_is_a_cut_and_no_end() {
    let (upstream, server) = Upstream::start().await;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    let response = upstream.ask(&server, &format!("{head}9\r\ndata: 1\n\n\r\n")).await;
    let mut events = Events::of(response);
    assert_eq!(events.next().await.unwrap(), "data: 1");
    assert!(events.try_next().await.is_err());
}

#[tokio::test]
async fn a_browser_that_leaves_takes_the_upstream_request_with_it() {
    let (upstream, server) = Upstream::start().await;
    let asked = tokio::spawn(
        server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(QUESTION).send(),
    );
    let before_headers = upstream.receive().await;
    asked.abort();
    before_headers.closed().await;

    let endpoint = async {
        let mut received = upstream.receive().await;
        let start = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        received.write(start).await;
        received
    };
    let (response, mid_stream) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    drop(response);
    mid_stream.closed().await;
}

#[tokio::test]
async fn the_endpoints_status_and_reason_are_passed_on_without_the_key() {
    let (upstream, server) = Upstream::start().await;
    let wrong_key =
        format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}.","code":"invalid_api_key"}}}}"#);
    for (status_line, body, status, sentence) in [
        ("401 Unauthorized", wrong_key.as_str(), 401, "Incorrect API key provided: [key]."),
        ("429 Too Many Requests", r#"{"error":{"message":"Slow down."}}"#, 429, "Slow down."),
        ("500 Internal Server Error", "<html>oops</html>", 500, "answered 500 Internal Server Error."),
        ("503 Service Unavailable", "", 503, "answered 503 Service Unavailable."),
        ("307 Temporary Redirect", "", 502, "answered 307 Temporary Redirect."),
        ("200 OK", "<html>hello</html>", 502, "answered \"text/html\" instead of an event stream."),
    ] {
        let headers = "Content-Type: text/html\r\nRetry-After: 7\r\nLocation: /elsewhere\r\nConnection: close\r\n";
        let response = upstream.ask(&server, &answer(status_line, headers, body)).await;
        assert_eq!(response.status(), status, "{status_line}");
        if status_line.starts_with('4') {
            assert_eq!(response.headers()["retry-after"], "7");
        }
        let told = refusal(response).await;
        assert!(told.ends_with(sentence), "{status_line}: {told}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_502_and_says_where() {
    let (upstream, server) = Upstream::start().await;
    let address = upstream.listener.local_addr().unwrap();
    drop(upstream);
    let response = server.post("/api/chat", "application/json", QUESTION).await;
    assert_eq!(response.status(), 502);
    let sentence = refusal(response).await;
    assert!(sentence.contains(&address.to_string()) && sentence.contains("refused"), "{sentence}");
}

#[tokio::test]
async fn input_is_checked_before_the_endpoint_is_asked() {
    let (_upstream, server) = Upstream::start().await;
    let response = server.post("/api/chat", "application/json", r#"{"messages":[]}"#).await;
    assert_eq!(response.status(), 400);
    refusal(response).await;
}
