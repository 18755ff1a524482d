//! Owns the interpretation of an event stream: fields, the three buffers, the last event ID string and the server's
//! reconnection time (HTML Standard, 9.2.6). Must not know how bytes arrive or what becomes of a message.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    line::{self, Line, LineSplitter, RETAINED_CAPACITY},
    reconnection,
    text::{decode, into_text},
};

/// 64 MiB: above the largest single events known from language-model APIs (base64 images of some 20 MiB), and far
/// below the 4 GiB at which WebAssembly memory ends.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 * 1024 * 1024;

/// An event stream parser: chunks in, blocks out, in time linear in bytes for every chunking.
#[derive(Debug)]
pub struct Parser {
    lines: LineSplitter,
    buffers: Buffers,
    last_event_id: String,
    /// The block being handed out changed `last_event_id`.
    id_changed: bool,
    /// A block was handed out that borrows the buffers.
    handed_out: bool,
    dispatched: u64,
    /// Of an event of this stream. No more blocks come from it.
    too_large: bool,
}

/// Spec 9.2.6: what the fields of a block are collected in, and what they say of the connection.
#[derive(Debug, Default)]
struct Buffers {
    data: Vec<u8>,
    /// The block has a `data` field in `data`. An empty data buffer with a field is a message, without one it is none.
    has_data: bool,
    event_type: String,
    last_event_id: String,
    /// The block has an `id` field. Without it there is nothing to compare at the blank line, however long the id.
    has_id: bool,
    reconnection_time: Option<u64>,
    max_event_size: usize,
    /// A type or id is beyond the limit by itself, and was not kept.
    too_large: bool,
}

/// Spec 9.2.6: the field names that mean something.
#[derive(Clone, Copy)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
    Unknown,
}

/// What a blank line ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'b> {
    /// A block with data: an event to be fired.
    Message(Message<'b>),
    /// A block without data that changed the last event ID string: nothing is fired, but it counts from here on.
    LastEventId(&'b str),
}

/// As [`Block`], its data as it came: for who makes text of many at a time.
pub(crate) struct RawBlock<'b> {
    /// `message` unless the block named another.
    pub(crate) event_type: &'b str,
    /// Without data it is no event.
    pub(crate) data: Option<&'b [u8]>,
    pub(crate) last_event_id: &'b str,
    pub(crate) last_event_id_changed: bool,
}

/// An event to be fired.
#[derive(Debug, PartialEq, Eq)]
pub struct Message<'b> {
    /// The event type: `message` unless the block named another.
    pub event_type: &'b str,
    /// The values of the block's `data` fields, joined with U+000A. Borrowed from the chunk where it lies there whole.
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
    /// A parser at the beginning of a stream, with an empty last event ID and the default limit.
    #[must_use]
    pub fn new() -> Self {
        Self::with_last_event_id(String::new(), DEFAULT_MAX_EVENT_SIZE)
    }

    /// A parser at the beginning of a stream that continues after `last_event_id`, for events of at most
    /// `max_event_size` bytes: data, event type and last event ID together; and an unfinished line counts with them. They
    /// count as they came, before U+FFFD replaces what is not UTF-8.
    #[must_use]
    pub fn with_last_event_id(last_event_id: String, max_event_size: usize) -> Self {
        Self {
            lines: LineSplitter::default(),
            buffers: Buffers { max_event_size, ..Buffers::default() },
            last_event_id,
            id_changed: false,
            handed_out: false,
            dispatched: 0,
            too_large: false,
        }
    }

    /// Starts a new stream of the same event source: what was unfinished is discarded, the last event ID string and
    /// the reconnection time stay.
    ///
    /// A block without an id leaves the last event ID string as it is, the first one too, as in browsers. Read to the
    /// letter, the standard starts the last event ID buffer empty, and the first block after a reconnection would forget
    /// the position.
    pub fn start_stream(&mut self) {
        self.lines = LineSplitter::default();
        self.buffers.clear_block();
        self.buffers.clear_id();
        self.buffers.too_large = false;
        self.handed_out = false;
        self.too_large = false;
    }

    /// Takes the next bytes of the stream. The blocks that they complete are to be drawn from what is returned, until
    /// it has no more: only then is the rest of the chunk kept for the next one.
    #[must_use = "blocks are parsed as they are drawn"]
    pub fn handle_chunk<'p>(&'p mut self, chunk: &'p [u8]) -> Blocks<'p> {
        Blocks { parser: self, rest: chunk, data: None }
    }

    /// The last event ID string: that of the last block handed out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The server's reconnection time in milliseconds, if it sent one.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<u64> {
        self.buffers.reconnection_time
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
}

