//! Reads the body of a request. Limits its length, the time until it has arrived, and the memory of
//! all bodies together. Does not depend on their contents.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::answers::Refusal;

/// How much of an oversized body is read and discarded, as a multiple of the size limit. If a
/// connection is closed with unread bytes, it is reset, and the browser reports a network error
/// instead of the refusal.
const MOST_DISCARDED: usize = 16;
/// Limits the total memory of all bodies that are being read or handled, as a multiple of the size
/// limit.
const MOST_TOGETHER: usize = 64;
/// A body with more bytes than this counts as long: parsing a hundred of them delays other requests
/// noticeably.
const LONG: usize = 16 * 1024;
/// The unit in which memory is counted, in bytes.
const UNIT: usize = 1024;
/// The seconds after which a client should retry if there is no memory for its request.
const TRY_AGAIN_AFTER: u64 = 5;

/// The memory budget for bodies, and the limits of each.
pub struct Bodies {
    room: Arc<Semaphore>,
    /// The largest size in bytes.
    most: usize,
    /// A whole body must arrive within this time, so that a slow client does not keep the body's
    /// memory forever.
    limit: Duration,
    /// Long bodies are handled one at a time, and all other work gets a turn between two of them.
    turn: Semaphore,
}

/// A body, with its permit for the memory that it takes.
pub struct Read {
    pub bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

/// Reads the body before the route receives the request. Its memory counts as used until the
/// headers of the response are complete.
pub async fn whole(State(bodies): State<Arc<Bodies>>, request: Request, next: Next) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let read = bodies.read(body).await?;
    Ok(next.run(Request::from_parts(parts, Body::from(read.bytes))).await)
}

impl Bodies {
    pub fn new(most: usize, limit: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(MOST_TOGETHER * most / UNIT)), most, limit, turn: Semaphore::new(1) }
    }

    pub async fn read(&self, body: Body) -> Result<Read, Refusal> {
        let read = timeout(self.limit, self.read_all(body)).await.unwrap_or_else(|_| {
            let sentence = format!("The request's body did not arrive within {} seconds.", self.limit.as_secs_f64());
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, sentence))
        })?;
        if read.bytes.len() > LONG {
            // The semaphore is never closed.
            let _turn = self.turn.acquire().await;
            yield_now().await;
        }
        Ok(read)
    }

    async fn read_all(&self, body: Body) -> Result<Read, Refusal> {
        let mut body = body.into_data_stream();
        let mut bytes = Vec::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        let mut length = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| {
                Refusal::new(
                    StatusCode::BAD_REQUEST,
                    format!("The request's body could not be read to its end: {error}."),
                )
            })?;
            length += chunk.len();
            if length <= self.most {
                let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
                let more = self.reserve(length.div_ceil(UNIT) - held)?;
                match &mut room {
                    Some(room) => room.merge(more),
                    None => room = Some(more),
                }
                bytes.extend_from_slice(&chunk);
            } else if length > MOST_DISCARDED * self.most {
                break;
            } else {
                bytes = Vec::new();
                room = None;
            }
        }
        if length > self.most {
            let sentence = format!("The request's body is longer than {} KiB.", self.most / UNIT);
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, sentence));
        }
        Ok(Read { bytes, _room: room })
    }

    fn reserve(&self, units: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let room =
            u32::try_from(units).ok().and_then(|units| Arc::clone(&self.room).try_acquire_many_owned(units).ok());
        room.ok_or_else(|| {
            let sentence = "This server has no memory for another request right now. Try again later.";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence).with_retry_after(Some(TRY_AGAIN_AFTER.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use axum::body::Bytes;
    use axum::response::IntoResponse;
    use futures_util::stream;

    use super::*;

    const MOST: usize = 1024 * 1024;

    fn bodies() -> Bodies {
        Bodies::new(MOST, Duration::from_secs(30))
    }

    #[tokio::test]
    async fn a_body_is_refused_with_503_while_other_bodies_hold_all_the_memory() {
        let bodies = bodies();
        let mut held = Vec::new();
        for _ in 0..MOST_TOGETHER {
            held.push(bodies.read(Body::from(vec![b'x'; MOST])).await.ok());
        }
        assert!(held.iter().all(Option::is_some));
        let refused = bodies.read(Body::from("x")).await.err().map(|refusal| refusal.into_response());
        assert!(refused.is_some_and(|response| {
            response.status() == StatusCode::SERVICE_UNAVAILABLE && response.headers().contains_key("retry-after")
        }));
        assert!(bodies.read(Body::empty()).await.is_ok());
        held.pop();
        assert!(bodies.read(Body::from("x")).await.is_ok_and(|read| read.bytes == b"x"));
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_releases_its_memory_at_once() {
        let bodies = bodies();
        let chunks = (0..2).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; MOST])));
        let room = Arc::clone(&bodies.room);
        let last = stream::once(async move {
            assert_eq!(room.available_permits(), MOST_TOGETHER * MOST / UNIT);
            Ok(Bytes::new())
        });
        let body = Body::from_stream(stream::iter(chunks).chain(last));
        let refused = bodies.read(body).await.err().map(|refusal| refusal.into_response().status());
        assert_eq!(refused, Some(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test]
    async fn other_tasks_run_between_long_bodies() {
        let bodies = Arc::new(bodies());
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for _ in 0..3 {
            let (bodies, order) = (Arc::clone(&bodies), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                assert!(bodies.read(Body::from(vec![b'x'; MOST])).await.is_ok());
                order.lock().unwrap_or_else(PoisonError::into_inner).push("body");
            }));
        }
        let other = Arc::clone(&order);
        tasks.push(tokio::spawn(async move {
            for _ in 0..20 {
                other.lock().unwrap_or_else(PoisonError::into_inner).push("other");
                yield_now().await;
            }
        }));
        for task in tasks {
            assert!(task.await.is_ok());
        }
        let order = order.lock().unwrap_or_else(PoisonError::into_inner).join(" ");
        assert!(!order.contains("body body body"), "{order}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_arrives_is_refused_with_408() {
        let body = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
        let refused = bodies().read(body).await.err().map(|refusal| refusal.into_response().status());
        assert_eq!(refused, Some(StatusCode::REQUEST_TIMEOUT));
    }
}
