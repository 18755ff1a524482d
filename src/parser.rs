//! Owns the interpretation of an event stream: fields, the three buffers, the last event ID string and the server's
//! reconnection time (HTML Standard, 9.2.6). Must not know how bytes arrive or what becomes of a message.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    line::{self, Line, LineSplitter},
    reconnection,
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
    max_event_size: usize,
    too_large: bool,
}

/// Spec 9.2.6: what the fields of a block are collected in, and what they say of the connection.
#[derive(Debug, Default)]
struct Buffers {
    /// The data buffer, from `data_start` on. What is before it is the name of the field whose line it took over.
    data: Vec<u8>,
    data_start: usize,
    /// The block has a `data` field in `data`. An empty data buffer with a field is a message, without one it is none.
    has_data: bool,
    event_type: String,
    last_event_id: String,
    /// The block has an `id` field. Without it there is nothing to compare at the blank line, however long the id.
    has_id: bool,
    reconnection_time: Option<u64>,
}

/// What a blank line ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'b> {
    /// A block with data: an event to be fired.
    Message(Message<'b>),
    /// A block without data that changed the last event ID string: nothing is fired, but it counts from here on.
    LastEventId(&'b str),
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
    /// `max_event_size` bytes (the unfinished line and the data buffer together).
    #[must_use]
    pub fn with_last_event_id(last_event_id: String, max_event_size: usize) -> Self {
        Self {
            lines: LineSplitter::default(),
            buffers: Buffers::default(),
            last_event_id,
            id_changed: false,
            handed_out: false,
            dispatched: 0,
            max_event_size,
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
        self.buffers.has_id = false;
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
        self.data_start = 0;
        self.has_data = false;
        self.event_type.clear();
    }

    /// Spec 9.2.6 "process the field".
    fn process_field(&mut self, (name, value): (&[u8], &[u8])) {
        match name {
            b"data" => self.append_data(value),
            b"event" => set_text(&mut self.event_type, value),
            b"id" if !value.contains(&0) => {
                set_text(&mut self.last_event_id, value);
                self.has_id = true;
            }
            b"retry" => {
                if let Some(time) = reconnection::parse_time(value) {
                    self.reconnection_time = Some(time);
                }
            }
            _ => {}
        }
    }

    /// Processes a line that began in an earlier chunk. The first `data` field takes its memory over: copying an event
    /// of many megabytes would double what it costs.
    fn process_joined(&mut self, lines: &mut LineSplitter) {
        let line = lines.joined();
        match split_field(line) {
            (b"data", value) if !self.has_data => {
                self.data_start = line.len() - value.len();
                self.has_data = true;
                lines.swap_joined(&mut self.data);
            }
            field => self.process_field(field),
        }
    }

    /// The data buffer.
    fn data(&self) -> &[u8] {
        self.data.get(self.data_start..).unwrap_or_default()
    }

    fn append_data(&mut self, value: &[u8]) {
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
    }
}

/// Bytes that are not UTF-8 become U+FFFD. Doing it for each value gives what decoding the whole stream would: the
/// ASCII characters around a value end every unfinished sequence.
fn set_text(buffer: &mut String, value: &[u8]) {
    buffer.clear();
    buffer.push_str(&String::from_utf8_lossy(value));
}

/// Spec 9.2.6: the name is what precedes the first colon, one space after the colon is not part of the value, and a
/// line without a colon is a name with an empty value.
fn split_field(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&byte| byte == b':').and_then(|colon| line.split_at_checked(colon)) {
        Some((name, [b':', b' ', value @ ..] | [b':', value @ ..])) => (name, value),
        _ => (line, b""),
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
        if self.parser.handed_out {
            self.parser.handed_out = false;
            self.parser.buffers.clear_block();
            self.data = None;
        }
        loop {
            if self.parser.too_large {
                return None;
            }
            match self.parser.lines.next_line(&mut self.rest) {
                Some(Line::Whole([])) => {
                    self.enforce_limit();
                    if !self.parser.too_large && self.dispatch() {
                        break;
                    }
                }
                Some(Line::Whole(line)) => self.process_whole_line(line),
                // The first line that this chunk ends, so that no value of this chunk is borrowed yet.
                Some(Line::Joined) => self.parser.buffers.process_joined(&mut self.parser.lines),
                None => {
                    self.keep_data();
                    self.enforce_limit();
                    return None;
                }
            }
        }
        self.parser.handed_out = true;
        Some(self.block())
    }

    fn process_whole_line(&mut self, line: &'p [u8]) {
        match split_field(line) {
            (b"data", value) if self.data.is_none() && !self.parser.buffers.has_data => self.data = Some(value),
            (b"data", value) => {
                self.keep_data();
                self.parser.buffers.append_data(value);
            }
            field => self.parser.buffers.process_field(field),
        }
    }

    /// Spec 9.2.6 "dispatch the event", as far as the buffers go. Whether there is a block to hand out.
    fn dispatch(&mut self) -> bool {
        let parser = &mut *self.parser;
        parser.id_changed = parser.buffers.has_id && parser.last_event_id != parser.buffers.last_event_id;
        parser.buffers.has_id = false;
        if parser.id_changed {
            parser.last_event_id.clone_from(&parser.buffers.last_event_id);
        }
        if self.data.is_some() || parser.buffers.has_data {
            parser.dispatched += 1;
            return true;
        }
        parser.buffers.event_type.clear();
        parser.id_changed
    }

    fn block(&self) -> Block<'_> {
        let Parser { buffers, last_event_id, id_changed, .. } = &*self.parser;
        let data = match self.data {
            Some(value) => value,
            None if buffers.has_data => buffers.data(),
            None => return Block::LastEventId(last_event_id),
        };
        Block::Message(Message {
            event_type: if buffers.event_type.is_empty() { "message" } else { &buffers.event_type },
            data: String::from_utf8_lossy(data),
            last_event_id,
            last_event_id_changed: *id_changed,
        })
    }

    /// Moves a borrowed value into the data buffer: the block is more than this value, or longer than this chunk.
    fn keep_data(&mut self) {
        if let Some(value) = self.data.take() {
            self.parser.buffers.append_data(value);
        }
    }

    /// At each blank line and at the end of each chunk, so that the chunking makes no difference.
    fn enforce_limit(&mut self) {
        let parser = &mut *self.parser;
        let data = self.data.unwrap_or_else(|| parser.buffers.data()).len();
        if data.saturating_add(parser.lines.kept()) > parser.max_event_size {
            self.data = None;
            parser.start_stream();
            parser.too_large = true;
        }
    }
}
