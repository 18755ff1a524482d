//! Writes the blocks of a chunk as one text, which is passed to JavaScript. `js/module/batch.ts`
//! reads the text.
//!
//! Each row is a block, with these parts in order:
//!
//! | part | content |
//! |---|---|
//! | flags | one character: [`ROW`] plus the sum of the flags below |
//! | data | a field, if [`DATA`] is set |
//! | event type | a field, if [`EVENT_TYPE`] is set |
//! | last event ID | a field, if [`LAST_EVENT_ID`] is set |
//!
//! A field begins with two characters of seven bits each, the low bits first: the length of its
//! text plus one. If the text is longer than [`LONGEST`], or is perhaps not ASCII, both characters
//! are zero, and a carriage return follows the text. No line of a stream contains a carriage
//! return. So the module needs to know neither the length in UTF-16 nor whether the text is valid
//! UTF-8.
//!
//! The flags of the first row also say whether the whole text is ASCII, which is cheaper to decode.

use alloc::vec::Vec;
#[cfg(any(test, headwater_internals))]
use alloc::{borrow::ToOwned, string::String};
use core::ops::Range;

use crate::core::parser::{
    Blocks, RawBlock,
    buffer::{self, RETAINED_CAPACITY},
    plain::PlainBlocks,
    text::is_same,
};

const ROW: u8 = b'0';
/// Data follows. Without it, the block fires no event.
const DATA: u8 = 1;
/// An event type other than `message` follows.
const EVENT_TYPE: u8 = 2;
/// The event type is the same as the last type in this batch, so that a repeated type is written
/// only once.
const SAME_EVENT_TYPE: u8 = 4;
/// For the first row only: the whole text is ASCII.
const ASCII: u8 = 64;
/// Another last event ID follows. Without this flag, the ID of the previous row applies, even if
/// that row was in an earlier batch.
const LAST_EVENT_ID: u8 = 8;

const END: u8 = b'\r';

/// The longest field whose length is written.
const LONGEST: usize = (1 << 14) - 2;

/// The largest number of bytes that a row has besides the text of its fields.
const MARKS: usize = 10;

/// Holds the blocks of one chunk for JavaScript. The memory is reused for the next chunk.
#[derive(Debug, Default)]
pub struct Batch {
    /// The text, and spare room after it.
    memory: Vec<u8>,
    length: usize,
    /// Whether the whole text is ASCII.
    is_ascii: bool,
    /// The position of the last event type in the text.
    event_type: Range<usize>,
}

impl Batch {
    /// Replaces the text with all `blocks`.
    pub fn fill(&mut self, mut blocks: Blocks<'_>) {
        if self.memory.len() > RETAINED_CAPACITY {
            self.memory = Vec::new();
        }
        self.length = 0;
        self.is_ascii = true;
        self.event_type = 0..0;
        loop {
            if let Some(mut plain) = blocks.plain() {
                self.write_plain(&mut plain);
                blocks.skip(&plain);
            }
            let Some(block) = blocks.next_raw_block() else { break };
            self.write(&block);
        }
        if let Some(first) = self.memory.first_mut()
            && self.is_ascii
        {
            *first |= ASCII;
        }
    }

    /// Returns the bytes of the text before decoding. Invalid UTF-8 in them stands for U+FFFD.
    pub(crate) fn text(&self) -> &[u8] {
        self.memory.get(..self.length).unwrap_or_default()
    }

    /// Like [`Batch::write`], for all blocks up to the first block that is not plain. A row is
    /// shorter than its block, so the room is sufficient.
    #[inline(always)]
    fn write_plain(&mut self, plain: &mut PlainBlocks<'_>) {
        self.make_room(plain.rest.len());
        let (mut at, mut all_ascii) = (self.length, self.is_ascii);
        let memory = &mut *self.memory;
        while let Some([row, marks @ ..]) = memory.get_mut(at..)
            && let Some((_, place)) = marks.split_at_mut_checked(2)
            && let Some((length, is_ascii)) = plain.next(place)
        {
            *row = ROW | DATA;
            all_ascii &= is_ascii;
            at += 1 + mark(marks, length, is_ascii);
        }
        (self.length, self.is_ascii) = (at, all_ascii);
    }

    #[inline(always)]
    fn write(&mut self, block: &RawBlock<'_>) {
        let RawBlock { event_type, data, last_event_id, last_event_id_changed } = *block;
        self.make_room(data.unwrap_or_default().len() + event_type.len() + last_event_id.len() + MARKS);
        let row = self.length;
        self.length += 1;
        let mut flags = ROW;
        if let Some(data) = data {
            flags |= DATA;
            self.write_field(data);
            if !event_type.is_empty() {
                flags |= self.write_event_type(event_type);
            }
        }
        if last_event_id_changed {
            flags |= LAST_EVENT_ID;
            self.write_field(last_event_id.as_bytes());
        }
        if let Some(row) = self.memory.get_mut(row) {
            *row = flags;
        }
    }

