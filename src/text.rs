//! Owns the making of text of bytes: what is not UTF-8 becomes U+FFFD, as "UTF-8 decode" has it. Must not know whose text
//! it is.
//!
//! Doing it for each value gives what decoding the whole stream would: the ASCII characters around a value end every
//! unfinished sequence. In the npm package the platform does it, which can do it anyway; of Rust's own it would be a
//! twelfth.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// The text of `bytes`.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    #[cfg(all(target_arch = "wasm32", feature = "bindings"))]
    return Cow::Owned(crate::web::decode(bytes));
    #[cfg(not(all(target_arch = "wasm32", feature = "bindings")))]
    String::from_utf8_lossy(bytes)
}

/// The text of `bytes`, in their memory if they are ASCII.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    if bytes.is_ascii() {
        #[expect(unsafe_code, reason = "a second check would be a larger one")]
        // SAFETY: ASCII is UTF-8.
        return unsafe { String::from_utf8_unchecked(bytes) };
    }
    decode(&bytes).into_owned()
}
