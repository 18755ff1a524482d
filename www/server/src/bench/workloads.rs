//! Generates the benchmark's streams from a workload's name and a seed, and counts the events,
//! characters and bytes that a client must have received at the end. Does not depend on HTTP or on
//! the clients.

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
    /// An event with a type and an increasing ID: 48 bytes.
    Typed,
    /// JSON with 8 to 24 characters of three bytes each.
    Cjk,
    /// One line of 16 KiB.
    Long,
    /// Six characters of data, after up to twenty comments that keep a connection alive.
    Comments,
    /// The same as `llm`, with lines that end in CRLF.
    Crlf,
}

/// The numbers that a client must have received at the end.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    pub events: u32,
    /// The length of all data together, in UTF-16 code units, as JavaScript counts.
    pub characters: usize,
    pub bytes: usize,
    pub last_event_id: String,
}

/// Generates a stream piece by piece.
pub struct Generator {
    kind: Kind,
    random: Random,
    unsent: Vec<u8>,
    /// Counts the stream's contents so far.
    expected: Expected,
    /// The number of events in the whole stream.
    events: u32,
}

const LONG_LINE: usize = 16 * 1024;
/// All IDs from this one on have seven digits, so that every event has the same size.
const FIRST_ID: u32 = 1_000_000;
const MOST_COMMENTS: u32 = 20;

impl Kind {
    /// Returns the size of the largest event of this kind, in bytes.
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

    pub fn generator(self, events: u32, seed: u32) -> Generator {
        let random = Random(u64::from(seed));
        Generator { kind: self, random, unsent: Vec::new(), expected: Expected::default(), events }
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

impl Generator {
    /// Returns the next `longest` bytes of the first `events` events, or fewer bytes at the end.
    /// Returns `None` when all bytes have been returned.
    pub fn piece(&mut self, longest: usize, events: u32) -> Option<Bytes> {
        while self.unsent.len() < longest && self.expected.events < events.min(self.events) {
            self.add_event();
        }
        let rest = self.unsent.split_off(longest.min(self.unsent.len()));
        let piece = std::mem::replace(&mut self.unsent, rest);
        (!piece.is_empty()).then(|| piece.into())
    }

    /// Returns the numbers that a client must have received after the pieces so far.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    fn add_event(&mut self) {
        let Self { kind, random, unsent, expected, .. } = self;
        let before = unsent.len();
        let data = kind.data(random);
        expected.characters += data.encode_utf16().count();
        let end = if *kind == Kind::Crlf { "\r\n\r\n" } else { "\n\n" };
        if *kind == Kind::Typed {
            expected.last_event_id = (FIRST_ID + expected.events).to_string();
            unsent.extend(format!("id: {}\nevent: token\n", expected.last_event_id).bytes());
        }
        if *kind == Kind::Comments {
            unsent.extend(KEEP_ALIVE.repeat(random.below(MOST_COMMENTS + 1) as usize).bytes());
        }
        for part in ["data: ", &data, end] {
            unsent.extend_from_slice(part.as_bytes());
        }
        expected.bytes += unsent.len() - before;
        expected.events += 1;
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

    /// Returns a number in `0..end`.
    fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }

    fn letters(&mut self, least: u32, most: u32) -> String {
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    /// Returns one of the 20,000 ideographs from U+4E00 on.
    fn ideograph(&mut self) -> char {
        char::from_u32(0x4E00 + self.below(20_000)).unwrap_or('水')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 7] = [Kind::Llm, Kind::Small, Kind::Typed, Kind::Cjk, Kind::Long, Kind::Comments, Kind::Crlf];

    fn generate(kind: Kind, events: u32, seed: u32) -> (Vec<u8>, Expected) {
        let mut generator = kind.generator(events, seed);
        let bytes = std::iter::from_fn(|| generator.piece(1000, events)).flatten().collect();
        (bytes, generator.expected)
    }

    #[test]
    fn the_same_seed_produces_the_same_bytes_and_another_seed_produces_different_bytes() {
        for kind in ALL {
            let bytes = |seed| generate(kind, 20, seed).0;
            assert_eq!(bytes(1), bytes(1), "{kind:?}");
            assert_ne!(bytes(1), bytes(2), "{kind:?}");
        }
    }

    #[test]
    fn events_have_the_size_of_their_kind_and_do_not_exceed_its_maximum() {
        let mean = |kind: Kind, events| generate(kind, events, 1).0.len() as f64 / f64::from(events);
        assert!((169.0..171.0).contains(&mean(Kind::Llm, 10_000)), "{}", mean(Kind::Llm, 10_000));
        for (kind, size) in [(Kind::Small, 14.0), (Kind::Typed, 48.0), (Kind::Long, 16_392.0)] {
            assert_eq!(mean(kind, 100), size, "{kind:?}");
        }
        for kind in ALL {
            for seed in 0..200 {
                let size = generate(kind, 1, seed).0.len();
                assert!(size <= kind.largest_event(), "{kind:?} {size}");
            }
        }
    }

    #[test]
    fn the_expected_figures_match_the_generated_stream() {
        for kind in ALL {
            let (bytes, expected) = generate(kind, 50, 3);
            let text = String::from_utf8_lossy(&bytes);
            let data: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
            assert_eq!(data.len(), 50, "{kind:?}");
            assert_eq!(data.concat().encode_utf16().count(), expected.characters, "{kind:?}");
            assert_eq!((expected.events, expected.bytes), (50, bytes.len()), "{kind:?}");
            let last_id = text.lines().rev().find_map(|line| line.strip_prefix("id: "));
            assert_eq!(last_id.unwrap_or_default(), expected.last_event_id, "{kind:?}");
        }
    }

    #[test]
    fn each_piece_has_the_requested_length_and_none_goes_beyond_the_requested_events() {
        let whole = generate(Kind::Cjk, 50, 3).0;
        let mut generator = Kind::Cjk.generator(50, 3);
        let mut bytes = Vec::new();
        for events in [1, 1, 7, 50, 60] {
            while let Some(piece) = generator.piece(100, events) {
                let is_last = piece.len() < 100;
                bytes.extend(piece);
                assert_eq!(bytes.ends_with(b"}\n\n"), is_last, "{events}");
            }
            let sent = String::from_utf8_lossy(&bytes).matches("data: ").count();
            assert_eq!(sent, events.min(50) as usize);
        }
        assert_eq!(bytes, whole);
    }
}
