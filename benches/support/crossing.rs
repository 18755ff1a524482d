//! The measured code: the npm package's work in Rust for each chunk of a stream, from the bytes of
//! the chunk to the batch that is passed to JavaScript.

use std::hint::black_box;

use headwater::{Parser, internals::Batch};

/// Runs a whole stream through this code, in chunks of this size. Returns the number of messages.
///
/// The function is never inlined, because callgrind finds it by its name and counts from its entry
/// to its return.
#[inline(never)]
pub fn cross(stream: &[u8], chunk_size: usize) -> u64 {
    let (mut parser, mut batch) = (Parser::new(), Batch::default());
    for chunk in stream.chunks(chunk_size) {
        batch.fill(parser.handle_chunk(black_box(chunk)));
        black_box(&batch);
    }
    parser.dispatched()
}
