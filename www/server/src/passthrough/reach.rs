//! Describes a request that got no response. Errors contain text from outside, such as the names in
//! a certificate, and the address, which may contain a password. So only the kind of an error is
//! read. Does not know the request.

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
        // The innermost error is the most specific.
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        cause = error.source();
    }
    match kind {
        _ if error.is_timeout() => "cannot be reached: it did not respond in time",
        Some(ErrorKind::ConnectionRefused) => "cannot be reached: it refused the connection",
        Some(ErrorKind::TimedOut) => "cannot be reached: it did not respond in time",
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown) => {
            "cannot be reached: there is no route to it"
        }
        // The TLS library reports this kind.
        Some(ErrorKind::InvalidData) if error.is_connect() => "cannot be reached: no secure connection could be made",
        _ if error.is_connect() => "cannot be reached",
        _ => "closed the connection before it responded",
    }
}
