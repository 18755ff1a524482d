//! Serves the benchmark's streams, at full speed or at an even rate, and the numbers of events,
//! characters and bytes that a client must have received. Sets the headers that give the
//! benchmark's page precise clocks. Does not depend on the clients that are compared.

mod store;
mod workloads;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::time::{interval, sleep};

use crate::answers::{Refusal, event_stream};
use crate::hosts::AllowedHosts;
use crate::{events, guard};
use store::{Busy, MOST_KEPT, MOST_READERS, Source, Store, Wanted};
use workloads::Expected;

/// In bytes. This is enough for half a million chunks of a language model: ten seconds at 50,000
/// events per second.
const LONGEST_STREAM: usize = 96 * 1024 * 1024;
/// In milliseconds.
const LONGEST_DELAY: u64 = 10_000;
const MOST_EVENTS: u32 = 1_000_000;
/// The resolution of tokio's timers.
const TICK: Duration = Duration::from_millis(1);
/// The seconds after which a client should retry if too many clients already read streams.
const TRY_AGAIN_AFTER: u64 = 5;

pub fn router(hosts: &Arc<AllowedHosts>) -> Router {
    Router::new()
        .route("/bench/stream", get(stream).post(stream))
        .route("/bench/expected", get(expected))
        .with_state(Arc::new(Store::new(MOST_KEPT, MOST_READERS)))
        .layer(from_fn_with_state(Arc::clone(hosts), guard::own_pages))
}

#[derive(Deserialize)]
struct Pace {
    /// Events per second.
    rate: Option<u32>,
    /// Milliseconds until the response.
    #[serde(default)]
    delay: u64,
}

/// Serves `GET` or `POST /bench/stream?workload=llm&events=40000&seed=1`; `&rate=50000` limits the
/// rate, and `&delay=50` delays the response by 50 ms.
async fn stream(
    State(store): State<Arc<Store>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    pace: Result<Query<Pace>, QueryRejection>,
) -> Result<Response, Refusal> {
    let wanted = checked(wanted)?;
    let Query(pace) = pace.map_err(refusal)?;
    if pace.rate == Some(0) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "The rate must be at least one event per second."));
    }
    if pace.delay > LONGEST_DELAY {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "The delay must be at most 10,000 milliseconds."));
    }
    sleep(Duration::from_millis(pace.delay)).await;
    let source = store.source(wanted).await.map_err(busy)?;
    Ok(match pace.rate {
        None => event_stream(events::CONTENT_TYPE, at_once(source)),
        Some(rate) => event_stream(events::CONTENT_TYPE, paced(source, wanted.events, rate)),
    })
}

fn at_once(source: Source) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(source, async |mut source| Some((Ok(source.next(1, 1).await?), source)))
}

fn paced(source: Source, events: u32, rate: u32) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let period = TICK.max(Duration::from_secs(1) / rate);
    let ticks = (f64::from(events) / (f64::from(rate) * period.as_secs_f64())).ceil().max(1.0) as u64;
    stream::unfold((source, 0, interval(period)), move |(mut source, mut tick, mut ticking)| async move {
        loop {
            if let Some(piece) = source.next(tick, ticks).await {
                return Some((Ok(piece), (source, tick, ticking)));
            }
            if tick == ticks {
                return None;
            }
            ticking.tick().await;
            tick += 1;
        }
    })
}

/// Serves `GET /bench/expected?workload=llm&events=40000&seed=1`.
async fn expected(
    State(store): State<Arc<Store>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Expected>, Refusal> {
    Ok(Json(store.expected(checked(wanted)?).await.map_err(busy)?))
}

fn checked(wanted: Result<Query<Wanted>, QueryRejection>) -> Result<Wanted, Refusal> {
    let Query(wanted) = wanted.map_err(refusal)?;
    if wanted.events > MOST_EVENTS || wanted.most_bytes() > LONGEST_STREAM {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "The stream would be longer than this server allows."));
    }
    Ok(wanted)
}

fn refusal(rejection: QueryRejection) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        format!("These parameters do not select a benchmark stream: {}.", rejection.body_text()),
    )
}

fn busy(_: Busy) -> Refusal {
    let sentence = "This server has no memory for another benchmark stream right now. Try again later.";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence).with_retry_after(Some(TRY_AGAIN_AFTER.into()))
}

/// Isolates the benchmark's page from other origins. Browsers then give it a clock with a
/// resolution of a few microseconds.
pub async fn isolated(request: Request, next: Next) -> Response {
    let ours = request.uri().path().starts_with("/bench/");
    let mut response = next.run(request).await;
    if ours {
        let headers = response.headers_mut();
        for (name, value) in
            [("cross-origin-opener-policy", "same-origin"), ("cross-origin-embedder-policy", "require-corp")]
        {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    response
}
