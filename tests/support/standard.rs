//! A second implementation of section 9.2.6 of the HTML Standard, sentence by sentence and without
//! regard to speed. Tests compare the parser with it.

use std::time::Duration;

use headwater::{Block, Blocks};

/// Returns the duration in milliseconds.
pub fn in_ms(duration: Duration) -> u64 {
    assert_eq!(duration.subsec_nanos() % 1_000_000, 0, "{duration:?}");
    u64::try_from(duration.as_millis()).unwrap()
}

/// The result of a blank line, in a form that outlives the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// An event was fired.
    Message { event_type: String, data: String, last_event_id: String },
    /// No event was fired, but the last event ID string changed.
    LastEventId(String),
}

/// The result of a stream that ends here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub last_event_id: String,
    pub reconnection_time: Option<u64>,
}

/// Reads all blocks of a chunk.
pub fn draw(mut blocks: Blocks<'_>) -> Vec<Row> {
    let mut rows = vec![];
    while let Some(block) = blocks.next_block() {
        rows.push(Row::from(block));
    }
    rows
}

impl From<Block<'_>> for Row {
    fn from(block: Block<'_>) -> Self {
        match block {
            Block::Message(message) => Row::Message {
                event_type: message.event_type.into_owned(),
                data: message.data.into_owned(),
                last_event_id: message.last_event_id.to_owned(),
            },
            Block::LastEventId(last_event_id) => Row::LastEventId(last_event_id.to_owned()),
        }
    }
}

/// Returns the standard's result for a whole stream of an event source whose last event ID string
/// is `last_event_id`.
///
/// There is one deviation, which browsers share: the last event ID buffer starts with the last
/// event ID string, so that the first block after a reconnection does not clear it.
pub fn read(stream: &[u8], last_event_id: &str) -> Outcome {
    // "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading UTF-8
    // Byte Order Mark".
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);

    let mut reading = Reading {
        data_buffer: String::new(),
        event_type_buffer: String::new(),
        last_event_id_buffer: last_event_id.to_owned(),
        outcome: Outcome { rows: vec![], last_event_id: last_event_id.to_owned(), reconnection_time: None },
    };
    for line in lines(text) {
        if line.is_empty() {
            reading.dispatch_the_event();
        } else if line.starts_with(':') {
            // "Ignore the line."
        } else if let Some((field, value)) = line.split_once(':') {
            // "If value starts with a U+0020 SPACE character, remove it from value."
            reading.process_the_field(field, value.strip_prefix(' ').unwrap_or(value));
        } else {
            // "Using the whole line as the field name, and the empty string as the field value."
            reading.process_the_field(&line, "");
        }
    }
    // "Once the end of the file is reached, any pending data must be discarded."
    reading.outcome
}

/// Returns the lines of a text that have ended, with CR LF, LF or CR. The rest after the last one
/// is pending data.
fn lines(text: &str) -> Vec<String> {
    let one_line_end = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = one_line_end.split('\n').map(str::to_owned).collect();
    lines.pop();
    lines
}

/// "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must
/// be associated with it."
struct Reading {
    data_buffer: String,
    event_type_buffer: String,
    last_event_id_buffer: String,
    outcome: Outcome,
}

impl Reading {
    /// "Field names must be compared literally, with no case folding performed."
    fn process_the_field(&mut self, field: &str, value: &str) {
        match field {
            "event" => self.event_type_buffer = value.to_owned(),
            "data" => {
                self.data_buffer.push_str(value);
                self.data_buffer.push('\n');
            }
            "id" if !value.contains('\0') => self.last_event_id_buffer = value.to_owned(),
            // "Only ASCII digits": a number, so at least one.
            "retry" if !value.is_empty() && value.chars().all(|character| character.is_ascii_digit()) => {
                // With digits only, parsing can fail only because of an overflow.
                self.outcome.reconnection_time = Some(value.parse().unwrap_or(u64::MAX));
            }
            // "The field is ignored."
            _ => {}
        }
    }

    fn dispatch_the_event(&mut self) {
        // Step 1. Also records whether the string changed, for the rows.
        let another_id = self.outcome.last_event_id != self.last_event_id_buffer;
        self.outcome.last_event_id = self.last_event_id_buffer.clone();
        // Step 2.
        if self.data_buffer.is_empty() {
            self.event_type_buffer = String::new();
            if another_id {
                self.outcome.rows.push(Row::LastEventId(self.outcome.last_event_id.clone()));
            }
            return;
        }
        // Step 3.
        if self.data_buffer.ends_with('\n') {
            self.data_buffer.pop();
        }
        // Steps 4 to 6.
        let mut event_type = "message".to_owned();
        if !self.event_type_buffer.is_empty() {
            event_type = self.event_type_buffer.clone();
        }
        // Step 8, with step 7 after it.
        self.outcome.rows.push(Row::Message {
            event_type,
            data: self.data_buffer.clone(),
            last_event_id: self.outcome.last_event_id.clone(),
        });
        self.data_buffer = String::new();
        self.event_type_buffer = String::new();
    }
}
