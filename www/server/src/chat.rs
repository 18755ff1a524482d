//! Handles `/api/model`, and checks the requests to `/api/chat`: decides which are accepted, and
//! writes the refusals. Does not depend on how a model produces its answer.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::Refusal;
use crate::body::Bodies;
use crate::config::Config;
use crate::conversation::Message;
use crate::model;
use crate::passthrough::ModelServer;

/// The longest conversation, in bytes. Longer ones exceed the context of the models that people try
/// here.
const LONGEST_CONVERSATION: usize = 1024 * 1024;
/// In tokens per second: the pace of a fast hosted model.
const DEFAULT_PACE: f64 = 40.0;

/// The state that the routes share.
pub struct Chat {
    bodies: Bodies,
    backend: Backend,
}

/// The model in use.
enum Backend {
    Embedded,
    Remote(Arc<ModelServer>),
}

impl Chat {
    pub fn new(config: &Config) -> Result<Self, String> {
        let backend = match &config.upstream {
            None => Backend::Embedded,
            Some(upstream) => Backend::Remote(Arc::new(ModelServer::new(upstream)?)),
        };
        Ok(Self { bodies: Bodies::new(LONGEST_CONVERSATION, config.settings.body_timeout), backend })
    }
}

#[derive(Deserialize)]
struct ChatRequest {
    messages: Vec<Message>,
    pace: Option<f64>,
}

/// Serves `GET /api/model`. The page trims a conversation to `maxBytes`, the largest body that
/// `/api/chat` accepts.
pub async fn model(State(chat): State<Arc<Chat>>) -> Json<Value> {
    let (name, embedded) = match &chat.backend {
        Backend::Embedded => (model::NAME, true),
        Backend::Remote(server) => (server.model(), false),
    };
    Json(json!({ "model": name, "resumable": embedded, "embedded": embedded, "maxBytes": LONGEST_CONVERSATION }))
}

/// Serves `POST /api/chat`.
pub async fn chat(State(chat): State<Arc<Chat>>, headers: HeaderMap, body: Body) -> Result<Response, Refusal> {
    let mut body = chat.bodies.read(body).await?;
    // A conversation can be long. So each copy of it is dropped before the next wait.
    let request = parse(&headers, &std::mem::take(&mut body.bytes))?;
    match &chat.backend {
        Backend::Embedded => {
            let pace = request.pace.unwrap_or(DEFAULT_PACE).clamp(1.0, 1000.0);
            model::answer(&request.messages, pace, headers.get("last-event-id"))
        }
        Backend::Remote(server) => {
            let question = server.question(&request.messages)?;
            drop(request);
            Arc::clone(server).answer(question, body).await
        }
    }
}

/// Parses the request. Requires the JSON content type: with it, a browser sends a preflight before
/// the request of a foreign page, and this server does not allow the request. Without it, any page
/// could use the key, which costs its owner money.
fn parse(headers: &HeaderMap, body: &[u8]) -> Result<ChatRequest, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json."));
    }
    let bad_request = |sentence: String| Refusal::new(StatusCode::BAD_REQUEST, sentence);
    let request: ChatRequest = serde_json::from_slice(body)
        .map_err(|error| bad_request(format!("The request is not the JSON that this route expects: {error}.")))?;
    match request.messages.last() {
        None => Err(bad_request("The conversation has no messages.".into())),
        Some(last) if last.content.trim().is_empty() => Err(bad_request("The last message is empty.".into())),
        Some(_) => Ok(request),
    }
}
