//! Owns the way to an OpenAI-compatible endpoint and back: the request with the key, and what comes of it. The key leaves
//! this folder in one header only. Nothing that the endpoint says is passed on as it came: what the page needs is read from
//! it and written by this server. It must not know how a page shows it.

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

/// What the endpoint is asked. Written without a tree of JSON values in between, which takes many times the memory.
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
        // A proxy from the environment leads outwards; a model on this machine is not reached through it.
        if matches!(upstream.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| format!("the HTTP client cannot be set up: {error}."))?;
        Ok(Self { client, url: upstream.url.clone(), key: upstream.key.clone(), model: upstream.model.clone() })
    }

    pub fn model(&self) -> &str {
        &self.model
    }

    /// Passes the answer on while it comes. When the browser leaves, the answer is dropped and the request with it.
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
            status if status.is_success() => return Err(self.bad_gateway("answered without an event stream")),
            _ => return Err(self.failure(response).await),
        }
        if let Some(words) = instead_of_a_stream(&response) {
            return Err(self.bad_gateway(words));
        }
        let reading = Reading::new(self.name(), self.model.clone(), self.key.clone());
        Ok(event_stream(events::CONTENT_TYPE, reading.follow(response.bytes_stream())))
    }

    /// In this server's words, for what it knows of the endpoint's reason.
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

    /// As the operator wrote it, without what else its address holds.
    fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| format!("The model's server {host}"), |port| format!("The model's server {host}:{port}"))
    }
}

/// What is wrong with an answer that says of itself that it is no event stream. One that says nothing is read as one.
fn instead_of_a_stream(response: &reqwest::Response) -> Option<&'static str> {
    let field = |name| response.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if field(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Some("compressed its answer, though it was not asked to");
    }
    let essence = field(header::CONTENT_TYPE)?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        events::CONTENT_TYPE => None,
        // A base address that leads to somebody's web page answers 200 and HTML.
        "text/html" => Some("answered with a web page instead of an event stream"),
        "application/json" => Some("answered with JSON instead of an event stream"),
        _ => Some("answered with something else than an event stream"),
    }
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
