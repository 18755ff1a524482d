//! The table of all settings: one line for each. The struct, the errors, `--help` and the guide's
//! table come from it.

use std::time::Duration;

use reqwest::Url;

use super::values::{Count, Key, Value};
use crate::hosts::AllowedHosts;

/// A line of the table, in words.
pub struct Row {
    /// The environment variable.
    pub name: &'static str,
    /// The default in the form of a value; empty if there is no default.
    pub default: &'static str,
    /// The accepted values and their unit.
    pub shape: &'static str,
    /// The effect.
    pub purpose: &'static str,
}

macro_rules! settings {
    ($($name:ident = $default:literal, $field:ident: $type:ty, $purpose:literal;)*) => {
        /// The values of all settings.
        pub struct Settings {
            $(#[doc = $purpose] pub $field: $type,)*
        }

        /// The settings in the order in which people read about them.
        pub const TABLE: &[Row] = &[
            $(Row {
                name: stringify!($name),
                default: $default,
                shape: <$type as Value>::SHAPE,
                purpose: $purpose,
            },)*
        ];

        impl Settings {
            /// Reads each setting through `variable`, or takes its default.
            pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
                Ok(Self { $($field: value(stringify!($name), $default, &variable)?,)* })
            }
        }
    };
}

fn value<T: Value>(name: &str, default: &str, variable: impl Fn(&str) -> Option<String>) -> Result<T, String> {
    let text = variable(name);
    T::parse(text.as_deref().unwrap_or(default)).map_err(|words| format!("{name} {words}"))
}

// The name, the default, the field and its type, and the purpose. A `Duration` is in seconds.
settings! {
    PORT = "8080", port: u16, "the port on 127.0.0.1; 0 selects a free one";
    ALLOWED_HOSTS = "", allowed_hosts: AllowedHosts, "the names of this server, besides those of this machine";
    OPENAI_BASE_URL = "", endpoint: Option<Url>, "an OpenAI-compatible endpoint for a real model";
    OPENAI_API_KEY = "", key: Option<Key>, "the key for the endpoint; it stays on the server";
    MODEL = "", model: Option<String>, "the model to request from the endpoint";
    UPSTREAM_CONNECT_TIMEOUT = "10", connect_timeout: Duration, "the longest wait for a connection to the endpoint";
    UPSTREAM_RESPONSE_TIMEOUT = "120", response_timeout: Duration,
        "the longest wait from a question to the headers of the endpoint's response, connecting included";
    UPSTREAM_SILENCE_TIMEOUT = "120", silence_timeout: Duration,
        "the longest wait for the next event or comment of the endpoint's stream";
    HEADER_TIMEOUT = "30", header_timeout: Duration,
        "the time for the header of a request, from the connection's start or the end of the response before";
    BODY_TIMEOUT = "30", body_timeout: Duration, "the time for the whole body of a request";
    SHUTDOWN_TIMEOUT = "5", shutdown_timeout: Duration, "the time for open responses to end after a stop signal";
    MAX_CONNECTIONS = "5000", max_connections: Count, "the most connections; others wait for a free place";
    MAX_STREAMS = "100", max_streams: Count, "the most streams that the second tutorial holds at a time";
}
