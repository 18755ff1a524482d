//! How the parser's buffers grow, and when their memory is freed.

use alloc::vec::Vec;

/// A buffer that one large event made larger than this is freed after use. Otherwise a single image
/// in a stream would keep its size in WebAssembly memory for as long as the source lives.
/// Chromium's network delivers chunks of 64 KiB, and a buffer that has doubled to hold one stays.
pub(crate) const RETAINED_CAPACITY: usize = 128 * 1024;

/// Empties `buffer`, and frees its memory if that is more than [`RETAINED_CAPACITY`]. All of it: a
/// part that it kept could stand in the way of the next large one.
pub(crate) fn clear(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > RETAINED_CAPACITY {
        *buffer = Vec::new();
    }
}

/// Returns how many bytes to reserve for `more` of them, exactly; none if they fit. Beyond
/// [`RETAINED_CAPACITY`] a buffer grows by a quarter, and not beyond the `most` bytes that there
/// can be. If an event of many megabytes doubled its buffer, old and new memory together could be
/// three times its size; a buffer that grows by less than 1.6 times finds room in the memory it
/// left before. A large addition is often followed by a small one.
pub(crate) fn growth(length: usize, capacity: usize, more: usize, most: usize) -> usize {
    if more <= capacity - length {
        return 0;
    }
    let ahead = if length > RETAINED_CAPACITY { length / 4 } else { length };
    more.saturating_add(RETAINED_CAPACITY.min(more)).max(ahead.min(most.saturating_sub(length)))
}

/// Drops the first `bytes` of `line`, which has at least as many.
pub(crate) fn drop_front(line: &mut Vec<u8>, bytes: usize) {
    line.copy_within(bytes.., 0);
    line.truncate(line.len() - bytes);
}

/// Adds `bytes` to `buffer`, which grows by [`growth`].
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8], most: usize) {
    buffer.reserve_exact(growth(buffer.len(), buffer.capacity(), bytes.len(), most));
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_buffer_grows_in_few_steps_by_a_quarter_and_not_far_beyond_what_it_is_for() {
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
    fn a_large_buffer_is_given_back_and_a_small_one_is_not() {
        let (mut large, mut small) = (vec![0; RETAINED_CAPACITY + 1], vec![0; RETAINED_CAPACITY]);
        clear(&mut large);
        clear(&mut small);
        assert_eq!((large.len(), large.capacity()), (0, 0));
        assert_eq!((small.len(), small.capacity()), (0, RETAINED_CAPACITY));
    }
}
