//! Connects the module to the facade: the JavaScript functions that the module calls, and the
//! exports that JavaScript calls.

use alloc::string::String;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use crate::{
    EndOfBody, Options, ReadyState, Reconnect,
    core::{millis::millis, reconnection::Backoff},
    npm::batch::Batch,
    web::task,
    web::{DriverEvent, FailedAttempt, PageSession, Pending, Reader, Template, Thrown, Timeouts},
};

#[wasm_bindgen]
extern "C" {
    /// The facade's part of a source, which `js/module/wire.ts` declares. The facade itself reports
    /// the errors of these methods.
    pub type SourceHost;

    #[wasm_bindgen(method, catch)]
    fn open(this: &SourceHost, response: Option<&web_sys::Response>) -> Result<Option<Promise>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn deliver(this: &SourceHost, text: &[u8], reconnection_time: Option<f64>) -> Result<Option<Promise>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn error(
        this: &SourceHost,
        reason: &str,
        message: &str,
        attempt: u32,
        backoff: f64,
        follows: u8,
        response: Option<&web_sys::Response>,
        body: &[u8],
        cause: &JsValue,
    ) -> Result<Option<f64>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn end(this: &SourceHost) -> Result<(), JsValue>;

    #[wasm_bindgen(method, getter = lastEventId)]
    fn last_event_id(this: &SourceHost) -> Option<String>;

    #[wasm_bindgen(method)]
    fn report(this: &SourceHost, error: &JsValue);
}

/// Runs a source until it ends or `closed` is fulfilled. Fulfilling `closed` drops the request, the
/// body and the timer of the source.
///
/// The parameters are the members of `Settings` in `js/module/wire.ts`, in the order of
/// `js/module/wasm.ts`. `js/options/` has checked them. A timeout of 0 means no timeout.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "see above")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked by the facade, and `as` saturates"
)]
pub fn connect(
    listener: SourceHost,
    closed: Promise,
    prepare: Function,
    kind: u8,
    last_event_id: String,
    reconnect: u8,
    delay: f64,
    max_delay: f64,
    max_retries: f64,
    end: u8,
    max_event_size: f64,
    connect_timeout: f64,
    waited: f64,
    silence_timeout: f64,
    pause_when_hidden: bool,
    accept: Option<Function>,
) {
    let options = Options {
        reconnect: match reconnect {
            1 => Reconnect::Allowed,
            2 => Reconnect::Never,
            3 => Reconnect::Decided,
            _ => Reconnect::Standard,
        },
        backoff: Backoff {
            delay: duration(delay),
            max_delay: duration(max_delay),
            max_retries: max_retries.is_finite().then_some(max_retries as u32),
        },
        end: end_of_body(end),
        last_event_id,
        max_event_size: max_event_size as usize,
        ..Options::default()
    };
    let template = Template { prepare, kind, accept };
    let timeouts = Timeouts { connect: connect_timeout as u64, silence: silence_timeout as u64, waited: waited as u64 };
    run(listener, closed, || PageSession::request(template, timeouts, options, pause_when_hidden));
}

/// Like [`connect`], for a source that reads a stream that the caller has passed, and makes no
/// request. The end of the stream is a failure unless `end` says otherwise.
#[wasm_bindgen]
pub fn read(listener: SourceHost, closed: Promise, reader: Reader, end: u8) {
    run(listener, closed, || PageSession::read(reader, end_of_body(end).unwrap_or(EndOfBody::Fail)));
}

fn end_of_body(end: u8) -> Option<EndOfBody> {
    match end {
        1 => Some(EndOfBody::Reconnect),
        2 => Some(EndOfBody::Close),
        3 => Some(EndOfBody::Interrupted),
        4 => Some(EndOfBody::Fail),
        _ => None,
    }
}

/// Polls a task. `js/module/callback-slot.ts` calls it after the platform has called one of the
/// task's slots.
#[wasm_bindgen]
pub fn poll(task: usize) {
    task::poll(task);
}

