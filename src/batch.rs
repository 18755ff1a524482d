//! Owns the form in which the blocks of a chunk cross into JavaScript: one text. Must not know JavaScript; `js/batch.ts`
//! reads what this writes.
//!
//! A row is a character that says what follows, [`ROW`] and its sum with any of the others; then the data, the event type
//! and the last event ID, as far as there are any. Each ends with a carriage return, which no line of a stream has in it,
//! and neither has what is made of lines. So nothing here needs to know how long the text will be, nor whether it is
//! UTF-8.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    line,
    parser::{Blocks, RawBlock},
};

const ROW: u8 = b'0';
/// Without data it is a block that fires nothing.
const DATA: u8 = 1;
/// An event type other than `message` follows.
const EVENT_TYPE: u8 = 2;
/// The event type is the last one that a row of this batch has: runs of one type are written once.
const SAME_EVENT_TYPE: u8 = 4;
/// Another last event ID follows. Without it, that of the row before counts, of whatever batch.
const LAST_EVENT_ID: u8 = 8;

const END: u8 = b'\r';

/// The blocks of one chunk, ready to cross. Its memory is used again for the next chunk.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    text: Vec<u8>,
    /// Where the last event type is in `text`.
    event_type: Range<usize>,
}

impl Batch {
    /// Draws all blocks, in place of those of the chunk before.
    pub(crate) fn fill(&mut self, mut blocks: Blocks<'_>) {
        line::clear(&mut self.text);
        self.event_type = 0..0;
        while let Some(block) = blocks.next_raw_block() {
            self.write(&block);
        }
    }

    /// Bytes of a text that is yet to be decoded: what is not UTF-8 stands for U+FFFD.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    fn write(&mut self, block: &RawBlock<'_>) {
        let row = self.text.len();
        self.text.push(ROW);
        let mut flags = ROW;
        if let Some(data) = block.data {
            flags |= DATA;
            self.write_field(data);
            if block.event_type != "message" {
                flags |= self.write_event_type(block.event_type.as_bytes());
            }
        }
        if block.last_event_id_changed {
            flags |= LAST_EVENT_ID;
            self.write_field(block.last_event_id.as_bytes());
        }
        if let Some(row) = self.text.get_mut(row) {
            *row = flags;
        }
    }

    fn write_event_type(&mut self, event_type: &[u8]) -> u8 {
        if self.text.get(self.event_type.clone()) == Some(event_type) {
            return SAME_EVENT_TYPE;
        }
        let start = self.text.len();
        self.write_field(event_type);
        self.event_type = start..start + event_type.len();
        EVENT_TYPE
    }

    fn write_field(&mut self, field: &[u8]) {
        line::append(&mut self.text, field, usize::MAX);
        self.text.push(END);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use alloc::{
        borrow::ToOwned,
        string::{String, ToString},
        vec,
    };

    use crate::parser::Parser;

    /// What the facade reads: type, data and id of each row.
    fn read(batch: &Batch) -> Vec<(String, Option<String>, Option<String>)> {
        let text = String::from_utf8_lossy(batch.text()).into_owned();
        let (mut rest, mut rows, mut last_type) = (&*text, vec![], String::new());
        while let Some(flags) = rest.chars().next() {
            let flags = u8::try_from(flags).unwrap() - ROW;
            rest = rest.get(1..).unwrap();
            let mut field = |flag: u8| {
                (flags & flag != 0).then(|| {
                    let (field, others) = rest.split_once('\r').unwrap();
                    rest = others;
                    field.to_string()
                })
            };
            let (data, event_type, id) = (field(DATA), field(EVENT_TYPE), field(LAST_EVENT_ID));
            last_type = event_type.unwrap_or(last_type);
            let named = flags & (EVENT_TYPE | SAME_EVENT_TYPE) != 0;
            rows.push((if named { last_type.clone() } else { String::new() }, data, id));
        }
        rows
    }

    fn row(event_type: &str, data: Option<&str>, id: Option<&str>) -> (String, Option<String>, Option<String>) {
        (event_type.to_owned(), data.map(str::to_owned), id.map(str::to_owned))
    }

    #[test]
    fn fields_are_whatever_text_they_are() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk("id:日\nevent: tök\ndata: a\u{FEFF}é日🦀b\ndata\n\ndata: 🦀ÿ\n\n".as_bytes()));
        assert_eq!(read(&batch), [row("tök", Some("a\u{FEFF}é日🦀b\n"), Some("日")), row("", Some("🦀ÿ"), None)]);
        batch.fill(parser.handle_chunk(b"data: a\xF0\x9F\n\ndata: \x80\0b\n\n"));
        assert_eq!(read(&batch), [row("", Some("a\u{FFFD}"), None), row("", Some("\u{FFFD}\0b"), None)]);
    }

    #[test]
    fn a_type_or_id_that_repeats_is_written_once() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        let stream = b"event: t\nid: 1\ndata: a\n\ndata: m\n\nevent: t\nid: 1\ndata: b\n\nevent: u\ndata\n\n";
        batch.fill(parser.handle_chunk(stream));
        let rows = [row("t", Some("a"), Some("1")), row("", Some("m"), None), row("t", Some("b"), None)];
        assert_eq!(read(&batch), [&rows[..], &[row("u", Some(""), None)]].concat());
        assert_eq!(batch.text(), b";a\rt\r1\r1m\r5b\r3\ru\r");
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
