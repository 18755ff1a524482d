//! Performs the actions of a [`Connection`], one at a time, and returns the resulting events.
//!
//! The driver has its own `poll` instead of an `async fn`. Its whole state is in its fields, so it
//! can be dropped after any poll. The state machine that the compiler makes of an `async fn` would
//! be three times as large.

mod event;
mod exchange;
mod reading;

use alloc::{string::String, vec::Vec};
use core::{
    task::{Context, Poll, ready},
    time::Duration,
};

use js_sys::Math::random;
use wasm_bindgen::{JsCast, JsValue};

use self::event::Chunk;
pub(crate) use self::event::DriverEvent;
use super::{
    body::Body,
    error::FailedAttempt,
    request::{Preparing, Request, Target, Template},
    sys::{self, FetchResponse, Reader},
    timer::Timer,
    watch::Watch,
};
use crate::core::{
    action::Action,
    connection::Connection,
    millis::millis,
    options::{EndOfBody, Options, Reconnect},
};

/// How long to wait before a probe, in milliseconds. When the user leaves a page, browsers abort
/// its requests, and no probe must be sent then.
const PROBE_DELAY: u64 = 200;

/// How long a server may be silent, in milliseconds. A limit of 0 means that there is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    /// Until the head of the response arrives.
    pub(crate) connect: u64,
    /// Between two chunks of the body.
    pub(crate) silence: u64,
    /// The part of the first `connect` that passed before this driver existed. Less than `connect`.
    pub(crate) waited: u64,
}

/// The request and the body in progress, for a [`Closer`](super::Closer).
#[cfg(not(headwater_npm))]
#[derive(Debug)]
pub(super) struct Running {
    pub(super) reader: Option<Reader>,
    pub(super) controller: Option<web_sys::AbortController>,
}

/// Performs the actions.
#[derive(Debug)]
pub(crate) struct Driver {
    connection: Connection,
    /// `None` if the source reads a stream that the caller has passed.
    template: Option<Template>,
    timeouts: Timeouts,
    step: Step,
    /// Length of the wait, in milliseconds.
    wait: u64,
    /// The running call of the caller's `request` callback.
    asked: Option<Preparing>,
    /// The target of the current request.
    target: Option<Target>,
    /// The body is declared before `request`, so that it is dropped first: the stream must end as
    /// canceled, not as failed.
    body: Option<Body>,
    request: Option<Request>,
    response: Option<FetchResponse>,
    /// The value that the platform threw in the attempt that has failed.
    cause: Option<JsValue>,
    chunk: Vec<u8>,
    /// Length of the last chunk, at the front of `chunk`, in bytes.
    length: usize,
    error_body: Vec<u8>,
    timer: Option<Timer>,
    watch: Watch,
    /// Whether to hold back requests that may be repeated.
    pub(super) held: bool,
}

/// The work of the next poll. The step changes only when its work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    FindTarget,
    Send,
    AwaitResponse,
    SendProbe,
    AwaitProbe,
    Announce,
    ReadBody,
    Deliver,
    CheckLimit,
    ReadErrorBody,
    TellError,
    /// Waits for [`Driver::decide`]. If the driver is polled before that, the decision is the
    /// failure's own delay.
    AwaitDecision,
    Wait,
    Over,
}

impl Driver {
    /// Creates a driver that starts with a request.
    pub(super) fn request(template: Template, timeouts: Timeouts, options: Options) -> Self {
        Self { timeouts, ..Self::new(connection(options), Step::FindTarget, Some(template), None) }
    }

    /// Creates a driver that reads a stream that the caller has passed.
    pub(super) fn read(reader: Reader, end: EndOfBody) -> Self {
        let options = Options { reconnect: Reconnect::Never, end: Some(end), ..Options::default() };
        let mut connection = connection(options);
        let _ = connection.handle_stream();
        Self::new(connection, Step::Announce, None, Some(Body::from_reader(reader)))
    }

