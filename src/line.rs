//! Owns where lines end: CR, LF and CRLF across chunk borders, the one leading byte order mark, and the beginning of a
//! line whose end has not arrived. Must not know what a line means.

use alloc::vec::Vec;

/// The UTF-8 byte order mark that "UTF-8 decode" removes once, from the very beginning of the stream.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A buffer that one large event made larger than this is given back after use, so that a single image in a stream
/// does not keep its size in WebAssembly memory for as long as the source lives.
pub(crate) const RETAINED_CAPACITY: usize = 64 * 1024;

/// Empties `buffer` and gives back what it holds beyond [`RETAINED_CAPACITY`].
pub(crate) fn clear(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(RETAINED_CAPACITY);
}

/// A line, without the characters that end it.
pub(crate) enum Line<'chunk> {
    /// It lies within the chunk.
    Whole(&'chunk [u8]),
    /// It began in an earlier chunk: [`LineSplitter::joined`] has it until the next call.
    Joined,
}

/// Splits a stream of chunks into lines. Each byte is looked at once, whatever the chunking.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    /// The beginning of a line whose end has not arrived, or a line handed out as [`Line::Joined`].
    partial: Vec<u8>,
    /// `partial` was handed out and is to be emptied.
    handed_out: bool,
    /// The last byte seen was a CR: a LF that follows belongs to it.
    after_carriage_return: bool,
    /// How many bytes of the byte order mark were seen, or `None` when the beginning of the stream is behind us.
    byte_order_mark: StreamStart,
}

#[derive(Debug)]
enum StreamStart {
    Matched(usize),
    Passed,
}

impl Default for StreamStart {
    fn default() -> Self {
        Self::Matched(0)
    }
}

impl LineSplitter {
    /// Takes the next line off the front of `chunk`. `None` when the rest of the chunk ends no line; the rest is then
    /// kept.
    #[inline]
    pub(crate) fn next_line<'chunk>(&mut self, chunk: &mut &'chunk [u8]) -> Option<Line<'chunk>> {
        if self.handed_out {
            self.handed_out = false;
            clear(&mut self.partial);
        }
        if let StreamStart::Matched(matched) = self.byte_order_mark {
            self.skip_byte_order_mark(chunk, matched);
        }
        if self.after_carriage_return
            && let Some((&first, rest)) = chunk.split_first()
        {
            self.after_carriage_return = false;
            if first == b'\n' {
                *chunk = rest;
            }
        }
        let Some((line, end, rest)) = split_at_line_end(chunk) else {
            self.partial.extend_from_slice(chunk);
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
        if self.partial.is_empty() {
            return Some(Line::Whole(line));
        }
        self.partial.extend_from_slice(line);
        self.handed_out = true;
        Some(Line::Joined)
    }

    /// The line that [`Line::Joined`] stands for.
    pub(crate) fn joined(&self) -> &[u8] {
        &self.partial
    }

    /// Exchanges the memory of the line that [`Line::Joined`] stands for with that of `buffer`: a large line is not
    /// copied, and both go on with memory that has grown.
    pub(crate) fn swap_joined(&mut self, buffer: &mut Vec<u8>) {
        core::mem::swap(&mut self.partial, buffer);
    }

    /// How many bytes of an unfinished line are kept.
    pub(crate) fn kept(&self) -> usize {
        if self.handed_out { 0 } else { self.partial.len() }
    }

    fn skip_byte_order_mark(&mut self, chunk: &mut &[u8], already_matched: usize) {
        let mut matched = already_matched;
        while let (Some(expected), Some((first, rest))) = (BYTE_ORDER_MARK.get(matched), chunk.split_first()) {
            if first != expected {
                // What looked like a mark is the beginning of the first line.
                self.partial.extend(BYTE_ORDER_MARK.iter().take(matched));
                self.byte_order_mark = StreamStart::Passed;
                return;
            }
            *chunk = rest;
            matched += 1;
        }
        self.byte_order_mark =
            if matched < BYTE_ORDER_MARK.len() { StreamStart::Matched(matched) } else { StreamStart::Passed };
    }
}

/// The bytes before the first CR or LF, that byte, and the bytes after it.
#[inline]
fn split_at_line_end(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let position = bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r')?;
    let (line, rest) = bytes.split_at_checked(position)?;
    let (&end, rest) = rest.split_first()?;
    Some((line, end, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn lines(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut splitter = LineSplitter::default();
        let mut lines = vec![];
        for chunk in chunks {
            let mut rest = *chunk;
            while let Some(line) = splitter.next_line(&mut rest) {
                lines.push(match line {
                    Line::Whole(line) => line.to_vec(),
                    Line::Joined => splitter.joined().to_vec(),
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
        assert!(splitter.next_line(&mut &large[..]).is_none());
        assert!(splitter.next_line(&mut &b"\n"[..]).is_some());
        assert!(splitter.next_line(&mut &b""[..]).is_none());
        assert!(splitter.partial.capacity() <= RETAINED_CAPACITY);
    }
}
