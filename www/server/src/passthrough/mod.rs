//! Sends a conversation to an OpenAI-compatible endpoint, with the key, and converts the response.
//! The key leaves this folder only in one header. Nothing from the endpoint is passed on unchanged:
//! this server reads the fields that the page needs, and writes new events with them. Does not
//! depend on how the page shows them.

mod chunk;
mod complaint;
mod failure;
mod look_ups;
mod reach;
mod retry_after;
mod secret;
mod stream;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream::{self as streams, BoxStream, StreamExt};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use tokio::time::timeout;

use crate::answers::{Refusal, event_stream};
use crate::body;
use crate::config::{Limits, Upstream};
use crate::conversation::Message;
use crate::events;
use chunk::Chunks;
use failure::Failure;
use look_ups::LookUps;
use secret::Secret;
use stream::Reading;

/// The longest time to read a failed response in order to find its reason.
const REASON_LIMIT: Duration = Duration::from_secs(5);
/// The most bytes that are read to find the reason.
const LONGEST_REASON: usize = 64 * 1024;

/// A model that answers over the network.
pub struct ModelServer {
    client: Client,
    url: Url,
    key: String,
    secret: Arc<Secret>,
    model: String,
    limits: Limits,
}

/// The body of the request to the endpoint. It is serialized directly, because a tree of JSON
/// values would take many times the memory.
#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    messages: &'a [Message],
    stream: bool,
}

/// A request that failed before the endpoint's stream began.
struct Refused {
    failure: Failure,
    retry_after: Option<HeaderValue>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, retry_after: None }
    }
}

impl ModelServer {
    pub fn new(upstream: &Upstream) -> Result<Self, String> {
        let mut client = Client::builder()
            .connect_timeout(upstream.limits.connect)
            .redirect(Policy::none())
            .dns_resolver(Arc::new(LookUps::default()));
        // A proxy in the environment variables is meant for remote hosts. A model on this machine
        // is reached without it.
        if matches!(upstream.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| format!("the HTTP client cannot be set up: {error}."))?;
        Ok(Self {
            client,
            url: upstream.url.clone(),
            key: upstream.key.clone(),
            secret: Arc::new(Secret::new(&upstream.key)),
            model: upstream.model.clone(),
            limits: upstream.limits,
        })
    }

    pub fn model(&self) -> &str {
        &self.model
    }

    /// Writes the body of the request to the endpoint.
    pub fn question(&self, messages: &[Message]) -> Result<String, Refusal> {
        let question = Question { model: &self.model, messages, stream: true };
        serde_json::to_string(&question)
            .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The question could not be written as JSON."))
    }

    /// Passes the response on while it arrives. When the browser disconnects, both the response and
    /// the request to the endpoint are dropped. `room` is the permit for the memory that the
    /// question takes.
    pub async fn answer(self: Arc<Self>, question: String, room: body::Read) -> Result<Response, Refusal> {
        let server = self.name();
        respond(server, self.ask(question, room)).await
    }

    async fn ask(self: Arc<Self>, question: String, _room: body::Read) -> Result<BoxStream<'static, Bytes>, Refused> {
        let request = self
            .client
            .post(self.url.clone())
            .bearer_auth(&self.key)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, events::CONTENT_TYPE)
            .header(header::ACCEPT_ENCODING, "identity")
            .body(question);
        let response = timeout(self.limits.response, request.send()).await.map_err(|_| Failure::ResponseTimeout)?;
        let response = response.map_err(|error| reach::failure(&error))?;
        if response.status() != StatusCode::OK {
            return Err(refused(response).await);
        }
        if let Some(failure) = instead_of_a_stream(&response) {
            return Err(failure.into());
        }
        let chunks = Chunks::new(self.model.clone(), &self.secret);
        let reading = Reading::new(response.bytes_stream(), chunks, self.name(), self.limits.silence);
        Ok(reading.follow().boxed())
    }

    /// Returns the host and port as the operator wrote them, without the rest of the address.
    fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or_else(|| format!("The model's server {host}"), |port| format!("The model's server {host}:{port}"))
    }
}

