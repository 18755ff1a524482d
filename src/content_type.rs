//! Owns the question whether a `Content-Type` value says "event stream" (Fetch Standard, "extract a MIME type").
//! Must not know of responses.

/// Whether the value of the `Content-Type` headers, joined with commas as `Headers.get` gives it, has the MIME type
/// essence `text/event-stream`. Parameters do not matter: an event stream is always UTF-8.
///
/// Of several values the last one that is a MIME type counts, and `*/*` does not.
///
/// ```
/// use headwater::content_type::is_event_stream;
///
/// assert!(is_event_stream("Text/Event-Stream; charset=windows-1252"));
/// assert!(!is_event_stream("text/html"));
/// ```
#[must_use]
pub fn is_event_stream(header: &str) -> bool {
    let mut quotes = Quotes::default();
    let values = header.as_bytes().split(|&byte| quotes.outside(byte) && byte == b',');
    let essence = values.filter_map(essence).filter(|(kind, subtype)| *kind != b"*" || *subtype != b"*").last();
    essence.is_some_and(|(kind, subtype)| {
        kind.eq_ignore_ascii_case(b"text") && subtype.eq_ignore_ascii_case(b"event-stream")
    })
}

/// Spec: MIME Sniffing, "parse a MIME type", as far as type and subtype.
fn essence(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = value.split(|&byte| byte == b';').next()?.trim_ascii().splitn(2, |&byte| byte == b'/');
    let (kind, subtype) = (parts.next()?, parts.next()?);
    (is_token(kind) && is_token(subtype)).then_some((kind, subtype))
}

fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Spec: Fetch, "get, decode, and split": a comma within quotes does not part two values.
#[derive(Default)]
struct Quotes {
    quoted: bool,
    escaped: bool,
}

impl Quotes {
    /// Takes the next byte. Whether it is outside of quotes.
    fn outside(&mut self, byte: u8) -> bool {
        if self.escaped {
            self.escaped = false;
        } else if self.quoted && byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.quoted = !self.quoted;
        }
        !self.quoted
    }
}

#[cfg(test)]
mod tests {
    use super::is_event_stream;

    #[test]
    fn the_essence_decides_whatever_case_and_parameters() {
        for yes in [
            "text/event-stream",
            "TEXT/Event-Stream",
            " text/event-stream ;charset=ISO-8859-1",
            "text/event-stream;",
            "text/event-stream;bogus",
            "text/event-stream;x=\"a,b;c\"",
        ] {
            assert!(is_event_stream(yes), "{yes}");
        }
        for no in [
            "",
            "text/plain",
            "text/event-stream x",
            "x text/event-stream",
            "text/event-streamx",
            "text /event-stream",
            "text/",
            "/event-stream",
            "text",
            "application/json; x=text/event-stream",
        ] {
            assert!(!is_event_stream(no), "{no}");
        }
    }

    #[test]
    fn the_last_of_several_mime_types_counts() {
        assert!(is_event_stream("text/html, text/event-stream"));
        assert!(!is_event_stream("text/event-stream, text/html"));
        assert!(is_event_stream("text/event-stream, */*"));
        assert!(is_event_stream("text/event-stream, nonsense, "));
        assert!(!is_event_stream("text/html;x=\", text/event-stream"));
        assert!(!is_event_stream(r#"text/html;x="\", text/event-stream"#));
    }
}
