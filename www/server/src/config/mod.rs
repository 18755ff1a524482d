//! Reads the command line and the environment, and writes the error messages. Does not depend on
//! how the values are used, and opens no files or connections.

mod help;
mod settings;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

pub use help::help;
pub use settings::{Row, Settings, TABLE};

const EMBEDDED_MODEL: &str = "headwater-demo";
const DEFAULT_ROOT: &str = "www/dist";

/// The configuration of the server.
pub struct Config {
    /// The folder of the built page.
    pub root: PathBuf,
    /// The values of the environment variables.
    pub settings: Settings,
    /// The model's server, or `None` for the embedded model.
    pub upstream: Option<Upstream>,
}

/// An OpenAI-compatible endpoint. Does not implement `Debug`, so that the key cannot be printed by
/// accident.
pub struct Upstream {
    /// The URL of its chat completions.
    pub url: Url,
    /// The bearer key as given.
    pub key: String,
    /// The model to request.
    pub model: String,
    /// The longest waits for the endpoint.
    pub limits: Limits,
}

/// The longest waits for the model's server.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Until the connection is open.
    pub connect: Duration,
    /// From sending the question until the headers of the response arrive.
    pub response: Duration,
    /// Between two events or comments of the response.
    pub silence: Duration,
}

impl Config {
    /// Reads the arguments after the program's name, and the environment through `variable`. An
    /// empty variable counts as unset.
    ///
    /// # Errors
    /// Returns one sentence that names the invalid value and the accepted values.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let settings = Settings::read(|name| variable(name).filter(|value| !value.is_empty()))?;
        Ok(Self { root: read_root(arguments)?, upstream: upstream(&settings)?, settings })
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &str {
        self.upstream.as_ref().map_or(EMBEDDED_MODEL, |upstream| &upstream.model)
    }
}

fn read_root(arguments: impl IntoIterator<Item = OsString>) -> Result<PathBuf, String> {
    let mut arguments = arguments.into_iter();
    let mut root = PathBuf::from(DEFAULT_ROOT);
    while let Some(argument) = arguments.next() {
        if argument != "--root" {
            return Err(format!("{argument:?} is unknown; the arguments are --root DIR and --help."));
        }
        root = arguments.next().ok_or("--root must be followed by a folder.")?.into();
    }
    Ok(root)
}

fn upstream(settings: &Settings) -> Result<Option<Upstream>, String> {
    match (&settings.endpoint, &settings.key, &settings.model) {
        (None, None, None) => Ok(None),
        (Some(base), Some(key), Some(model)) => Ok(Some(Upstream {
            url: chat_completions(base.clone()),
            key: key.0.clone(),
            model: model.clone(),
            limits: Limits {
                connect: settings.connect_timeout,
                response: settings.response_timeout,
                silence: settings.silence_timeout,
            },
        })),
        (base, key, model) => {
            let given =
                [("OPENAI_BASE_URL", base.is_some()), ("OPENAI_API_KEY", key.is_some()), ("MODEL", model.is_some())];
            let missing: Vec<String> =
                given.iter().filter(|(_, given)| !given).map(|(name, _)| format!("no {name}")).collect();
            Err(format!(
                "OPENAI_BASE_URL, OPENAI_API_KEY and MODEL are needed together, but there is {}; \
                 set all three, or unset all of them to use the embedded model.",
                missing.join(" and ")
            ))
        }
    }
}

/// Appends to the path and keeps the query, because some providers need a query such as
/// `?api-version=…` in the base URL. An http or https URL always has a path.
fn chat_completions(mut base: Url) -> Url {
    if let Ok(mut segments) = base.path_segments_mut() {
        segments.pop_if_empty().extend(["chat", "completions"]);
    }
    base
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
    fn without_settings_the_model_is_embedded_and_the_port_is_8080() -> Result<(), String> {
        let config = read(&[], &[])?;
        assert_eq!((config.settings.port, config.settings.max_streams.get()), (8080, 100));
        assert_eq!(config.model(), "headwater-demo");
        assert_eq!(config.root, PathBuf::from("www/dist"));
        Ok(())
    }

    #[test]
    fn the_error_for_an_invalid_number_names_the_setting_and_the_value() {
        for (name, value) in [("PORT", "http"), ("PORT", "65536"), ("MAX_STREAMS", "0"), ("MAX_STREAMS", "-1")] {
            let sentence = refusal(&[], &[(name, value)]);
            assert!(sentence.starts_with(name) && sentence.contains(value), "{name}={value}: {sentence}");
        }
    }

    #[test]
    fn each_default_is_valid_and_help_shows_each_setting_with_its_default() {
        let text = help();
        for row in TABLE {
            assert_eq!(refusal(&[], &[(row.name, row.default)]), "");
            let default = if row.default.is_empty() { "none" } else { row.default };
            let lines = [row.name, row.purpose, &format!("{} (default: {default})", row.shape)];
            assert!(lines.iter().all(|line| text.lines().any(|shown| shown.trim() == *line)), "{lines:?}");
        }
    }

    #[test]
    fn the_error_for_an_invalid_host_in_allowed_hosts_quotes_it() {
        let sentence = refusal(&[], &[("ALLOWED_HOSTS", "chat.example,*")]);
        assert!(sentence.contains("ALLOWED_HOSTS") && sentence.contains("\"*\""), "{sentence}");
        assert_eq!(refusal(&[], &[("ALLOWED_HOSTS", "")]), "");
    }

    #[test]
    fn the_error_names_an_unknown_argument_and_says_that_root_needs_a_folder() {
        assert!(refusal(&["--rot", "x"], &[]).contains("--rot"));
        assert!(refusal(&["--root"], &[]).contains("folder"));
    }

    #[test]
    fn the_pass_through_needs_all_three_of_its_variables() {
        let sentence =
            refusal(&[], &[("OPENAI_BASE_URL", "http://localhost:1/v1"), ("MODEL", "m"), ("OPENAI_API_KEY", "")]);
        assert!(sentence.contains("there is no OPENAI_API_KEY;"), "{sentence}");
    }

    #[test]
    fn chat_completions_is_appended_to_the_path_of_the_base_url_and_the_query_is_kept() {
        for (base, expected) in [
            ("http://localhost:1/v1", "http://localhost:1/v1/chat/completions"),
            ("http://localhost:1/v1/", "http://localhost:1/v1/chat/completions"),
            ("http://localhost:1", "http://localhost:1/chat/completions"),
            ("https://a.example/x?api-version=1", "https://a.example/x/chat/completions?api-version=1"),
        ] {
            let three = [("OPENAI_BASE_URL", base), ("OPENAI_API_KEY", "k"), ("MODEL", "m")];
            let url = read(&[], &three).ok().and_then(|config| config.upstream).map(|upstream| upstream.url);
            assert_eq!(url.map(String::from).as_deref(), Some(expected));
        }
        for base in ["localhost:1/v1", "ftp://a.example/", "file:///v1", "https://"] {
            let sentence = refusal(&[], &[("OPENAI_BASE_URL", base)]);
            assert!(sentence.starts_with("OPENAI_BASE_URL must be an http or https URL"), "{base}: {sentence}");
        }
    }
}