    fn write_event_type(&mut self, event_type: &[u8]) -> u8 {
        if is_same(self.memory.get(self.event_type.clone()).unwrap_or_default(), event_type) {
            return SAME_EVENT_TYPE;
        }
        let start = self.length + 2;
        self.write_field(event_type);
        self.event_type = start..start + event_type.len();
        EVENT_TYPE
    }

    /// Writes a field. The caller has made room for the field.
    #[inline(never)]
    fn write_field(&mut self, field: &[u8]) {
        if let Some(marks) = self.memory.get_mut(self.length..)
            && let Some(place) = marks.get_mut(2..field.len() + 2)
        {
            let is_ascii = copy(place, field);
            self.is_ascii &= is_ascii;
            self.length += mark(marks, field.len(), is_ascii);
        }
    }

    #[inline(always)]
    fn make_room(&mut self, bytes: usize) {
        if self.memory.len() - self.length < bytes {
            self.grow(bytes);
        }
    }

    #[inline(never)]
    fn grow(&mut self, bytes: usize) {
        let growth = buffer::growth(self.length, self.length, bytes, usize::MAX);
        self.memory.truncate(self.length);
        self.memory.reserve_exact(growth);
        self.memory.resize(self.length + growth, 0);
    }
}

/// Completes a field whose text was written after the place for its length: writes the length, or
/// zeros and the end mark. Returns the size of the whole field.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "fourteen bits")]
fn mark(marks: &mut [u8], length: usize, is_ascii: bool) -> usize {
    let count = if is_ascii && length <= LONGEST { length + 1 } else { 0 };
    if let Some([low, high, .., end]) = marks.get_mut(..length + 3) {
        (*low, *high) = ((count & 0x7F) as u8, (count >> 7) as u8);
        *end = END;
    }
    length + 2 + usize::from(count == 0)
}

/// Copies to a place of the same length in one pass, and returns whether the field is ASCII. Short
/// fields take one or two moves.
#[inline(always)]
fn copy(place: &mut [u8], field: &[u8]) -> bool {
    if field.len() > 16 {
        return copy_long(place, field);
    }
    copy_ends::<8>(place, field).or_else(|| copy_ends::<4>(place, field)).unwrap_or_else(|| {
        let mut all = 0;
        for at in 0..3 {
            if let (Some(place), Some(byte)) = (place.get_mut(at), field.get(at)) {
                *place = *byte;
                all |= *byte;
            }
        }
        all.is_ascii()
    })
}

/// Copies a field whose length is between `N` and `2 * N` bytes. Returns `None` if the field is
/// shorter than `N`.
#[inline(always)]
fn copy_ends<const N: usize>(place: &mut [u8], field: &[u8]) -> Option<bool> {
    let (first, last) = (field.first_chunk::<N>()?, field.last_chunk::<N>()?);
    *place.first_chunk_mut()? = *first;
    *place.last_chunk_mut()? = *last;
    Some(first.is_ascii() && last.is_ascii())
}

#[inline(never)]
fn copy_long(place: &mut [u8], field: &[u8]) -> bool {
    let (mut all, mut at) = (0, 0);
    while let (Some(block), Some(place)) =
        (field.get(at..).and_then(<[u8]>::first_chunk), place.get_mut(at..).and_then(<[u8]>::first_chunk_mut))
    {
        *place = *block;
        all |= u128::from_ne_bytes(*block);
        at += block.len();
    }
    if let (Some(place), Some(last)) = (place.last_chunk_mut::<16>(), field.last_chunk()) {
        *place = *last;
        all |= u128::from_ne_bytes(*last);
    }
    all & u128::from_ne_bytes([0x80; 16]) == 0
}

