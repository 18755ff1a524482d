//! Owns what the benchmark's streams consist of: named workloads, drawn from a seed, and what a client must have received
//! at their end. It must not know HTTP, nor who reads them.

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

/// The shapes of events.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A chunk of a chat completion in OpenAI's JSON: 165 to 175 bytes.
    Llm,
    /// Six characters of data: 14 bytes.
    Small,
    /// With a type and an id, which counts up: 48 bytes.
    Typed,
    /// JSON with 8 to 24 characters of three bytes each.
    Cjk,
    /// One line of 16 KiB.
    Long,
    /// Six characters of data, after up to twenty comments that keep a connection alive.
    Comments,
    /// As `llm`, with lines that end in CRLF.
    Crlf,
}

/// What a client must have received at the end.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    pub events: u32,
    /// Of all data together, in UTF-16 units, as JavaScript counts.
    pub characters: usize,
    pub bytes: usize,
    pub last_event_id: String,
}

/// A stream, made once.
pub struct Workload {
    pub bytes: Bytes,
    pub expected: Expected,
}

const LONG_LINE: usize = 16 * 1024;
/// Seven digits for as many events as there may be, so that every event has the same size.
const FIRST_ID: u32 = 1_000_000;
const MOST_COMMENTS: u32 = 20;

impl Kind {
    /// No event of this kind is larger.
    pub const fn largest_event(self) -> usize {
        match self {
            Self::Llm => 175,
            Self::Small => 14,
            Self::Typed => 48,
            Self::Cjk => 92,
            Self::Long => LONG_LINE + 8,
            Self::Comments => 14 + KEEP_ALIVE.len() * MOST_COMMENTS as usize,
            Self::Crlf => 175 + 2,
        }
    }

    pub fn generate(self, events: u32, seed: u32) -> Workload {
        let mut random = Random(u64::from(seed));
        let mut text = String::new();
        let mut expected = Expected { events, ..Expected::default() };
        for number in 0..events {
            let data = self.data(&mut random);
            expected.characters += data.encode_utf16().count();
            match self {
                Self::Typed => {
                    let id = FIRST_ID + number;
                    text += &format!("id: {id}\nevent: token\ndata: {data}\n\n");
                }
                Self::Crlf => text += &format!("data: {data}\r\n\r\n"),
                Self::Comments => {
                    text += &KEEP_ALIVE.repeat(random.below(MOST_COMMENTS + 1) as usize);
                    text += &format!("data: {data}\n\n");
                }
                _ => text += &format!("data: {data}\n\n"),
            }
        }
        if self == Self::Typed && events > 0 {
            expected.last_event_id = (FIRST_ID + events - 1).to_string();
        }
        expected.bytes = text.len();
        Workload { bytes: text.into(), expected }
    }

    fn data(self, random: &mut Random) -> String {
        match self {
            Self::Llm | Self::Crlf => {
                let token = random.letters(2, 12);
                format!(
                    r#"{{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{{"index":0,"delta":{{"content":"{token}"}},"finish_reason":null}}]}}"#
                )
            }
            Self::Small | Self::Comments => random.letters(6, 6),
            Self::Typed => format!(r#"{{"t":"{}"}}"#, random.letters(7, 7)),
            Self::Cjk => {
                let length = 8 + random.below(17);
                let text: String = (0..length).map(|_| random.ideograph()).collect();
                format!(r#"{{"text":"{text}"}}"#)
            }
            Self::Long => random.letters(LONG_LINE as u32, LONG_LINE as u32),
        }
    }
}

const KEEP_ALIVE: &str = ": keep-alive\n\n";

/// `SplitMix64`, with the constants of its authors.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// One of `0..end`.
    fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }

    fn letters(&mut self, least: u32, most: u32) -> String {
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    /// One of the 20,000 ideographs from U+4E00 on.
    fn ideograph(&mut self) -> char {
        char::from_u32(0x4E00 + self.below(20_000)).unwrap_or('水')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 7] = [Kind::Llm, Kind::Small, Kind::Typed, Kind::Cjk, Kind::Long, Kind::Comments, Kind::Crlf];

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        for kind in ALL {
            let bytes = |seed| kind.generate(20, seed).bytes;
            assert_eq!(bytes(1), bytes(1), "{kind:?}");
            assert_ne!(bytes(1), bytes(2), "{kind:?}");
        }
    }

    #[test]
    fn events_are_as_large_as_their_kind_says() {
        let mean = |kind: Kind, events| kind.generate(events, 1).bytes.len() as f64 / f64::from(events);
        assert!((169.0..171.0).contains(&mean(Kind::Llm, 10_000)), "{}", mean(Kind::Llm, 10_000));
        for (kind, size) in [(Kind::Small, 14.0), (Kind::Typed, 48.0), (Kind::Long, 16_392.0)] {
            assert_eq!(mean(kind, 100), size, "{kind:?}");
        }
        for kind in ALL {
            for seed in 0..200 {
                let size = kind.generate(1, seed).bytes.len();
                assert!(size <= kind.largest_event(), "{kind:?} {size}");
            }
        }
    }

    #[test]
    fn what_is_expected_is_what_is_written() {
        for kind in ALL {
            let Workload { bytes, expected } = kind.generate(50, 3);
            let text = String::from_utf8_lossy(&bytes);
            let data: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
            assert_eq!(data.len(), 50, "{kind:?}");
            assert_eq!(data.concat().encode_utf16().count(), expected.characters, "{kind:?}");
            assert_eq!((expected.events, expected.bytes), (50, bytes.len()), "{kind:?}");
            let last_id = text.lines().rev().find_map(|line| line.strip_prefix("id: "));
            assert_eq!(last_id.unwrap_or_default(), expected.last_event_id, "{kind:?}");
        }
    }
}
