//! Converts bytes to text as "UTF-8 decode" does: invalid bytes become U+FFFD.
//!
//! Each value can be decoded separately, with the same result as the whole stream: the ASCII
//! characters around a value end every unfinished sequence.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// Decodes UTF-8 and replaces invalid bytes with U+FFFD.
pub(crate) type Decode = fn(&[u8]) -> String;

/// The [`Decode`] of the Rust library.
pub(crate) fn decode_lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns `bytes` as text. The text is borrowed if the bytes are valid UTF-8.
pub(crate) fn text_of(bytes: &[u8], decode: Decode) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| Cow::Owned(decode(bytes)), Cow::Borrowed)
}

/// Replaces `text` with the decoded `bytes`, reusing their memory if they are ASCII. Returns
/// whether the text has changed.
pub(crate) fn replace_text(text: &mut String, bytes: Vec<u8>, decode: Decode) -> bool {
    let new = into_text(bytes, decode);
    let changed = new != *text;
    *text = new;
    changed
}

fn into_text(bytes: Vec<u8>, decode: Decode) -> String {
    if is_ascii(&bytes) {
        #[expect(unsafe_code, reason = "a second check would add code")]
        // SAFETY: ASCII is UTF-8.
        return unsafe { String::from_utf8_unchecked(bytes) };
    }
    decode(&bytes)
}

/// Returns `bytes` as text if they are ASCII. Short values are checked inline, which is faster than
/// a call.
#[inline(always)]
pub(crate) fn ascii(bytes: &[u8]) -> Option<&str> {
    let short = || bytes.iter().fold(0, |all, byte| all | byte).is_ascii();
    let is_ascii = if bytes.len() > 16 { is_ascii(bytes) } else { short() };
    #[expect(unsafe_code, reason = "a second check would run for each event")]
    // SAFETY: ASCII is UTF-8.
    is_ascii.then(|| unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// Like `==`, but compares short values inline, without a call.
#[inline(always)]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let short = || one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other)) == 0;
    one.len() == other.len() && if one.len() > 16 { one == other } else { short() }
}

/// The function is not inlined, because compilers generate a lot of code for it.
#[inline(never)]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// The most bytes of text that one byte can become: an invalid byte becomes U+FFFD.
pub(crate) const MOST_PER_BYTE: usize = '\u{FFFD}'.len_utf8();

/// Returns the most bytes of text that `bytes` can become.
pub(crate) fn length_of_text(bytes: &[u8]) -> usize {
    if is_ascii(bytes) { bytes.len() } else { bytes.len().saturating_mul(MOST_PER_BYTE) }
}
