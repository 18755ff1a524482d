//! Starts a server for a test and reads its streams event by event, with a limit on every wait.
//! Does not depend on any route.

use std::time::Duration;

use headwater_chat::config::Config;
use reqwest::{Client, Response};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// Far more than any wait here takes. It is reached only if the expected event does not happen.
const LIMIT: Duration = Duration::from_secs(20);

pub async fn within_limit<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("timed out waiting for {what}"))
}

/// Serves until the test's runtime ends.
pub struct Server {
    pub port: u16,
    pub client: Client,
}

impl Server {
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let arguments = ["--root", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page")].map(Into::into);
        let variable = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned());
        let config = Config::read(arguments, variable).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = headwater_chat::router(&config, port).unwrap();
        tokio::spawn(async move {
            headwater_chat::serve(listener, router, &config.settings, std::future::pending()).await;
        });
        Self { port, client: Client::builder().no_proxy().build().unwrap() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub async fn get(&self, path: &str) -> Response {
        within_limit(path, self.client.get(self.url(path)).send()).await.unwrap()
    }

    pub async fn post(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.client.post(self.url(path)).header("content-type", content_type).body(body);
        within_limit(path, request.send()).await.unwrap()
    }
}

/// Reads a stream one event at a time, as it arrives.
pub struct Events {
    response: Response,
    unread: String,
}

impl Events {
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        Self { response, unread: String::new() }
    }

    /// Returns the fields of the next event, without its blank line; `None` at the clean end.
    pub async fn next(&mut self) -> Option<String> {
        self.try_next().await.expect("the stream was cut")
    }

    pub async fn try_next(&mut self) -> reqwest::Result<Option<String>> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let event = event.to_owned();
                self.unread = rest.to_owned();
                return Ok(Some(event));
            }
            match within_limit("a chunk", self.response.chunk()).await? {
                Some(chunk) => self.unread.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => {
                    assert_eq!(self.unread, "", "the stream ended within an event");
                    return Ok(None);
                }
            }
        }
    }

    pub async fn rest(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// Returns the message of a refusal, which must be a sentence.
pub async fn refusal(response: Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/json");
    let text = within_limit("the refusal", response.text()).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let message = json["error"]["message"].as_str().unwrap();
    assert!(message.ends_with('.'), "{message:?} is not a sentence");
    message.to_owned()
}
