//! Reads the command line and the environment, and words the errors. Does not know how the values
//! are used, and opens nothing.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::HeaderValue;
use reqwest::Url;

use crate::hosts::AllowedHosts;

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_MAX_STREAMS: usize = 100;
const EMBEDDED_MODEL: &str = "headwater-demo";

/// The configuration of the server.
pub struct Config {
    /// The port on 127.0.0.1; 0 selects a free one.
    pub port: u16,
    /// The folder of the built page.
    pub root: PathBuf,
    /// The model's server, or `None` for the embedded model.
    pub upstream: Option<Upstream>,
    /// The most streams that the second tutorial's server holds at a time.
    pub max_streams: usize,
    /// The host names that the server accepts.
    pub allowed_hosts: Arc<AllowedHosts>,
}

/// An OpenAI-compatible endpoint. Does not implement `Debug`, so that the key cannot be printed by
/// accident.
pub struct Upstream {
    /// The address of its chat completions.
    pub url: Url,
    /// The bearer key as given.
    pub key: String,
    /// The model to request.
    pub model: String,
}

impl Config {
    /// Reads the arguments after the program's name, and the environment through `variable`. An
    /// empty variable counts as unset.
    ///
    /// # Errors
    /// Returns one sentence with the invalid value and the accepted ones.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let port = match variable("PORT") {
            None => DEFAULT_PORT,
            Some(text) => {
                text.parse().map_err(|_| format!("PORT must be a number from 0 to 65535, but it is {text:?}."))?
            }
        };
        let max_streams = match variable("MAX_STREAMS") {
            None => DEFAULT_MAX_STREAMS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|&number| number > 0)
                .ok_or_else(|| format!("MAX_STREAMS must be a positive number, but it is {text:?}."))?,
        };
        let allowed_hosts = match variable("ALLOWED_HOSTS") {
            None => Arc::default(),
            Some(text) => Arc::new(AllowedHosts::read(&text)?),
        };
        let root = read_root(arguments)?;
        Ok(Self { port, root, upstream: read_upstream(variable)?, max_streams, allowed_hosts })
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &str {
        self.upstream.as_ref().map_or(EMBEDDED_MODEL, |upstream| &upstream.model)
    }
}

fn read_root(arguments: impl IntoIterator<Item = OsString>) -> Result<PathBuf, String> {
    let mut arguments = arguments.into_iter();
    let mut root = PathBuf::from("www/dist");
    while let Some(argument) = arguments.next() {
        if argument != "--root" {
            return Err(format!("{argument:?} is unknown; the only argument is --root DIR."));
        }
        root = arguments.next().ok_or("--root must be followed by a folder.")?.into();
    }
    Ok(root)
}

fn read_upstream(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Upstream>, String> {
    const NAMES: [&str; 3] = ["OPENAI_BASE_URL", "OPENAI_API_KEY", "MODEL"];
    let (base, key, model) = match NAMES.map(&variable) {
        [None, None, None] => return Ok(None),
        [Some(base), Some(key), Some(model)] => (base, key, model),
        values => {
            let missing: Vec<String> = NAMES
                .iter()
                .zip(&values)
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| format!("no {name}"))
                .collect();
            return Err(format!(
                "OPENAI_BASE_URL, OPENAI_API_KEY and MODEL are needed together, but there is {}; \
                 set all three, or none for the embedded model.",
                missing.join(" and ")
            ));
        }
    };
    let url = chat_completions(&base)
        .ok_or("OPENAI_BASE_URL must be an address such as https://api.example.com/v1, but it is not.")?;
    // Checked here, because a key that was pasted with a line break would otherwise fail only at
    // the first question.
    if HeaderValue::try_from(&key).is_err() {
        return Err("OPENAI_API_KEY has a character that cannot be sent in a header, such as a line break.".into());
    }
    Ok(Some(Upstream { url, key, model }))
}

/// Appends to the path, because some providers need a query such as `?api-version=…` in the base
/// address.
fn chat_completions(base: &str) -> Option<Url> {
    let mut url = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(["chat", "completions"]);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Config, String> {
        Config::read(arguments.iter().map(OsString::from), |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> String {
        read(arguments, variables).err().unwrap_or_default()
    }

    #[test]
    fn nothing_given_means_the_embedded_model_on_port_8080() -> Result<(), String> {
        let config = read(&[], &[])?;
        assert_eq!((config.port, config.max_streams, config.model()), (8080, 100, "headwater-demo"));
        assert_eq!(config.root, PathBuf::from("www/dist"));
        Ok(())
    }

    #[test]
    fn numbers_that_are_none_are_named() {
        for (name, value) in [("PORT", "http"), ("PORT", "65536"), ("MAX_STREAMS", "0"), ("MAX_STREAMS", "-1")] {
            let sentence = refusal(&[], &[(name, value)]);
            assert!(sentence.starts_with(name) && sentence.contains(value), "{name}={value}: {sentence}");
        }
    }

    #[test]
    fn a_host_that_is_no_name_is_shown_at_the_start() {
        let sentence = refusal(&[], &[("ALLOWED_HOSTS", "chat.example,*")]);
        assert!(sentence.contains("ALLOWED_HOSTS") && sentence.contains("\"*\""), "{sentence}");
        assert_eq!(refusal(&[], &[("ALLOWED_HOSTS", "")]), "");
    }

    #[test]
    fn unknown_arguments_and_a_root_without_a_folder_are_named() {
        assert!(refusal(&["--rot", "x"], &[]).contains("--rot"));
        assert!(refusal(&["--root"], &[]).contains("folder"));
    }

    #[test]
    fn the_three_variables_of_the_pass_through_are_needed_together() {
        let sentence =
            refusal(&[], &[("OPENAI_BASE_URL", "http://localhost:1/v1"), ("MODEL", "m"), ("OPENAI_API_KEY", "")]);
        assert!(sentence.contains("there is no OPENAI_API_KEY;"), "{sentence}");
    }

    #[test]
    fn chat_completions_goes_below_the_base_with_or_without_a_slash_and_keeps_the_query() {
        for (base, expected) in [
            ("http://localhost:1/v1", "http://localhost:1/v1/chat/completions"),
            ("http://localhost:1/v1/", "http://localhost:1/v1/chat/completions"),
            ("http://localhost:1", "http://localhost:1/chat/completions"),
            ("https://a.example/x?api-version=1", "https://a.example/x/chat/completions?api-version=1"),
        ] {
            assert_eq!(chat_completions(base).map(String::from).as_deref(), Some(expected));
        }
        for base in ["localhost:1/v1", "ftp://a.example/", "file:///v1", ""] {
            assert!(chat_completions(base).is_none(), "{base}");
        }
    }
}
