//! Interprets an event stream: fields, the three buffers, the last event ID string and the server's
//! reconnection time (HTML Standard, 9.2.6).
//!
//! What looks at each byte or field is `#[inline(always)]`, here and in `src/npm/batch.rs`. The npm
//! build inlines a function only where that makes the module smaller (`-inline-threshold=-10` in
//! `scripts/build.mjs`), and would call these for each line.

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

/// 64 MiB: above the largest single events known from language-model APIs (base64 images of some 20
/// MiB), and far below the 4 GiB at which WebAssembly memory ends.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 * 1024 * 1024;

/// An event stream parser: chunks in, blocks out, in time linear in bytes for every chunking.
#[derive(Debug)]
pub struct Parser {
    decode: Decode,
    lines: LineSplitter,
    kept: Kept,
    last_event_id: String,
    /// The block being handed out changed `last_event_id`.
    id_changed: bool,
    /// In milliseconds.
    reconnection_time: Option<u64>,
    max_event_size: usize,
    dispatched: u64,
    /// Of an event of this stream. No more blocks come from it.
    too_large: bool,
}

/// What a blank line ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'b> {
    /// A block with data: an event to be fired.
    Message(Message<'b>),
    /// A block without data that changed the last event ID string: nothing is fired, but it counts
    /// from here on.
    LastEventId(&'b str),
}

/// As [`Block`], as it came: for who makes text of many at a time.
pub(crate) struct RawBlock<'b> {
    /// Empty for `message`.
    pub(crate) event_type: &'b [u8],
    /// Without data it is no event.
    pub(crate) data: Option<&'b [u8]>,
    pub(crate) last_event_id: &'b str,
    pub(crate) last_event_id_changed: bool,
}

/// An event to be fired.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message<'b> {
    /// The event type: `message` unless the block named another.
    pub event_type: Cow<'b, str>,
    /// The values of the block's `data` fields, joined with U+000A. Borrowed from the chunk where
    /// it lies there whole.
    pub data: Cow<'b, str>,
    /// The last event ID string of the event source, which may come from an earlier block.
    pub last_event_id: &'b str,
    /// Whether this block changed it.
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

    /// As [`Parser::new`], with another decoder: a platform that has one needs no second one in the
    /// program.
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

    /// Sets the last event ID string that the stream continues after. The first blocks without an
    /// ID have it.
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

    /// Sets the largest event in bytes: data, event type and last event ID together. An unfinished
    /// line counts with them. Bytes count as they came, before U+FFFD replaces what is not
    /// UTF-8; but an ID that is not ASCII counts three times. A larger event ends the stream,
    /// see [`Parser::is_too_large`].
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

    /// Starts a new stream of the same event source: what was unfinished is discarded, the last
    /// event ID string and the reconnection time stay.
    ///
    /// A block without an id leaves the last event ID string as it is, the first one too, as in
    /// browsers. Read to the letter, the standard starts the last event ID buffer empty, and
    /// the first block after a reconnection would forget the position.
    pub fn start_stream(&mut self) {
        self.lines = LineSplitter::default();
        self.kept = Kept::default();
        self.too_large = false;
    }

    /// The last event ID string: that of the last block handed out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Goes on from another block than the last one handed out.
    pub(crate) fn set_last_event_id(&mut self, last_event_id: String) {
        self.last_event_id = last_event_id;
    }

    /// The server's reconnection time, if it sent one.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.reconnection_time.map(Duration::from_millis)
    }

    /// As [`Parser::reconnection_time`], in milliseconds.
    pub(crate) fn reconnection_millis(&self) -> Option<u64> {
        self.reconnection_time
    }

    /// How many messages were handed out, over all streams.
    #[must_use]
    pub fn dispatched(&self) -> u64 {
        self.dispatched
    }

    /// The stream holds an event beyond the limit; no more blocks come from it.
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