impl Buffers {
    fn clear_block(&mut self) {
        line::clear(&mut self.data);
        self.has_data = false;
        line::clear_text(&mut self.event_type);
    }

    fn clear_id(&mut self) {
        self.has_id = false;
        line::clear_text(&mut self.last_event_id);
    }

    /// Spec 9.2.6 "process the field".
    fn process_field(&mut self, field: Field, value: Vec<u8>) {
        match field {
            Field::Data if self.has_data => self.append_data(&value),
            Field::Data => {
                self.has_data = true;
                self.data = value;
            }
            Field::Event => self.too_large |= !set_text(&mut self.event_type, value, self.max_event_size),
            Field::Id if !value.contains(&0) => {
                self.too_large |= !set_text(&mut self.last_event_id, value, self.max_event_size);
                self.has_id = true;
            }
            Field::Retry => {
                if let Some(time) = reconnection::parse_time(&value) {
                    self.reconnection_time = Some(time);
                }
            }
            Field::Id | Field::Unknown => {}
        }
    }

    /// Processes a line that began in an earlier chunk. What its memory was larger than the value is given back before
    /// anything is copied.
    fn process_joined(&mut self, mut line: Vec<u8>) {
        let (field, value) = split_field(&line);
        line.drain(..line.len() - value.len());
        line.shrink_to_fit();
        self.process_field(field, line);
    }

    fn append_data(&mut self, value: &[u8]) {
        if self.has_data {
            line::append(&mut self.data, b"\n", self.max_event_size);
        }
        self.has_data = true;
        line::append(&mut self.data, value, self.max_event_size);
    }
}

/// Answers whether the text may have so many bytes; one beyond that is not made. What is not ASCII can become thrice as long,
/// and is only looked at if even that would fit, or be little.
fn set_text(buffer: &mut String, value: Vec<u8>, most: usize) -> bool {
    if value.len() > most || (value.len() > RETAINED_CAPACITY.max(most / 3) && !value.is_ascii()) {
        return false;
    }
    *buffer = into_text(value);
    true
}

/// A copy of `value`, in the memory of the text that it is to replace: there is one in most events.
fn in_memory_of(buffer: &mut String, value: &[u8]) -> Vec<u8> {
    let mut memory = core::mem::take(buffer).into_bytes();
    memory.clear();
    memory.extend_from_slice(value);
    memory
}

/// Spec 9.2.6: the name is what precedes the first colon, one space after the colon is not part of the value, and a
/// line without a colon is a name with an empty value.
#[inline]
fn split_field(line: &[u8]) -> (Field, &[u8]) {
    let (field, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
        [b'i', b'd', rest @ ..] => (Field::Id, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
        _ => (Field::Unknown, line),
    };
    match rest {
        [b':', b' ', value @ ..] | [b':', value @ ..] => (field, value),
        [] => (field, rest),
        _ => (Field::Unknown, rest),
    }
}

impl<'b> RawBlock<'b> {
    fn decode(self) -> Block<'b> {
        let Self { event_type, data, last_event_id, last_event_id_changed } = self;
        match data {
            Some(data) => Block::Message(Message { event_type, data: decode(data), last_event_id, last_event_id_changed }),
            None => Block::LastEventId(last_event_id),
        }
    }
}

/// The blocks that a chunk completes, drawn one by one.
#[derive(Debug)]
pub struct Blocks<'p> {
    parser: &'p mut Parser,
    rest: &'p [u8],
    /// The value of the block's only `data` field so far, if it lies whole within this chunk.
    data: Option<&'p [u8]>,
}

