//! The measured event streams. They are generated from a fixed seed, so that they are the same on
//! every machine.

#![allow(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "a bench may fail loudly")]

use std::fmt::{self, Display};

/// The payload of a TCP segment on an ordinary network, and thus the chunk size of a slow stream.
pub const SEGMENT: usize = 1400;
/// The largest number of bytes that browsers read at once.
pub const LARGE_CHUNK: usize = 64 * 1024;

/// Streams like those of real servers.
pub const WORKLOADS: [Workload; 4] = [
    Workload { name: "LLM chunks", event_size: 170, event: language_model },
    Workload { name: "small", event_size: 14, event: small },
    Workload { name: "typed with ids", event_size: 48, event: typed_with_id },
    Workload { name: "CJK", event_size: 170, event: cjk },
];

/// A stream of events that differ only in their text.
#[derive(Clone, Copy)]
pub struct Workload {
    pub name: &'static str,
    /// In bytes, including the blank line.
    event_size: usize,
    event: fn(&mut Random) -> String,
}

/// An event stream, and its number of events.
pub struct Stream {
    pub bytes: Vec<u8>,
    pub events: u64,
}

impl Display for Workload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.name)
    }
}

impl Workload {
    /// Returns as many whole events as fit in `size` bytes.
    pub fn stream(self, size: usize) -> Stream {
        let events = size / self.event_size;
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let bytes: Vec<u8> = (0..events).flat_map(|_| (self.event)(&mut random).into_bytes()).collect();
        assert_eq!(bytes.len(), events * self.event_size, "{self}: each event has its size");
        Stream { bytes, events: events as u64 }
    }
}

/// Returns a line of JSON, as a chat completion arrives. Servers pad it with letters to hide the
/// length of the token.
fn language_model(random: &mut Random) -> String {
    const TOKENS: [&str; 12] =
        ["a", " the", " stream", ",", " of", "\\n\\n", " measure", "ing", "**", " 2026", ".", "'s"];
    const LETTERS: &str = "qTzW4kLm";
    let (id, token) = (random.below(1_000_000), random.one_of(&TOKENS));
    let letters = &LETTERS[token.len()..];
    format!(
        "data: {{\"id\":\"chatcmpl-{id:06}\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{{\"index\":0,\
         \"delta\":{{\"content\":\"{token}\"}},\"finish_reason\":null}}],\"obfuscation\":\"{letters}\"}}\n\n"
    )
}

fn small(random: &mut Random) -> String {
    format!("data: {:06}\n\n", random.below(1_000_000))
}

fn typed_with_id(random: &mut Random) -> String {
    let (id, whole, cents) = (random.below(10_000_000), random.below(1000), random.below(100));
    format!("event: tick\nid: {id:07}\ndata: {{\"price\":{whole:03}.{cents:02}}}\n\n")
}

/// Returns fifty characters of Chinese and Japanese, in JSON.
fn cjk(random: &mut Random) -> String {
    const CHARACTERS: [char; 36] = [
        '的', '是', '不', '在', '有', '人', '我', '他', '这', '中', '国', '日', '本', '語', '文', '字', 'を', 'の',
        'に', 'は', 'が', 'で', 'と', 'す', 'し', 'ま', 'る', 'カ', 'ン', 'ト', 'ー', '，', '。', '、', '「', '」',
    ];
    let text: String = (0..50).map(|_| random.one_of(&CHARACTERS)).collect();
    format!("data: {{\"delta\":\"{text}\"}}\n\n")
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) % limit
    }

    fn one_of<T: Copy, const COUNT: usize>(&mut self, all: &[T; COUNT]) -> T {
        all[self.below(COUNT as u64) as usize]
    }
}
