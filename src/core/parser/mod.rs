//! Parses an event stream: fields, the three buffers, the last event ID string and the reconnection
//! time (HTML Standard, 9.2.6).
//!
//! Functions that run for each byte or field are `#[inline(always)]`, here and in
//! `src/npm/batch.rs`. Otherwise the npm build would call them for each line, since it inlines a
//! function only if that makes the module smaller (`-inline-threshold=-10` in `scripts/build.mjs`).

mod blocks;
pub(crate) mod buffer;
mod field;
mod kept;
pub(crate) mod line;
#[cfg(any(headwater_npm, headwater_internals, test))]
pub(crate) mod plain;
pub(crate) mod text;

use alloc::{borrow::Cow, string::String};
use core::time::Duration;

pub use self::blocks::Blocks;
use self::{
    kept::Kept,
    line::LineSplitter,
    text::{Decode, decode_lossy, text_of},
};
use crate::core::reconnection;

/// The default limit for the size of an event: 64 MiB. It is above the largest single events known
/// from language-model APIs (base64 images of about 20 MiB), and far below the 4 GiB limit of
/// WebAssembly memory.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 * 1024 * 1024;

/// Parses an event stream: chunks go in, blocks come out. Parsing takes linear time, however the
/// stream is split into chunks.
#[derive(Debug)]
pub struct Parser {
    decode: Decode,
    lines: LineSplitter,
    kept: Kept,
    last_event_id: String,
    /// Whether the block being yielded changed `last_event_id`.
    id_changed: bool,
    /// In milliseconds.
    reconnection_time: Option<u64>,
    max_event_size: usize,
    dispatched: u64,
    /// Whether an event of this stream exceeded the limit. The stream then yields no more blocks.
    too_large: bool,
}

/// A complete block that has data or changes the last event ID. Other blocks are skipped.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'b> {
    /// A block that has data. Fire an event for it.
    Message(Message<'b>),
    /// A block without data that changed the last event ID string. No event fires, but the new ID
    /// applies from here on.
    LastEventId(&'b str),
}

/// Like [`Block`], before decoding: the npm layer decodes many blocks at once.
pub(crate) struct RawBlock<'b> {
    /// Empty if the type is `message`.
    pub(crate) event_type: &'b [u8],
    /// `None` if no event fires.
    pub(crate) data: Option<&'b [u8]>,
    pub(crate) last_event_id: &'b str,
    pub(crate) last_event_id_changed: bool,
}

/// Holds the fields of an event that the caller fires.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message<'b> {
    /// The event type: `message` unless the block named another type.
    pub event_type: Cow<'b, str>,
    /// The values of the block's `data` fields, joined with U+000A. Borrowed if they lie within the
    /// chunk in one piece.
    pub data: Cow<'b, str>,
    /// The last event ID string of the event source, which may come from an earlier block.
    pub last_event_id: &'b str,
    /// Whether this block changed `last_event_id`.
    pub last_event_id_changed: bool,
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// Creates a parser at the beginning of a stream, with an empty last event ID and the limit
    /// [`DEFAULT_MAX_EVENT_SIZE`].
    #[must_use]
    pub fn new() -> Self {
        Self::decoding_with(decode_lossy, String::new(), DEFAULT_MAX_EVENT_SIZE)
    }

    /// Like [`Parser::new`], with another UTF-8 decoder. The browser has a decoder, so the module
    /// does not need its own.
    pub(crate) fn decoding_with(decode: Decode, last_event_id: String, max_event_size: usize) -> Self {
        Self {
            decode,
            lines: LineSplitter::default(),
            kept: Kept::default(),
            last_event_id,
            id_changed: false,
            reconnection_time: None,
            max_event_size,
            dispatched: 0,
            too_large: false,
        }
    }

    /// Sets the last event ID string from which the stream continues. Messages have this ID until a
    /// block sets another ID.
    ///
    /// ```
    /// use headwater::Parser;
    ///
    /// let parser = Parser::new().with_last_event_id("41".to_owned());
    /// assert_eq!(parser.last_event_id(), "41");
    /// ```
    #[must_use]
    pub fn with_last_event_id(mut self, last_event_id: String) -> Self {
        self.last_event_id = last_event_id;
        self
    }

    /// Sets the size limit of an event in bytes. The limit applies to the sum of data, event type,
    /// last event ID and any unfinished line, as received (before invalid UTF-8 becomes U+FFFD). A
    /// non-ASCII ID counts as three times its length. A larger event ends the stream: see
    /// [`Parser::is_too_large`].
    ///
    /// ```
    /// use headwater::Parser;
    ///
    /// let mut parser = Parser::new().with_max_event_size(4);
    /// assert!(parser.handle_chunk(b"data: 12345\n\n").next_block().is_none());
    /// assert!(parser.is_too_large());
    /// ```
    #[must_use]
    pub fn with_max_event_size(mut self, max_event_size: usize) -> Self {
        self.max_event_size = max_event_size;
        self
    }

    /// Starts a new stream of the same event source. Unfinished data is discarded. The last event
    /// ID string and the reconnection time are kept.
    ///
    /// A block without an ID leaves the last event ID string unchanged, as in browsers, even if it
    /// is the first block. If the standard is taken literally, the last event ID buffer starts
    /// empty, and the first block after a reconnection resets the ID.
    pub fn start_stream(&mut self) {
        self.lines = LineSplitter::default();
        self.kept = Kept::default();
        self.too_large = false;
    }

    /// Returns the last event ID string as of the last block that was yielded.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Continues from another block than the block that was yielded last.
    pub(crate) fn set_last_event_id(&mut self, last_event_id: String) {
        self.last_event_id = last_event_id;
    }

    /// Returns the reconnection time that the server sent, or `None` if it sent none.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.reconnection_time.map(Duration::from_millis)
    }

    /// Like [`Parser::reconnection_time`], in milliseconds.
    pub(crate) fn reconnection_millis(&self) -> Option<u64> {
        self.reconnection_time
    }

    /// Returns the number of messages that were yielded, in all streams together.
    #[must_use]
    pub fn dispatched(&self) -> u64 {
        self.dispatched
    }

    /// Returns whether an event of the stream exceeded the limit. The stream then yields no more
    /// blocks.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    fn store_last_event_id(&mut self, last_event_id: Option<&str>) {
        if let Some(id) = last_event_id {
            self.last_event_id.clear();
            self.last_event_id.push_str(id);
        }
    }

    fn set_reconnection_time(&mut self, value: &[u8]) {
        self.reconnection_time = reconnection::parse_time(value).or(self.reconnection_time);
    }
}

impl<'b> RawBlock<'b> {
    fn decode(self, decode: Decode) -> Block<'b> {
        let Self { event_type, data, last_event_id, last_event_id_changed } = self;
        let event_type = if event_type.is_empty() { "message".into() } else { text_of(event_type, decode) };
        match data {
            Some(data) => Block::Message(Message {
                event_type,
                data: text_of(data, decode),
                last_event_id,
                last_event_id_changed,
            }),
            None => Block::LastEventId(last_event_id),
        }
    }
}
