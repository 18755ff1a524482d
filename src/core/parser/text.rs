//! Owns the making of text of bytes: what is not UTF-8 becomes U+FFFD, as "UTF-8 decode" has it. Must not know whose text
//! it is.
//!
//! Doing it for each value gives what decoding the whole stream would: the ASCII characters around a value end every
//! unfinished sequence. In the npm package the platform does it, which can do it anyway: Rust's own is part of the 0.7 kB that
//! this and the one text for each chunk save.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// The text of `bytes`.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    #[cfg(headwater_npm)]
    return Cow::Owned(crate::web::decode(bytes));
    #[cfg(not(headwater_npm))]
    String::from_utf8_lossy(bytes)
}

/// Puts the text of `bytes` in place of another, in their memory if they are ASCII, and answers whether it is another.
pub(crate) fn take_text(text: &mut String, bytes: Vec<u8>) -> bool {
    let new = into_text(bytes);
    let changed = new != *text;
    *text = new;
    changed
}

fn into_text(bytes: Vec<u8>) -> String {
    if is_ascii(&bytes) {
        #[expect(unsafe_code, reason = "a second check would be a larger one")]
        // SAFETY: ASCII is UTF-8.
        return unsafe { String::from_utf8_unchecked(bytes) };
    }
    decode(&bytes).into_owned()
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
