//! Tests properties of every stream in every chunking: the parser follows the standard, and takes
//! linear time.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/comparison.rs"]
mod comparison;
#[path = "support/crossing.rs"]
mod crossing;
#[path = "support/standard.rs"]
mod standard;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use headwater::Parser;
use proptest::{collection::vec, prelude::*, sample::Index, sample::select};

use crate::{
    chunks::parse,
    comparison::{compare, streams},
    standard::{Outcome, draw, in_ms},
};

/// Bytes that can have a special meaning, depending on their place.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\n",
    b"\n",
    b"\r",
    b"\r",
    b"\r\n",
    b"\r\n",
    b"\n\n",
    b"\r\r",
    b"\r\n\r\n",
    b"\n\r",
    b":",
    b":",
    b": ",
    b": ",
    b" ",
    b"  ",
    b"\t",
    b"\0",
    b"data",
    b"data",
    b"data:",
    b"data: ",
    b"event",
    b"event: ",
    b"id",
    b"id: ",
    b"retry",
    b"retry: ",
    b"Data",
    b"dat",
    b"a",
    b"x",
    b"0",
    b"7",
    b"42",
    b"+",
    b"-",
    b".",
    b"99999999999999999999999999",
    b"\xEF\xBB\xBF",
    b"\xEF",
    b"\xBB",
    b"\xBF",
    b"\xEF\xBB",
    b"\xE6\x97\xA5",
    b"\xE6",
    b"\x97",
    b"\xA5",
    b"\xF0\x9F\x98\x80",
    b"\xF0\x9F",
    b"\x98",
    b"\xC0\x80",
    b"\xED\xA0\x80",
    b"\xFF",
    b"\xC2\x85",
];

const NAMES: &[&[u8]] = &[b"data", b"data", b"data", b"event", b"id", b"id", b"retry", b"", b"foo"];
const SEPARATORS: &[&[u8]] = &[b": ", b":", b":  ", b"", b" :"];
const VALUES: &[&[u8]] = &[
    b"",
    b"",
    b"a",
    b"b",
    b" ",
    b"1",
    b"2",
    b"1500",
    b"007",
    b"+5",
    b"18446744073709551616",
    b"1\0",
    b"x:y",
    b"\xE6\x97\xA5",
    b"\xE6\x97",
    b"\xEF\xBB\xBFx",
];
const LINE_ENDS: &[&[u8]] = &[b"\n", b"\n", b"\r", b"\r\n"];

/// The characters of a long text: characters of one to four bytes, and an invalid byte.
const FILLINGS: &[&[u8]] =
    &[b"x", b"x", b"x", b"\xC3\xA9", b"\xE6\x97\xA5", b"\xE6\x97\xA5", b"\xF0\x9F\xA6\x80", b"\xFF"];

/// A text that is long enough to be read several bytes at once, with one of the special pieces
/// anywhere in it.
fn long() -> impl Strategy<Value = Vec<u8>> {
    (select(FILLINGS), 0..40_usize, select(PIECES), select(FILLINGS), 0..40_usize).prop_map(
        |(before, before_times, piece, after, after_times)| {
            [&before.repeat(before_times)[..], piece, &after.repeat(after_times)].concat()
        },
    )
}

/// A line that is probably a field. Half of the lines are blank.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![6 => select(VALUES).prop_map(<[u8]>::to_vec), 1 => long()];
    let field = (select(NAMES), select(SEPARATORS), value)
        .prop_map(|(name, separator, value)| [name, separator, &value].concat());
    (prop_oneof![field, Just(vec![])], select(LINE_ENDS)).prop_map(|(line, end)| [&line[..], end].concat())
}

/// Byte order marks and beginnings of one have a meaning only at the beginning of a stream.
const BEGINNINGS: &[&[u8]] =
    &[b"", b"", b"", b"", b"\xEF\xBB\xBF", b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\xEF\xBB", b"\xEF", b"\xEF\xBB\xEF\xBB\xBF"];

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => select(PIECES).prop_map(<[u8]>::to_vec),
        6 => line(),
        1 => long(),
        1 => vec(any::<u8>(), 0..4),
    ];
    (select(BEGINNINGS), vec(piece, 0..32)).prop_map(|(beginning, pieces)| [beginning, &pieces.concat()].concat())
}

