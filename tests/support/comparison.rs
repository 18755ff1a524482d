//! Compares the parser with the second implementation of the standard: everything observable, block
//! by block and on the path into JavaScript (`Crossing`), for any streams in any chunks.

use headwater::{Block, Message, Parser};

use crate::{
    crossing::Crossing,
    standard::{self, Outcome, Row, in_ms},
};

/// The limit is so small that a fuzzer generates both smaller and larger events.
const SMALL_LIMIT: usize = 24;

/// Returns the streams that a fuzzer's input encodes, each in its chunks: 0xFE ends a chunk, 0xFF a
/// stream. These two bytes never occur in the streams. No test is lost: they are invalid in UTF-8
/// in the same way as 0xF8 to 0xFD, which can occur.
pub fn streams(input: &[u8]) -> Vec<Vec<&[u8]>> {
    input.split(|&byte| byte == 0xFF).map(|stream| stream.split(|&byte| byte == 0xFE).collect()).collect()
}

/// Panics if the parser's result for these streams of one event source differs from the standard,
/// in these chunks, in one chunk, or byte by byte.
pub fn compare(streams: &[Vec<&[u8]>]) {
    let whole: Vec<Vec<u8>> = streams.iter().map(|chunks| chunks.concat()).collect();
    let in_one_chunk: Vec<Vec<&[u8]>> = whole.iter().map(|stream| vec![&stream[..]]).collect();
    let byte_by_byte: Vec<Vec<&[u8]>> = whole.iter().map(|stream| stream.chunks(1).collect()).collect();
    for first_id in ["", "1"] {
        let expected = expect(&whole, first_id);
        for streams in [streams, &in_one_chunk, &byte_by_byte] {
            compare_chunking(streams, first_id, &expected);
        }
        compare_limited(streams, first_id);
    }
}

/// Returns the standard's result for each stream. The last event ID string and the reconnection
/// time belong to the event source and carry over.
fn expect(streams: &[Vec<u8>], first_id: &str) -> Vec<Outcome> {
    let (mut id, mut reconnection_time) = (first_id.to_owned(), None);
    let read = |stream: &Vec<u8>| {
        let outcome = standard::read(stream, &id);
        id.clone_from(&outcome.last_event_id);
        reconnection_time = outcome.reconnection_time.or(reconnection_time);
        Outcome { reconnection_time, ..outcome }
    };
    streams.iter().map(read).collect()
}

fn compare_chunking(streams: &[Vec<&[u8]>], first_id: &str, expected: &[Outcome]) {
    let parser = || Parser::new().with_last_event_id(first_id.to_owned());
    let (mut parser, mut crossing) = (parser(), Crossing::new(parser()));
    for (index, (chunks, expected)) in streams.iter().zip(expected).enumerate() {
        if index > 0 {
            parser.start_stream();
            crossing.parser.start_stream();
        }
        let outcome = parse_checked(&mut parser, chunks);
        let case = || format!("stream {index} of {}, first id {first_id:?}", readable(streams));
        assert_eq!(outcome, *expected, "{}", case());
        assert!(!parser.is_too_large(), "too large: {}", case());
        compare_crossing(&mut crossing, chunks, &parser, &outcome, &case);
    }
}

/// Checks that with a small limit the parser returns exactly the blocks before the first event that
/// exceeds it.
fn compare_limited(streams: &[Vec<&[u8]>], first_id: &str) {
    let parser = || Parser::new().with_last_event_id(first_id.to_owned()).with_max_event_size(SMALL_LIMIT);
    let (mut parser, mut crossing) = (parser(), Crossing::new(parser()));
    for (index, chunks) in streams.iter().enumerate() {
        let (stream, id) = (chunks.concat(), parser.last_event_id().to_owned());
        let expected = standard::read(&stream, &id);
        parser.start_stream();
        crossing.parser.start_stream();
        let outcome = parse_checked(&mut parser, chunks);
        let Outcome { rows, last_event_id, .. } = &outcome;
        let case = || format!("{rows:?}, stream {index} of {}, first id {first_id:?}", readable(streams));
        assert_eq!(last_event_id, last_id(rows, &id), "{}", case());
        if parser.is_too_large() {
            let most = longest_block(&stream) + longest_id(&expected.rows, &id);
            assert!(most > SMALL_LIMIT, "not too large: {}", case());
            assert!(expected.rows.starts_with(rows), "{}", case());
        } else {
            assert!(longest_event(rows) <= SMALL_LIMIT, "too large: {}", case());
            assert_eq!(*rows, expected.rows, "{}", case());
        }
        compare_crossing(&mut crossing, chunks, &parser, &outcome, &case);
    }
}

