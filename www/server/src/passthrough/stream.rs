//! Converts the endpoint's stream: the library's own parser reads its events, and this server
//! writes each one again. Does not know the contents of a chunk.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use headwater::{Block, Parser};
use serde_json::json;
use tokio::time::timeout;

use super::chunk::{self, Said};
use super::complaint::Complaint;
use crate::events;

/// Limits one event and one line, far above the longest reply that comes in one piece. Data beyond
/// this limit is not held in memory.
const LONGEST_EVENT: usize = 1024 * 1024;
/// The end of the body may follow the end of the reply within this time. If it does, the
/// connection can be reused.
const END_LIMIT: Duration = Duration::from_secs(1);
/// Replaces an event that could not be read, so that the page can report that something is missing.
const UNREADABLE: &str = "null";

/// The state while one response is read.
pub struct Reading {
    /// The endpoint's name in sentences.
    name: String,
    model: String,
    key: String,
    parser: Parser,
    has_begun: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    /// The endpoint has reported that the answer is complete.
    Complete,
    /// Nothing more is read.
    Over,
}

impl Reading {
    pub fn new(name: String, model: String, key: String) -> Self {
        let parser = Parser::new().with_max_event_size(LONGEST_EVENT);
        Self { name, model, key, parser, has_begun: false, state: State::Open }
    }

    /// Returns the bytes for the page. If the endpoint's body breaks off, this stream breaks off
    /// too.
    pub fn follow<E: Send + 'static>(
        self,
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::unfold((self, body.boxed()), async |(mut reading, mut body)| {
            let next = reading.next(&mut body).await?;
            Some((next, (reading, body)))
        })
    }

    async fn next<E>(&mut self, body: &mut BoxStream<'static, Result<Bytes, E>>) -> Option<io::Result<Bytes>> {
        match self.state {
            State::Open => {}
            State::Complete => {
                let rest = async { while let Some(Ok(_)) = body.next().await {} };
                // A body that continues is dropped with its connection.
                let _ = timeout(END_LIMIT, rest).await;
                return None;
            }
            State::Over => return None,
        }
        match body.next().await {
            Some(Ok(bytes)) => Some(Ok(self.read(&bytes))),
            Some(Err(_)) => {
                self.state = State::Over;
                Some(Err(io::ErrorKind::ConnectionAborted.into()))
            }
            None => {
                self.state = State::Over;
                (!self.has_begun).then(|| Ok(self.failure("ended its response without any text")))
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Bytes {
        let mut written = Vec::new();
        let mut complaint = None;
        let mut blocks = self.parser.handle_chunk(bytes);
        while let Some(block) = blocks.next_block() {
            let Block::Message(message) = block else { continue };
            let said = match &*message.event_type {
                "message" => chunk::read(&message.data, &self.model, &self.key),
                "error" => Said::Failure(Complaint::of_event(&message.data)),
                // The page has no listener for other events.
                _ => continue,
            };
            self.has_begun = true;
            match said {
                Said::Chunk(json) => written.extend_from_slice(&events::message(&json)),
                Said::Unreadable => written.extend_from_slice(&events::message(UNREADABLE)),
                Said::Done => {
                    written.extend_from_slice(&events::message("[DONE]"));
                    self.state = State::Complete;
                    break;
                }
                Said::Failure(reported) => {
                    complaint = Some(reported.words());
                    break;
                }
            }
        }
        drop(blocks);
        if complaint.is_none() && self.state == State::Open && self.parser.is_too_large() {
            complaint = Some("sent an event that is too large".into());
        }
        if let Some(words) = complaint {
            self.state = State::Over;
            written.extend_from_slice(&self.failure(&words));
        }
        // This is a comment, or a part of an event: the page must see that the endpoint is alive.
        if written.is_empty() { events::KEEP_ALIVE } else { written.into() }
    }

    fn failure(&self, words: &str) -> Bytes {
        events::message(&json!({ "error": { "message": format!("{} {words}.", self.name) } }).to_string())
    }
}
