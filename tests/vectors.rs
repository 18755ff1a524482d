//! Tests the parser against `vectors/*.json`, in every chunking, and with the npm layer's batches.
//! The format is in `vectors/README.md`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/crossing.rs"]
mod crossing;
#[path = "support/standard.rs"]
mod standard;

use std::{collections::BTreeSet, fs, path::Path};

use headwater::Parser;
use serde::Deserialize;

use crate::{
    chunks::parse,
    crossing::Crossing,
    standard::{Outcome, Row},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Vector {
    name: String,
    input: Option<String>,
    hex: Option<String>,
    messages: Vec<Message>,
    last_event_id: String,
    #[serde(deserialize_with = "required")]
    reconnection_time: Option<u64>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Message {
    #[serde(rename = "type")]
    event_type: String,
    data: String,
    last_event_id: String,
}

/// Without this, serde reads an absent key as `null`.
fn required<'d, D: serde::Deserializer<'d>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}

impl Vector {
    fn stream(&self) -> Vec<u8> {
        match (&self.input, &self.hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(hex)) => hex
                .split_whitespace()
                .map(|byte| {
                    assert_eq!(byte.len(), 2, "{}: {byte:?} is not two hexadecimal digits", self.name);
                    u8::from_str_radix(byte, 16).unwrap()
                })
                .collect(),
            _ => panic!("{}: exactly one of `input` and `hex`", self.name),
        }
    }

    fn check(&self, outcome: Outcome, chunking: &str) {
        let messages: Vec<Message> = outcome
            .rows
            .into_iter()
            .filter_map(|row| match row {
                Row::Message { event_type, data, last_event_id } => Some(Message { event_type, data, last_event_id }),
                Row::LastEventId(_) => None,
            })
            .collect();
        assert_eq!(messages, self.messages, "messages of {}, {chunking}", self.name);
        assert_eq!(outcome.last_event_id, self.last_event_id, "last event ID of {}, {chunking}", self.name);
        assert_eq!(outcome.reconnection_time, self.reconnection_time, "reconnection time of {}, {chunking}", self.name);
    }

    fn check_chunks<'c>(&self, chunks: impl IntoIterator<Item = &'c [u8]>, chunking: &str) {
        let chunks: Vec<&[u8]> = chunks.into_iter().collect();
        self.check(parse(&mut Parser::new(), chunks.iter().copied()), chunking);
        let crossed = Crossing::new(Parser::new()).parse(chunks);
        self.check(crossed, &format!("{chunking}, as it crosses into JavaScript"));
    }
}

/// Returns the vectors of each file in `vectors/`, with the file's name.
fn files() -> Vec<(String, Vec<Vector>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<(String, Vec<Vector>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let vectors = serde_json::from_str(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_name().unwrap().to_str().unwrap().to_owned(), vectors)
        })
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

fn for_each_vector(check: impl Fn(&Vector, &[u8])) {
    for (_, vectors) in files() {
        for vector in vectors {
            check(&vector, &vector.stream());
        }
    }
}

#[test]
fn every_vector_is_read_correctly_in_one_chunk() {
    for_each_vector(|vector, stream| vector.check_chunks([stream], "whole"));
}

// behavior 10.1
#[test]
fn every_vector_is_read_correctly_byte_by_byte() {
    for_each_vector(|vector, stream| vector.check_chunks(stream.chunks(1), "byte by byte"));
}

#[test]
fn every_vector_is_read_correctly_byte_by_byte_with_empty_chunks_between() {
    for_each_vector(|vector, stream| {
        let chunks = stream.chunks(1).flat_map(|byte| [byte, &[]]);
        vector.check_chunks(std::iter::once(&[][..]).chain(chunks), "byte by byte, with empty chunks between");
    });
}

#[test]
fn every_vector_is_read_correctly_in_two_chunks_split_anywhere() {
    for_each_vector(|vector, stream| {
        for position in 0..=stream.len() {
            let (first, second) = stream.split_at(position);
            vector.check_chunks([first, second], &format!("split at {position}"));
        }
    });
}

