//! The short way for blocks that are one line of data and nothing else, as most are.

use super::{
    Blocks,
    line::{self, WORD},
};

/// Blocks at the beginning of what is left of a chunk.
pub(crate) struct PlainBlocks<'p> {
    pub(crate) rest: &'p [u8],
    drawn: u64,
}

impl<'p> Blocks<'p> {
    /// Forgets the block that was handed out. Returns what follows if that may be plain.
    /// [`Blocks::skip`] then takes note of the blocks that were drawn of it.
    #[inline(always)]
    pub(crate) fn plain(&mut self) -> Option<PlainBlocks<'p>> {
        self.forget_handed_out();
        let Self { parser, rest, fits, .. } = &*self;
        let begins = rest.first() == Some(&b'd') && !parser.kept.any && parser.lines.is_between_lines();
        (*fits && begins).then_some(PlainBlocks { rest, drawn: 0 })
    }

    /// Goes on behind the plain blocks that were drawn.
    pub(crate) fn skip(&mut self, plain: &PlainBlocks<'p>) {
        self.rest = plain.rest;
        self.parser.dispatched += plain.drawn;
    }
}

impl PlainBlocks<'_> {
    /// Copies the data of the next block: how many bytes, and whether they are ASCII. `None` says
    /// only that it is to be drawn as others are.
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

/// A word's bytes as a number: with SIMD too, whose instruction for a bit of each byte compilers
/// make a call if it is in more than one place.
#[cfg(target_feature = "simd128")]
type Number = u128;

#[cfg(not(target_feature = "simd128"))]
type Number = u64;

/// Copies the bytes before the first CR or LF, and some behind them. Returns how many there are,
/// and whether all that was copied is ASCII, in one pass. `None` where there is no line end, or it
/// is among the last bytes of either side.
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
        // SAFETY: it is as long.
        #[expect(unsafe_code)]
        unsafe {
            core::arch::wasm32::v128_store((&raw mut ends).cast(), line::ends_in(word));
        }
        ends
    }
}
