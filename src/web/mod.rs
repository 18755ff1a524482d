//! The browser layer: performs what the core decides, with `fetch`, streams and timers. For windows and workers.
//!
//! An [`EventSource`] is a [`Stream`](futures_core::Stream) of [`Event`]s. It makes the request when the first event is asked
//! for, goes on across reconnections, and ends with an `Err` if there is no going on; dropping it ends the request.
//!
//! ```no_run
//! use futures_util::StreamExt;
//! use headwater::web::{Error, EventSource};
//!
//! async fn listen() -> Result<(), Error> {
//!     let mut prices = EventSource::builder("/prices").header("authorization", "Bearer …").connect()?;
//!     while let Some(event) = prices.next().await {
//!         let event = event?;
//!         web_sys::console::log_1(&event.data.into());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! An answer to a POST is never asked for again unless [`Builder::reconnect`] allows it. With the feature `serde` the question
//! and the events can be of types of yours:
//!
//! ```no_run
//! # #[cfg(feature = "serde")] mod example {
//! use futures_util::StreamExt;
//! use headwater::web::{Error, EventSource};
//!
//! #[derive(serde::Serialize)]
//! struct Question<'q> { prompt: &'q str }
//!
//! #[derive(serde::Deserialize)]
//! struct Token { text: String }
//!
//! async fn ask(prompt: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
//!     let mut answer = EventSource::builder("/api/chat")
//!         .json(&Question { prompt })?
//!         // The last event says so. An answer that ends before it was cut, and that is an error.
//!         .until(|event| event.event_type == "stop")
//!         .connect()?;
//!     while let Some(event) = answer.next().await {
//!         let event = event?;
//!         if event.event_type == "token" {
//!             show(&event.json::<Token>()?.text);
//!         }
//!     }
//!     Ok(())
//! }
//! # }
//! ```
//!
//! # Ending it
//!
//! Drop it, or the future that holds it: that aborts the request. [`EventSource::close`] ends a source that is still to be asked;
//! a [`Closer`] ends it from elsewhere while it is awaited, for example from a stop button. [`Builder::until`] says which event is
//! the last one.
//!
//! # Errors
//!
//! There is one [`Error`] for all, so that `?` is enough. [`Error::Failed`] has the response that was refused, the text that it
//! came with, and what `fetch` threw, as a [`Thrown`].

mod body;
#[cfg(not(headwater_npm))]
mod builder;
mod callback_slot;
#[cfg(not(headwater_npm))]
mod closer;
mod driver;
mod error;
#[cfg(not(headwater_npm))]
mod event;
#[cfg(not(headwater_npm))]
mod event_source;
#[cfg(feature = "serde")]
mod json;
mod page_events;
mod page_session;
mod promise;
mod request;
pub(crate) mod sys;
#[cfg(headwater_npm)]
pub(crate) mod task;
mod timer;
mod watch;

pub use error::{Error, FailedAttempt, Thrown};
#[cfg(not(headwater_npm))]
pub use {
    builder::Builder,
    closer::Closer,
    event::Event,
    event_source::{EventSource, Notice},
    request::attempt::{Attempt, AttemptRequest},
};
#[cfg(headwater_npm)]
pub(crate) use {
    driver::{DriverEvent, Timeouts},
    page_session::PageSession,
    promise::Pending,
    request::Template,
    sys::Reader,
};
