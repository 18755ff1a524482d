//! Owns the way to an OpenAI-compatible endpoint and back: the request with the key, the stream passed through as it
//! comes, and failures told in words. The key leaves this file in one header only.
//! It must not know what is in the stream.

use std::error::Error;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::Response;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::answers::{Refusal, event_stream};
use crate::chat::Message;
use crate::config::Upstream;
use crate::events;

/// Browsers themselves give up on a connection later than this; a person has long done so.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long and how much of a failed answer is read for its reason.
const REASON_LIMIT: Duration = Duration::from_secs(5);
const LONGEST_REASON: usize = 64 * 1024;

/// A model that answers over the network.
pub struct ModelServer {
    client: Client,
    url: Url,
    key: String,
    model: String,
}

impl ModelServer {
    pub fn new(upstream: &Upstream) -> Result<Self, String> {
        let mut client = Client::builder().connect_timeout(CONNECT_LIMIT).redirect(Policy::none());
        // A proxy from the environment leads outwards; a model on this machine is not reached through it.
        if matches!(upstream.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| format!("the HTTP client cannot be set up: {}.", cause(error)))?;
        Ok(Self { client, url: upstream.url.clone(), key: upstream.key.clone(), model: upstream.model.clone() })
    }

    pub fn model(&self) -> &str {
        &self.model
    }

    /// Passes the endpoint's stream on. When the browser leaves, the answer is dropped and the request with it.
    pub async fn answer(&self, messages: &[Message]) -> Result<Response, Refusal> {
        let question = json!({ "model": self.model, "messages": messages, "stream": true });
        let request = self
            .client
            .post(self.url.clone())
            .bearer_auth(&self.key)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, events::CONTENT_TYPE)
            .body(question.to_string());
        let response = request.send().await.map_err(|error| {
            self.refusal(StatusCode::BAD_GATEWAY, format!("{} cannot be reached: {}.", self.host(), cause(error)))
        })?;
        if !response.status().is_success() {
            return Err(self.failure(response).await);
        }
        // A base address that leads to somebody's web page answers 200 and HTML.
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match content_type {
            Some(other) if !is_event_stream(other) => {
                let sentence = format!("{} answered {other:?} instead of an event stream.", self.host());
                Err(self.refusal(StatusCode::BAD_GATEWAY, sentence))
            }
            _ => Ok(event_stream(events::CONTENT_TYPE, response.bytes_stream())),
        }
    }

    /// The endpoint's own status and reason, as far as it gives one.
    async fn failure(&self, response: reqwest::Response) -> Refusal {
        let upstream_status = response.status();
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        let reason = reason(&read_start(response).await)
            .unwrap_or_else(|| format!("{} answered {upstream_status}.", self.host()));
        // A redirect is not followed, because the key is not for whoever it leads to.
        let ours = if upstream_status.as_u16() < 400 { StatusCode::BAD_GATEWAY } else { upstream_status };
        self.refusal(ours, reason).with_retry_after(retry_after)
    }

    /// Some servers repeat the key in what they say about it.
    fn refusal(&self, status: StatusCode, sentence: String) -> Refusal {
        Refusal::new(status, sentence.replace(&self.key, "[key]"))
    }

    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| format!("The model's server {host}"), |port| format!("The model's server {host}:{port}"))
    }
}

fn is_event_stream(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(events::CONTENT_TYPE)
}

/// The innermost cause says most ("Connection refused"). Without the address, which may hold a password.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

async fn read_start(mut response: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Whatever came before a failure, or before the time was over, is better than nothing.
    let _ = timeout(REASON_LIMIT, async {
        while bytes.len() < LONGEST_REASON {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            bytes.extend_from_slice(&chunk);
        }
    })
    .await;
    bytes
}

/// The message of the usual shapes `{"error":{"message"}}`, `{"error"}`, `{"message"}`, `{"detail"}`, or a short plain
/// text; not a page of HTML.
fn reason(body: &[u8]) -> Option<String> {
    const PLACES: [&str; 4] = ["/error/message", "/error", "/message", "/detail"];
    const LONGEST_PLAIN_TEXT: usize = 500;
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(json) => PLACES.iter().find_map(|place| json.pointer(place)?.as_str())?.to_owned(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let text = text.trim();
    let plain = !text.is_empty() && text.len() <= LONGEST_PLAIN_TEXT && !text.starts_with('<');
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_in_the_shapes_that_servers_use() {
        for (body, expected) in [
            (r#"{"error":{"message":"slow down","code":429}}"#, Some("slow down")),
            (r#"{"error":"no such model"}"#, Some("no such model")),
            (r#"{"message":"unauthorised"}"#, Some("unauthorised")),
            (r#"{"detail":"not found"}"#, Some("not found")),
            ("upstream timed out\n", Some("upstream timed out")),
            (r#"{"status":"bad"}"#, None),
            ("<html><h1>502</h1></html>", None),
            ("", None),
        ] {
            assert_eq!(reason(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }
}
