//! Generates the events of a run: the type and the data for each number, written in one of the many
//! ways that the standard allows. `tests/chaos/expected.mjs` calculates type and data
//! independently.

use super::random::Random;

/// Separate sequences of random numbers, so that the way in which an event is written does not
/// depend on the length of its text.
const TEXT: u32 = 1;
const FORM: u32 = 2;

/// The characters of texts. They are one to four bytes long. Some are easily misinterpreted by a
/// careless parser: colon, space, NUL, NEL, the line separator, the byte order mark.
const CHARACTERS: &str = "aZ7 :\0éßЖ\u{85}\u{A0}€日本\u{2028}\u{FEFF}😀𝄞𐍈\u{10FFFF}";

const TYPES: [&str; 4] = ["message", "message", "token", "日本 😀"];

/// Turns the number of an event into a second ID for the same event.
const MARK: &str = "~é";

#[derive(Clone, Copy)]
enum LineEnds {
    All(&'static str),
    Mixed,
}

const LINE_ENDS: [&str; 3] = ["\n", "\r", "\r\n"];

/// Returns the type of event `number`, and the lines of its data. The first line contains the
/// number and a character of each length.
fn content(seed: u32, number: u32) -> (&'static str, Vec<String>) {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut random = Random::of(&[seed, TEXT, number]);
    let event_type = TYPES[random.index(TYPES.len())];
    let lines = 1 + random.below(4);
    let mut data: Vec<String> = (0..lines)
        .map(|_| {
            // Sometimes a line is longer than a network segment.
            let length = if random.one_in(100) { 2000 } else { random.below(24) };
            (0..length).map(|_| characters[random.index(characters.len())]).collect()
        })
        .collect();
    data[0] = format!("{number} é日😀{}", data[0]);
    (event_type, data)
}

/// Returns event `number` as it is written in the stream.
pub fn written(seed: u32, number: u32) -> Vec<u8> {
    let (event_type, data) = content(seed, number);
    let mut random = Random::of(&[seed, FORM, number]);
    let ends = match random.below(4) {
        3 => LineEnds::Mixed,
        all => LineEnds::All(LINE_ENDS[all as usize]),
    };
    let mut lines: Vec<String> = data.iter().map(|line| field(&mut random, "data", line)).collect();
    let mut others = vec![field(&mut random, "id", &number.to_string())];
    if event_type != "message" || random.one_in(4) {
        others.push(field(&mut random, "event", event_type));
    }
    if random.one_in(4) {
        others.push(format!(": {number} commented upon: 日本 😀"));
    }
    if random.one_in(16) {
        others.push(field(&mut random, "retry", "1"));
    }
    if random.one_in(16) {
        others.push(field(&mut random, "unknown", "é"));
    }
    for other in others {
        lines.insert(random.index(lines.len() + 1), other);
    }
    lines.push(String::new());
    if is_marked(seed, number) {
        lines.extend([format!("id: {number}{MARK}"), String::new()]);
    }
    let mut stream = Vec::new();
    for line in lines {
        let end = match ends {
            LineEnds::All(end) => end,
            // After a CR, an LF would not be a separate line end.
            LineEnds::Mixed if line.is_empty() && stream.ends_with(b"\r") => "\r\n",
            LineEnds::Mixed => LINE_ENDS[random.index(LINE_ENDS.len())],
        };
        stream.extend_from_slice(line.as_bytes());
        stream.extend_from_slice(end.as_bytes());
    }
    stream
}

/// Returns whether a block with only the marked ID follows the event.
fn is_marked(seed: u32, number: u32) -> bool {
    Random::of(&[seed, FORM, number, 1]).one_in(8)
}

/// Returns the number of the event whose ID this is, if it is an ID of this run.
pub fn number_of(seed: u32, id: &[u8]) -> Option<u32> {
    let text = str::from_utf8(id).ok()?;
    let (digits, marked) = text.strip_suffix(MARK).map_or((text, false), |digits| (digits, true));
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits && (!marked || is_marked(seed, number))).then_some(number)
}

/// Returns the event that tells the client that the run is over.
pub fn done(events: u32) -> Vec<u8> {
    format!("event: done\r\ndata: {events}\r\n\r\n").into_bytes()
}

fn field(random: &mut Random, name: &str, value: &str) -> String {
    // The parser removes the first space.
    let space = if value.starts_with(' ') || !random.one_in(4) { " " } else { "" };
    format!("{name}:{space}{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the blocks of a stream as the standard does: lines, fields, a dispatch at each blank
    /// line.
    fn read(stream: &[u8]) -> Vec<(String, String, String)> {
        let text = str::from_utf8(stream).unwrap().replace("\r\n", "\n").replace('\r', "\n");
        let (mut read, mut event_type, mut data, mut id) = (Vec::new(), String::new(), Vec::new(), String::new());
        for line in text.strip_suffix('\n').unwrap().split('\n') {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match name {
                "event" => event_type = value,
                "data" => data.push(value),
                "id" => id = value,
                _ if line.is_empty() => {
                    read.push((std::mem::take(&mut event_type), std::mem::take(&mut data).join("\n"), id.clone()));
                }
                _ => {}
            }
        }
        read
    }

    #[test]
    fn every_written_event_is_parsed_to_its_type_its_data_and_its_number_as_id() {
        for number in 1..=2000 {
            let (event_type, data) = content(5, number);
            let blocks = read(&written(5, number));
            let (read_type, read_data, id) = &blocks[0];
            assert_eq!(if read_type.is_empty() { "message" } else { read_type }, event_type, "event {number}");
            assert_eq!((read_data, id), (&data.join("\n"), &number.to_string()));
            assert!(data[0].starts_with(&number.to_string()));
            for (_, data, id) in &blocks[1..] {
                assert_eq!((data.as_str(), id), ("", &format!("{number}{MARK}")), "a block with an id alone");
            }
        }
    }

    #[test]
    fn every_kind_of_line_end_event_type_and_format_occurs() {
        let streams: Vec<_> = (1..=500).map(|number| written(1, number)).collect();
        let texts: Vec<_> = streams.iter().map(|stream| str::from_utf8(stream).unwrap()).collect();
        for part in ["\r\n\r\n", "\n\n", "\r\r", "\r\r\n", "retry: 1", "unknown", "~é", "event: 日本", "event: message"]
        {
            assert!(texts.iter().any(|text| text.contains(part)), "{part:?}");
        }
        assert!(texts.iter().any(|text| text.starts_with("event")));
        assert!(texts.iter().any(|text| text.len() > 2000));
    }

    #[test]
    fn an_event_depends_only_on_the_seed_and_its_number() {
        assert_eq!(written(1, 2), written(1, 2));
        assert_ne!(written(1, 2), written(2, 2));
        assert_ne!(content(1, 2), content(2, 2));
    }

    #[test]
    fn only_ids_that_the_server_sent_are_accepted() {
        let marked = (1..).find(|number| is_marked(1, *number)).unwrap();
        let unmarked = (1..).find(|number| !is_marked(1, *number)).unwrap();
        let number = |id: String| number_of(1, id.as_bytes());
        assert_eq!(number(unmarked.to_string()), Some(unmarked));
        assert_eq!(number(format!("{marked}~é")), Some(marked));
        assert_eq!(number(format!("{unmarked}~é")), None);
        for id in ["", "x", "01", "+1", "1~", "1 ", "~é"] {
            assert_eq!(number(id.to_owned()), None, "{id:?}");
        }
        assert_eq!(number_of(1, b"1\xE9"), None);
    }
}
