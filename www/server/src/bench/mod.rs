//! The benchmark's routes: a stream as fast as the machine can take it, or at an even rate; and what it consists of. Also
//! the headers that give the benchmark's page precise clocks. It must not know who is measured.

mod workloads;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream;
use serde::Deserialize;
use tokio::time::interval;

use crate::answers::{Refusal, event_stream};
use crate::hosts::AllowedHosts;
use crate::{events, guard};
use workloads::{Expected, Kind, Workload};

/// Half a million chunks of a language model: ten seconds of them at fifty thousand a second.
const LONGEST_STREAM: usize = 96 * 1024 * 1024;
const MOST_EVENTS: u32 = 1_000_000;
/// All workloads of one row at once, or the longest stream.
const MOST_KEPT: usize = 128 * 1024 * 1024;
/// What browsers read at most at once.
const PIECE: usize = 64 * 1024;
/// As fine as tokio's timers are.
const TICK: Duration = Duration::from_millis(1);

pub fn router(hosts: &Arc<AllowedHosts>) -> Router {
    Router::new()
        .route("/bench/stream", get(stream).post(stream))
        .route("/bench/expected", get(expected))
        .with_state(Arc::new(Kept::default()))
        .layer(from_fn_with_state(Arc::clone(hosts), guard::own_pages))
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
struct Wanted {
    workload: Kind,
    events: u32,
    #[serde(default = "first_seed")]
    seed: u32,
}

const fn first_seed() -> u32 {
    1
}

#[derive(Deserialize)]
struct Pace {
    /// Events per second.
    rate: Option<u32>,
}

/// `GET` or `POST /bench/stream?workload=llm&events=40000&seed=1`, with `&rate=50000` at that rate.
async fn stream(
    State(kept): State<Arc<Kept>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    pace: Result<Query<Pace>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = wanted.map_err(refusal)?;
    let Query(pace) = pace.map_err(refusal)?;
    let bytes = kept.get(wanted).await?.bytes.clone();
    let Some(rate) = pace.rate else {
        let pieces = bytes.len().div_ceil(PIECE);
        let pieces =
            (0..pieces).map(move |piece| Ok::<_, Infallible>(part(&bytes, piece * PIECE, (piece + 1) * PIECE)));
        return Ok(event_stream(events::CONTENT_TYPE, stream::iter(pieces)));
    };
    if rate == 0 {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "A rate is at least one event per second."));
    }
    let period = TICK.max(Duration::from_secs(1) / rate);
    let ticks = (f64::from(wanted.events) / (f64::from(rate) * period.as_secs_f64())).ceil().max(1.0) as usize;
    let pieces = stream::unfold((0, interval(period)), move |(tick, mut ticking)| {
        let piece = part(&bytes, bytes.len() * tick / ticks, bytes.len() * (tick + 1) / ticks);
        async move {
            if tick == ticks {
                return None;
            }
            ticking.tick().await;
            Some((Ok::<_, Infallible>(piece), (tick + 1, ticking)))
        }
    });
    Ok(event_stream(events::CONTENT_TYPE, pieces))
}

/// `GET /bench/expected?workload=llm&events=40000&seed=1`.
async fn expected(
    State(kept): State<Arc<Kept>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Expected>, Refusal> {
    let Query(wanted) = wanted.map_err(refusal)?;
    Ok(Json(kept.get(wanted).await?.expected.clone()))
}

fn refusal(rejection: QueryRejection) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, format!("That is no stream of the benchmark: {}.", rejection.body_text()))
}

fn part(bytes: &Bytes, start: usize, end: usize) -> Bytes {
    bytes.slice(start.min(bytes.len())..end.min(bytes.len()))
}

/// What was made lately, so that a server that generates is never what a client waits for.
#[derive(Default)]
struct Kept(Mutex<VecDeque<(Wanted, Arc<Workload>)>>);

impl Kept {
    async fn get(self: &Arc<Self>, wanted: Wanted) -> Result<Arc<Workload>, Refusal> {
        let size = (wanted.events as usize).saturating_mul(wanted.workload.largest_event());
        if wanted.events > MOST_EVENTS || size > LONGEST_STREAM {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "So long a stream is not made here."));
        }
        let this = Arc::clone(self);
        // Making a long one takes a second, in which other streams go on.
        let made = tokio::task::spawn_blocking(move || this.get_or_make(wanted)).await;
        made.map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The stream could not be made."))
    }

    fn get_or_make(&self, wanted: Wanted) -> Arc<Workload> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, workload)) = kept.iter().find(|(known, _)| *known == wanted) {
            return Arc::clone(workload);
        }
        let workload = Arc::new(wanted.workload.generate(wanted.events, wanted.seed));
        kept.push_back((wanted, Arc::clone(&workload)));
        while kept.len() > 1 && kept.iter().map(|(_, workload)| workload.bytes.len()).sum::<usize>() > MOST_KEPT {
            kept.pop_front();
        }
        workload
    }
}

/// Isolates the benchmark's page from other origins, for which browsers give it a clock of some microseconds.
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