    fn new(connection: Connection, step: Step, template: Option<Template>, body: Option<Body>) -> Self {
        Self {
            connection,
            template,
            timeouts: Timeouts::default(),
            step,
            wait: 0,
            asked: None,
            target: None,
            body,
            request: None,
            response: None,
            cause: None,
            chunk: Vec::new(),
            length: 0,
            error_body: Vec::new(),
            timer: None,
            watch: Watch::OFF,
            held: false,
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the request and the body in progress.
    #[cfg(not(headwater_npm))]
    pub(super) fn running(&self) -> Running {
        let reader = self.body.as_ref().and_then(Body::reader).cloned();
        let controller = self.request.as_ref().map(|request| request.controller().clone());
        Running { reader, controller }
    }

    /// Runs until there is an event, which [`Driver::next_event`] then returns.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.step = match self.step {
                Step::FindTarget => ready!(self.poll_target(context)),
                Step::Send if self.is_held() => return Poll::Pending,
                Step::Send => self.send(),
                Step::AwaitResponse => {
                    let action = ready!(self.poll_response(context));
                    self.perform(action)
                }
                Step::SendProbe => {
                    ready!(self.poll_timer(PROBE_DELAY, context));
                    self.request = self.target.as_ref().and_then(|target| target.send_probe().ok());
                    Step::AwaitProbe
                }
                Step::AwaitProbe => {
                    let answered = ready!(self.poll_probe(context));
                    self.drop_request();
                    let action = self.connection.handle_probe(answered);
                    self.perform(action)
                }
                Step::ReadBody => ready!(self.poll_body(context)),
                Step::CheckLimit => match self.connection.check_limit() {
                    Some(action) => self.perform(action),
                    None => Step::ReadBody,
                },
                Step::ReadErrorBody => {
                    ready!(self.poll_error_body(context));
                    self.release_refused();
                    Step::TellError
                }
                Step::AwaitDecision => {
                    self.decide(self.delay());
                    self.step
                }
                Step::Wait => {
                    ready!(self.poll_timer(self.wait, context));
                    let action = self.connection.handle_wait_over();
                    self.perform(action)
                }
                Step::Announce | Step::Deliver | Step::TellError | Step::Over => return Poll::Ready(()),
            };
        }
    }

    /// Returns the event that [`Driver::poll`] has found.
    pub(crate) fn next_event(&mut self) -> DriverEvent<'_> {
        match self.step {
            Step::Announce => {
                self.step = Step::ReadBody;
                self.watch = Watch::start(self.timeouts.silence);
                DriverEvent::Open(self.response.as_ref().map(JsCast::unchecked_ref))
            }
            Step::Deliver => {
                self.step = Step::CheckLimit;
                let bytes = self.chunk.get(..self.length).unwrap_or_default();
                DriverEvent::Chunk(Chunk { connection: &mut self.connection, bytes })
            }
            Step::TellError => {
                self.step = if self.connection.is_undecided() { Step::AwaitDecision } else { self.wait_or_end() };
                self.error().map_or(DriverEvent::Over, DriverEvent::Error)
            }
            _ => DriverEvent::Over,
        }
    }

    /// Returns the last failure, with everything that the browser knows about it, and frees the
    /// rest of the request.
    fn error(&mut self) -> Option<FailedAttempt> {
        let response = self.drop_response();
        Some(FailedAttempt {
            failure: self.connection.failure()?,
            response: response.map(JsCast::unchecked_into),
            body: core::mem::take(&mut self.error_body),
            cause: self.cause.take().map(Into::into),
        })
    }

    /// Returns the step that performs an action.
    fn perform(&mut self, action: Action) -> Step {
        match action {
            Action::Fetch => {
                self.target = None;
                Step::FindTarget
            }
            Action::Probe => Step::SendProbe,
            Action::AnnounceConnection => Step::Announce,
            Action::ReestablishConnection(failure)
            | Action::AwaitDecision(failure)
            | Action::FailConnection(failure) => {
                // If the body of an accepted response failed or ended, there is no text of an error
                // to read.
                if failure.status.is_some() && self.cause.is_none() { Step::ReadErrorBody } else { Step::TellError }
            }
            Action::CloseConnection | Action::Nothing => {
                self.drop_response();
                Step::Over
            }
        }
    }

    fn wait_or_end(&mut self) -> Step {
        match self.delay() {
            Some(delay) => {
                self.wait = millis(delay);
                Step::Wait
            }
            None => Step::Over,
        }
    }

    /// Returns the wait after the last failure, if another attempt follows.
    fn delay(&self) -> Option<Duration> {
        self.connection.failure().and_then(|failure| failure.delay)
    }

    /// Aborts the request as if the network had failed. Does nothing if the source reads a stream
    /// and has no request, or while another failure is being reported.
    pub(super) fn interrupt(&mut self) {
        if self.is_requesting() {
            let action = self.connection.handle_interruption();
            self.give_up(action);
        }
    }

    #[cfg(headwater_npm)]
    /// Aborts the request as if the network had failed with this cause. `last_event_id` is the ID
    /// at the last event that was delivered, if later events were not.
    pub(crate) fn break_off(&mut self, cause: JsValue, last_event_id: Option<String>) {
        if let Some(last_event_id) = last_event_id {
            self.connection.rewind(last_event_id);
        }
        if self.is_requesting() {
            self.interrupt();
            self.cause = Some(cause);
        }
    }

    #[cfg(not(headwater_npm))]
    /// Ends the source. If some parsed blocks were not taken, `last_event_id` is the last event ID
    /// string as of the last block that was taken.
    pub(super) fn close(&mut self, last_event_id: Option<String>) {
        if let Some(last_event_id) = last_event_id {
            self.connection.rewind(last_event_id);
        }
        self.connection.close();
        self.drop_response();
        self.asked = None;
        self.step = Step::Over;
    }

    #[cfg(not(headwater_npm))]
    /// Whether the source is over.
    pub(super) fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    /// Calls [`Driver::interrupt`] if the request may be repeated once more. Otherwise keeps the
    /// request, which may still receive data.
    pub(super) fn renew(&mut self) {
        if self.is_requesting() && self.connection.may_repeat_once_more() {
            self.interrupt();
        }
    }

    /// Pauses the source: aborts the request if it may be repeated. The request is made again after
    /// the pause.
    pub(super) fn pause(&mut self) {
        if self.is_requesting()
            && let Some(action) = self.connection.handle_pause()
        {
            self.give_up(action);
        }
    }

    fn is_held(&self) -> bool {
        self.held && self.connection.may_repeat()
    }

    fn is_requesting(&self) -> bool {
        self.request.is_some()
            && !matches!(self.step, Step::ReadErrorBody | Step::TellError | Step::AwaitDecision | Step::Over)
    }

    fn give_up(&mut self, action: Action) {
        self.drop_response();
        self.timer = None;
        self.step = self.perform(action);
    }

    /// Skips the part of a wait that backoff has added.
    pub(super) fn shorten_wait(&mut self) {
        if self.step == Step::Wait
            && let Some(shortest) = self.connection.shorten_wait_millis()
        {
            let elapsed = self.timer.take().map_or(0, |timer| timer.elapsed());
            self.wait = shortest.saturating_sub(elapsed);
        }
    }

    /// Whether the last error awaits [`Driver::decide`].
    pub(crate) fn is_undecided(&self) -> bool {
        self.step == Step::AwaitDecision
    }

    /// Applies the caller's decision about the last error, if that error awaits one.
    pub(crate) fn decide(&mut self, delay: Option<Duration>) {
        if self.is_undecided() {
            let _ = self.connection.decide(delay);
            self.step = self.wait_or_end();
        }
    }

    fn poll_timer(&mut self, milliseconds: u64, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.timer.get_or_insert_with(|| Timer::after(milliseconds)).poll(context));
        self.timer = None;
        Poll::Ready(())
    }

    fn drop_response(&mut self) -> Option<FetchResponse> {
        self.drop_request();
        self.response.take()
    }

    fn drop_request(&mut self) {
        self.watch = Watch::OFF;
        self.timer = None;
        self.body = None;
        self.request = None;
    }
}

/// Returns a connection with the platform's decoder and random numbers.
fn connection(options: Options) -> Connection {
    Connection::decoding_with(sys::decode, options, random)
}
