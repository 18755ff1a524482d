//! The event source of the Rust API: a stream of events, and the notices from which it is made.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String};
use core::{
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::stream::{FusedStream, Stream};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ReadableStream;

use super::{
    closer::{Closer, Closing},
    driver::{Driver, DriverEvent},
    error::{Error, FailedAttempt},
    event::{Event, Until},
    page_session::PageSession,
    sys,
};
use crate::core::{
    action::ReadyState,
    options::EndOfBody,
    parser::{Block, Blocks},
};

/// An event source is a [`Stream`] of events that makes requests, reads their responses and
/// reconnects.
///
/// The first request is sent when the first event is polled. More data is read only after the
/// received events have been taken, so a slow consumer slows the server down. (Firefox and WebKit
/// still read the body at full speed.)
///
/// The stream continues across reconnections. It ends:
///
/// - after a clean end of the response body, if no other request follows,
/// - after the event that [`Builder::until`](super::Builder::until) declares to be the last one,
/// - after an `Err`, which means that no other attempt follows. All received events come before the
///   `Err`.
///
/// Dropping the source, or calling [`close`](EventSource::close), aborts the request and frees the
/// socket. A [`Closer`] can close the source while the next event is awaited.
///
/// ```no_run
/// # async fn example() -> Result<(), headwater::web::Error> {
/// use futures_util::StreamExt;
/// use headwater::web::EventSource;
///
/// let mut source = EventSource::builder("/api/chat")
///     .method("POST")
///     .body("Hello")
///     // Without this, an incomplete response looks complete.
///     .until(|event| event.data == "[DONE]")
///     .connect()?;
/// while let Some(event) = source.next().await {
///     let event = event?;
///     web_sys::console::log_2(&event.event_type.into(), &event.data.into());
/// }
/// # Ok(()) }
/// ```
///
/// A failure that is followed by another attempt is not an item of the stream, but
/// [`notice`](EventSource::notice) returns it. With
/// [`Reconnect::Decided`](crate::Reconnect::Decided), each failure about which you can decide is an
/// `Err`, and [`decide`](EventSource::decide) determines how the stream continues.
#[derive(Debug)]
#[must_use = "no request is sent before the first event is polled"]
pub struct EventSource {
    session: PageSession,
    /// The blocks of the last chunk that have not been taken yet.
    rows: VecDeque<Row>,
    /// The last event ID string as of the last row that was taken. It is valid while `rows` is
    /// not empty.
    last_event_id: String,
    until: Option<Until>,
    closing: Closing,
}

/// A block with owned strings.
#[derive(Debug)]
enum Row {
    Event(Event),
    LastEventId(String),
}

impl From<Block<'_>> for Row {
    fn from(block: Block<'_>) -> Self {
        match block {
            Block::Message(message) => Self::Event(message.into()),
            Block::LastEventId(last_event_id) => Self::LastEventId(last_event_id.to_owned()),
        }
    }
}

