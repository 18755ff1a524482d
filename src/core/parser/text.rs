//! Makes text of bytes: what is not UTF-8 becomes U+FFFD, as "UTF-8 decode" has it.
//!
//! Decoding each value gives the same text as decoding the whole stream: the ASCII characters
//! around a value end every unfinished sequence.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// Decodes UTF-8 and replaces what is not UTF-8 by U+FFFD.
pub(crate) type Decode = fn(&[u8]) -> String;

/// The [`Decode`] of Rust.
pub(crate) fn decode_lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The text of `bytes`, which is borrowed where they are UTF-8.
pub(crate) fn text_of(bytes: &[u8], decode: Decode) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| Cow::Owned(decode(bytes)), Cow::Borrowed)
}

/// Puts the text of `bytes` in place of another, in their memory if they are ASCII. Returns whether
/// the text has changed.
pub(crate) fn replace_text(text: &mut String, bytes: Vec<u8>, decode: Decode) -> bool {
    let new = into_text(bytes, decode);
    let changed = new != *text;
    *text = new;
    changed
}

fn into_text(bytes: Vec<u8>, decode: Decode) -> String {
    if is_ascii(&bytes) {
        #[expect(unsafe_code, reason = "a second check would be a larger one")]
        // SAFETY: ASCII is UTF-8.
        return unsafe { String::from_utf8_unchecked(bytes) };
    }
    decode(&bytes)
}

/// The same bytes as text, if they are ASCII. What is short takes less time than a call.
#[inline(always)]
pub(crate) fn ascii(bytes: &[u8]) -> Option<&str> {
    let short = || bytes.iter().fold(0, |all, byte| all | byte).is_ascii();
    let is_ascii = if bytes.len() > 16 { is_ascii(bytes) } else { short() };
    #[expect(unsafe_code, reason = "a second check would be one for each event")]
    // SAFETY: ASCII is UTF-8.
    is_ascii.then(|| unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// As `==`, without a call for what is short.
#[inline(always)]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let short = || one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other)) == 0;
    one.len() == other.len() && if one.len() > 16 { one == other } else { short() }
}

/// In one place: what compilers make of it is long.
#[inline(never)]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// A byte that is not UTF-8 becomes U+FFFD.
pub(crate) const MOST_PER_BYTE: usize = '\u{FFFD}'.len_utf8();

/// How long a text can become that is made of `bytes`, in bytes.
pub(crate) fn length_of_text(bytes: &[u8]) -> usize {
    if is_ascii(bytes) { bytes.len() } else { bytes.len().saturating_mul(MOST_PER_BYTE) }
}
