//! Sends a conversation to an OpenAI-compatible endpoint, with the key, and converts the response.
//! The key leaves this folder in one header only. Nothing from the endpoint is passed on unchanged:
//! this server reads the fields that the page needs and writes them again. Does not know how the
//! page shows them.

mod chunk;
mod complaint;
mod look_ups;
mod reach;
mod retry_after;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::Response;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use tokio::time::timeout;

use crate::answers::{Refusal, event_stream};
use crate::config::Upstream;
use crate::conversation::Message;
use crate::events;
use complaint::Complaint;
use look_ups::LookUps;
use stream::Reading;

/// Shorter than the connection timeouts of browsers, and than a person's patience.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Limits how long a failed response is read to find its reason.
const REASON_LIMIT: Duration = Duration::from_secs(5);
/// Limits the bytes that are read for that.
const LONGEST_REASON: usize = 64 * 1024;

/// A model that answers over the network.
pub struct ModelServer {
    client: Client,
    url: Url,
    key: String,
    model: String,
}

/// The body of the request to the endpoint. Serialized without an intermediate tree of JSON values,
/// which takes many times the memory.
#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    messages: &'a [Message],
    stream: bool,
}

impl ModelServer {
    pub fn new(upstream: &Upstream) -> Result<Self, String> {
        let mut client = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .redirect(Policy::none())
            .dns_resolver(Arc::new(LookUps::default()));
        // A proxy from the environment is for remote hosts; a model on this machine is not reached
        // through it.
        if matches!(upstream.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| format!("the HTTP client cannot be set up: {error}."))?;
        Ok(Self { client, url: upstream.url.clone(), key: upstream.key.clone(), model: upstream.model.clone() })
    }

    pub fn model(&self) -> &str {
        &self.model
    }

    /// Passes the response on while it arrives. When the browser disconnects, the response is
    /// dropped, and the request with it.
    pub async fn answer(&self, messages: &[Message]) -> Result<Response, Refusal> {
        let question = Question { model: &self.model, messages, stream: true };
        let question = serde_json::to_string(&question).map_err(|_| {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The question could not be written as JSON.")
        })?;
        let request = self
            .client
            .post(self.url.clone())
            .bearer_auth(&self.key)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, events::CONTENT_TYPE)
            .body(question);
        let response = request.send().await.map_err(|error| self.bad_gateway(reach::words(&error)))?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_success() => return Err(self.bad_gateway("responded without an event stream")),
            _ => return Err(self.failure(response).await),
        }
        if let Some(words) = instead_of_a_stream(&response) {
            return Err(self.bad_gateway(words));
        }
        let reading = Reading::new(self.name(), self.model.clone(), self.key.clone());
        Ok(event_stream(events::CONTENT_TYPE, reading.follow(response.bytes_stream())))
    }

    /// Describes a failed response in this server's own words.
    async fn failure(&self, response: reqwest::Response) -> Refusal {
        let status = response.status();
        let retry_after = retry_after::read(response.headers());
        let complaint = Complaint::of_answer(status, &read_start(response).await);
        Refusal::new(complaint::status_for(status), format!("{} {}.", self.name(), complaint.words()))
            .with_retry_after(retry_after)
    }

    fn bad_gateway(&self, words: &str) -> Refusal {
        Refusal::new(StatusCode::BAD_GATEWAY, format!("{} {words}.", self.name()))
    }

    /// Returns the host and port as the operator wrote them, without the rest of the address.
    fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| format!("The model's server {host}"), |port| format!("The model's server {host}:{port}"))
    }
}

/// Returns the fault of a response whose headers say that it is not an event stream. A response
/// without a content type is read as one.
fn instead_of_a_stream(response: &reqwest::Response) -> Option<&'static str> {
    let field = |name| response.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if field(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Some("compressed its response without being asked to");
    }
    let essence = field(header::CONTENT_TYPE)?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        events::CONTENT_TYPE => None,
        // A base address that leads to a web page responds with status 200 and HTML.
        "text/html" => Some("responded with a web page instead of an event stream"),
        "application/json" => Some("responded with JSON instead of an event stream"),
        _ => Some("responded with something other than an event stream"),
    }
}

async fn read_start(mut response: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Data that came before a failure or the timeout is better than none.
    let _ = timeout(REASON_LIMIT, async {
        while bytes.len() < LONGEST_REASON {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            bytes.extend_from_slice(&chunk);
        }
    })
    .await;
    bytes
}