/// Reads a batch as the facade does: the type, data and ID of each row.
#[cfg(any(test, headwater_internals))]
#[expect(clippy::unwrap_used, reason = "only tests use it, and they may panic")]
pub fn read(batch: &Batch) -> Vec<(String, Option<String>, Option<String>)> {
    let text = String::from_utf8_lossy(batch.text()).into_owned();
    let (mut rest, mut rows, mut last_type) = (&*text, Vec::new(), String::new());
    while let Some(flags) = rest.chars().next() {
        let flags = u8::try_from(flags).unwrap() & !(ROW | ASCII);
        rest = rest.get(1..).unwrap();
        let mut field = |flag: u8| {
            (flags & flag != 0).then(|| {
                let (count, begun) = rest.split_at(2);
                let count = count.bytes().rev().fold(0, |count, bits| count << 7 | usize::from(bits));
                let (field, others) = match count.checked_sub(1) {
                    Some(length) => begun.split_at(length),
                    None => begun.split_once('\r').unwrap(),
                };
                rest = others;
                field.to_owned()
            })
        };
        let (data, event_type, id) = (field(DATA), field(EVENT_TYPE), field(LAST_EVENT_ID));
        last_type = event_type.unwrap_or(last_type);
        let named = flags & (EVENT_TYPE | SAME_EVENT_TYPE) != 0;
        rows.push((if named { last_type.clone() } else { String::new() }, data, id));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    use crate::core::parser::Parser;

    fn row(event_type: &str, data: Option<&str>, id: Option<&str>) -> (String, Option<String>, Option<String>) {
        (event_type.to_owned(), data.map(str::to_owned), id.map(str::to_owned))
    }

    #[test]
    fn fields_keep_characters_beyond_ascii_and_invalid_utf_8_becomes_u_fffd() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk("id:日\nevent: tök\ndata: a\u{FEFF}é日🦀b\ndata\n\ndata: 🦀ÿ\n\n".as_bytes()));
        assert_eq!(read(&batch), [row("tök", Some("a\u{FEFF}é日🦀b\n"), Some("日")), row("", Some("🦀ÿ"), None)]);
        batch.fill(parser.handle_chunk(b"data: a\xF0\x9F\n\ndata: \x80\0b\n\n"));
        assert_eq!(read(&batch), [row("", Some("a\u{FFFD}"), None), row("", Some("\u{FFFD}\0b"), None)]);
    }

    #[test]
    fn a_line_of_data_is_read_the_same_whatever_its_length_and_position() {
        for length in 0..40 {
            for (text, end, behind) in [("x", "\n\n", 0), ("x", "\r\n\r\n", 1), ("é", "\n\n", 17), ("x", "\r\r", 40)] {
                for name in ["data:", "data: "] {
                    let (mut parser, mut batch) = (Parser::new(), Batch::default());
                    let text = text.repeat(length);
                    let data = format!("{name}{text}{end}");
                    let stream = format!("{data}{data}id: 1\n{data}{data}{data}:{}", "é".repeat(behind));
                    batch.fill(parser.handle_chunk(stream.as_bytes()));
                    let plain = row("", Some(&text), None);
                    let with_id = row("", Some(&text), Some("1"));
                    assert_eq!(read(&batch), [&plain, &plain, &with_id, &plain, &plain].map(Clone::clone), "{stream}");
                    assert_eq!(parser.dispatched(), 5);
                }
            }
        }
    }

    #[test]
    fn long_fields_and_fields_that_are_not_ascii_end_with_a_mark() {
        for length in [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST] {
            for text in ["x", "é"] {
                let (mut parser, mut batch) = (Parser::new(), Batch::default());
                let text = text.repeat(length / text.len());
                batch.fill(
                    parser.handle_chunk(format!("id: {text}\ndata: {text}\nevent: {text}\n\ndata: y\n\n").as_bytes()),
                );
                assert_eq!(read(&batch), [row(&text, Some(&text), Some(&text)), row("", Some("y"), None)]);
                assert_eq!(
                    batch.text().iter().filter(|&&byte| byte == END).count() >= 3,
                    !(text.is_ascii() && length <= LONGEST)
                );
            }
        }
    }

    #[test]
    fn a_type_or_id_that_repeats_is_written_once() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        let stream = b"event: t\nid: 1\ndata: a\n\ndata: m\n\nevent: t\nid: 1\ndata: b\n\nevent: u\ndata\n\n";
        batch.fill(parser.handle_chunk(stream));
        let rows = [row("t", Some("a"), Some("1")), row("", Some("m"), None), row("t", Some("b"), None)];
        assert_eq!(read(&batch), [&rows[..], &[row("u", Some(""), None)]].concat());
        assert_eq!(batch.text(), b"{\x02\0a\x02\0t\x02\x001\x31\x02\0m5\x02\0b3\x01\0\x02\0u");
    }

    #[test]
    fn a_block_with_only_an_id_is_a_row_and_an_id_may_become_empty() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk(b"id: 7\n\ndata: x\n\nid\ndata: y\n\n"));
        assert_eq!(read(&batch), [row("", None, Some("7")), row("", Some("x"), None), row("", Some("y"), Some(""))]);
    }

    #[test]
    fn each_batch_is_complete_except_for_the_id() {
        let (mut parser, mut batch) = (Parser::new(), Batch::default());
        batch.fill(parser.handle_chunk(b"event: t\nid: 1\ndata: a\n\n"));
        assert_eq!(read(&batch), [row("t", Some("a"), Some("1"))]);
        batch.fill(parser.handle_chunk(b"event: t\nid: 1\ndata: a\n\n"));
        assert_eq!(read(&batch), [row("t", Some("a"), None)]);
        batch.fill(parser.handle_chunk(b"event: t\nid: 2\ndata: b\n\n"));
        assert_eq!(read(&batch), [row("t", Some("b"), Some("2"))]);
    }
}
