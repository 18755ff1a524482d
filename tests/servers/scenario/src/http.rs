//! Reads one HTTP/1.1 request and decodes its target.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Four times Node's limit, because tests send long Last-Event-IDs, and this server must not refuse
/// them.
const MAX_HEAD_SIZE: u64 = 64 * 1024;

#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// The names are in lower case. The values are unchanged, because a Last-Event-ID can consist
    /// of any bytes.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// Returns the query parameter as it is in the target, still percent-encoded.
    pub fn raw_parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).find_map(|(known, value)| {
            // Only values are decoded, because the names that the tests use need no encoding.
            (known == name).then_some(value)
        })
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        self.raw_parameter(name).map(|raw| String::from_utf8_lossy(&percent_decode(raw)).into_owned())
    }

    /// Returns the parameter as a number, `None` if it is missing, or an error message if it is not
    /// a number.
    pub fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let parse = |text: String| text.parse().map_err(|_| format!("{name} must be a number, not {text:?}"));
        self.parameter(name).map(parse).transpose()
    }

    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.header("access-control-request-method").is_some()
    }
}

pub async fn read_request(stream: impl AsyncRead + Unpin) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let room = MAX_HEAD_SIZE.saturating_sub(head.len() as u64);
        if (&mut reader).take(room).read_until(b'\n', &mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let mut request = parse_head(&head).ok_or(io::ErrorKind::InvalidData)?;
    request.body = read_body(&request, &mut reader).await?;
    Ok(request)
}

fn parse_head(head: &[u8]) -> Option<Request> {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let request_line = std::str::from_utf8(lines.next()?).ok()?;
    let mut words = request_line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines.map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        Some((String::from_utf8_lossy(name).to_ascii_lowercase(), value.get(1..)?.trim_ascii().to_vec()))
    });
    Some(Request { method, target, headers: headers.collect::<Option<_>>()?, body: Vec::new() })
}

async fn read_body(request: &Request, reader: &mut BufReader<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    if request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) {
        return read_chunked_body(reader).await;
    }
    let length = match request.header("content-length") {
        Some(value) => parse_number(value, 10)?,
        None => 0,
    };
    read_exactly(reader, length).await
}

async fn read_chunked_body(reader: &mut BufReader<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size_line = Vec::new();
        reader.take(MAX_HEAD_SIZE).read_until(b'\n', &mut size_line).await?;
        let size = parse_number(size_line.trim_ascii(), 16)?;
        body.append(&mut read_exactly(reader, size).await?);
        read_exactly(reader, 2).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// The buffer grows while data arrives, so that a false length takes no memory.
async fn read_exactly(reader: &mut BufReader<impl AsyncRead + Unpin>, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes).await?;
    if (bytes.len() as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

fn parse_number(digits: &[u8], radix: u32) -> io::Result<u64> {
    let digits = std::str::from_utf8(digits).map_err(|_| io::ErrorKind::InvalidData)?;
    u64::from_str_radix(digits, radix).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Decodes `%XX` and leaves everything else unchanged: a `+` stays a plus, and a stray `%` a
/// percent sign.
pub fn percent_decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => hex_pair(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

pub fn decode_hex(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => hex_pair(*high, *low),
            _ => None,
        })
        .collect()
}

pub fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_for(target: &str) -> Request {
        Request { method: "GET".into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    #[tokio::test]
    async fn a_request_is_read_with_headers_as_bytes_and_a_body_of_content_length() {
        let wire = b"POST /a?b=c HTTP/1.1\r\nLast-Event-ID:  \xE6\xFF \r\nContent-Length: 3\r\n\r\nabcd";
        let request = read_request(&wire[..]).await.unwrap();
        assert_eq!((request.method.as_str(), request.path()), ("POST", "/a"));
        assert_eq!(request.header("last-event-id"), Some(&b"\xE6\xFF"[..]));
        assert_eq!(request.body, b"abc");
    }

    #[tokio::test]
    async fn a_chunked_request_body_is_joined() {
        let wire = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(read_request(&wire[..]).await.unwrap().body, b"abc0123456789");
    }

    #[tokio::test]
    async fn an_incomplete_invalid_or_too_large_request_is_an_error() {
        for wire in ["", "GET / HTTP/1.1\r\n", "nonsense\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"] {
            assert!(read_request(wire.as_bytes()).await.is_err(), "{wire:?}");
        }
        let endless_head = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(64 * 1024));
        assert!(read_request(endless_head.as_bytes()).await.is_err());
    }

    #[test]
    fn percent_decoding_accepts_any_byte_and_keeps_a_stray_percent_sign() {
        for (text, bytes) in [
            ("a%20b", &b"a b"[..]),
            ("%00%ff%E6%97%a5", b"\x00\xFF\xE6\x97\xA5"),
            ("a+b%7Cc", b"a+b|c"),
            ("100%", b"100%"),
            ("%4", b"%4"),
            ("%zz%41", b"%zzA"),
            ("%%41", b"%A"),
        ] {
            assert_eq!(percent_decode(text), bytes, "{text}");
        }
    }

    #[test]
    fn hex_must_consist_of_pairs_of_digits() {
        assert_eq!(decode_hex("00fFa5"), Some(vec![0x00, 0xFF, 0xA5]));
        assert_eq!(decode_hex(""), Some(Vec::new()));
        assert_eq!(decode_hex("abc"), None);
        assert_eq!(decode_hex("+1"), None);
        assert_eq!(encode_hex(&[0x00, 0xFF, 0xA5]), "00ffa5");
    }

    #[test]
    fn parameters_are_split_before_they_are_decoded() {
        let request = request_for("/x?a=1%262&b==&c&n=7");
        assert_eq!(request.parameter("a").as_deref(), Some("1&2"));
        assert_eq!(request.parameter("b").as_deref(), Some("="));
        assert_eq!(request.parameter("c").as_deref(), Some(""));
        assert_eq!(request.parameter("d"), None);
        assert_eq!(request.number("n"), Ok(Some(7)));
        assert!(request.number("a").is_err());
    }
}
