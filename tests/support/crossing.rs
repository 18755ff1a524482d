//! The part of a stream that is passed to JavaScript, put together as the facade does it: type,
//! data and ID of each row.

use headwater::{
    Parser,
    internals::{Batch, read},
};

use crate::standard::{Outcome, Row, in_ms};

/// A parser, and the batch in which its blocks are passed to JavaScript.
pub struct Crossing {
    pub parser: Parser,
    batch: Batch,
}

impl Crossing {
    pub fn new(parser: Parser) -> Self {
        Self { parser, batch: Batch::default() }
    }

    /// Returns the facade's result for a stream that arrives in these chunks.
    pub fn parse<'c>(&mut self, chunks: impl IntoIterator<Item = &'c [u8]>) -> Outcome {
        let mut outcome =
            Outcome { rows: vec![], last_event_id: self.parser.last_event_id().to_owned(), reconnection_time: None };
        for chunk in chunks {
            self.batch.fill(self.parser.handle_chunk(chunk));
            for (event_type, data, id) in read(&self.batch) {
                outcome.last_event_id = id.unwrap_or(outcome.last_event_id);
                let last_event_id = outcome.last_event_id.clone();
                outcome.rows.push(match data {
                    Some(data) => Row::Message { event_type: or_message(event_type), data, last_event_id },
                    None => Row::LastEventId(last_event_id),
                });
            }
        }
        Outcome { reconnection_time: self.parser.reconnection_time().map(in_ms), ..outcome }
    }
}

fn or_message(event_type: String) -> String {
    if event_type.is_empty() { "message".to_owned() } else { event_type }
}
