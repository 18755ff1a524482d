//! The table of all settings, with one line for each. The struct, the errors and `--help` are made
//! from it, and a test compares the guide's table with it.

use std::time::Duration;

use reqwest::Url;

use super::values::{Count, Key, Value};
use crate::hosts::AllowedHosts;

/// One line of the table, as texts.
pub struct Row {
    /// The environment variable.
    pub name: &'static str,
    /// The default, written like a value of the variable; empty if there is no default.
    pub default: &'static str,
    /// The accepted values and their unit.
    pub shape: &'static str,
    /// The purpose of the setting.
    pub purpose: &'static str,
}

macro_rules! settings {
    ($($name:ident = $default:literal, $field:ident: $type:ty, $purpose:literal;)*) => {
        /// The values of all settings.
        pub struct Settings {
            $(#[doc = $purpose] pub $field: $type,)*
        }

        /// The settings in the order of `--help` and of the guide.
        pub const TABLE: &[Row] = &[
            $(Row {
                name: stringify!($name),
                default: $default,
                shape: <$type as Value>::SHAPE,
                purpose: $purpose,
            },)*
        ];

        impl Settings {
            /// Reads each setting through `variable`, or uses its default.
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

// Each line has the name, the default, the field with its type, and the purpose. A `Duration` is
// given in seconds.
settings! {
    PORT = "8080", port: u16, "the port on 127.0.0.1; 0 selects a free one";
    ALLOWED_HOSTS = "", allowed_hosts: AllowedHosts,
        "more names of this server, besides localhost and loopback addresses";
    OPENAI_BASE_URL = "", endpoint: Option<Url>, "an OpenAI-compatible endpoint for a real model";
    OPENAI_API_KEY = "", key: Option<Key>, "the key for the endpoint; it stays on the server";
    MODEL = "", model: Option<String>, "the model to request from the endpoint";
    UPSTREAM_CONNECT_TIMEOUT = "10", connect_timeout: Duration, "the longest wait for a connection to the endpoint";
    UPSTREAM_RESPONSE_TIMEOUT = "120", response_timeout: Duration,
        "the longest wait from a question to the headers of the endpoint's response, including the time to connect";
    UPSTREAM_SILENCE_TIMEOUT = "120", silence_timeout: Duration,
        "the longest wait for the next event or comment of the endpoint's stream";
    HEADER_TIMEOUT = "30", header_timeout: Duration,
        "the time for the headers of a request, counted from the start of the connection or the end of the previous response";
    BODY_TIMEOUT = "30", body_timeout: Duration, "the time for the whole body of a request";
    SHUTDOWN_TIMEOUT = "5", shutdown_timeout: Duration, "the time for open responses to end after a stop signal";
    MAX_CONNECTIONS = "5000", max_connections: Count, "the maximum number of connections; further ones wait";
    MAX_STREAMS = "100", max_streams: Count, "the maximum number of streams that the second tutorial keeps open";
}
