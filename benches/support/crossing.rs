//! The measured code: the npm package's work in Rust for each chunk of a stream, from its bytes to
//! the batch that crosses into JavaScript.

use std::hint::black_box;

use headwater::{Parser, internals::Batch};

/// Runs a whole stream through the crossing, in chunks of this size. Returns the number of
/// messages.
///
/// Never inlined: callgrind counts from its entry to its return, by its name.
#[inline(never)]
pub fn cross(stream: &[u8], chunk_size: usize) -> u64 {
    let (mut parser, mut batch) = (Parser::new(), Batch::default());
    for chunk in stream.chunks(chunk_size) {
        batch.fill(parser.handle_chunk(black_box(chunk)));
        black_box(&batch);
    }
    parser.dispatched()
}
