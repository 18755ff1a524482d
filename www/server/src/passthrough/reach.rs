//! Finds the kind of failure of a request that got no response. Errors contain text from outside,
//! such as the names in a certificate, and the URL, which may contain a password. So only the kind
//! of an error is read. Does not depend on the request.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::failure::Failure;
use super::look_ups::UnknownName;

/// The text of an error whose type the HTTP client does not export.
const PROXY_PASSWORD: &str = "tunnel error: proxy authorization required";

pub fn failure(error: &reqwest::Error) -> Failure {
    let mut kind = None;
    let mut http: Option<&hyper::Error> = None;
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<UnknownName>() {
            return Failure::UnknownName;
        }
        if error.to_string() == PROXY_PASSWORD {
            return Failure::ProxyPassword;
        }
        // The innermost error is the most specific.
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        http = error.downcast_ref().or(http);
        cause = inner(error);
    }
    match kind {
        _ if error.is_timeout() => Failure::ConnectTimeout,
        Some(ErrorKind::ConnectionRefused) => Failure::ConnectionRefused,
        Some(ErrorKind::TimedOut) => Failure::ConnectTimeout,
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown) => Failure::NoRoute,
        // The TLS library reports these kinds.
        Some(ErrorKind::InvalidData | ErrorKind::UnexpectedEof) if error.is_connect() => Failure::Tls,
        _ if error.is_connect() => Failure::Unreachable,
        _ if http.is_some_and(hyper::Error::is_parse_too_large) => Failure::HeadTooLarge,
        _ if http.is_some_and(hyper::Error::is_parse) => Failure::NotHttp,
        _ => Failure::ClosedEarly,
    }
}

/// Returns the error inside this one. `source()` would skip an error: for an `io::Error` it returns
/// the source of the wrapped error instead of the wrapped error itself.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