#[test]
fn every_vector_is_read_correctly_in_two_chunks_with_an_empty_one_between() {
    for_each_vector(|vector, stream| {
        for position in 0..=stream.len() {
            let (first, second) = stream.split_at(position);
            vector.check_chunks([first, &[], second], &format!("split at {position}, with an empty chunk between"));
        }
    });
}

/// Vectors are short. Code that reads many bytes at once must find line ends at every place among
/// these bytes, and must not read beyond the last one.
#[test]
fn every_vector_is_read_correctly_at_any_place_in_a_long_chunk() {
    const MANY: usize = 64;
    for_each_vector(|vector, stream| {
        // A byte order mark, or a part of one, has a meaning only at the beginning.
        let shifts = if stream.first() == Some(&0xEF) { 0..=0 } else { 0..=MANY };
        for shift in shifts {
            let before = if shift == 0 { vec![] } else { [b":", &vec![b'x'; shift - 1][..], b"\n"].concat() };
            // No line end: this line never ends, so it has no effect.
            let chunk = [&before, stream, &[b'x'; MANY]].concat();
            vector.check_chunks([&chunk[..]], &format!("{} bytes into a long chunk", before.len()));
        }
    });
}

#[test]
fn the_second_implementation_of_the_standard_agrees_with_every_vector() {
    for_each_vector(|vector, stream| vector.check(standard::read(stream, ""), "by the second reading"));
}

#[test]
fn every_theme_has_at_least_ten_vectors_and_vector_names_are_unique_and_lower_case() {
    let files = files();
    for theme in ["byte-order-mark", "dispatch", "fields", "ids", "line-ends", "peers", "retry", "servers", "utf-8"] {
        let vectors = files.iter().find(|(file, _)| *file == format!("{theme}.json"));
        assert!(vectors.is_some_and(|(_, vectors)| vectors.len() >= 10), "{theme}.json has at least ten vectors");
    }
    let mut names = BTreeSet::new();
    for (file, vector) in files.iter().flat_map(|(file, vectors)| vectors.iter().map(move |vector| (file, vector))) {
        let name = vector.name.as_str();
        assert!(names.insert(name), "{file}: the name {name} occurs twice");
        assert!(
            !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')),
            "{file}: {name:?} is not lower case with underscores"
        );
    }
}

#[test]
fn a_vector_with_an_unknown_absent_or_wrong_key_is_refused() {
    let read = |text: &str| serde_json::from_str::<Vector>(text);
    let right = r#"{"name":"x","input":"","messages":[],"lastEventId":"","reconnectionTime":null}"#;
    assert!(read(right).is_ok());
    for (from, to) in [
        (r#""name":"x""#, r#""name":"x","id":"1""#),
        (r#""messages":[]"#, r#""messages":[{"type":"m","data":"","lastEventId":"","id":""}]"#),
        (r#""messages":[]"#, r#""messages":[{"type":"m","data":""}]"#),
        (r#","reconnectionTime":null"#, ""),
        (r#","lastEventId":"""#, ""),
        (r#""reconnectionTime":null"#, r#""reconnectionTime":"5""#),
        (r#""reconnectionTime":null"#, r#""reconnectionTime":-5"#),
    ] {
        assert_ne!(right.replace(from, to), right);
        assert!(read(&right.replace(from, to)).is_err(), "{}", right.replace(from, to));
    }
}

#[test]
#[should_panic(expected = "exactly one of `input` and `hex`")]
fn a_vector_with_both_forms_of_the_stream_is_refused() {
    let text = r#"{"name":"x","input":"","hex":"","messages":[],"lastEventId":"","reconnectionTime":null}"#;
    serde_json::from_str::<Vector>(text).unwrap().stream();
}

#[test]
#[should_panic(expected = "messages of x, whole")]
fn a_vector_with_wrong_expectations_fails() {
    let text = r#"{"name":"x","input":"data: a\n\n","messages":[],"lastEventId":"","reconnectionTime":null}"#;
    let vector: Vector = serde_json::from_str(text).unwrap();
    vector.check_chunks([&vector.stream()[..]], "whole");
}
