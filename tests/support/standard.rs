//! Owns a second reading of the HTML Standard's section 9.2.6, sentence by sentence and with no thought of speed, for
//! the parser to be compared with. Must not know how the parser works.

use headwater::{Block, Blocks};

/// What a blank line brought, in a form that outlives the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// An event was fired.
    Message { event_type: String, data: String, last_event_id: String },
    /// No event was fired, but the last event ID string is another.
    LastEventId(String),
}

/// What a stream, ended here, has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub last_event_id: String,
    pub reconnection_time: Option<u64>,
}

/// Draws all blocks of a chunk.
pub fn draw(mut blocks: Blocks<'_>) -> Vec<Row> {
    let mut rows = vec![];
    while let Some(block) = blocks.next_block() {
        rows.push(match block {
            Block::Message(message) => Row::Message {
                event_type: message.event_type.to_owned(),
                data: message.data.into_owned(),
                last_event_id: message.last_event_id.to_owned(),
            },
            Block::LastEventId(last_event_id) => Row::LastEventId(last_event_id.to_owned()),
        });
    }
    rows
}

/// What the standard says of a whole stream of an event source whose last event ID string is `last_event_id`.
///
/// One liberty, which browsers take too: the last event ID buffer begins as the last event ID string, so that the
/// first block after a reconnection does not forget it.
pub fn read(stream: &[u8], last_event_id: &str) -> Outcome {
    // "Streams must be decoded using the UTF-8 decode algorithm", which strips one byte order mark.
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);

    let mut outcome = Outcome { rows: vec![], last_event_id: last_event_id.to_owned(), reconnection_time: None };
    let (mut data, mut event_type, mut id) = (String::new(), String::new(), last_event_id.to_owned());

    for line in lines(text) {
        if line.is_empty() {
            dispatch(&mut outcome, &mut data, &mut event_type, &id);
        } else if line.starts_with(':') {
            // "Ignore the line."
        } else {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => event_type = value.to_owned(),
                "data" => {
                    data.push_str(value);
                    data.push('\n');
                }
                "id" if !value.contains('\0') => id = value.to_owned(),
                "retry" if !value.is_empty() && value.chars().all(|character| character.is_ascii_digit()) => {
                    // Digits alone fail to parse only by being too many.
                    outcome.reconnection_time = Some(value.parse().unwrap_or(u64::MAX));
                }
                _ => {}
            }
        }
    }
    // "Once the end of the file is reached, any pending data must be discarded."
    outcome
}

/// The lines of a text that have ended: by CR LF, by LF, or by CR.
fn lines(text: &str) -> Vec<String> {
    let one_line_end = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = one_line_end.split('\n').map(str::to_owned).collect();
    lines.pop();
    lines
}

/// "Dispatch the event."
fn dispatch(outcome: &mut Outcome, data: &mut String, event_type: &mut String, id: &str) {
    let another_id = outcome.last_event_id != id;
    outcome.last_event_id = id.to_owned();
    if !data.is_empty() {
        let named = if event_type.is_empty() { "message" } else { event_type.as_str() };
        outcome.rows.push(Row::Message {
            event_type: named.to_owned(),
            data: data.strip_suffix('\n').unwrap_or(data).to_owned(),
            last_event_id: id.to_owned(),
        });
    } else if another_id {
        outcome.rows.push(Row::LastEventId(id.to_owned()));
    }
    data.clear();
    event_type.clear();
}