/// A notice that [`EventSource::notice`] returns.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'s> {
    /// A response was accepted (`Some`), or the source began to read the stream that you passed to
    /// [`EventSource::from_readable_stream`] (`None`). Messages follow.
    Open(Option<&'s web_sys::Response>),
    /// A chunk arrived, which completes any number of blocks, possibly zero. Take all of these
    /// blocks.
    Messages(Blocks<'s>),
    /// An attempt failed. If `failure.delay` is set, the next call of `notice` waits that long and
    /// then tries again. Otherwise the source is over.
    Error(FailedAttempt),
}

impl EventSource {
    /// Returns a source that reads a `ReadableStream` of `Uint8Array`s that you already have, such
    /// as a response body. The source cannot reconnect: the end of the stream ends the source, and
    /// an error of the stream is final. Dropping the source cancels the stream.
    ///
    /// # Errors
    /// [`Error::Stream`] if the stream is locked.
    pub fn from_readable_stream(stream: &ReadableStream) -> Result<Self, Error> {
        match stream.unchecked_ref::<sys::Stream>().get_reader(&JsValue::UNDEFINED) {
            Ok(reader) => Ok(Self::new(PageSession::read(reader, EndOfBody::Close), None)),
            Err(source) => Err(Error::Stream { source: source.into() }),
        }
    }

    pub(super) fn new(session: PageSession, until: Option<Until>) -> Self {
        let (rows, last_event_id, closing) = (VecDeque::new(), String::new(), Closing::default());
        Self { session, rows, last_event_id, until, closing }
    }

    /// Returns the next notice, or `None` when the source is over. Notices show more than the
    /// stream of events: they also report accepted responses and all failed attempts. Their
    /// messages are borrowed from the chunk instead of copied.
    ///
    /// Dropping the future loses nothing. When the page enters the back/forward cache, the request
    /// is aborted, and the future stays pending until the page returns. Then the request is made
    /// again, if it may be repeated. Events that the source has already buffered for `next()` are
    /// not among the notices: call `next()` for them.
    ///
    /// ```no_run
    /// # async fn example(mut source: headwater::web::EventSource) {
    /// use headwater::{Block, web::Notice};
    ///
    /// while let Some(notice) = source.notice().await {
    ///     match notice {
    ///         Notice::Messages(mut blocks) => {
    ///             while let Some(block) = blocks.next_block() {
    ///                 if let Block::Message(message) = block {
    ///                     web_sys::console::log_1(&(&*message.data).into());
    ///                 }
    ///             }
    ///         }
    ///         Notice::Error(attempt) => web_sys::console::warn_1(&attempt.to_string().into()),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn notice(&mut self) -> Option<Notice<'_>> {
        poll_fn(|context| self.poll_session(context)).await;
        match self.session.driver.next_event() {
            DriverEvent::Open(response) => Some(Notice::Open(response)),
            DriverEvent::Chunk(chunk) => Some(Notice::Messages(chunk.blocks())),
            DriverEvent::Error(attempt) => Some(Notice::Error(attempt)),
            DriverEvent::Over => None,
        }
    }

    /// Ends the source at once, and discards the events that have not been taken.
    pub fn close(&mut self) {
        let untaken = mem::take(&mut self.rows);
        let last_event_id = mem::take(&mut self.last_event_id);
        self.session.driver.close((!untaken.is_empty()).then_some(last_event_id));
        self.closing.clear();
    }

    /// Returns a handle that closes the source from other code, while the next event is awaited
    /// here.
    #[must_use]
    pub fn closer(&self) -> Closer {
        let closer = self.closing.closer();
        self.closing.set_running(Some(self.driver().running()));
        closer
    }

    fn driver(&self) -> &Driver {
        &self.session.driver
    }

    /// Polls the session, and closes the source if a [`Closer`] was used.
    fn poll_session(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let polled = if self.closing.is_closed() { Poll::Ready(()) } else { self.session.poll(context) };
        if self.closing.is_closed() {
            // The source was closed before this poll, or by a callback during it.
            self.close();
            return Poll::Ready(());
        }
        // A closer may be created while this poll is pending.
        self.closing.set_waker(polled.is_pending().then(|| context.waker().clone()));
        if self.closing.is_watched() {
            self.closing.set_running(Some(self.driver().running()));
        }
        polled
    }

    /// Replaces the `failure.delay` of the last error. `delay` is the time to wait before the next
    /// attempt, or `None` to give up. `failure.backoff` is the wait that results from backoff and
    /// `Retry-After`.
    ///
    /// Has an effect only with [`Reconnect::Decided`](crate::Reconnect::Decided), and only if
    /// [`Failure::is_decidable`](crate::Failure::is_decidable) returns `true`.
    pub fn decide(&mut self, delay: Option<Duration>) {
        self.session.driver.decide(delay);
    }

    /// Returns the state of the connection at the last event or notice.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        if self.closing.is_closed() { ReadyState::Closed } else { self.driver().connection().ready_state() }
    }

    /// Returns the last event ID string as of the last event or block that was taken.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        if self.rows.is_empty() { self.driver().connection().last_event_id() } else { &self.last_event_id }
    }

    /// Returns the reconnection time that the server sent, unchanged, or `None` if it has sent
    /// none.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.driver().connection().reconnection_time()
    }

    fn pop_event(&mut self) -> Option<Event> {
        loop {
            match self.rows.pop_front()? {
                Row::Event(event) => {
                    self.last_event_id.clone_from(&event.last_event_id);
                    return Some(event);
                }
                Row::LastEventId(last_event_id) => self.last_event_id = last_event_id,
            }
        }
    }
}

impl Stream for EventSource {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.closing.is_closed() {
                self.close();
            }
            if let Some(event) = self.pop_event() {
                if self.until.as_mut().is_some_and(|until| until.is_last(&event)) {
                    self.close();
                }
                return Poll::Ready(Some(Ok(event)));
            }
            ready!(self.poll_session(context));
            let Self { session: PageSession { driver, .. }, rows, last_event_id, .. } = &mut *self;
            driver.connection().last_event_id().clone_into(last_event_id);
            match driver.next_event() {
                DriverEvent::Open(_) => {}
                // The blocks are copied, since the events cannot borrow from the chunk beyond this
                // poll.
                DriverEvent::Chunk(chunk) => {
                    let mut blocks = chunk.blocks();
                    while let Some(block) = blocks.next_block() {
                        rows.push_back(block.into());
                    }
                }
                DriverEvent::Error(attempt) => {
                    if attempt.failure.delay.is_none() || driver.is_undecided() {
                        return Poll::Ready(Some(Err(Error::Failed(attempt))));
                    }
                }
                DriverEvent::Over => {
                    // A later decision would have no effect.
                    self.close();
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl FusedStream for EventSource {
    /// Returns whether the stream has returned its last item. Polling it again returns `None`.
    fn is_terminated(&self) -> bool {
        self.rows.is_empty() && self.driver().is_over()
    }
}
