//! Finds the kind of failure of a request that got no response. Errors contain text from outside,
//! such as the names in a certificate, and the address, which may contain a password. So only the
//! kind of an error is read. Does not know the request.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::failure::Failure;
use super::look_ups::UnknownName;

/// The HTTP client does not export the type of this error.
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

/// Returns the error within this one. The source of an `io::Error` is not the error that it wraps,
/// but the source of that one.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
