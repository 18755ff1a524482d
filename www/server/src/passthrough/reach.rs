//! Owns the words for a request that got no answer. Errors hold text from outside, such as the names in a certificate, and
//! the address, which may hold a password: only their kind is read. It must not know which request it was.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::look_ups::UnknownName;

pub fn words(error: &reqwest::Error) -> &'static str {
    let mut kind = None;
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<UnknownName>() {
            return "cannot be reached: its name is not known";
        }
        // The innermost says most.
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        cause = error.source();
    }
    match kind {
        _ if error.is_timeout() => "cannot be reached: it does not answer in time",
        Some(ErrorKind::ConnectionRefused) => "cannot be reached: it refused the connection",
        Some(ErrorKind::TimedOut) => "cannot be reached: it does not answer in time",
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown) => {
            "cannot be reached: there is no way to it"
        }
        // What the TLS library reports.
        Some(ErrorKind::InvalidData) if error.is_connect() => "cannot be reached: no secure connection could be made",
        _ if error.is_connect() => "cannot be reached",
        _ => "broke off before it answered",
    }
}
