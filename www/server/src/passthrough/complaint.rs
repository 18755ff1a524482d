//! Finds the kind of a failure that the endpoint reports, with a status or within its stream. The
//! endpoint's own words can contain anything, even the key in any spelling. So this file reads
//! three fields, compares them with known names, and passes none of them on.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::failure::Failure;

/// The names that servers give to kinds of failure, in `code`, `type` or `status`.
const KINDS: [(&[&str], Failure); 7] = [
    (&["invalid_api_key", "authentication_error", "invalid_authentication"], Failure::Key),
    (&["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error"], Failure::NoQuota),
    (
        &["rate_limit_exceeded", "rate_limit_error", "rate_limit", "rate_limited", "requests", "tokens"],
        Failure::TooMany,
    ),
    (&["model_not_found", "model_not_available", "DeploymentNotFound"], Failure::UnknownModel),
    (
        &["context_length_exceeded", "string_above_max_length", "request_too_large", "exceed_context_size_error"],
        Failure::TooLong,
    ),
    (&["content_filter", "content_policy_violation"], Failure::Filtered),
    (&["overloaded", "overloaded_error", "engine_overloaded", "server_overloaded", "slow_down"], Failure::Overloaded),
];

/// The usual format is `{"message", "type", "code"}`. Other fields are not read.
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

/// Reads the failure from a response with this status.
pub fn of_response(status: StatusCode, body: &[u8]) -> Failure {
    let body = std::str::from_utf8(body).unwrap_or_default();
    reported(error_in(body)).and_then(|reported| kind(&reported)).unwrap_or_else(|| of_status(status.as_u16()))
}

/// Reads the failure from the data of an error event: the error itself, or an object with the error
/// in `error`.
pub fn of_event(data: &str) -> Failure {
    of_error(error_in(data))
}

/// Reads the failure from the JSON of an error, which is the value of `error` in bodies and events.
pub fn of_error(json: &str) -> Failure {
    let Some(reported) = reported(json) else { return Failure::Reported };
    kind(&reported).or_else(|| status(&reported).map(of_status)).unwrap_or(Failure::Reported)
}

fn error_in(json: &str) -> &str {
    serde_json::from_str::<Body>(json).map_or_else(|_| json.trim(), |body| body.error.get())
}

fn reported(json: &str) -> Option<[Option<&RawValue>; 3]> {
    let reported = serde_json::from_str::<Reported>(json).ok().filter(|_| json.starts_with('{'))?;
    Some([reported.code, reported.kind, reported.status])
}

fn kind(fields: &[Option<&RawValue>; 3]) -> Option<Failure> {
    fields.iter().flatten().find_map(|raw| {
        let name: String = serde_json::from_str(raw.get()).ok()?;
        KINDS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, failure)| *failure)
    })
}

fn status(fields: &[Option<&RawValue>; 3]) -> Option<u16> {
    fields.iter().flatten().find_map(|raw| raw.get().parse().ok().filter(|status| (400..600).contains(status)))
}

fn of_status(status: u16) -> Failure {
    match status {
        204 | 205 => Failure::NoContent,
        201..=299 => Failure::NotAStream,
        300..=399 => Failure::Redirect,
        400 | 422 => Failure::BadRequest,
        401 => Failure::Key,
        402 => Failure::Payment,
        403 => Failure::Forbidden,
        404 => Failure::NotFound,
        407 => Failure::ProxyPassword,
        408 => Failure::RequestTimeout,
        409 => Failure::Conflict,
        413 => Failure::TooLong,
        429 => Failure::TooMany,
        502 => Failure::Gateway,
        503 | 529 => Failure::Overloaded,
        504 => Failure::GatewayTimeout,
        500..=599 => Failure::Fault(status),
        _ => Failure::Status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Failure {
        of_response(StatusCode::from_u16(status).unwrap_or_default(), body.as_bytes())
    }

    #[test]
    fn errors_with_the_same_status_are_distinguished_by_their_type_or_code() {
        for (body, expected) in [
            (r#"{"error":{"message":"x","type":"requests","code":"rate_limit_exceeded"}}"#, Failure::TooMany),
            (r#"{"error":{"message":"x","type":"insufficient_quota","code":null}}"#, Failure::NoQuota),
            (r#"{"error":{"code":"\u0069nsufficient_quota"}}"#, Failure::NoQuota),
            (r#"{"type":"error","error":{"type":"overloaded_error"}}"#, Failure::Overloaded),
            (r#"{"error":{"code":429}}"#, Failure::TooMany),
            (r#"{"error":"rate_limit"}"#, Failure::TooMany),
        ] {
            assert_eq!(of(429, body), expected, "{body}");
        }
    }

    #[test]
    fn an_error_body_without_a_known_type_or_code_is_ignored() {
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
            assert_eq!(of(500, body), Failure::Fault(500), "{body}");
            assert_eq!(of_event(body), Failure::Reported, "{body}");
        }
        assert_eq!(of(500, &"[".repeat(10_000)), Failure::Fault(500));
    }

    #[test]
    fn a_numeric_code_identifies_an_error_within_a_stream() {
        assert_eq!(of_error(r#"{"code":503,"message":"x"}"#), Failure::Overloaded);
        assert_eq!(of_error(r#"{"code":200}"#), Failure::Reported);
        assert_eq!(of_error("null"), Failure::Reported);
    }
}