impl<'p> Blocks<'p> {
    /// The next block that the chunk completes, or `None` when the rest of the chunk completes none.
    pub fn next_block(&mut self) -> Option<Block<'_>> {
        self.next_raw_block().map(RawBlock::decode)
    }

    #[inline]
    pub(crate) fn next_raw_block(&mut self) -> Option<RawBlock<'_>> {
        if self.parser.handed_out {
            self.parser.handed_out = false;
            self.parser.buffers.clear_block();
            self.data = None;
        }
        loop {
            if self.parser.too_large {
                return None;
            }
            match self.parser.lines.next_line(&mut self.rest, self.parser.buffers.max_event_size) {
                Some(Line::Whole([])) => {
                    self.enforce_limit(true);
                    if !self.parser.too_large && self.dispatch() {
                        break;
                    }
                }
                Some(Line::Whole(line)) => self.process_whole_line(line),
                // The first line that this chunk ends, so that no value of this chunk is borrowed yet.
                Some(Line::Joined(line)) => self.parser.buffers.process_joined(line),
                None => {
                    self.keep_data();
                    self.enforce_limit(false);
                    return None;
                }
            }
        }
        self.parser.handed_out = true;
        Some(self.block())
    }

    fn process_whole_line(&mut self, line: &'p [u8]) {
        match split_field(line) {
            (Field::Data, value) if self.data.is_none() && !self.parser.buffers.has_data => self.data = Some(value),
            (Field::Data, value) => {
                self.keep_data();
                self.parser.buffers.append_data(value);
            }
            (Field::Event, value) => {
                let value = in_memory_of(&mut self.parser.buffers.event_type, value);
                self.parser.buffers.process_field(Field::Event, value);
            }
            (Field::Id, value) if !value.contains(&0) => {
                let value = in_memory_of(&mut self.parser.buffers.last_event_id, value);
                self.parser.buffers.process_field(Field::Id, value);
            }
            (Field::Retry, value) => self.parser.buffers.process_field(Field::Retry, value.to_vec()),
            (Field::Id | Field::Unknown, _) => {}
        }
    }

    /// Spec 9.2.6 "dispatch the event", as far as the buffers go. Whether there is a block to hand out.
    fn dispatch(&mut self) -> bool {
        let parser = &mut *self.parser;
        parser.id_changed = parser.buffers.has_id && parser.last_event_id != parser.buffers.last_event_id;
        if parser.id_changed {
            core::mem::swap(&mut parser.last_event_id, &mut parser.buffers.last_event_id);
        }
        parser.buffers.clear_id();
        if self.data.is_some() || parser.buffers.has_data {
            parser.dispatched += 1;
            return true;
        }
        line::clear_text(&mut parser.buffers.event_type);
        parser.id_changed
    }

    fn block(&self) -> RawBlock<'_> {
        let Parser { buffers, last_event_id, id_changed, .. } = &*self.parser;
        RawBlock {
            event_type: if buffers.event_type.is_empty() { "message" } else { &buffers.event_type },
            data: self.data.or_else(|| buffers.has_data.then_some(&buffers.data)),
            last_event_id,
            last_event_id_changed: *id_changed,
        }
    }

    /// Moves a borrowed value into the data buffer: the block is more than this value, or longer than this chunk.
    fn keep_data(&mut self) {
        if let Some(value) = self.data.take() {
            self.parser.buffers.append_data(value);
        }
    }

    /// At each blank line and at the end of each chunk, so that the chunking makes no difference: at the end of a chunk the
    /// least that the event can be. An id that came before counts with the event that carries it.
    fn enforce_limit(&mut self, ended: bool) {
        let parser = &mut *self.parser;
        let buffers = &parser.buffers;
        let id = if ended && !buffers.has_id { &parser.last_event_id } else { &buffers.last_event_id };
        let room = buffers.max_event_size.checked_sub(buffers.event_type.len() + id.len() + parser.lines.kept());
        let data = self.data.unwrap_or(&buffers.data);
        if buffers.too_large || room.is_none_or(|room| data.len() > room) {
            self.data = None;
            parser.start_stream();
            parser.too_large = true;
        }
    }
}
