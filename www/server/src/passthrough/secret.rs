//! Replaces the key in the text of an answer, which arrives in pieces. Finds the key across pieces,
//! and in the encodings that can occur in a text. Does not depend on events.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// In bytes. Shorter keys are placeholders for local servers: words such as "ollama", which an
/// answer may contain.
const SHORTEST_SECRET: usize = 16;
/// In characters. A shorter beginning of the key is written at once. Otherwise, with a key that
/// begins with "sk-", every word that ends in "s" at the end of a piece would have to wait for the
/// next piece. The rest of the key is still replaced.
const SHORTEST_HELD: usize = 3;
/// The most characters that are taken from a piece at once. Each takes four bytes of memory.
const MOST_AT_ONCE: usize = 4096;
const MARK: &str = "[key]";
/// The most digits of a character's number, including leading zeros.
const MOST_DIGITS: usize = 8;
/// The escapes of a character in URLs, in JSON, in programs and in HTML: the start of the escape,
/// the radix of its number, and its end.
const ESCAPES: [(&str, u32, End); 6] = [
    ("%", 16, End::After(2)),
    ("\\x", 16, End::After(2)),
    ("\\u{", 16, End::At('}')),
    ("\\u", 16, End::After(4)),
    ("&#x", 16, End::At(';')),
    ("&#", 10, End::At(';')),
];

/// The end of an escaped character.
#[derive(Clone, Copy)]
enum End {
    /// After this number of digits.
    After(usize),
    At(char),
}

/// The texts to find: the key itself, the key in hexadecimal, and the key in Base64 at each of the
/// three alignments. Each of their characters may be escaped.
pub struct Secret(Vec<Vec<char>>);

/// The text that has arrived and may contain the beginning of the key.
pub struct Redactor {
    secret: Arc<Secret>,
    text: Vec<char>,
    /// The number of characters in `text` that are written already.
    written: usize,
}

/// The result of comparing the beginning of a text.
#[derive(Clone, Copy)]
enum Found {
    Nothing,
    /// The text ends too early to decide.
    Beginning,
    /// The number of characters.
    Whole(usize),
}

impl Found {
    fn after(self, start: usize) -> Self {
        if let Self::Whole(length) = self { Self::Whole(start + length) } else { self }
    }
}

impl Secret {
    pub fn new(key: &str) -> Self {
        if key.len() < SHORTEST_SECRET {
            return Self(Vec::new());
        }
        let hexadecimal: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        let base64 = (0..3).map(|before| base64_at(key, before));
        let texts = [key.to_owned(), hexadecimal].into_iter().chain(base64);
        Self(texts.map(|text| text.chars().collect()).collect())
    }

    fn compare(&self, text: &[char]) -> Found {
        let mut found = Found::Nothing;
        let Some(&first) = text.first() else { return found };
        let is_escape = ESCAPES.iter().any(|(start, ..)| start.starts_with(first));
        // Almost no character begins an escape or the key. So most characters must take little
        // time.
        let beginning = |wanted: &&Vec<char>| is_escape || wanted.first().is_some_and(|&wanted| is_same(first, wanted));
        for wanted in self.0.iter().filter(beginning) {
            match compare(text, wanted) {
                Found::Nothing => {}
                Found::Beginning => found = Found::Beginning,
                whole @ Found::Whole(_) => return whole,
            }
        }
        found
    }
}

/// Returns the Base64 characters that depend only on the key, if the key begins after this number
/// of other bytes.
fn base64_at(key: &str, before: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(key.bytes()).collect();
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    STANDARD_NO_PAD.encode(bytes).chars().take(last).skip(first).collect()
}

impl Redactor {
    pub fn new(secret: Arc<Secret>) -> Self {
        Self { secret, text: Vec::new(), written: 0 }
    }

    /// Returns the text that can be written after this piece has arrived.
    pub fn push(&mut self, piece: &str) -> String {
        let mut ours = String::new();
        let mut characters = piece.chars().peekable();
        while characters.peek().is_some() {
            self.text.extend(characters.by_ref().take(MOST_AT_ONCE));
            ours.push_str(&self.write(false));
        }
        ours
    }

    /// Returns the text that is left. Call this when no more text follows.
    pub fn finish(&mut self) -> String {
        self.write(true)
    }

    fn write(&mut self, is_end: bool) -> String {
        let mut ours = String::new();
        let mut at = 0;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            match self.secret.compare(rest) {
                Found::Whole(length) => {
                    ours.extend(self.text.get(self.written..at).unwrap_or_default());
                    ours.push_str(MARK);
                    at += length;
                    self.written = at;
                }
                Found::Beginning if !is_end => break,
                Found::Beginning | Found::Nothing => at += 1,
            }
        }
        let is_held = self.text.len() - at >= SHORTEST_HELD;
        let end = if is_held { at } else { self.text.len() };
        ours.extend(self.text.get(self.written..end).unwrap_or_default());
        self.written = self.written.max(end) - at;
        self.text.drain(..at);
        ours
    }
}

