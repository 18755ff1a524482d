//! Owns the two shapes of answer that routes share: a refusal in JSON, and an event stream.
//! It must not know any route, nor what is in a stream.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::TryStream;
use serde_json::json;

/// Says no in one sentence: `{"error":{"message":"…"}}`, the shape OpenAI's clients know.
pub struct Refusal {
    status: StatusCode,
    message: String,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    pub fn with_retry_after(self, retry_after: Option<HeaderValue>) -> Self {
        Self { retry_after, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": { "message": self.message } }))).into_response();
        if let Some(value) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

/// For a route that exists, asked with a method it does not take.
pub async fn method_not_allowed() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "This route does not take that method.")
}

/// Sends each item as it comes, byte for byte. axum's own `Sse` is not used, because it drops an empty `data` field and
/// writes a space after every colon.
pub fn event_stream<S>(content_type: &'static str, stream: S) -> Response
where
    S: TryStream<Ok = Bytes> + Send + 'static,
    S::Error: Into<axum::BoxError>,
{
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache, no-store"),
        // Asks nginx, where one stands in front, not to gather the stream before sending it on.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(stream)).into_response()
}
