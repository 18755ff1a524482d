//! Builds the two kinds of response that routes share: a refusal in JSON and an event stream. Does
//! not depend on any route or on the contents of streams.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::Serialize;
use serde_json::json;

use crate::events;

/// Describes a failure in the format that OpenAI's clients expect as the value of `error`.
#[derive(Serialize)]
pub struct Problem {
    /// One sentence.
    pub message: String,
    /// The name of the failure. The page uses it to show how the user can continue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

/// Refuses a request: `{"error":{"message":"…"}}`.
pub struct Refusal {
    status: StatusCode,
    problem: Problem,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self::of(status, Problem { message: message.into(), code: None })
    }

    pub fn of(status: StatusCode, problem: Problem) -> Self {
        Self { status, problem, retry_after: None }
    }

    pub fn with_retry_after(self, retry_after: Option<HeaderValue>) -> Self {
        Self { retry_after, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.problem }))).into_response();
        if let Some(value) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

/// Responds when a route exists but does not support the method.
pub async fn method_not_allowed() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "This route does not support that method.")
}

/// Sends each item unchanged when it arrives, and a comment whenever the stream is quiet. The
/// stream must wait only between events. This function does not use axum's own `Sse`, which drops
/// an empty `data` field and writes a space after every colon.
pub fn event_stream<E>(
    content_type: &'static str,
    stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> Response
where
    E: Into<axum::BoxError> + Send + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache, no-store"),
        // If nginx is in front of this server, this header tells it not to buffer the stream.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(events::kept_alive(stream))).into_response()
}
