//! The events of the Rust API, with owned strings.

use alloc::{boxed::Box, string::String};
use core::fmt;

use crate::core::parser::Message;

/// An event that a server sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Event {
    /// The event type: `message` unless the server named another type.
    pub event_type: String,
    /// The data: the event's `data` lines, joined by line feeds.
    pub data: String,
    /// The source's last event ID string as of this event. It may come from an earlier event.
    pub last_event_id: String,
}

impl From<Message<'_>> for Event {
    fn from(message: Message<'_>) -> Self {
        Self {
            event_type: message.event_type.into_owned(),
            data: message.data.into_owned(),
            last_event_id: message.last_event_id.into(),
        }
    }
}

/// The closure of [`Builder::until`](super::Builder::until).
pub(super) struct Until(Box<dyn FnMut(&Event) -> bool>);

impl Until {
    pub(super) fn new(until: impl FnMut(&Event) -> bool + 'static) -> Self {
        Self(Box::new(until))
    }

    pub(super) fn is_last(&mut self, event: &Event) -> bool {
        (self.0)(event)
    }
}

impl fmt::Debug for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Until")
    }
}

#[cfg(feature = "serde")]
mod json {
    use alloc::string::String;

    use serde::de::DeserializeOwned;

    use super::Event;
    use crate::web::{Error, json};

    /// Number of characters of the data that an error quotes: enough to recognize the data, and
    /// short enough for one line of a log.
    const QUOTED: usize = 80;

    impl Event {
        /// Parses the data as JSON into a `T`.
        ///
        /// # Errors
        /// [`Error::Deserialize`] if the data is not JSON (`[DONE]` is not), or does not match the
        /// type.
        pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
            json::parse(&self.data).map_err(|source| Error::Deserialize {
                event_type: self.event_type.clone(),
                last_event_id: self.last_event_id.clone(),
                data: beginning(&self.data),
                source: source.into(),
            })
        }
    }

    fn beginning(data: &str) -> String {
        let more = data.chars().nth(QUOTED).map(|_| '…');
        data.chars().take(QUOTED).chain(more).collect()
    }
}
