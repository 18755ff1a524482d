//! The chunked form of a stream, and the offsets in it where a cut is critical.

use std::ops::Range;

use super::random::Random;
use super::schedule::Spot;

/// Splits a stream into chunks of a few, some hundred or some thousand bytes, without regard to its
/// contents.
pub fn split(random: &mut Random, length: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < length {
        let most = [12, 300, 300, 3000][random.index(4)];
        let end = length.min(start + 1 + random.index(most));
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// Returns a whole stream as one chunk.
pub fn join(length: usize) -> Vec<Range<usize>> {
    std::iter::once(0..length).collect()
}

pub fn chunk(data: &[u8]) -> Vec<u8> {
    [&header(data), data, b"\r\n"].concat()
}

fn header(data: &[u8]) -> Vec<u8> {
    format!("{:x}\r\n", data.len()).into_bytes()
}

/// Returns the chunked form of a stream in these chunks, and an offset of this kind in it, if there
/// is one.
pub fn with_spot(random: &mut Random, stream: &[u8], ranges: &[Range<usize>], spot: Spot) -> (Vec<u8>, Option<usize>) {
    let mut wire = Vec::new();
    let mut offsets = Vec::new();
    for range in ranges {
        let data = &stream[range.clone()];
        let data_start = wire.len() + header(data).len();
        let data_end = data_start + data.len();
        match spot {
            Spot::Anywhere => offsets.extend(wire.len()..data_end + 2),
            Spot::ChunkHeader => offsets.extend(wire.len() + 1..data_start),
            Spot::ChunkEnd => offsets.extend(data_end..data_end + 2),
            Spot::Character => {
                offsets.extend((0..data.len()).filter(|at| data[*at] & 0xC0 == 0x80).map(|at| data_start + at));
            }
            Spot::LineEnd => {
                let splits = range.clone().filter(|at| *at > 0 && &stream[at - 1..=*at] == b"\r\n");
                offsets.extend(splits.map(|at| data_start + at - range.start));
            }
        }
        wire.append(&mut chunk(data));
    }
    let offset = (!offsets.is_empty()).then(|| offsets[random.index(offsets.len())]);
    (wire, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chunks_cover_the_whole_stream_in_order_and_none_is_empty() {
        let mut random = Random::of(&[1]);
        for length in [1, 2, 100, 20_000] {
            let ranges = split(&mut random, length);
            assert!(ranges.iter().all(|range| !range.is_empty()));
            assert_eq!(ranges.into_iter().flatten().collect::<Vec<_>>(), (0..length).collect::<Vec<_>>());
        }
        assert_eq!(split(&mut random, 0), []);
    }

    #[test]
    fn for_each_kind_exactly_its_offsets_are_found() {
        let stream = "é\r\n1234567890123456789\r\n".as_bytes();
        let wire = "3\r\né\r\r\n16\r\n\n1234567890123456789\r\n\r\n";
        let found = |spot| {
            let mut random = Random::of(&[2]);
            let ranges = [0..3, 3..stream.len()];
            let mut offsets: Vec<_> = (0..2000)
                .map(|_| {
                    let (framed, offset) = with_spot(&mut random, stream, &ranges, spot);
                    assert_eq!(framed, wire.as_bytes());
                    offset.unwrap()
                })
                .collect();
            offsets.sort_unstable();
            offsets.dedup();
            offsets
        };
        // 3\r\n is 0..3, é 3..5, CR 5, CRLF 6..8, 16\r\n 8..12, LF 12, digits 13..32, CRLF 32..34,
        // CRLF 34..36.
        assert_eq!(found(Spot::Anywhere), (0..36).collect::<Vec<_>>());
        assert_eq!(found(Spot::Character), [4]);
        assert_eq!(found(Spot::LineEnd), [12, 33]);
        assert_eq!(found(Spot::ChunkHeader), [1, 2, 9, 10, 11]);
        assert_eq!(found(Spot::ChunkEnd), [6, 7, 34, 35]);
    }

    #[test]
    fn no_offset_is_returned_if_the_stream_has_no_such_spot() {
        assert_eq!(with_spot(&mut Random::of(&[1]), b"a\n", &join(2), Spot::Character).1, None);
        assert_eq!(with_spot(&mut Random::of(&[1]), b"a\n", &join(2), Spot::LineEnd).1, None);
    }
}
