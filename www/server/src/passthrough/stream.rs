//! Converts the endpoint's stream: the library's own parser reads its events, and this server
//! writes a new event for each. Does not depend on the contents of a chunk.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use headwater::{Block, Parser};
use serde_json::json;
use tokio::time::{Instant, timeout, timeout_at};

use super::chunk::{Chunks, Said};
use super::complaint;
use super::failure::Failure;
use crate::events;

/// The most bytes of one event and of one line: far more than the longest reply that comes in one
/// piece. Data beyond this limit is not kept in memory.
const LONGEST_EVENT: usize = 1024 * 1024;
/// The endpoint's bytes are read in pieces of this length. An event can become many times longer
/// when it is rewritten for the page. Small pieces limit the memory for that.
const LONGEST_PIECE: usize = 8 * 1024;
/// How long this server waits for the end of the body after the end of the reply. If the body ends
/// within this time, the connection can be reused.
const END_LIMIT: Duration = Duration::from_secs(1);
/// Replaces an event that could not be read, so that the page can report that something is missing.
const UNREADABLE: &str = "null";

/// The state while one response is read.
pub struct Reading<E> {
    /// `None` after the end of the stream. After that, the connection is closed or used again.
    body: Option<BoxStream<'static, Result<Bytes, E>>>,
    /// The bytes that have arrived and are not parsed yet.
    unread: Bytes,
    parser: Parser,
    comments: Comments,
    chunks: Chunks,
    /// The endpoint's name in sentences.
    server: String,
    /// The request fails if this time passes without a complete event or comment.
    silence: Duration,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Only white space has arrived.
    Blank,
    /// Something has arrived that can be an event stream, but no event yet.
    Begun,
    /// An event has arrived.
    Open,
    /// The endpoint has given a reason why its answer ends.
    Finished,
    /// The endpoint has reported that the answer is complete.
    Complete,
}

impl<E: Send + 'static> Reading<E> {
    pub fn new(
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        chunks: Chunks,
        server: String,
        silence: Duration,
    ) -> Self {
        Self {
            body: Some(body.boxed()),
            unread: Bytes::new(),
            parser: Parser::new().with_max_event_size(LONGEST_EVENT),
            comments: Comments::default(),
            chunks,
            server,
            silence,
            state: State::Blank,
        }
    }

    /// Returns the events for the page. If the endpoint fails, the last event reports that, and
    /// this stream ends like any other, because the page must not send the request again.
    pub fn follow(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, async |mut reading| {
            let next = reading.next().await?;
            Some((next, reading))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        let body = self.body.as_mut()?;
        if self.state == State::Complete {
            let rest = async { while let Some(Ok(_)) = body.next().await {} };
            // A body that has not ended by then is dropped, and its connection with it.
            let _ = timeout(END_LIMIT, rest).await;
            return None;
        }
        // The endpoint's silence is measured only while this server waits for data, not while the
        // page reads slowly.
        let mut deadline = Instant::now() + self.silence;
        loop {
            if self.unread.is_empty() {
                match timeout_at(deadline, self.body.as_mut()?.next()).await {
                    Ok(Some(Ok(bytes))) => self.unread = bytes,
                    Ok(Some(Err(_))) => return Some(self.fail(Failure::Cut)),
                    Ok(None) => return Some(self.end_of_body()),
                    Err(_) => return Some(self.fail(Failure::Silence)),
                }
            }
            let piece = self.unread.split_to(self.unread.len().min(LONGEST_PIECE));
            if let Some(failure) = self.look_at_start(&piece) {
                return Some(self.fail(failure));
            }
            let (written, mut is_alive) = self.read(&piece);
            if !written.is_empty() {
                return Some(written.into());
            }
            is_alive |= self.comments.end_in(&piece);
            if is_alive {
                deadline = Instant::now() + self.silence;
            }
        }
    }

    /// Returns the failure of a body that is not an event stream, although its headers may say so.
    fn look_at_start(&mut self, piece: &[u8]) -> Option<Failure> {
        if self.state != State::Blank {
            return None;
        }
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
        match piece.iter().find(|byte| !is_blank(byte))? {
            b'<' => return Some(Failure::WebPage),
            b'{' | b'[' => return Some(Failure::Json),
            // The first byte of a gzip file.
            0x1f => return Some(Failure::Compressed),
            _ => self.state = State::Begun,
        }
        None
    }

    /// Returns the events for the page, and whether any event has become complete.
    fn read(&mut self, piece: &[u8]) -> (Vec<u8>, bool) {
        let mut written = Vec::new();
        let mut failure = None;
        let mut is_alive = false;
        let mut blocks = self.parser.handle_chunk(piece);
        while let Some(block) = blocks.next_block() {
            is_alive = true;
            let Block::Message(message) = block else { continue };
            let said = match &*message.event_type {
                "message" => self.chunks.read(&message.data),
                "error" => Said::Failure(complaint::of_event(&message.data)),
                // The page has no listener for other events.
                _ => continue,
            };
            if self.state == State::Begun {
                self.state = State::Open;
            }
            match said {
                Said::Chunk { json, is_last } => {
                    written.extend_from_slice(&events::message(&json));
                    if is_last {
                        self.state = State::Finished;
                    }
                }
                Said::Unreadable => written.extend_from_slice(&events::message(UNREADABLE)),
                Said::Done => {
                    self.state = State::Complete;
                    break;
                }
                Said::Failure(reported) => {
                    failure = Some(reported);
                    break;
                }
            }
        }
        drop(blocks);
        if self.state == State::Complete {
            written.extend_from_slice(&self.complete());
        } else if let Some(failure) = failure.or_else(|| self.parser.is_too_large().then_some(Failure::TooLarge)) {
            written.extend_from_slice(&self.fail(failure));
        }
        (written, is_alive)
    }

    fn end_of_body(&mut self) -> Bytes {
        match self.state {
            State::Blank | State::Begun => self.fail(Failure::Empty),
            State::Open => self.fail(Failure::Incomplete),
            State::Finished | State::Complete => {
                self.body = None;
                self.complete().into()
            }
        }
    }

    fn complete(&mut self) -> Vec<u8> {
        let mut written = self.rest();
        written.extend_from_slice(&events::message("[DONE]"));
        written
    }

    /// Closes the connection to the endpoint, and returns the last event.
    fn fail(&mut self, failure: Failure) -> Bytes {
        self.body = None;
        let mut written = self.rest();
        written.extend_from_slice(&failure_event(failure, &self.server));
        written.into()
    }

    fn rest(&mut self) -> Vec<u8> {
        self.chunks.rest().map(|json| events::message(&json).to_vec()).unwrap_or_default()
    }
}

