//! Checks a `Content-Type` value for the type of an event stream ([spec] Fetch, "extract a MIME
//! type").

/// Returns whether the MIME type essence of a `Content-Type` header is `text/event-stream`. If a
/// response has several such headers, join their values with commas, as `Headers.get` does.
/// Parameters do not matter, because an event stream is always UTF-8.
///
/// If there are several values, the last value that is a MIME type counts; `*/*` does not count.
///
/// ```
/// use headwater::is_event_stream;
///
/// assert!(is_event_stream("Text/Event-Stream; charset=windows-1252"));
/// assert!(!is_event_stream("text/html"));
/// ```
#[must_use]
pub fn is_event_stream(header: &str) -> bool {
    let mut last_is = false;
    let mut rest = header.as_bytes();
    while let Some((value, others)) = rest.split_at_checked(end_of_value(rest)) {
        last_is = names_event_stream(value).unwrap_or(last_is);
        match others {
            [_, others @ ..] => rest = others,
            [] => break,
        }
    }
    last_is
}

/// [spec] Fetch, "get, decode, and split": a comma within quotes does not separate values.
fn end_of_value(header: &[u8]) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let is_end = |&byte: &u8| {
        if escaped {
            escaped = false;
        } else if quoted && byte == b'\\' {
            escaped = true;
        } else if byte == b'"' {
            quoted = !quoted;
        }
        byte == b',' && !quoted
    };
    header.iter().position(is_end).unwrap_or(header.len())
}

/// Returns whether a MIME type is that of an event stream. Returns `None` for `*/*`, and for a
/// value that is not a MIME type by [MIME
/// Sniffing](https://mimesniff.spec.whatwg.org/#parse-a-mime-type), "parse a MIME type", as far as
/// the subtype.
fn names_event_stream(value: &[u8]) -> Option<bool> {
    let essence = value.split(|&byte| byte == b';').next()?.trim_ascii();
    let mut slashes = 0;
    let mut before = b'/';
    for &byte in essence {
        // The type and the subtype each have at least one character.
        if byte == b'/' && before != b'/' {
            slashes += 1;
        } else if !is_token(byte) {
            return None;
        }
        before = byte;
    }
    (slashes == 1 && before != b'/' && essence != b"*/*").then(|| is_text_event_stream(essence))
}

/// Compares without regard to case. [`slice::eq_ignore_ascii_case`] takes 0.6 kB of code. A loop
/// after a comparison of the lengths takes as much, because compilers unroll it.
fn is_text_event_stream(essence: &[u8]) -> bool {
    const NAME: &[u8] = b"text/event-stream";
    essence.iter().zip(NAME).all(|(byte, lower)| byte.to_ascii_lowercase() == *lower) && essence.len() == NAME.len()
}

/// Returns whether a byte is a [tchar](https://www.rfc-editor.org/rfc/rfc9110#name-tokens).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'"' | b'(' | b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{' | b'}')
}

#[cfg(test)]
mod tests {
    use super::is_event_stream;

    #[test]
    fn only_the_essence_counts_regardless_of_case_and_parameters() {
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

    // behavior 3.1
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