/// Responds to the page. If the endpoint fails soon, the page receives a status for the failure. If
/// the endpoint takes longer, the stream to the page begins before the endpoint's response, so that
/// the page and proxies receive comments meanwhile.
async fn respond(
    server: String,
    asking: impl Future<Output = Result<BoxStream<'static, Bytes>, Refused>> + Send + 'static,
) -> Result<Response, Refusal> {
    let mut asking = Box::pin(asking);
    let answer = match timeout(events::KEEP_ALIVE_PERIOD, &mut asking).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(Refused { failure, retry_after })) => {
            return Err(failure.refusal(&server).with_retry_after(retry_after));
        }
        Err(_) => {
            let answer = streams::once(asking).flat_map(move |answer| match answer {
                Ok(answer) => answer,
                Err(Refused { failure, .. }) => streams::iter([stream::failure_event(failure, &server)]).boxed(),
            });
            streams::iter([events::KEEP_ALIVE]).chain(answer).boxed()
        }
    };
    Ok(event_stream(events::CONTENT_TYPE, answer.map(Ok::<_, Infallible>)))
}

/// Describes a failed response in this server's own words.
async fn refused(response: reqwest::Response) -> Refused {
    let status = response.status();
    let retry_after = retry_after::read(response.headers());
    Refused { failure: complaint::of_response(status, &read_start(response).await), retry_after }
}

/// Returns the failure of a response whose headers say that it is not an event stream. A response
/// without a content type is read as an event stream.
fn instead_of_a_stream(response: &reqwest::Response) -> Option<Failure> {
    let field = |name| response.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if field(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Some(Failure::Compressed);
    }
    let essence = field(header::CONTENT_TYPE)?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        events::CONTENT_TYPE => None,
        // If the base URL is that of a web page, its server responds with status 200 and HTML.
        "text/html" => Some(Failure::WebPage),
        "application/json" => Some(Failure::Json),
        _ => Some(Failure::NotAStream),
    }
}

async fn read_start(mut response: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    // If the response fails or the time is over, the data that has arrived is used.
    let _ = timeout(REASON_LIMIT, async {
        while bytes.len() < LONGEST_REASON {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            bytes.extend_from_slice(&chunk);
        }
    })
    .await;
    bytes
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// Returns the status for the page, and each piece of the body with the second in which it
    /// arrived.
    async fn response_after(seconds: u64, asked: Result<&'static str, Failure>) -> (u16, Vec<(u64, String)>) {
        let start = Instant::now();
        let asking = async move {
            sleep(Duration::from_secs(seconds)).await;
            Ok(streams::iter([events::message(asked?)]).boxed())
        };
        let response = respond("The server".into(), asking).await.unwrap_or_else(IntoResponse::into_response);
        let status = response.status().as_u16();
        let pieces = response.into_body().into_data_stream().map(|piece| {
            let text = String::from_utf8_lossy(&piece.unwrap_or_default()).into_owned();
            (start.elapsed().as_secs(), text)
        });
        (status, pieces.collect().await)
    }

    #[tokio::test(start_paused = true)]
    async fn the_page_gets_a_comment_every_15_seconds_until_the_endpoint_responds() {
        let comment = || ": keep-alive\n\n".to_owned();
        let hi = || "data: Hi\n\n".to_owned();
        assert_eq!(response_after(14, Ok("Hi")).await, (200, vec![(14, hi())]));
        assert_eq!(response_after(40, Ok("Hi")).await, (200, vec![(15, comment()), (30, comment()), (40, hi())]));

        let (status, refusal) = response_after(14, Err(Failure::Key)).await;
        assert!(status == 401 && refusal.iter().all(|(_, text)| text.starts_with(r#"{"error":{"#)), "{refusal:?}");
        let (status, pieces) = response_after(20, Err(Failure::Key)).await;
        let [(15, first), (20, last)] = &*pieces else { unreachable!("{pieces:?}") };
        assert_eq!((status, first), (200, &comment()));
        assert!(last.starts_with(r#"data: {"error":{"#) && last.contains(r#""code":"key""#), "{last}");
    }
}