/// Checks that the path into JavaScript (`Crossing`) returns the same rows as reading the blocks
/// one by one, and that it leaves the parser in the same state.
fn compare_crossing(
    crossing: &mut Crossing,
    chunks: &[&[u8]],
    drawn: &Parser,
    outcome: &Outcome,
    case: &dyn Fn() -> String,
) {
    assert_eq!(crossing.parse(chunks.iter().copied()), *outcome, "as it crosses: {}", case());
    let state = |parser: &Parser| (parser.last_event_id().to_owned(), parser.dispatched(), parser.is_too_large());
    assert_eq!(state(&crossing.parser), state(drawn), "as it crosses: {}", case());
}

/// Returns the parser's result for a stream. Also checks the values that an [`Outcome`] leaves out
/// because its rows contain them.
fn parse_checked(parser: &mut Parser, chunks: &[&[u8]]) -> Outcome {
    let (mut id, dispatched) = (parser.last_event_id().to_owned(), parser.dispatched());
    let mut rows = vec![];
    for chunk in chunks {
        let mut blocks = parser.handle_chunk(chunk);
        while let Some(block) = blocks.next_block() {
            if let Block::Message(Message { last_event_id, last_event_id_changed, .. }) = block {
                assert_eq!(last_event_id_changed, last_event_id != id, "{last_event_id:?} after {id:?}");
            }
            rows.push(Row::from(block));
            id = last_id(&rows, &id).to_owned();
        }
    }
    assert_eq!(parser.dispatched(), dispatched + messages(&rows), "{rows:?}");
    Outcome {
        rows,
        last_event_id: parser.last_event_id().to_owned(),
        reconnection_time: parser.reconnection_time().map(in_ms),
    }
}

fn messages(rows: &[Row]) -> u64 {
    rows.iter().map(|row| u64::from(matches!(row, Row::Message { .. }))).sum()
}

fn last_id<'r>(rows: &'r [Row], first_id: &'r str) -> &'r str {
    match rows.last() {
        Some(Row::Message { last_event_id, .. } | Row::LastEventId(last_event_id)) => last_event_id,
        None => first_id,
    }
}

/// Returns the length in bytes of data, type and last event ID of the largest event. A replacement
/// character counts as one byte, because it stands for at least one.
fn longest_event(rows: &[Row]) -> usize {
    let length = |row: &Row| match row {
        Row::Message { event_type, data, last_event_id } => {
            let named = if event_type == "message" { "" } else { event_type };
            [named, data, last_event_id].map(|text| text.replace('\u{FFFD}', "?").len()).iter().sum()
        }
        Row::LastEventId(id) => id.len(),
    };
    rows.iter().map(length).max().unwrap_or(0)
}

/// Returns the length of the longest last event ID that an event carries. The ID may be from
/// another block.
fn longest_id(rows: &[Row], first_id: &str) -> usize {
    let length = |row: &Row| match row {
        Row::Message { last_event_id, .. } | Row::LastEventId(last_event_id) => weight(last_event_id),
    };
    rows.iter().map(length).max().unwrap_or(0).max(first_id.len())
}

/// Returns the most decoded bytes without a blank line between them. Together with the ID of an
/// earlier block, this bounds every event and every unfinished line.
fn longest_block(stream: &[u8]) -> usize {
    let one_line_end = String::from_utf8_lossy(stream).replace("\r\n", "\n").replace('\r', "\n");
    one_line_end.split("\n\n").map(weight).max().unwrap_or(0)
}

/// Returns the counted length of an ID, which is also the upper bound for other text.
fn weight(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.len() * 3 }
}

fn readable(streams: &[Vec<&[u8]>]) -> String {
    let chunks = |chunks: &Vec<&[u8]>| chunks.iter().map(|chunk| format!("\"{}\"", chunk.escape_ascii())).collect();
    let streams: Vec<Vec<String>> = streams.iter().map(chunks).collect();
    streams.iter().map(|chunks| format!("[{}]", chunks.join(", "))).collect::<Vec<_>>().join(", ")
}
