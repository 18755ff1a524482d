//! Parses the value of one setting, and writes the error message. Does not depend on the names of
//! the settings.

use std::time::Duration;

use axum::http::HeaderValue;
use reqwest::Url;

use crate::hosts::AllowedHosts;

/// The type of a setting.
pub trait Value: Sized {
    /// The accepted values, in words that can follow "must be".
    const SHAPE: &'static str;

    /// Returns the value, or the words that follow the setting's name in an error.
    fn parse(text: &str) -> Result<Self, String>;
}

/// A number that is at least 1.
pub type Count = std::num::NonZeroU32;

/// A bearer key. Does not implement `Debug`, so that the key cannot be printed by accident.
pub struct Key(pub String);

/// In seconds: a day. Nobody needs a longer wait here, and a day cannot overflow a clock.
const LONGEST_WAIT: f64 = 86_400.0;
const SHORTEST_WAIT: f64 = 0.001;

fn must_be<T: Value>(text: &str) -> String {
    format!("must be {}, not {text:?}.", T::SHAPE)
}

impl Value for u16 {
    const SHAPE: &'static str = "a number from 0 to 65535";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| must_be::<Self>(text))
    }
}

impl Value for Count {
    const SHAPE: &'static str = "a positive number";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| must_be::<Self>(text))
    }
}

impl Value for Duration {
    const SHAPE: &'static str = "a number of seconds from 0.001 to 86400";

    fn parse(text: &str) -> Result<Self, String> {
        let seconds = text.parse().ok().filter(|seconds| (SHORTEST_WAIT..=LONGEST_WAIT).contains(seconds));
        seconds.map(Self::from_secs_f64).ok_or_else(|| must_be::<Self>(text))
    }
}

impl Value for AllowedHosts {
    const SHAPE: &'static str = "host names separated by commas (chat.example,192.0.2.7), without scheme, \
                                 port, path or wildcard";

    fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|entry| format!("contains {entry:?}, which is not a host name; use {}.", Self::SHAPE))
    }
}

impl Value for Url {
    const SHAPE: &'static str = "an http or https URL such as https://api.example.com/v1";

    /// The error does not show the text, which may contain a password.
    fn parse(text: &str) -> Result<Self, String> {
        let url = Self::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| format!("must be {}.", <Self as Value>::SHAPE))
    }
}

impl Value for Key {
    const SHAPE: &'static str = "a key without line breaks";

    /// Checks the characters at the start of the server. Otherwise a key that was pasted with a
    /// line break would fail only at the first question.
    fn parse(text: &str) -> Result<Self, String> {
        match HeaderValue::try_from(text) {
            Ok(_) => Ok(Self(text.into())),
            Err(_) => Err("contains a character that cannot be sent in a header, such as a line break.".into()),
        }
    }
}

impl Value for String {
    const SHAPE: &'static str = "any text";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

/// A setting that has no default.
impl<T: Value> Value for Option<T> {
    const SHAPE: &'static str = T::SHAPE;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
}
