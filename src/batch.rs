//! Owns the form in which the blocks of a chunk cross into JavaScript: one text and one table of offsets into it. Must
//! not know JavaScript; `js/event-source.ts` reads what this writes.
//!
//! A row is six numbers: start and end of type, data and last event ID, in UTF-16 units of the text. An empty type
//! means `message`. [`NONE`] as the start of the data means a block that fires nothing; as the start of the id, the id
//! of the row before.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use crate::{
    line::{self, RETAINED_CAPACITY},
    parser::{Block, Blocks},
};

/// Stands for "there is none" where a row has an offset.
pub(crate) const NONE: u32 = u32::MAX;

const NOWHERE: Span = Span { start: NONE, end: NONE };

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

/// The blocks of one chunk, ready to cross. Its memory is used again for the next chunk.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    text: String,
    /// The length of `text` in UTF-16 units.
    length: u32,
    rows: Vec<u32>,
    /// Where the last type was written to `text`, in bytes and in UTF-16 units: runs of one type are written once.
    event_type: (Range<usize>, Span),
}

impl Batch {
    /// Draws all blocks, in place of those of the chunk before.
    pub(crate) fn fill(&mut self, mut blocks: Blocks<'_>) {
        self.clear();
        while let Some(block) = blocks.next_block() {
            let (event_type, data, new_id) = match &block {
                Block::Message(message) => (
                    self.event_type(message.event_type),
                    self.write(&message.data),
                    message.last_event_id_changed.then_some(message.last_event_id),
                ),
                Block::LastEventId(last_event_id) => (Span::default(), NOWHERE, Some(*last_event_id)),
            };
            let id = new_id.map_or(NOWHERE, |last_event_id| self.write(last_event_id));
            self.rows.extend([event_type.start, event_type.end, data.start, data.end, id.start, id.end]);
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    fn clear(&mut self) {
        line::clear_text(&mut self.text);
        self.rows.clear();
        self.rows.shrink_to(RETAINED_CAPACITY);
        self.length = 0;
        self.event_type.0 = 0..0;
    }

    fn event_type(&mut self, event_type: &str) -> Span {
        if event_type == "message" {
            return Span::default();
        }
        if self.text.get(self.event_type.0.clone()) != Some(event_type) {
            let start = self.text.len();
            let span = self.write(event_type);
            self.event_type = (start..self.text.len(), span);
        }
        self.event_type.1
    }

    fn write(&mut self, text: &str) -> Span {
        let start = self.length;
        self.text.reserve_exact(line::growth(self.text.len(), self.text.capacity(), text.len(), usize::MAX));
        self.text.push_str(text);
        self.length += utf16_length(text);
        Span { start, end: self.length }
    }
}

/// One unit for each character's first byte, and a second one for those of four bytes.
#[expect(clippy::cast_possible_truncation, reason = "a text is shorter than WebAssembly's 4 GiB of memory")]
fn utf16_length(text: &str) -> u32 {
    if text.is_ascii() {
        return text.len() as u32;
    }
    text.bytes().map(|byte| u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xF0)).sum()
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;

    use crate::parser::Parser;

    /// What the facade reads: type, data and id of each row.
    fn read(batch: &Batch) -> Vec<(String, Option<String>, Option<String>)> {
        let text: Vec<u16> = batch.text().encode_utf16().collect();
        let slice = |start: u32, end: u32| String::from_utf16(&text[start as usize..end as usize]).unwrap();
        let optional = |start, end| (start != NONE).then(|| slice(start, end));
        batch
            .rows()
            .chunks(6)
            .map(|row| (slice(row[0], row[1]), optional(row[2], row[3]), optional(row[4], row[5])))
            .collect()
    }

    fn row(event_type: &str, data: Option<&str>, id: Option<&str>) -> (String, Option<String>, Option<String>) {
        (event_type.to_owned(), data.map(str::to_owned), id.map(str::to_owned))
    }

    #[test]
    fn offsets_count_utf16_units_of_every_plane() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk("id:日\nevent: tök\ndata: a\u{FEFF}é日🦀b\n\ndata: 🦀ÿ\n\n".as_bytes()));
        assert_eq!(read(&batch), [row("tök", Some("a\u{FEFF}é日🦀b"), Some("日")), row("", Some("🦀ÿ"), None)]);
    }

    #[test]
    fn a_type_or_id_that_repeats_is_written_once() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        let stream = b"event: t\nid: 1\ndata: a\n\nevent: t\nid: 1\ndata: b\n\nevent: u\ndata\n\n";
        batch.fill(parser.handle_chunk(stream));
        assert_eq!(read(&batch), [row("t", Some("a"), Some("1")), row("t", Some("b"), None), row("u", Some(""), None)]);
        assert_eq!(batch.text(), "ta1bu");
    }

    #[test]
    fn a_block_with_only_an_id_is_a_row_and_an_id_may_become_empty() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk(b"id: 7\n\ndata: x\n\nid\ndata: y\n\n"));
        assert_eq!(read(&batch), [row("", None, Some("7")), row("", Some("x"), None), row("", Some("y"), Some(""))]);
    }

    #[test]
    fn each_batch_stands_alone_but_for_the_id() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk(b"event: t\nid: 1\ndata: a\n\n"));
        assert_eq!(read(&batch), [row("t", Some("a"), Some("1"))]);
        batch.fill(parser.handle_chunk(b"event: t\nid: 1\ndata: a\n\n"));
        assert_eq!(read(&batch), [row("t", Some("a"), None)]);
        batch.fill(parser.handle_chunk(b"event: t\nid: 2\ndata: b\n\n"));
        assert_eq!(read(&batch), [row("t", Some("b"), Some("2"))]);
    }
}
