//! The browser layer: performs what the core decides, with `fetch`, streams and timers. For windows and workers.

mod body;
mod event_source;
#[cfg(feature = "serde")]
pub mod json;
mod race;
mod request;
mod sys;
mod timer;

pub use event_source::{Builder, Error, EventSource, Notice};
#[cfg(feature = "bindings")]
pub(crate) use race::race;