fn run(host: SourceHost, closed: Promise, session: impl FnOnce() -> PageSession) {
    task::run(|| Run {
        closed: Pending::of(Ok(closed.into())),
        session: session(),
        host,
        batch: Batch::default(),
        delivering: None,
        reconnection_time: None,
    });
}

/// A running source. It has its own `poll`, for the same reasons as the driver.
struct Run {
    closed: Pending,
    session: PageSession,
    host: SourceHost,
    batch: Batch,
    /// Pending until the facade has delivered the last batch, or has fired `open`.
    delivering: Option<Pending>,
    reconnection_time: Option<u64>,
}

impl Future for Run {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let run = &mut *self;
        if run.closed.poll(context).is_ready() {
            return Poll::Ready(());
        }
        loop {
            run.session.handle_page_changes(context);
            if let Some(delivering) = &mut run.delivering {
                let delivered = ready!(delivering.poll(context));
                run.delivering = None;
                if let Err(error) = delivered {
                    run.session.driver.break_off(error, run.host.last_event_id());
                }
            }
            ready!(run.session.poll_driver(context));
            match run.session.driver.next_event() {
                DriverEvent::Open(response) => match run.host.open(response) {
                    Ok(opened) => run.delivering = opened.map(|opened| Pending::of(Ok(opened.into()))),
                    Err(error) => run.host.report(&error),
                },
                DriverEvent::Chunk(chunk) => {
                    run.batch.fill(chunk.blocks());
                    run.deliver();
                }
                DriverEvent::Error(error) => {
                    run.fire_error(&error);
                    if run.session.driver.connection().ready_state() == ReadyState::Closed {
                        return Poll::Ready(());
                    }
                }
                DriverEvent::Over => {
                    report(&run.host, run.host.end());
                    return Poll::Ready(());
                }
            }
        }
    }
}

impl Run {
    fn deliver(&mut self) {
        let Self { session: PageSession { driver, .. }, host, batch, reconnection_time, .. } = self;
        #[cfg(headwater_trap)]
        if batch.text().windows(15).any(|text| text == b"trap on purpose") {
            core::arch::wasm32::unreachable();
        }
        let sent = driver.connection().reconnection_millis();
        if !batch.text().is_empty() || sent != *reconnection_time {
            *reconnection_time = sent;
            match host.deliver(batch.text(), reconnection_time.map(number)) {
                Ok(delivered) => self.delivering = delivered.map(|delivered| Pending::of(Ok(delivered.into()))),
                Err(error) => driver.break_off(error, host.last_event_id()),
            }
        }
    }

    /// Fires `error` in the facade. The facade returns the wait, or the caller's decision about the
    /// wait.
    fn fire_error(&mut self, error: &FailedAttempt) {
        let FailedAttempt { failure, response, body, cause } = error;
        let answer = self.host.error(
            failure.reason.as_str(),
            &failure.message(),
            failure.attempt,
            number(millis(failure.backoff)),
            u8::from(failure.delay.is_some()) + 2 * u8::from(self.session.driver.is_undecided()),
            response.as_ref(),
            body,
            cause.as_ref().map_or(&JsValue::UNDEFINED, Thrown::value),
        );
        let delay = match answer {
            Ok(delay) => delay.map(duration),
            Err(error) => {
                self.host.report(&error);
                failure.delay
            }
        };
        self.session.driver.decide(delay);
    }
}

/// Reports an error that a method of the host throws. The methods should not throw, but an error
/// must neither be lost nor end the source.
fn report<T>(host: &SourceHost, result: Result<T, JsValue>) {
    if let Err(error) = result {
        host.report(&error);
    }
}

/// Converts milliseconds, exactly up to 2⁵³. A server's reconnection time may be longer, and is
/// then rounded.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn number(milliseconds: u64) -> f64 {
    milliseconds as f64
}

/// Converts milliseconds, which the facade has checked.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above, and `as` saturates")]
fn duration(milliseconds: f64) -> Duration {
    Duration::from_millis(milliseconds as u64)
}
