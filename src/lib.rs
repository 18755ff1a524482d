//! Implements Server-Sent Events (section 9.2 of the HTML Standard) over `fetch`: with any method,
//! any headers and any body.
//!
//! The crate has two layers:
//!
//! - The **core** is everything at the root of the crate. It runs wherever Rust does: it needs no
//!   I/O, clock, dependencies or `std`.
//! - The **browser layer** is the module `web`, which exists on `wasm32-unknown-unknown` only. It
//!   performs the actions of the core with `fetch`, streams and timers. Its `EventSource` is a
//!   `Stream` of events that works in Leptos, Yew, Dioxus, and with any executor.
//!
//! The npm package of the same name is the browser layer behind a thin TypeScript facade.
//!
//! # The parser
//!
//! Bytes go in, in chunks of any size. Messages come out. A value that lies within one chunk is
//! borrowed from that chunk.
//!
//! ```
//! use headwater::{Block, Parser};
//!
//! let mut parser = Parser::new();
//! let mut blocks = parser.handle_chunk(b"event: token\ndata: Hello\n\nda");
//! while let Some(block) = blocks.next_block() {
//!     if let Block::Message(message) = block {
//!         assert_eq!((&*message.event_type, &*message.data), ("token", "Hello"));
//!     }
//! }
//! // The unfinished line is kept for the next chunk.
//! ```
//!
//! # The connection
//!
//! [`Connection`] is for clients on other platforms. The client reports each event of its transport
//! and performs the [`Action`] that is returned. The connection decides three things: which
//! responses are event streams, whether and when a request is repeated, and which last event ID the
//! next request carries. A [`Watchdog`] detects a stream that has been silent for too long.
//!
//! ```
//! use core::time::Duration;
//! use headwater::{Action, Connection, Options, ResponseHead};
//!
//! let mut connection = Connection::new(Options::default(), || 0.0);
//! let head = ResponseHead { status: 200, content_type: Some("text/event-stream"), retry_after: None };
//! assert_eq!(connection.handle_response(head), Action::AnnounceConnection);
//! let mut blocks = connection.handle_chunk(b"id: 7\nretry: 2000\ndata: x\n\n");
//! while blocks.next_block().is_some() {}
//! drop(blocks);
//! // The connection is lost. A real client passes random numbers, so that the clients of a
//! // restarted server do not all reconnect at once.
//! let Action::ReestablishConnection(failure) = connection.handle_network_error() else { unreachable!() };
//! assert_eq!(failure.delay, Some(Duration::from_secs(2)));
//! assert_eq!((connection.handle_wait_over(), connection.last_event_id()), (Action::Fetch, "7"));
//! ```
//!
//! # Features
//!
//! - `std` (default): enables `std` in the dependencies of the browser layer (`js-sys`, `web-sys`
//!   and so on). The core is `no_std` either way.
//! - `serde`: adds `Builder::json` and `Event::json` to the browser layer.
//!
//! The crate needs Rust 1.88 or newer.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod core;
#[cfg(any(headwater_npm, headwater_internals, test))]
mod npm;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod web;

pub use crate::core::action::{Action, ReadyState};
pub use crate::core::connection::Connection;
pub use crate::core::content_type::is_event_stream;
pub use crate::core::error::{Failure, Note, Reason};
pub use crate::core::heads::{RequestHead, ResponseHead};
pub use crate::core::options::{EndOfBody, Options, Reconnect};
pub use crate::core::parser::{Block, Blocks, DEFAULT_MAX_EVENT_SIZE, Message, Parser};
pub use crate::core::reconnection::Backoff;
pub use crate::core::watchdog::Watchdog;

/// Exposes internals to the benches, tests and fuzz targets of this repository. Not part of the
/// API.
#[cfg(headwater_internals)]
#[doc(hidden)]
pub mod internals {
    pub use crate::npm::batch::{Batch, read};
}

/// Tests the examples of the README. The examples of the browser layer are tested on its own
/// target.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// The examples of the guide, which the published crate does not contain.
#[cfg(all(doctest, headwater_docs))]
#[doc = include_str!("../docs/guide/rust.md")]
mod guide {}
