//! The first tutorial: ten events for each message, with the same bytes and the same writes as
//! Spring's SseEmitter. There is no space after a colon, and each event is sent in three writes. So
//! it does not use the event writer of the other routes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Form;
use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::stream;
use serde::Deserialize;
use tokio::task::yield_now;
use tokio::time::interval;

use super::Spacing;
use crate::answers::{Refusal, event_stream};

const CONTENT_TYPE: &str = "text/event-stream;charset=UTF-8";

#[derive(Deserialize)]
pub struct Question {
    /// Required, as in the original tutorial, which does not use it either.
    #[serde(rename = "msg")]
    _msg: String,
}

/// Serves `POST /chat/send`. Returns the ID for the second request.
pub async fn send(
    State(sent): State<Arc<AtomicU64>>,
    question: Result<Form<Question>, FormRejection>,
) -> Result<String, Refusal> {
    check(question)?;
    Ok((sent.fetch_add(1, Ordering::Relaxed) + 1).to_string())
}

/// Serves `GET /chat/conversation/{msgId}`. The IDs count up from 1, so checking whether one is
/// known takes no memory.
pub async fn conversation(
    State(sent): State<Arc<AtomicU64>>,
    Path(msg_id): Path<String>,
    Query(spacing): Query<Spacing>,
) -> Result<Response, Refusal> {
    let known = 1..=sent.load(Ordering::Relaxed);
    match msg_id.parse() {
        Ok(id) if known.contains(&id) => Ok(answer(&spacing)),
        _ => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!("This server has not received a message with the ID {msg_id:?}."),
        )),
    }
}

/// Serves `POST /chat/stream`, which does both in one request.
pub async fn send_and_stream(
    Query(spacing): Query<Spacing>,
    question: Result<Form<Question>, FormRejection>,
) -> Result<Response, Refusal> {
    check(question)?;
    Ok(answer(&spacing))
}

fn check(question: Result<Form<Question>, FormRejection>) -> Result<(), Refusal> {
    match question {
        Ok(_) => Ok(()),
        Err(rejection) => Err(Refusal::new(rejection.status(), format!("{}.", rejection.body_text()))),
    }
}

fn answer(spacing: &Spacing) -> Response {
    let mut events: Vec<Vec<String>> = (0..10)
        .map(|number| {
            let content = format!(r#"{{"role":"test","content":"{number}"}}"#);
            vec![format!("id:{number}\ndata:"), content, "\n\n".into()]
        })
        .collect();
    events.push(vec!["event:stop\ndata:".into(), "\n\n".into()]);

    let pieces = events
        .into_iter()
        .flat_map(|event| event.into_iter().enumerate().map(|(position, piece)| (position == 0, Bytes::from(piece))));
    let stream = stream::unfold((pieces, interval(spacing.period())), |(mut pieces, mut seconds)| async move {
        let (begins_event, piece) = pieces.next()?;
        if begins_event {
            seconds.tick().await;
        } else {
            // The server writes when no more data is ready. Without this pause, the pieces would be
            // sent in one write.
            yield_now().await;
        }
        Some((Ok::<_, Infallible>(piece), (pieces, seconds)))
    });
    event_stream(CONTENT_TYPE, stream)
}
