//! Server-Sent Events as the HTML Standard's section 9.2 says, over `fetch`: any method, any headers, any body.
//!
//! Two layers. The **core** ([`Parser`], [`Connection`], [`content_type`], [`reconnection`]) is pure: no I/O, no clock,
//! no randomness, no dependencies, and runs wherever Rust does. The **browser layer** (`web`, on `wasm32` only) performs
//! what the core decides with `fetch`, streams and timers. The npm package of the same name is the browser layer behind
//! a thin TypeScript facade.
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
#![no_std]

extern crate alloc;
// Cargo makes the `cdylib` for dependants too, where the target has such. It needs a panic handler and an allocator; the npm
// build brings its own.
#[cfg(any(feature = "std", not(any(target_os = "none", all(target_arch = "wasm32", feature = "bindings")))))]
extern crate std;

#[cfg(any(all(target_arch = "wasm32", feature = "bindings"), feature = "internals", test))]
mod batch;
#[cfg(all(target_arch = "wasm32", feature = "bench"))]
mod bench;
#[cfg(all(target_arch = "wasm32", feature = "bindings"))]
mod bindings;
mod connection;
pub mod content_type;
mod error;
mod kept;
mod line;
mod options;
mod parser;
pub mod reconnection;
mod refusal;
#[cfg(all(target_arch = "wasm32", feature = "bindings", not(feature = "std")))]
mod runtime;
#[cfg(all(target_arch = "wasm32", feature = "bindings"))]
mod task;
mod text;
mod watchdog;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod web;

pub use connection::{Action, Connection, ReadyState, RequestHead, ResponseHead};
pub use error::{Failure, Note, Reason};
pub use options::{EndOfBody, Options, Reconnect};
pub use parser::{Block, Blocks, DEFAULT_MAX_EVENT_SIZE, Message, Parser};
pub use watchdog::Watchdog;

/// For the benches, tests and fuzz targets of this repository. Not API.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals {
    pub use crate::batch::{Batch, read};
}
