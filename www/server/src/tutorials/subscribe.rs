//! The second tutorial over HTTP: subscribe, push, statistics. Does not decide which client is
//! evicted, or when.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use httpdate::fmt_http_date;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::streams::{Farewell, Next, Stats, Streams, Subscription};
use crate::answers::{Refusal, event_stream};
use crate::events;

/// In bytes. Longer names are rejected, because a name takes memory as long as the stream is open.
const LONGEST_NAME: usize = 256;

#[derive(Deserialize)]
pub struct Subscriber {
    #[serde(default, rename = "userId")]
    user_id: String,
    /// A page uses a new value for each deliberate subscription, and the same value when it
    /// reconnects.
    #[serde(default)]
    session: String,
}

impl Subscriber {
    fn check(self) -> Result<Self, Refusal> {
        let sentence = if self.user_id.is_empty() {
            "The query parameter userId is missing."
        } else if self.user_id.len() > LONGEST_NAME || self.session.len() > LONGEST_NAME {
            "userId and session can have at most 256 bytes each."
        } else {
            return Ok(self);
        };
        Err(Refusal::new(StatusCode::BAD_REQUEST, sentence))
    }
}

/// Serves `GET /message/sse/subscribe?userId=U&session=S`. Responds with the stream. An evicted
/// client that reconnected by itself gets 204, the status that makes an EventSource stop.
pub async fn subscribe(
    State(streams): State<Arc<Streams>>,
    Query(subscriber): Query<Subscriber>,
) -> Result<Response, Refusal> {
    let subscriber = subscriber.check()?;
    let Some(subscription) = streams.subscribe(&subscriber.user_id, &subscriber.session, Instant::now()) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let max = streams.max();
    let mut greeting = events::message(&format!("Welcome {}", subscriber.user_id)).to_vec();
    greeting.extend_from_slice(&events::named("connecttime", &fmt_http_date(SystemTime::now())));
    let stream = stream::once(async { Bytes::from(greeting) }).chain(following(subscription, max));
    Ok(event_stream(events::CONTENT_TYPE, stream.map(Ok::<_, Infallible>)))
}

/// Serves `POST /message/sse/push?userId=U`, with the text as the body.
pub async fn push(
    State(streams): State<Arc<Streams>>,
    Query(subscriber): Query<Subscriber>,
    text: String,
) -> Result<Json<Value>, Refusal> {
    let subscriber = subscriber.check()?;
    Ok(Json(json!({ "delivered": streams.push(&subscriber.user_id, events::message(&text)) })))
}

/// Serves `GET /message/sse/stats`.
pub async fn stats(State(streams): State<Arc<Streams>>) -> Json<Stats> {
    Json(streams.stats())
}

/// Returns the events after the greeting.
fn following(subscription: Subscription, max: usize) -> impl Stream<Item = Bytes> {
    stream::unfold(subscription, move |mut subscription| async move {
        let bytes = match subscription.next().await {
            Next::Event(event) => event,
            Next::Farewell(farewell) => events::named("evicted", &words_of(farewell, max)),
            Next::End => return None,
        };
        Some((bytes, subscription))
    })
}

fn words_of(farewell: Farewell, max: usize) -> String {
    let (reason, message) = match farewell {
        Farewell::Full => {
            ("full", format!("This server keeps at most {max} streams open, and yours was the least recently active."))
        }
        Farewell::Replaced => ("replaced", "The same user has subscribed again elsewhere.".into()),
    };
    json!({ "reason": reason, "message": message }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_quiet_subscription_gets_a_comment_every_15_seconds() {
        let start = Instant::now();
        let subscriber = Subscriber { user_id: "ann".into(), session: String::new() };
        let subscribed = subscribe(State(Arc::new(Streams::new(1))), Query(subscriber)).await;
        let response = subscribed.unwrap_or_else(|_| unreachable!("the name is valid"));
        let mut pieces = response.into_body().into_data_stream().filter_map(|piece| std::future::ready(piece.ok()));
        assert!(pieces.next().await.is_some_and(|greeting| greeting.starts_with(b"data: Welcome ann\n\n")));
        for number in 1..4 {
            assert_eq!(pieces.next().await, Some(events::KEEP_ALIVE));
            assert_eq!(start.elapsed().as_secs(), 15 * number);
        }
    }
}