fn compare(text: &[char], wanted: &[char]) -> Found {
    let mut length = 0;
    for &wanted in wanted {
        match compare_one(text.get(length..).unwrap_or_default(), wanted) {
            Found::Whole(more) => length += more,
            other => return other,
        }
    }
    Found::Whole(length)
}

/// Compares one character, which may be written as itself or escaped.
fn compare_one(text: &[char], wanted: char) -> Found {
    match text {
        [] | ['\\'] => return Found::Beginning,
        [first, ..] if is_same(*first, wanted) => return Found::Whole(1),
        // This is how Markdown escapes punctuation.
        ['\\', second, ..] if second.is_ascii_punctuation() && is_same(*second, wanted) => return Found::Whole(2),
        _ => {}
    }
    for (start, radix, end) in ESCAPES {
        if start.chars().zip(text).all(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs)) {
            return match text.get(start.len()..) {
                Some(digits) => compare_number(digits, radix, end, wanted).after(start.len()),
                None => Found::Beginning,
            };
        }
    }
    Found::Nothing
}

fn compare_number(text: &[char], radix: u32, end: End, wanted: char) -> Found {
    let (count, length_of_end) = match end {
        End::After(count) => (Some(count).filter(|&count| text.len() >= count), 0),
        End::At(mark) => (text.iter().take(MOST_DIGITS + 1).position(|&character| character == mark), 1),
    };
    let Some(count) = count else {
        let is_beginning = text.len() <= MOST_DIGITS && text.iter().all(|character| character.is_digit(radix));
        return if is_beginning { Found::Beginning } else { Found::Nothing };
    };
    let digits: String = text.iter().take(count).collect();
    let character = u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32);
    let is_wanted = character.is_some_and(|character| is_same(character, wanted));
    if is_wanted { Found::Whole(count + length_of_end) } else { Found::Nothing }
}

/// Ignores case, and the difference between the two alphabets of Base64.
fn is_same(theirs: char, wanted: char) -> bool {
    let plain = |character: char| match character {
        '+' => '-',
        '/' => '_',
        other => other.to_ascii_lowercase(),
    };
    plain(theirs) == plain(wanted)
}

#[cfg(test)]
#[path = "../../tests/it/spellings.rs"]
mod spellings;

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-live_0123456789-Secret";

    /// Returns the text that is written if it arrives in these pieces.
    fn written<'a>(secret: &Arc<Secret>, pieces: impl IntoIterator<Item = &'a str>) -> String {
        let mut redactor = Redactor::new(Arc::clone(secret));
        let ours: String = pieces.into_iter().map(|piece| redactor.push(piece)).collect();
        ours + &redactor.finish()
    }

    #[test]
    fn each_spelling_of_the_key_is_replaced_however_it_is_split() {
        let secret = Arc::new(Secret::new(KEY));
        for spelling in spellings::of(KEY) {
            let text = format!("It is {spelling}. Is it {spelling}?");
            let whole = written(&secret, [text.as_str()]);
            assert_eq!(whole.matches(MARK).count(), 2, "{spelling}: {whole}");
            let in_two = (1..spelling.len() + 8).map(|cut| vec![text.get(..cut), text.get(cut..)]);
            let in_many = (1..9).map(|size| {
                (0..text.len()).step_by(size).map(|start| text.get(start..text.len().min(start + size))).collect()
            });
            for pieces in in_two.chain(in_many) {
                let ours = written(&secret, pieces.iter().copied().flatten());
                // One or two characters of the key may be written before the rest arrives.
                assert_eq!(ours.matches(MARK).count(), 2, "{pieces:?}: {ours}");
                assert!(ours.len() <= whole.len() + 4, "{pieces:?}: {ours}");
            }
        }
    }

    #[test]
    fn only_a_possible_start_of_the_key_is_held_back_and_other_text_is_unchanged() {
        let mut redactor = Redactor::new(Arc::new(Secret::new(KEY)));
        for piece in
            ["This", " is", " s", "k", "i", "ing: 100", "%", " &", " \\", "\u{1f30a}日本", "&#", "\\u", "x", ""]
        {
            assert_eq!(redactor.push(piece), piece);
        }
        assert_eq!(redactor.push(" sk-live"), " ");
        assert_eq!(redactor.push("r"), "sk-liver");
        assert_eq!(redactor.push("sk-live"), "");
        assert_eq!(redactor.finish(), "sk-live");
    }

    #[test]
    fn a_key_shorter_than_16_characters_is_not_replaced() {
        let mut redactor = Redactor::new(Arc::new(Secret::new("ollama")));
        assert_eq!(redactor.push("An ollama is an ollama"), "An ollama is an ollama");
    }
}
