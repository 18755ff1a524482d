//! The random number generator of a run. It calculates with 32 bits, because
//! `tests/chaos/expected.mjs` implements the same generator in JavaScript.

/// Implements `SplitMix` on 32 bits, with the multipliers that Chris Wellons found by search
/// ([hash-prospector](https://github.com/skeeto/hash-prospector)).
#[derive(Clone, Debug)]
pub struct Random(u32);

impl Random {
    /// Creates a generator that depends only on these numbers.
    pub fn of(parts: &[u32]) -> Self {
        let mut random = Self(0);
        for part in parts {
            random.0 ^= part;
            random.0 = random.next();
        }
        random
    }

    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9);
        let mixed = (self.0 ^ self.0 >> 16).wrapping_mul(0x21F0_AAAD);
        let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x735A_2D97);
        mixed ^ mixed >> 15
    }

    /// Returns a number in `0..end`. The tiny bias towards small numbers does no harm here.
    pub fn below(&mut self, end: u32) -> u32 {
        self.next() % end
    }

    pub fn one_in(&mut self, cases: u32) -> bool {
        self.below(cases) == 0
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.next() as usize % length
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.index(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_produce_the_same_numbers_and_other_parts_produce_other_numbers() {
        let drawn = |parts: &[u32]| {
            let mut random = Random::of(parts);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(drawn(&[1, 2, 3]), drawn(&[1, 2, 3]));
        for other in [&[1, 2, 4][..], &[1, 3, 2], &[0, 2, 3], &[1, 2]] {
            assert_ne!(drawn(&[1, 2, 3]), drawn(other), "{other:?}");
        }
    }

    #[test]
    fn every_number_below_the_end_is_drawn_about_equally_often() {
        let mut random = Random::of(&[7]);
        let mut counts = [0; 6];
        for _ in 0..60_000 {
            counts[random.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    }

    #[test]
    fn shuffling_keeps_all_items() {
        let mut items: Vec<u32> = (0..100).collect();
        Random::of(&[3]).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
