//! Owns the event source of the Rust API: asked for what happens next. Must not know how it comes about.

use alloc::{
    borrow::{Cow, ToOwned},
    vec::Vec,
};
use core::future::poll_fn;

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, ReadableStream};

use super::{
    builder::Builder,
    driver::Told,
    source::Source,
    sys::{self, Stream},
};
use crate::{
    connection::ReadyState,
    error::Failure,
    options::{EndOfBody, Options},
    parser::Blocks,
    text::decode,
};

/// An event source: asked for what happens next, it makes requests, reads and waits as long as that takes.
///
/// Nothing happens between two calls of [`EventSource::next`]: who is slow slows the server down. Dropping it ends the
/// request and frees the socket.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_bindgen::JsValue> {
/// use headwater::{Block, web::{EventSource, Notice}};
///
/// let mut source = EventSource::builder("/api/chat")?.method("POST").body("Hello").connect();
/// while let Some(notice) = source.next().await {
///     match notice {
///         Notice::Messages(mut blocks) => {
///             while let Some(Block::Message(message)) = blocks.next_block() {
///                 web_sys::console::log_1(&(&*message.data).into());
///             }
///         }
///         Notice::Error(error) => web_sys::console::warn_1(&error.failure.to_string().into()),
///         Notice::Open(_) => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct EventSource {
    source: Source,
}

/// What happened.
#[derive(Debug)]
pub enum Notice<'s> {
    /// A response was accepted, or there is a stream from elsewhere; the messages follow.
    Open(Option<&'s web_sys::Response>),
    /// A chunk arrived. It may complete any number of blocks, also none; all are to be drawn.
    Messages(Blocks<'s>),
    /// An attempt failed. With a `failure.delay` the next call waits that long and tries again; without, it is the end.
    Error(Error),
}

/// An attempt that failed, with what the browser knows of it.
#[derive(Debug)]
pub struct Error {
    /// What happened and what follows.
    pub failure: Failure,
    /// The response that was refused.
    pub response: Option<web_sys::Response>,
    /// Its body, at most 64 KiB of it, as far as it came within a second.
    pub body: Vec<u8>,
    /// What `fetch` or the stream threw.
    pub cause: Option<JsValue>,
}

impl Error {
    /// The body's text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.body)
    }
}

impl EventSource {
    /// Begins to describe a request to `url`, which is resolved against the base URL of the page or worker.
    ///
    /// # Errors
    /// If the platform has no `Headers`.
    pub fn builder(url: &str) -> Result<Builder, JsValue> {
        let init = Object::new();
        sys::set(&init, "headers", Headers::new()?.as_ref());
        Ok(Builder::new(url.to_owned(), init, Options::default()))
    }

    /// Reads a stream of bytes (`Uint8Array`s) that comes from elsewhere. There is nothing to reconnect to: its end, as
    /// its error, is an error. Dropping the source cancels the stream.
    ///
    /// # Errors
    /// If the stream is locked.
    pub fn from_readable_stream(stream: &ReadableStream) -> Result<Self, JsValue> {
        let reader = stream.unchecked_ref::<Stream>().get_reader(&JsValue::UNDEFINED)?;
        Ok(Self::new(Source::read(reader, EndOfBody::Fail)))
    }

    pub(super) fn new(source: Source) -> Self {
        Self { source }
    }

    /// What happens next. `None` when the stream is over: after a clean end that closes it, or after a final error.
    ///
    /// Dropping the future loses nothing. While the page is in the back/forward cache nothing happens; the request is
    /// given up, and made again when the page is back if it may be repeated.
    pub async fn next(&mut self) -> Option<Notice<'_>> {
        let Self { source } = self;
        let told = poll_fn(|context| {
            source.heed_page(context);
            source.poll_told(context)
        })
        .await;
        match told {
            Told::Open => Some(Notice::Open(source.response())),
            Told::Chunk(length) => Some(Notice::Messages(source.blocks(length))),
            Told::Error => source.error().map(Notice::Error),
            Told::Over => None,
        }
    }

    /// Decides what follows from the error that the last notice told, in place of its `failure.delay`: how many milliseconds
    /// to wait before the next attempt, or `None` to give up. Nothing with other options than
    /// [`Reconnect::Decided`](crate::Reconnect::Decided), and where [`Failure::is_decidable`] says so.
    pub fn decide(&mut self, delay: Option<u64>) {
        self.source.decide(delay);
    }

    /// The state of the connection, as it is for who receives the last notice.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.source.ready_state()
    }

    /// The last event ID string: that of the last block drawn.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.source.last_event_id()
    }

    /// The server's reconnection time in milliseconds, as it sent it.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<u64> {
        self.source.reconnection_time()
    }
}
