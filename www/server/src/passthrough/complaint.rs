//! Describes a failure that the endpoint reports, with a status or within its stream, in this
//! server's own words for the known kinds of failure. The endpoint's own words may contain
//! anything, the key in any spelling included; so none of them are passed on. Does not know how the
//! page shows a failure.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The names that servers give to kinds of failure, in `code` or `type`, and the description of
/// each.
const KINDS: [(&[&str], &str); 7] = [
    (&["invalid_api_key", "authentication_error", "invalid_authentication"], KEY),
    (
        &["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error"],
        "has no quota left for the key that this server has",
    ),
    (&["rate_limit_exceeded", "rate_limit_error", "rate_limit", "rate_limited", "requests", "tokens"], TOO_MANY),
    (&["model_not_found", "model_not_available", "DeploymentNotFound"], "does not know the model"),
    (
        &["context_length_exceeded", "string_above_max_length", "request_too_large", "exceed_context_size_error"],
        TOO_LONG,
    ),
    (&["content_filter", "content_policy_violation"], "refused the conversation because of its contents"),
    (&["overloaded", "overloaded_error", "engine_overloaded", "server_overloaded", "slow_down"], OVERLOADED),
];
const KEY: &str = "does not accept the key that this server has";
const TOO_MANY: &str = "has received too many requests for now";
const TOO_LONG: &str = "does not accept a conversation of this length";
const OVERLOADED: &str = "is overloaded or down for now";

/// A failure. All its text is from this file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complaint {
    status: Option<u16>,
    kind: Option<&'static str>,
}

/// The usual shape, `{"message", "type", "code"}`. Other fields are not read.
#[derive(Deserialize)]
struct Reported<'a> {
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: &'a RawValue,
}

impl Complaint {
    /// Reads the failure from a response with this status.
    pub fn of_answer(status: StatusCode, body: &[u8]) -> Self {
        let kind = Self::of_event(std::str::from_utf8(body).unwrap_or_default()).kind;
        Self { status: Some(status.as_u16()), kind }
    }

    /// Reads the failure from the data of an error event: the error itself, or an object with the
    /// error in `error`.
    pub fn of_event(data: &str) -> Self {
        match serde_json::from_str::<Body>(data) {
            Ok(body) => Self::of_error(body.error.get()),
            Err(_) => Self::of_error(data.trim()),
        }
    }

    /// Reads the failure from the JSON of an error, the value of `error` in bodies and events.
    pub fn of_error(json: &str) -> Self {
        let Some(reported) = serde_json::from_str::<Reported>(json).ok().filter(|_| json.starts_with('{')) else {
            return Self { status: None, kind: None };
        };
        let fields = [reported.code, reported.kind, reported.status];
        let kind_of = |raw: &RawValue| {
            let name: String = serde_json::from_str(raw.get()).ok()?;
            KINDS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, words)| *words)
        };
        let status_of = |raw: &RawValue| raw.get().parse().ok().filter(|status| (400..600).contains(status));
        Self {
            status: fields.iter().flatten().copied().find_map(status_of),
            kind: fields.iter().flatten().copied().find_map(kind_of),
        }
    }

    /// Returns the rest of a sentence that begins with the endpoint's name.
    pub fn words(self) -> Cow<'static, str> {
        if let Some(kind) = self.kind {
            return kind.into();
        }
        let Some(status) = self.status else { return "reported an error".into() };
        let words = match status {
            300..=399 => "responded with a redirect, which this server does not follow, to protect the key",
            400 | 422 => "does not accept the request",
            401 => KEY,
            402 => "requires payment",
            403 => "does not allow this",
            404 => "does not know the model or the address",
            407 => "cannot be reached: a proxy on the way requires a password",
            408 | 504 => "did not respond in time",
            413 => TOO_LONG,
            429 => TOO_MANY,
            503 | 529 => OVERLOADED,
            _ => return format!("responded with status {status}").into(),
        };
        words.into()
    }
}

/// Returns the status for the page: the endpoint's own, if it has the same meaning for the chat as
/// for the request to the endpoint. Browsers act on some others by themselves: they retry after a
/// 408, and look for a proxy after a 407.
pub fn status_for(theirs: StatusCode) -> StatusCode {
    match theirs.as_u16() {
        400 | 401 | 402 | 403 | 404 | 413 | 422 | 429 | 500 | 503 | 504 => theirs,
        408 => StatusCode::GATEWAY_TIMEOUT,
        529 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(status: u16, body: &str) -> String {
        Complaint::of_answer(StatusCode::from_u16(status).unwrap_or_default(), body.as_bytes()).words().into()
    }

    #[test]
    fn kinds_that_servers_name_are_told_apart_where_the_status_is_the_same() {
        for (body, expected) in [
            (r#"{"error":{"message":"x","type":"requests","code":"rate_limit_exceeded"}}"#, TOO_MANY),
            (r#"{"error":{"message":"x","type":"insufficient_quota","code":null}}"#, "no quota left"),
            (r#"{"error":{"code":"\u0069nsufficient_quota"}}"#, "no quota left"),
            (r#"{"type":"error","error":{"type":"overloaded_error"}}"#, OVERLOADED),
            (r#"{"error":{"code":429}}"#, TOO_MANY),
            (r#"{"error":"rate_limit"}"#, TOO_MANY),
        ] {
            let told = words(429, body);
            assert!(told.contains(expected), "{body}: {told}");
        }
    }

    #[test]
    fn no_word_of_the_endpoint_is_in_the_words_for_it() {
        for body in [
            "secret",
            "",
            "<html>secret",
            "\u{1b}[31msecret",
            r#""secret""#,
            r#"{"error":"secret"}"#,
            r#"{"error":["secret"]}"#,
            r#"{"error":{"message":"secret","code":"secret","type":"invalid_api_key secret","status":"secret"}}"#,
            r#"{"error":{"secret":{"code":"invalid_api_key"}}}"#,
            r#"{"message":"secret"}"#,
            r#"{"error":"#,
        ] {
            assert_eq!(words(500, body), "responded with status 500", "{body}");
            assert!(!Complaint::of_error(body).words().contains("secret"), "{body}");
        }
        assert!(!words(500, &"[".repeat(10_000)).contains('['));
    }

    #[test]
    fn an_error_within_a_stream_is_known_by_its_number_too() {
        assert_eq!(Complaint::of_error(r#"{"code":503,"message":"x"}"#).words(), OVERLOADED);
        assert_eq!(Complaint::of_error(r#"{"code":200}"#).words(), "reported an error");
        assert_eq!(Complaint::of_error("null").words(), "reported an error");
    }

    #[test]
    fn statuses_that_would_mean_something_else_to_a_browser_are_not_passed_on() {
        for (theirs, ours) in
            [(401, 401), (429, 429), (307, 502), (407, 502), (408, 504), (421, 502), (529, 503), (599, 502)]
        {
            assert_eq!(status_for(StatusCode::from_u16(theirs).unwrap_or_default()).as_u16(), ours, "{theirs}");
        }
    }
}
