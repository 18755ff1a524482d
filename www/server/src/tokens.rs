//! Splits a text into pieces that look like a language model's tokens: two to eight characters, a
//! word with the space before it, or a single character of CJK. If the pieces are joined, they give
//! the same text.

/// The most characters in a piece of a word.
const LONGEST: usize = 6;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Word,
    /// A character that represents a syllable, a word or a picture.
    Wide,
    Mark,
    Space,
    LineBreak,
}

pub fn split(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut previous: Option<Kind> = None;
    let mut length = 0;
    for character in text.chars() {
        let kind = kind(character);
        let joins = previous.is_some_and(|previous| {
            length < LONGEST
                && match previous {
                    Kind::Wide => false,
                    Kind::Space => kind != Kind::LineBreak,
                    other => kind == other,
                }
        });
        match tokens.last_mut().filter(|_| joins) {
            Some(token) => token.push(character),
            None => tokens.push(character.into()),
        }
        length = if joins { length + 1 } else { 1 };
        previous = Some(kind);
    }
    tokens
}

fn kind(character: char) -> Kind {
    match character {
        '\n' => Kind::LineBreak,
        // Starts at the kana and ideographs: CJK, Hangul, full-width forms, emoji.
        '\u{2600}'.. => Kind::Wide,
        _ if character.is_whitespace() => Kind::Space,
        _ if character.is_alphanumeric() => Kind::Word,
        _ => Kind::Mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_leading_space_and_long_words_are_split() {
        assert_eq!(
            split("Hello, wonderful world!\n\n- x"),
            ["Hello", ",", " wonde", "rful", " world", "!", "\n\n", "-", " x"]
        );
    }

    #[test]
    fn each_wide_character_is_a_token_and_no_text_is_lost() {
        assert_eq!(split("流れる水 🌊e\u{301}"), ["流", "れ", "る", "水", " 🌊", "e", "\u{301}"]);
        let text = include_str!("replies/cjk.md");
        assert_eq!(split(text).concat(), text);
    }
}
