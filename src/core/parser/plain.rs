//! Provides a fast path for the most frequent blocks, which have a single `data` line.

use super::{
    Blocks,
    line::{self, WORD},
};

/// Plain blocks at the start of the rest of a chunk.
pub(crate) struct PlainBlocks<'p> {
    pub(crate) rest: &'p [u8],
    drawn: u64,
}

impl<'p> Blocks<'p> {
    /// Clears the block that was yielded last. Returns the rest of the chunk if it may start with a
    /// plain block. [`Blocks::skip`] then records the blocks that were taken from it.
    #[inline(always)]
    pub(crate) fn plain(&mut self) -> Option<PlainBlocks<'p>> {
        self.forget_handed_out();
        let Self { parser, rest, fits, .. } = &*self;
        let begins = rest.first() == Some(&b'd') && !parser.kept.any && parser.lines.is_between_lines();
        (*fits && begins).then_some(PlainBlocks { rest, drawn: 0 })
    }

    /// Continues after the plain blocks that were taken.
    pub(crate) fn skip(&mut self, plain: &PlainBlocks<'p>) {
        self.rest = plain.rest;
        self.parser.dispatched += plain.drawn;
    }
}

impl PlainBlocks<'_> {
    /// Copies the data of the next block. Returns its length in bytes, and `true` only if the data
    /// is ASCII. Returns `None` if the block has to take the general path.
    #[inline(always)]
    pub(crate) fn next(&mut self, place: &mut [u8]) -> Option<(usize, bool)> {
        let value = self.rest.strip_prefix(b"data:")?;
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let (length, is_ascii) = copy_line(value, place)?;
        self.rest = match value.get(length..)? {
            [b'\n', b'\n', rest @ ..] | [b'\r', b'\n', b'\r', b'\n', rest @ ..] => rest,
            _ => return None,
        };
        self.drawn += 1;
        Some((length, is_ascii))
    }
}

/// The bytes of a word as one number. The SIMD build uses a number too, instead of the instruction
/// `u8x16_bitmask`: if that instruction occurs twice, the compiler moves it into a function of its
/// own.
#[cfg(target_feature = "simd128")]
type Number = u128;

#[cfg(not(target_feature = "simd128"))]
type Number = u64;

/// Copies the bytes before the first CR or LF, and some after them, in one pass. Returns the length
/// of the line, and whether all copied bytes are ASCII. Returns `None` if there is no line end, or
/// if it lies in the last incomplete word of either slice.
#[inline(always)]
fn copy_line(bytes: &[u8], place: &mut [u8]) -> Option<(usize, bool)> {
    const HIGH_BITS: Number = (Number::MAX / 0xFF) << 7;
    let (mut at, mut all) = (0, 0);
    for (word, place) in bytes.as_chunks::<WORD>().0.iter().zip(place.as_chunks_mut().0) {
        *place = *word;
        all |= Number::from_ne_bytes(*word);
        let ends = ends_in(word);
        if ends != 0 {
            return Some((at + ends.trailing_zeros() as usize / 8, all & HIGH_BITS == 0));
        }
        at += WORD;
    }
    None
}

#[inline(always)]
fn ends_in(word: &[u8; WORD]) -> Number {
    #[cfg(not(target_feature = "simd128"))]
    return line::ends_in(word);
    #[cfg(target_feature = "simd128")]
    {
        let mut ends = 0;
        // SAFETY: `ends` has the 16 bytes that are stored.
        #[expect(unsafe_code)]
        unsafe {
            core::arch::wasm32::v128_store((&raw mut ends).cast(), line::ends_in(word));
        }
        ends
    }
}
