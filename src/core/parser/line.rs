//! Splits a stream into lines: CR, LF and CRLF across chunk borders, the one leading byte order
//! mark, and the beginning of a line whose end has not arrived.

use alloc::vec::Vec;

use super::buffer::{append, drop_front};

/// The UTF-8 byte order mark that "UTF-8 decode" removes once, from the very beginning of the
/// stream.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A line, without the characters that end it.
pub(crate) enum Line<'chunk> {
    /// It lies within the chunk.
    Whole(&'chunk [u8]),
    /// It began in an earlier chunk. Its memory is the receiver's: copying a line of many megabytes
    /// would double what it costs.
    Joined(Vec<u8>),
}

/// Splits a stream of chunks into lines. Each byte is looked at once, whatever the chunking.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    /// The beginning of a line whose end has not arrived.
    partial: Vec<u8>,
    /// The last byte seen was a CR: a LF that follows belongs to it.
    after_carriage_return: bool,
    /// The first line is behind us, and with it the byte order mark.
    begun: bool,
}

impl LineSplitter {
    /// Takes the next line off the front of `chunk`. `None` when the rest of the chunk ends no
    /// line; the rest is then kept, in memory for a line of `most` bytes at most if that is
    /// enough.
    #[inline(always)]
    pub(crate) fn next_line<'chunk>(&mut self, chunk: &mut &'chunk [u8], most: usize) -> Option<Line<'chunk>> {
        if self.after_carriage_return
            && let Some((&first, rest)) = chunk.split_first()
        {
            self.after_carriage_return = false;
            if first == b'\n' {
                *chunk = rest;
            }
        }
        let Some((line, end, rest)) = split_at_line_end(chunk) else {
            append(&mut self.partial, chunk, most);
            *chunk = &[];
            return None;
        };
        *chunk = match (end, rest) {
            (b'\r', [b'\n', rest @ ..]) => rest,
            (b'\r', []) => {
                self.after_carriage_return = true;
                rest
            }
            _ => rest,
        };
        Some(if self.begun && self.partial.is_empty() { Line::Whole(line) } else { self.join(line, most) })
    }

    /// What comes next begins a line, which is not the first one of the stream.
    #[cfg(any(headwater_npm, headwater_internals, test))]
    pub(crate) fn is_between_lines(&self) -> bool {
        self.begun && self.partial.is_empty() && !self.after_carriage_return
    }

    /// How many bytes of an unfinished line are kept.
    pub(crate) fn kept(&self) -> usize {
        self.partial.len()
    }

    fn join<'chunk>(&mut self, line: &'chunk [u8], most: usize) -> Line<'chunk> {
        let first = !core::mem::replace(&mut self.begun, true);
        if self.partial.is_empty() {
            return Line::Whole(line.strip_prefix(&BYTE_ORDER_MARK).filter(|_| first).unwrap_or(line));
        }
        append(&mut self.partial, line, most);
        let mut line = core::mem::take(&mut self.partial);
        if first && line.starts_with(&BYTE_ORDER_MARK) {
            drop_front(&mut line, BYTE_ORDER_MARK.len());
        }
        Line::Joined(line)
    }
}

/// The bytes before the first CR or LF, that byte, and the bytes after it.
#[inline(always)]
fn split_at_line_end(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (line, rest) = bytes.split_at_checked(line_length(bytes)?)?;
    let (&end, rest) = rest.split_first()?;
    Some((line, end, rest))
}

/// How many bytes there are before the first CR or LF.
#[inline(always)]
fn line_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        if let Some(length) = length_in(block) {
            return Some(at + length);
        }
        at += block.len();
    }
    let is_end = |&byte: &u8| byte == b'\n' || byte == b'\r';
    Some(at + bytes.get(at..)?.iter().position(is_end)?)
}

/// How many bytes are looked at together.
#[cfg(target_feature = "simd128")]
pub(crate) const WORD: usize = 16;

#[cfg(not(target_feature = "simd128"))]
pub(crate) const WORD: usize = 8;