/// Writes the event that reports a failure to the page.
pub fn failure_event(failure: Failure, server: &str) -> Bytes {
    events::message(&json!({ "error": failure.problem(server) }).to_string())
}

/// Finds comments, which the parser skips. Some endpoints send comments while the model thinks.
struct Comments {
    is_at_start_of_line: bool,
    is_in_comment: bool,
}

impl Default for Comments {
    fn default() -> Self {
        Self { is_at_start_of_line: true, is_in_comment: false }
    }
}

impl Comments {
    /// Returns whether a comment ends in this piece of the stream.
    fn end_in(&mut self, piece: &[u8]) -> bool {
        let mut ends = false;
        for byte in piece {
            let is_end = matches!(byte, b'\r' | b'\n');
            ends |= is_end && self.is_in_comment;
            self.is_in_comment = !is_end && (self.is_in_comment || self.is_at_start_of_line && *byte == b':');
            self.is_at_start_of_line = is_end;
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use tokio::time::sleep;

    use super::super::secret::Secret;
    use super::*;

    const SILENCE: u64 = 40;
    const EVENT: &str = "data: {}\n\n";

    fn reading<E: Send + 'static>(body: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Reading<E> {
        let chunks = Chunks::new("m".into(), &Arc::new(Secret::new("sk-0123456789-secret")));
        Reading::new(body, chunks, "The server".into(), Duration::from_secs(SILENCE))
    }

    /// Returns a body that sends these pieces after pauses in seconds, and then stays silent.
    fn body(pieces: Vec<(u64, &'static str)>) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        let pieces = stream::iter(pieces).then(async |(pause, piece)| {
            sleep(Duration::from_secs(pause)).await;
            Ok(piece.into())
        });
        pieces.chain(stream::pending())
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_without_a_complete_event_or_comment_for_too_long_fails_as_silent() {
        let drops = |drop, count| std::iter::repeat_n((10, drop), count).collect::<Vec<_>>();
        for (pieces, seconds) in [
            (vec![], 40),
            (vec![(30, EVENT)], 70),
            (vec![(30, EVENT), (30, EVENT)], 100),
            (vec![(30, ":\n"), (30, ": thinking\n\n"), (30, "event: ping\ndata:\n\n")], 130),
            (drops("data: ", 100), 40),
            (drops("data: x\n", 100), 40),
            (drops(" :\n", 100), 40),
            (drops(":", 100), 40),
            (drops(":\n", 100), 1040),
            (drops("\r", 100), 40),
        ] {
            let start = Instant::now();
            let told = format!("{pieces:?}");
            let events = events::kept_alive(reading(body(pieces)).follow().map(Ok::<_, Infallible>));
            let events: Vec<Bytes> = events.filter_map(|event| std::future::ready(event.ok())).collect().await;
            assert_eq!(start.elapsed().as_secs(), seconds, "{told}");
            let last = String::from_utf8_lossy(events.last().map_or(b"", |last| last)).into_owned();
            assert!(last.contains(r#""code":"silence""#), "{told}: {last}");
            // The comments for the page do not end the silence of the endpoint.
            assert!(events.contains(&events::KEEP_ALIVE), "{told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_while_the_page_does_not_read_does_not_count_as_silence_of_the_endpoint() {
        let mut stream = reading(body(vec![(0, EVENT), (30, EVENT)])).follow().boxed();
        for _ in 0..2 {
            let event = stream.next().await.unwrap_or_default();
            assert!(event.starts_with(b"data: {\"object\""), "{event:?}");
            sleep(Duration::from_secs(1000)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_the_connection_to_the_endpoint_is_closed_without_another_read() {
        let held = Arc::new(());
        let guard = Arc::clone(&held);
        let body = body(vec![(0, "data: {\"error\":{}}\n\n")]).inspect(move |_| drop(Arc::clone(&guard)));
        let mut stream = reading(body).follow().boxed();
        assert!(stream.next().await.is_some());
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(stream.next().await, None);
    }
}
