//! Server-Sent Events as section 9.2 of the HTML Standard defines them, over `fetch`: any method,
//! any headers, any body.
//!
//! The crate has two layers:
//!
//! - The **core** is all that is at the root of the crate. It runs wherever Rust does: without I/O,
//!   clock, dependencies and `std`.
//! - The **browser layer** is the module `web`, which exists on `wasm32-unknown-unknown` only. It
//!   carries out the decisions of the core with `fetch`, streams and timers. Its `EventSource` is a
//!   `Stream` of events, for Leptos, Yew, Dioxus and every other executor.
//!
//! The npm package of the same name is the browser layer behind a thin TypeScript facade.
//!
//! # The parser
//!
//! Bytes go in, in chunks of any size. Messages come out, borrowed from the chunk where they lie in
//! it whole.
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
//! [`Connection`] is for clients of other platforms. The client reports what has happened, and
//! performs the [`Action`] that it gets. The connection decides which answers are event streams,
//! which requests are repeated and when, and which last event ID the next request has. A
//! [`Watchdog`] says when a silence has lasted too long.
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
//! // The network breaks. A real client draws random numbers, which spread the clients of a server that has restarted.
//! let Action::ReestablishConnection(failure) = connection.handle_network_error() else { unreachable!() };
//! assert_eq!(failure.delay, Some(Duration::from_secs(2)));
//! assert_eq!((connection.handle_wait_over(), connection.last_event_id()), (Action::Fetch, "7"));
//! ```
//!
//! # Features
//!
//! - `std` (default): `std` of the crates of the browser layer. The core is the same without it.
//! - `serde`: `Builder::json` and `Event::json` of the browser layer.
//!
//! Rust 1.88 or newer.
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

/// For the benches, tests and fuzz targets of this repository. Not API.
#[cfg(headwater_internals)]
#[doc(hidden)]
pub mod internals {
    pub use crate::npm::batch::{Batch, read};
}

/// The examples of the README. Those of the browser layer are tested where there is one.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
