//! Owns the event source of the Rust API: a stream of events, and below it what happens next.

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

/// An event source: a [`Stream`] of events, which makes requests, reads and waits as long as that takes.
///
/// The first request is made when the first event is asked for, and more is read only when what has arrived is taken: who
/// is slow slows the server down. The stream goes on across reconnections. It ends after a clean end that is not followed by
/// another request, behind the event that [`Builder::until`](super::Builder::until) says is the last one, and after an `Err`: there will be no further
/// attempt, and everything that was received came before. Dropping the source, or [`close`](EventSource::close), ends the
/// request and frees the socket; so does a [`Closer`] while the next event is awaited.
///
/// ```no_run
/// # async fn example() -> Result<(), headwater::web::Error> {
/// use futures_util::StreamExt;
/// use headwater::web::EventSource;
///
/// let mut source = EventSource::builder("/api/chat")
///     .method("POST")
///     .body("Hello")
///     // Without it an answer that was cut looks like one that has ended.
///     .until(|event| event.data == "[DONE]")
///     .connect()?;
/// while let Some(event) = source.next().await {
///     let event = event?;
///     web_sys::console::log_2(&event.event_type.into(), &event.data.into());
/// }
/// # Ok(()) }
/// ```
///
/// Failures that are followed by another attempt are not part of the stream; [`notice`](EventSource::notice) tells them. With
/// [`Reconnect::Decided`](crate::Reconnect::Decided) each failure that can be decided about is an `Err`, and the stream goes on
/// after it as [`decide`](EventSource::decide) says.
#[derive(Debug)]
#[must_use = "nothing is requested before the first event is asked for"]
pub struct EventSource {
    session: PageSession,
    /// What has arrived with the last chunk, and nobody has taken.
    rows: VecDeque<Row>,
    /// The last event ID string of the last row that was taken, while there are more.
    last_event_id: String,
    until: Option<Until>,
    closing: Closing,
}

/// A block, in memory of its own.
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

/// What happened, as [`EventSource::notice`] tells it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'s> {
    /// A response was accepted, or there is a stream from elsewhere; the messages follow.
    Open(Option<&'s web_sys::Response>),
    /// A chunk arrived. It may complete any number of blocks, also none; all are to be drawn.
    Messages(Blocks<'s>),
    /// An attempt failed. With a `failure.delay` the next call waits that long and tries again; without, it is the end.
    Error(FailedAttempt),
}

impl EventSource {
    /// Reads a stream of bytes (`Uint8Array`s) that comes from elsewhere. There is nothing to reconnect to: its end is the end
    /// of the source, and its error a final one. Dropping the source cancels the stream.
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

    /// What happens next, below the stream of events: without memory for each of them, borrowed from the chunk that they
    /// came in, and with what is no event. `None` when the source is over.
    ///
    /// Dropping the future loses nothing. While the page is in the back/forward cache nothing happens; the request is
    /// given up, and made again when the page is back if it may be repeated. What the stream has taken in and nobody has
    /// taken from it stays there.
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

    /// Ends the source at once, with what nobody has taken. There are no more events.
    pub fn close(&mut self) {
        let untaken = mem::take(&mut self.rows);
        let last_event_id = mem::take(&mut self.last_event_id);
        self.session.driver.close((!untaken.is_empty()).then_some(last_event_id));
        self.closing.clear();
    }

    /// What closes the source from elsewhere, while it is awaited here.
    #[must_use]
    pub fn closer(&self) -> Closer {
        let closer = self.closing.closer();
        self.closing.set_running(Some(self.driver().running()));
        closer
    }

    fn driver(&self) -> &Driver {
        &self.session.driver
    }

    /// Polls what is below the stream of events, and takes note of a [`Closer`].
    fn poll_session(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let polled = if self.closing.is_closed() { Poll::Ready(()) } else { self.session.poll(context) };
        if self.closing.is_closed() {
            // Before, or meanwhile by a function of the caller's.
            self.close();
            return Poll::Ready(());
        }
        // A closer may be made while this poll is pending.
        self.closing.set_waker(polled.is_pending().then(|| context.waker().clone()));
        if self.closing.is_watched() {
            self.closing.set_running(Some(self.driver().running()));
        }
        polled
    }

    /// Decides what follows from the error that was told last, in place of its `failure.delay`: how long to wait
    /// before the next attempt (`failure.backoff` backs off), or `None` to give up. Nothing with other options than
    /// [`Reconnect::Decided`](crate::Reconnect::Decided), and where [`Failure::is_decidable`](crate::Failure::is_decidable)
    /// says so.
    pub fn decide(&mut self, delay: Option<Duration>) {
        self.session.driver.decide(delay);
    }

    /// The state of the connection, as it is for who receives the last event or notice.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        if self.closing.is_closed() { ReadyState::Closed } else { self.driver().connection().ready_state() }
    }

    /// The last event ID string: that of the last event taken, or block drawn.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        if self.rows.is_empty() { self.driver().connection().last_event_id() } else { &self.last_event_id }
    }

    /// The server's reconnection time, as it sent it.
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
                // Its events cannot stay borrowed from the chunk beyond a poll.
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
                    // A decision comes too late.
                    self.close();
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl FusedStream for EventSource {
    /// After the last item: polled once more, it is over all the same.
    fn is_terminated(&self) -> bool {
        self.rows.is_empty() && self.driver().is_over()
    }
}