/// As [`line_length`], of a word.
#[inline(always)]
fn length_in(bytes: &[u8; WORD]) -> Option<usize> {
    #[cfg(target_feature = "simd128")]
    let (ends, bits) = (core::arch::wasm32::u8x16_bitmask(ends_in(bytes)), 1);
    #[cfg(not(target_feature = "simd128"))]
    let (ends, bits) = (ends_in(bytes), 8);
    (ends != 0).then(|| ends.trailing_zeros() as usize / bits)
}

/// Which bytes end a line: all bits of them are set.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub(crate) fn ends_in(bytes: &[u8; WORD]) -> core::arch::wasm32::v128 {
    use core::arch::wasm32::{u8x16_eq, v128_load, v128_or};
    // SAFETY: sixteen bytes are there, and need not be aligned.
    #[expect(unsafe_code)]
    let [bytes, line_feeds, carriage_returns] =
        [bytes, &[b'\n'; WORD], &[b'\r'; WORD]].map(|bytes| unsafe { v128_load(bytes.as_ptr().cast()) });
    v128_or(u8x16_eq(bytes, line_feeds), u8x16_eq(bytes, carriage_returns))
}

/// Which bytes end a line, at least the first one: their highest bit is set. The method is of
/// Hacker's Delight, 6-1.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn ends_in(bytes: &[u8; WORD]) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let word = u64::from_le_bytes(*bytes);
    let equal = |byte: u8| {
        let difference = word ^ (ONES * u64::from(byte));
        difference.wrapping_sub(ONES) & !difference
    };
    (equal(b'\n') | equal(b'\r')) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::{super::buffer::RETAINED_CAPACITY, *};
    use alloc::vec;

    fn lines(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut splitter = LineSplitter::default();
        let mut lines = vec![];
        for chunk in chunks {
            let mut rest = *chunk;
            while let Some(line) = splitter.next_line(&mut rest, usize::MAX) {
                lines.push(match line {
                    Line::Whole(line) => line.to_vec(),
                    Line::Joined(line) => line,
                });
            }
        }
        lines
    }

    #[test]
    fn a_carriage_return_ends_a_line_at_once_and_takes_a_later_line_feed_with_it() {
        assert_eq!(lines(&[b"a\r"]), [b"a"]);
        assert_eq!(lines(&[b"a\r", b"\nb\n"]), [b"a", b"b"]);
        assert_eq!(lines(&[b"a\r", b"", b"\n\n"]), [&b"a"[..], b""]);
        assert_eq!(lines(&[b"a\r\rb\r\n\r\n"]), [&b"a"[..], b"", b"b", b""]);
    }

    #[test]
    fn a_line_feed_then_a_carriage_return_are_two_line_ends() {
        assert_eq!(lines(&[b"a\n\rb\n"]), [&b"a"[..], b"", b"b"]);
    }

    #[test]
    fn one_byte_order_mark_is_removed_however_it_is_split() {
        assert_eq!(lines(&[b"\xEF\xBB\xBFa\n"]), [b"a"]);
        assert_eq!(lines(&[b"\xEF", b"\xBB", b"\xBF", b"a\n"]), [b"a"]);
        assert_eq!(lines(&[b"\xEF\xBB\xBF\xEF\xBB\xBFa\n"]), [b"\xEF\xBB\xBFa"]);
        assert_eq!(lines(&[b"a\n\xEF\xBB\xBFb\n"]), [&b"a"[..], b"\xEF\xBB\xBFb"]);
    }

    #[test]
    fn what_only_begins_like_a_byte_order_mark_is_kept() {
        assert_eq!(lines(&[b"\xEF", b"\xBBa\n"]), [b"\xEF\xBBa"]);
        assert_eq!(lines(&[b"\xEF\n"]), [b"\xEF"]);
    }

    #[test]
    fn a_large_line_does_not_keep_its_memory() {
        let mut splitter = LineSplitter::default();
        let large = vec![b'x'; 4 * RETAINED_CAPACITY];
        assert!(splitter.next_line(&mut &large[..], usize::MAX).is_none());
        assert!(splitter.next_line(&mut &b"\n"[..], usize::MAX).is_some());
        assert!(splitter.next_line(&mut &b""[..], usize::MAX).is_none());
        assert!(splitter.partial.capacity() <= RETAINED_CAPACITY);
    }
}
