//! Reads the endpoint's `Retry-After`, and writes a new header with the same time. Does not depend
//! on the reason of the refusal.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue};

/// In seconds: a week. A longer wait is not useful to the page.
const LONGEST: u64 = 7 * 24 * 60 * 60;

/// Accepts a number of seconds or a date. Returns `None` for anything else, and if there is more
/// than one header.
pub fn read(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut fields = headers.get_all(RETRY_AFTER).iter();
    let text = fields.next()?.to_str().ok()?.trim();
    if fields.next().is_some() {
        return None;
    }
    if let Ok(date) = httpdate::parse_http_date(text) {
        return HeaderValue::try_from(httpdate::fmt_http_date(date)).ok();
    }
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|&seconds: &u64| is_number && seconds <= LONGEST)?;
    Some(seconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed_on(values: &[&'static str]) -> Option<String> {
        let fields = values.iter().map(|value| (RETRY_AFTER, HeaderValue::from_static(value)));
        read(&fields.collect()).and_then(|value| value.to_str().map(str::to_owned).ok())
    }

    #[test]
    fn retry_after_is_normalized_to_seconds_or_a_date_and_anything_else_is_dropped() {
        for (values, expected) in [
            (&["7"] as &[_], Some("7")),
            (&[" 007 "], Some("7")),
            (&["0"], Some("0")),
            (&["604800"], Some("604800")),
            (&["Sun, 06 Nov 1994 08:49:37 GMT"], Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (&["Sunday, 06-Nov-94 08:49:37 GMT"], Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (&["604801"], None),
            (&["99999999999999999999999"], None),
            (&["+7"], None),
            (&["-7"], None),
            (&["1.5"], None),
            (&[""], None),
            (&["sk-secret"], None),
            (&["7; sk-secret"], None),
            (&["7", "sk-secret"], None),
            (&["Sun, 06 Nov 1994 08:49:37 GMT sk-secret"], None),
        ] {
            assert_eq!(passed_on(values).as_deref(), expected, "{values:?}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
