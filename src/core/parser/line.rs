//! Splits a stream into lines that end with CR, LF or CRLF, even across chunks. Removes the leading
//! byte order mark, and keeps the beginning of a line that has not ended.

use alloc::vec::Vec;

use super::buffer::{append, drop_front};

/// [spec] Encoding, "UTF-8 decode": the byte order mark, which is removed once, from the start of
/// the stream.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A line without its line end.
pub(crate) enum Line<'chunk> {
    /// The line lies within the chunk.
    Whole(&'chunk [u8]),
    /// The line began in an earlier chunk. The receiver owns its memory, because copying a line of
    /// many megabytes would double the time and the memory.
    Joined(Vec<u8>),
}

/// Splits a stream of chunks into lines. Each byte is read once, however the stream is split into
/// chunks.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    /// The beginning of a line that has not ended.
    partial: Vec<u8>,
    /// Whether the last byte was a CR. An LF that follows belongs to the same line end.
    after_carriage_return: bool,
    /// Whether the first line has ended. Only the first line can begin with a byte order mark.
    begun: bool,
}

impl LineSplitter {
    /// Removes the next line from the front of `chunk`. Returns `None` if no line ends in the rest
    /// of the chunk. The rest is then kept, in a buffer that reserves at most `most` bytes in
    /// advance.
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

    /// Returns whether the next byte begins a line that is not the first one of the stream.
    #[cfg(any(headwater_npm, headwater_internals, test))]
    pub(crate) fn is_between_lines(&self) -> bool {
        self.begun && self.partial.is_empty() && !self.after_carriage_return
    }

    /// Returns the number of bytes of the unfinished line that are kept.
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

/// Returns the bytes before the first CR or LF, that byte, and the bytes after it.
#[inline(always)]
fn split_at_line_end(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (line, rest) = bytes.split_at_checked(line_length(bytes)?)?;
    let (&end, rest) = rest.split_first()?;
    Some((line, end, rest))
}

/// Returns the number of bytes before the first CR or LF.
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

/// The number of bytes that are compared at once.
#[cfg(target_feature = "simd128")]
pub(crate) const WORD: usize = 16;

#[cfg(not(target_feature = "simd128"))]
pub(crate) const WORD: usize = 8;

/// Like [`line_length`], within one word.
#[inline(always)]
fn length_in(bytes: &[u8; WORD]) -> Option<usize> {
    #[cfg(target_feature = "simd128")]
    let (ends, bits) = (core::arch::wasm32::u8x16_bitmask(ends_in(bytes)), 1);
    #[cfg(not(target_feature = "simd128"))]
    let (ends, bits) = (ends_in(bytes), 8);
    (ends != 0).then(|| ends.trailing_zeros() as usize / bits)
}

/// Sets all bits of each byte that ends a line, and clears the others.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub(crate) fn ends_in(bytes: &[u8; WORD]) -> core::arch::wasm32::v128 {
    use core::arch::wasm32::{u8x16_eq, v128_load, v128_or};
    // SAFETY: each array has 16 bytes, and `v128_load` needs no alignment.
    #[expect(unsafe_code)]
    let [bytes, line_feeds, carriage_returns] =
        [bytes, &[b'\n'; WORD], &[b'\r'; WORD]].map(|bytes| unsafe { v128_load(bytes.as_ptr().cast()) });
    v128_or(u8x16_eq(bytes, line_feeds), u8x16_eq(bytes, carriage_returns))
}

/// Sets the highest bit of the first byte that ends a line. The bits of later bytes may be wrong.
/// The method is described in Hacker's Delight, 6-1.
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
    fn a_carriage_return_ends_a_line_at_once_and_a_line_feed_after_it_is_ignored() {
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
    fn an_incomplete_byte_order_mark_is_kept() {
        assert_eq!(lines(&[b"\xEF", b"\xBBa\n"]), [b"\xEF\xBBa"]);
        assert_eq!(lines(&[b"\xEF\n"]), [b"\xEF"]);
    }

    #[test]
    fn the_memory_of_a_large_line_is_released() {
        let mut splitter = LineSplitter::default();
        let large = vec![b'x'; 4 * RETAINED_CAPACITY];
        assert!(splitter.next_line(&mut &large[..], usize::MAX).is_none());
        assert!(splitter.next_line(&mut &b"\n"[..], usize::MAX).is_some());
        assert!(splitter.next_line(&mut &b""[..], usize::MAX).is_none());
        assert!(splitter.partial.capacity() <= RETAINED_CAPACITY);
    }
}
