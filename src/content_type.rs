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
    Values { rest: Some(header) }.filter_map(essence).filter(|essence| *essence != ("*", "*")).last().is_some_and(
        |(kind, subtype)| kind.eq_ignore_ascii_case("text") && subtype.eq_ignore_ascii_case("event-stream"),
    )
}

/// [spec] MIME Sniffing, "parse a MIME type", as far as type and subtype.
fn essence(value: &str) -> Option<(&str, &str)> {
    let value = value.trim_matches(is_http_whitespace);
    let value = value.split_once(';').map_or(value, |(before_parameters, _)| before_parameters);
    let (kind, subtype) = value.split_once('/')?;
    let subtype = subtype.trim_end_matches(is_http_whitespace);
    (is_token(kind) && is_token(subtype)).then_some((kind, subtype))
}

fn is_http_whitespace(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' ')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// [spec] Fetch, "get, decode, and split": the parts between commas that are not within quotes.
struct Values<'h> {
    rest: Option<&'h str>,
}

impl<'h> Iterator for Values<'h> {
    type Item = &'h str;

    fn next(&mut self) -> Option<&'h str> {
        let rest = self.rest?;
        let (mut quoted, mut escaped) = (false, false);
        let comma = rest.bytes().position(|byte| {
            if escaped {
                escaped = false;
            } else if quoted && byte == b'\\' {
                escaped = true;
            } else if byte == b'"' {
                quoted = !quoted;
            }
            byte == b',' && !quoted
        });
        let (value, rest) = match comma.and_then(|comma| rest.split_at_checked(comma)) {
            Some((value, rest)) => (value, rest.strip_prefix(',')),
            None => (rest, None),
        };
        self.rest = rest;
        Some(value)
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
