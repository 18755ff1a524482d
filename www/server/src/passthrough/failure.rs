//! Lists every failure of the model's server: its code, from which the page finds the remedy, the
//! status for the page, and the words. No text of a failure comes from outside this program, so
//! none can contain the key.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::answers::{Problem, Refusal};

/// A failure of the model's server, or of the way to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failure {
    // Failures without a response.
    UnknownName,
    ConnectionRefused,
    NoRoute,
    Tls,
    ConnectTimeout,
    ProxyPassword,
    Unreachable,
    ClosedEarly,
    NotHttp,
    HeadTooLarge,
    ResponseTimeout,
    // Responses with a status other than 200.
    NoContent,
    Redirect,
    BadRequest,
    Key,
    Payment,
    Forbidden,
    NotFound,
    UnknownModel,
    RequestTimeout,
    Conflict,
    TooLong,
    TooMany,
    NoQuota,
    Filtered,
    Gateway,
    GatewayTimeout,
    Overloaded,
    /// A status from 500 to 599 that has no variant of its own.
    Fault(u16),
    /// Any other status.
    Status(u16),
    // Responses with status 200, but without an event stream.
    Compressed,
    WebPage,
    Json,
    NotAStream,
    // Failures within the stream.
    Reported,
    Silence,
    Cut,
    Empty,
    Incomplete,
    TooLarge,
}

impl Failure {
    /// Returns the code, and the rest of a sentence that begins with the server's name.
    fn described(self) -> (&'static str, Cow<'static, str>) {
        let (code, words) = match self {
            Self::UnknownName => ("unknown-name", "cannot be reached: its name cannot be resolved"),
            Self::ConnectionRefused => ("connection-refused", "cannot be reached: it refused the connection"),
            Self::NoRoute => ("no-route", "cannot be reached: there is no route to it"),
            Self::Tls => ("tls", "cannot be reached: no secure connection could be made"),
            Self::ConnectTimeout => ("connect-timeout", "cannot be reached: no connection could be made in time"),
            Self::ProxyPassword => ("proxy-password", "cannot be reached: a proxy on the way requires a password"),
            Self::Unreachable => ("unreachable", "cannot be reached"),
            Self::ClosedEarly => ("closed-early", "closed the connection before it responded"),
            Self::NotHttp => ("not-http", "responded with something other than HTTP"),
            Self::HeadTooLarge => ("head-too-large", "responded with headers that are too large"),
            Self::ResponseTimeout => ("response-timeout", "did not respond in time"),
            Self::NoContent => ("no-content", "responded without any content"),
            Self::Redirect => {
                ("redirect", "responded with a redirect, which the chat server does not follow, to protect the key")
            }
            Self::BadRequest => ("bad-request", "does not accept the request"),
            Self::Key => ("key", "does not accept the key of the chat server"),
            Self::Payment => ("payment", "requires payment"),
            Self::Forbidden => ("forbidden", "does not allow this request"),
            Self::NotFound => ("not-found", "does not know the model or the address"),
            Self::UnknownModel => ("unknown-model", "does not know the model"),
            Self::RequestTimeout => ("request-timeout", "stopped waiting before it had received the whole question"),
            Self::Conflict => ("conflict", "is busy with a conflicting request"),
            Self::TooLong => ("too-long", "does not accept a conversation of this length"),
            Self::TooMany => ("too-many", "is receiving too many requests"),
            Self::NoQuota => ("no-quota", "has no quota left for the key of the chat server"),
            Self::Filtered => ("filtered", "refused the conversation because of its contents"),
            Self::Gateway => ("gateway", "is behind a gateway that cannot reach it"),
            Self::GatewayTimeout => ("gateway-timeout", "is behind a gateway that stopped waiting for a response"),
            Self::Overloaded => ("overloaded", "is overloaded or temporarily unavailable"),
            Self::Fault(status) => return ("fault", format!("has an internal error (status {status})").into()),
            Self::Status(status) => return ("status", format!("responded with status {status}").into()),
            Self::Compressed => ("compressed", "compressed its response, although the chat server asked it not to"),
            Self::WebPage => ("web-page", "responded with a web page instead of an event stream"),
            Self::Json => ("json", "responded with JSON instead of an event stream"),
            Self::NotAStream => ("not-a-stream", "responded with something other than an event stream"),
            Self::Reported => ("reported", "reported an error"),
            Self::Silence => ("silence", "stopped sending data"),
            Self::Cut => ("cut", "closed the connection in the middle of its response"),
            Self::Empty => ("empty", "ended its response without any text"),
            Self::Incomplete => ("incomplete", "ended its response too early"),
            Self::TooLarge => ("too-large", "sent an event that is too large"),
        };
        (code, words.into())
    }

    /// Describes the failure for the page. `server` is the name of the model's server.
    pub fn problem(self, server: &str) -> Problem {
        let (code, words) = self.described();
        Problem { message: format!("{server} {words}."), code: Some(code) }
    }

    /// Returns the refusal for a request whose response has not begun.
    pub fn refusal(self, server: &str) -> Refusal {
        Refusal::of(self.status(), self.problem(server))
    }

    /// Returns the status for the page: the endpoint's own status, if it means the same for the
    /// page's request as for the request to the endpoint. Some other statuses would make the
    /// browser itself act: it retries after a 408, and looks for a proxy after a 407.
    fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::Filtered => StatusCode::BAD_REQUEST,
            Self::Key => StatusCode::UNAUTHORIZED,
            Self::Payment => StatusCode::PAYMENT_REQUIRED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::UnknownModel => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany | Self::NoQuota => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::ConnectTimeout | Self::ResponseTimeout | Self::RequestTimeout | Self::GatewayTimeout => {
                StatusCode::GATEWAY_TIMEOUT
            }
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::complaint;
    use super::*;

    #[test]
    fn a_status_that_would_mislead_the_browser_is_replaced() {
        for (theirs, ours) in [
            (401, 401),
            (422, 400),
            (429, 429),
            (204, 502),
            (307, 502),
            (407, 502),
            (408, 504),
            (421, 502),
            (500, 502),
            (529, 503),
            (599, 502),
        ] {
            let failure = complaint::of_response(StatusCode::from_u16(theirs).unwrap_or_default(), b"");
            assert_eq!(failure.status().as_u16(), ours, "{theirs}");
        }
    }

    #[test]
    fn a_failure_has_a_message_of_one_sentence_and_a_code() {
        for failure in [Failure::UnknownName, Failure::Fault(599), Failure::Status(418), Failure::Redirect] {
            let problem = failure.problem("The model's server a.example");
            assert!(problem.message.starts_with("The model's server a.example ") && problem.message.ends_with('.'));
            assert!(problem.code.is_some());
        }
    }
}