/// Cuts a stream at places that depend only on its length. Some chunks may be empty.
fn cut<'s>(stream: &'s [u8], places: &[Index]) -> Vec<&'s [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(stream.len() + 1)).collect();
    places.sort_unstable();
    let mut chunks = vec![];
    let mut start = 0;
    for end in places.into_iter().chain([stream.len()]) {
        chunks.push(&stream[start..end]);
        start = end;
    }
    chunks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    // behavior 10.1
    // [non-spec] in one point: according to the text of the standard, each new stream would forget
    // the last event ID.
    #[test]
    fn every_stream_is_read_as_the_standard_says_in_every_chunking(
        streams in vec((stream(), vec(any::<Index>(), 0..12)), 1..4),
    ) {
        compare(&streams.iter().map(|(stream, places)| cut(stream, places)).collect::<Vec<_>>());
    }

    #[test]
    fn arbitrary_bytes_are_read_as_the_standard_says(
        stream in vec(any::<u8>(), 0..256),
        places in vec(any::<Index>(), 0..12),
    ) {
        compare(&[cut(&stream, &places)]);
    }

    #[test]
    fn every_event_id_and_retry_is_available_as_soon_as_its_last_byte_is_parsed(stream in stream()) {
        let mut parser = Parser::new();
        let mut rows = vec![];
        for length in 1..=stream.len() {
            rows.extend(draw(parser.handle_chunk(&stream[length - 1..length])));
            let so_far = Outcome {
                rows: rows.clone(),
                last_event_id: parser.last_event_id().to_owned(),
                reconnection_time: parser.reconnection_time().map(in_ms),
            };
            prop_assert_eq!(so_far, standard::read(&stream[..length], ""), "after {} bytes", length);
        }
    }

    // behavior 12.3
    // [non-spec] There is a margin of 16 bytes for the field name, because it depends on the chunking
    // whether the field name counts.
    #[test]
    fn whether_an_event_is_too_large_does_not_depend_on_the_chunking(
        lines in vec(0..200_usize, 1..6),
        places in vec(any::<Index>(), 0..6),
    ) {
        const LIMIT: usize = 256;
        let event: Vec<u8> = lines.iter().flat_map(|&length| [b"data: ", &vec![b'x'; length][..], b"\n"].concat()).collect();
        let stream = [&b"data: first\n\n"[..], &event, b"\ndata: last\n\n"].concat();
        let size = lines.iter().sum::<usize>() + lines.len() - 1;
        let mut parser = Parser::new().with_max_event_size(LIMIT);
        let outcome = parse(&mut parser, cut(&stream, &places));
        if size <= LIMIT - 16 {
            prop_assert!(!parser.is_too_large(), "{size} bytes are not too large");
            prop_assert_eq!(outcome, standard::read(&stream, ""));
        } else if size > LIMIT {
            prop_assert!(parser.is_too_large(), "{size} bytes are too large");
            prop_assert_eq!(outcome.rows, standard::read(b"data: first\n\n", "").rows);
        }
    }
}

/// The corpus contains the shortest inputs that cover each path through the parser, and the inputs
/// that found errors which had been put into the code on purpose.
#[test]
fn the_fuzz_corpus_is_read_as_the_standard_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/parser");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "the corpus is empty");
    for file in files {
        println!("{}", file.display());
        compare(&streams(&fs::read(file).unwrap()));
    }
}

/// Much longer than a linear parser needs, even without optimization on a busy machine, and much
/// shorter than a quadratic parser would need.
const LIMIT: Duration = Duration::from_secs(5);

fn assert_linear(chunks: &[&[u8]], expected_messages: u64) {
    let mut parser = Parser::new();
    let start = Instant::now();
    for chunk in chunks {
        let mut blocks = parser.handle_chunk(chunk);
        while blocks.next_block().is_some() {
            assert!(start.elapsed() < LIMIT, "not linear: {LIMIT:?} are over");
        }
        assert!(start.elapsed() < LIMIT, "not linear: {LIMIT:?} are over");
    }
    assert_eq!(parser.dispatched(), expected_messages);
}

// [non-spec]
// behavior 12.5
#[test]
fn a_line_of_4_mib_in_small_chunks_takes_linear_time() {
    let stream = [&b"data: "[..], &vec![b'x'; 4 << 20], b"\n\n"].concat();
    assert_linear(&stream.chunks(1460).collect::<Vec<_>>(), 1);
}

// [non-spec]
#[test]
fn an_event_of_many_lines_in_small_chunks_takes_linear_time() {
    let stream = [&b"data: 0123456789\n".repeat(1 << 17)[..], b"\n"].concat();
    assert_linear(&stream.chunks(1460).collect::<Vec<_>>(), 1);
}

// [non-spec]
// behavior 12.5
#[test]
fn a_long_line_that_arrives_byte_by_byte_takes_linear_time() {
    let stream = [&b"data: "[..], &vec![b'x'; 1 << 19], b"\n\n"].concat();
    assert_linear(&stream.chunks(1).collect::<Vec<_>>(), 1);
}

// [non-spec]
// behavior 12.5
#[test]
fn a_hundred_thousand_lines_ending_in_cr_in_one_chunk_take_linear_time() {
    assert_linear(&[&b"data: x\r".repeat(100_000), b"\r"], 1);
    assert_linear(&[&b"data: x\r\r".repeat(100_000)], 100_000);
}

// [non-spec]
#[test]
fn a_comment_of_4_mib_in_small_chunks_takes_linear_time() {
    let stream = [&b":"[..], &vec![b'x'; 4 << 20], b"\ndata: x\n\n"].concat();
    assert_linear(&stream.chunks(1460).collect::<Vec<_>>(), 1);
}

// [non-spec] The ID belongs to every message, but must not be read again for each of them.
#[test]
fn messages_after_a_long_id_take_linear_time() {
    let stream = [&b"id: "[..], &vec![b'x'; 4 << 20], b"\n\n", &b"data\n\n".repeat(100_000)].concat();
    assert_linear(&[&stream], 100_000);
}
