//! Reads the body of a request and limits its length, its time, and the memory of all bodies
//! together. Knows nothing of their contents.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::answers::Refusal;

/// Longer conversations exceed the context of the models that people try here.
pub const MOST: usize = 1024 * 1024;
/// The number of bytes of an oversized body that are read and discarded. A connection that is
/// closed with unread bytes is reset, and the browser would then report a network error instead of
/// the refusal.
const MOST_DISCARDED: usize = 16 * MOST;
/// Limits all bodies that are being read or responded to.
const MOST_TOGETHER: usize = 64 * MOST;
/// A whole body must arrive within this time, so that a slow one does not hold its memory forever.
const LIMIT: Duration = Duration::from_secs(30);
/// The unit in which memory is counted.
const UNIT: usize = 1024;
/// Seconds.
const TRY_AGAIN_AFTER: u64 = 5;

/// The memory budget for bodies.
pub struct Bodies(Arc<Semaphore>);

/// A body and its share of the memory for all bodies.
pub struct Read {
    pub bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_TOGETHER / UNIT)))
    }
}

impl Bodies {
    pub async fn read(&self, body: Body) -> Result<Read, Refusal> {
        timeout(LIMIT, self.read_all(body)).await.unwrap_or_else(|_| {
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "The request's body did not arrive within 30 seconds."))
        })
    }

    async fn read_all(&self, body: Body) -> Result<Read, Refusal> {
        let mut body = body.into_data_stream();
        let mut bytes = Vec::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        let mut length = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| {
                Refusal::new(StatusCode::BAD_REQUEST, format!("The request's body broke off: {error}."))
            })?;
            length += chunk.len();
            if length <= MOST {
                let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
                let more = self.reserve(length.div_ceil(UNIT) - held)?;
                match &mut room {
                    Some(room) => room.merge(more),
                    None => room = Some(more),
                }
                bytes.extend_from_slice(&chunk);
            } else if length > MOST_DISCARDED {
                break;
            } else {
                bytes = Vec::new();
                room = None;
            }
        }
        if length > MOST {
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The conversation is longer than 1 MiB."));
        }
        Ok(Read { bytes, _room: room })
    }

    fn reserve(&self, units: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let room = u32::try_from(units).ok().and_then(|units| Arc::clone(&self.0).try_acquire_many_owned(units).ok());
        room.ok_or_else(|| {
            let sentence = "This server has no memory for another conversation right now. Try again later.";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence).with_retry_after(Some(TRY_AGAIN_AFTER.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::response::IntoResponse;
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn bodies_that_are_held_leave_no_memory_for_others_until_they_are_answered() {
        let bodies = Bodies::default();
        let mut held = Vec::new();
        for _ in 0..MOST_TOGETHER / MOST {
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
    async fn a_body_that_is_too_long_gives_its_memory_back_at_once() {
        let bodies = Bodies::default();
        let chunks = (0..2).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; MOST])));
        let room = Arc::clone(&bodies.0);
        let last = stream::once(async move {
            assert_eq!(room.available_permits(), MOST_TOGETHER / UNIT);
            Ok(Bytes::new())
        });
        let body = Body::from_stream(stream::iter(chunks).chain(last));
        let refused = bodies.read(body).await.err().map(|refusal| refusal.into_response().status());
        assert_eq!(refused, Some(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
        let body = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
        let refused = Bodies::default().read(body).await.err().map(|refusal| refusal.into_response().status());
        assert_eq!(refused, Some(StatusCode::REQUEST_TIMEOUT));
    }
}
