//! The browser layer: performs what the core decides, with `fetch`, streams and timers. For windows and workers.

mod body;
mod builder;
mod checks;
mod driver;
mod error;
mod event;
mod event_source;
#[cfg(feature = "serde")]
mod json;
mod page;
mod promise;
mod request;
mod signal;
mod source;
pub(crate) mod sys;
mod timer;
mod watch;

pub use builder::Builder;
pub use error::{Error, FailedAttempt, Thrown};
pub use event::Event;
pub use event_source::{EventSource, Notice};
#[cfg(feature = "bindings")]
pub(crate) use {
    driver::{Timeouts, Told},
    promise::Pending,
    request::Template,
    source::Source,
    sys::{Reader, decode},
};
