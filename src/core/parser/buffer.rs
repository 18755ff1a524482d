//! Grows the parser's buffers and frees their memory.

use alloc::vec::Vec;

/// The largest capacity in bytes that a buffer keeps after use. Otherwise one image in a stream
/// would occupy WebAssembly memory for as long as the source lives. Chromium delivers chunks of 64
/// KiB, and a buffer that has doubled to hold one chunk is kept.
pub(crate) const RETAINED_CAPACITY: usize = 128 * 1024;

/// Empties `buffer`. Frees all its memory if that is more than [`RETAINED_CAPACITY`]. A part that
/// is kept could be in the way of the next large allocation.
pub(crate) fn clear(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > RETAINED_CAPACITY {
        *buffer = Vec::new();
    }
}

/// Returns the number of bytes to reserve, exactly, before `more` bytes are added; 0 if they fit.
///
/// Beyond [`RETAINED_CAPACITY`], a buffer grows by a quarter, up to `most` bytes. If it doubled,
/// the old and the new buffer of a large event would together take up to three times the size of
/// the event. With a growth factor below 1.6, a new buffer can reuse the memory of earlier ones. A
/// large addition reserves some more room, because a small addition often follows.
pub(crate) fn growth(length: usize, capacity: usize, more: usize, most: usize) -> usize {
    if more <= capacity - length {
        return 0;
    }
    let ahead = if length > RETAINED_CAPACITY { length / 4 } else { length };
    more.saturating_add(RETAINED_CAPACITY.min(more)).max(ahead.min(most.saturating_sub(length)))
}

/// Removes the first `bytes` of `line`, which has at least as many.
pub(crate) fn drop_front(line: &mut Vec<u8>, bytes: usize) {
    line.copy_within(bytes.., 0);
    line.truncate(line.len() - bytes);
}

/// Appends `bytes` to `buffer`, which grows as [`growth`] says.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8], most: usize) {
    buffer.reserve_exact(growth(buffer.len(), buffer.capacity(), bytes.len(), most));
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_buffer_grows_in_few_steps_and_is_at_most_about_a_quarter_too_large() {
        const MOST: usize = 16 * 1024 * 1024;
        let (mut buffer, mut steps) = (vec![], 0);
        while buffer.len() < MOST {
            let (length, capacity) = (buffer.len(), buffer.capacity());
            append(&mut buffer, &vec![b'x'; 1400.min(MOST - length)], MOST);
            steps += usize::from(buffer.capacity() > capacity);
            let most = MOST.min(length + length / 4 + RETAINED_CAPACITY) + 2 * 1400;
            assert!(buffer.capacity() <= most, "{} for {length}", buffer.capacity());
        }
        assert!(steps <= 40, "{steps} steps");
    }

    #[test]
    fn a_large_buffer_is_released_when_it_is_cleared_and_a_small_one_is_kept() {
        let (mut large, mut small) = (vec![0; RETAINED_CAPACITY + 1], vec![0; RETAINED_CAPACITY]);
        clear(&mut large);
        clear(&mut small);
        assert_eq!((large.len(), large.capacity()), (0, 0));
        assert_eq!((small.len(), small.capacity()), (0, RETAINED_CAPACITY));
    }
}
