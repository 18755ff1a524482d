//! Writes this server's own events. The first tutorial does not use these functions, because it
//! reproduces Spring's bytes. Does not depend on the meaning of the events.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::timeout;

/// The content type of a route that writes events with these functions.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// Writes an event without a name, which `onmessage` receives.
pub fn message(data: &str) -> Bytes {
    Bytes::from(format!("{}\n", data_fields(data)))
}

/// Writes an event with a name. The name is the server's own and contains no line break.
pub fn named(name: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {name}\n{}\n", data_fields(data)))
}

/// A comment, so that a quiet connection is not mistaken for a dead one.
pub const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");
/// The HTML Standard advises a comment "every 15 seconds or so".
pub const KEEP_ALIVE_PERIOD: Duration = Duration::from_secs(15);

/// Adds a comment whenever the stream has been quiet for [`KEEP_ALIVE_PERIOD`]. The stream must
/// wait only between events.
pub fn kept_alive<E: Send + 'static>(
    stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, E>> + Send + 'static {
    stream::unfold(stream.boxed(), async |mut stream| {
        let next = match timeout(KEEP_ALIVE_PERIOD, stream.next()).await {
            Ok(next) => next?,
            Err(_) => Ok(KEEP_ALIVE),
        };
        Some((next, stream))
    })
}

/// Writes one field for each line of the text, so that foreign text cannot end its event and start
/// another.
fn data_fields(data: &str) -> String {
    let lines = data.replace("\r\n", "\n").replace('\r', "\n");
    lines.split('\n').map(|line| format!("data: {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_gets_a_comment_every_15_seconds() {
        let start = Instant::now();
        let events = stream::unfold((), async |()| {
            sleep(Duration::from_secs(40)).await;
            Some((Ok::<_, Infallible>(message("x")), ()))
        });
        let mut kept_alive = kept_alive(events).boxed();
        for (seconds, expected) in [
            (15, KEEP_ALIVE),
            (30, KEEP_ALIVE),
            (40, message("x")),
            (55, KEEP_ALIVE),
            (70, KEEP_ALIVE),
            (80, message("x")),
        ] {
            assert_eq!(kept_alive.next().await, Some(Ok(expected)));
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[test]
    fn every_kind_of_line_break_starts_another_data_field() {
        assert_eq!(message("a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
        assert_eq!(named("stop", ""), "event: stop\ndata: \n\n");
    }
}
