//! Owns the endpoint's stream on its way to the page: its events are read with the library's own parser, and each is
//! written again as this server writes events. It must not know what a chunk holds.

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

/// Of one event and of one line; far more than the longest answer that comes in one piece. What an endpoint sends beyond
/// that is not held in memory.
const LONGEST_EVENT: usize = 1024 * 1024;
/// How long the end of the body may follow the end of the answer. With it, the connection can be used again.
const END_LIMIT: Duration = Duration::from_secs(1);
/// In place of an event that could not be read, so that the page can say that something is missing.
const UNREADABLE: &str = "null";

/// The reading of one answer.
pub struct Reading {
    /// What the endpoint is called in sentences.
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
    /// The endpoint has said that the answer is complete.
    Complete,
    /// Nothing more is read.
    Over,
}

impl Reading {
    pub fn new(name: String, model: String, key: String) -> Self {
        let parser = Parser::new().with_max_event_size(LONGEST_EVENT);
        Self { name, model, key, parser, has_begun: false, state: State::Open }
    }

    /// What the page receives. A body that breaks off breaks off there too.
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
                // A body that goes on is dropped with its connection.
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
                (!self.has_begun).then(|| Ok(self.failure("ended its answer before it began")))
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
                // The page does not listen for any other.
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
        // A comment, or a part of an event: the page must see that the endpoint is alive.
        if written.is_empty() { events::KEEP_ALIVE } else { written.into() }
    }

    fn failure(&self, words: &str) -> Bytes {
        events::message(&json!({ "error": { "message": format!("{} {words}.", self.name) } }).to_string())
    }
}
