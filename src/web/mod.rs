//! The browser layer: performs the actions of the core with `fetch`, streams and timers, in windows
//! and workers.
//!
//! An [`EventSource`] is a [`Stream`](futures_core::Stream) of [`Event`]s. The source sends the
//! request when the first event is polled, continues across reconnections, and ends with an `Err`
//! if it cannot continue. Dropping the source aborts the request.
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
//! A POST is never repeated unless [`Builder::reconnect`] allows it. With the feature `serde`, the
//! request's body and the events' data can have types of your own:
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
//!         // A response that ends without this event is incomplete, which is an error.
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
//! # Ending a source
//!
//! Drop the source, or the future that holds it, to abort the request. [`EventSource::close`] ends
//! a source without dropping it, so you can still read its state. A [`Closer`] ends the source from
//! other code while its next event is awaited, for example from a stop button. [`Builder::until`]
//! determines the last event.
//!
//! # Errors
//!
//! All errors have one type, [`Error`], so `?` is enough. [`Error::Failed`] contains the rejected
//! response, its text, and the value that `fetch` threw, as a [`Thrown`].

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
