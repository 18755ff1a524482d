//! Passes a stream to the parser, in chunks.

use headwater::Parser;

use crate::standard::{Outcome, draw, in_ms};

/// Returns the parser's result for a stream that arrives in these chunks.
pub fn parse<'c>(parser: &mut Parser, chunks: impl IntoIterator<Item = &'c [u8]>) -> Outcome {
    let rows = chunks.into_iter().flat_map(|chunk| draw(parser.handle_chunk(chunk))).collect();
    Outcome {
        rows,
        last_event_id: parser.last_event_id().to_owned(),
        reconnection_time: parser.reconnection_time().map(in_ms),
    }
}
