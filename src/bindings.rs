//! Owns the crossing to the facade: what of JavaScript this module calls, and the functions that JavaScript calls.
//! Must not know the DOM's EventSource, which is the facade's.

use alloc::string::String;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Headers;

use crate::{
    EndOfBody, Options, Reconnect,
    batch::Batch,
    reconnection::Backoff,
    web::{self, Builder, Error, EventSource, Notice, Reader},
};

#[wasm_bindgen]
extern "C" {
    /// `Listener` of `js/wasm.ts`: a source, as seen from here. Whatever its methods throw is reported by itself.
    pub type Listener;

    #[wasm_bindgen(method, catch)]
    fn open(this: &Listener, response: Option<&web_sys::Response>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn deliver(this: &Listener, text: &str, rows: &[u32]) -> Result<Option<Promise>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setReconnectionTime)]
    fn set_reconnection_time(this: &Listener, milliseconds: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn error(
        this: &Listener,
        reason: &str,
        message: &str,
        attempt: u32,
        delay: Option<f64>,
        response: Option<&web_sys::Response>,
        body: &str,
        cause: &JsValue,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn end(this: &Listener) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn report(this: &Listener, error: &JsValue);
}

/// Runs a source until it is over or `closed` is fulfilled, which drops whatever it holds: request, body, timer.
///
/// The parameters are the members of `Settings` in `js/settings.ts`, where they are read and checked, in a flat call:
/// reading them here one by one from an object would take an import each. `reconnect` and `close_at_end` are absent
/// where the method decides.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "see above")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked by the facade, and `as` saturates"
)]
pub fn connect(
    listener: Listener,
    closed: Promise,
    url: String,
    init: Object,
    headers: Headers,
    fetch: Option<Function>,
    last_event_id: String,
    is_get: bool,
    reconnect: Option<bool>,
    delay: f64,
    max_delay: f64,
    max_attempts: f64,
    close_at_end: Option<bool>,
    max_event_size: f64,
) {
    let options = Options {
        is_get,
        reconnect: match reconnect {
            None => Reconnect::Standard,
            Some(true) => Reconnect::Allowed,
            Some(false) => Reconnect::Never,
        },
        backoff: Backoff {
            delay: delay as u64,
            max_delay: max_delay as u64,
            max_attempts: max_attempts.is_finite().then_some(max_attempts as u32),
        },
        end: close_at_end.map(|close| if close { EndOfBody::Close } else { EndOfBody::Reconnect }),
        last_event_id,
        max_event_size: max_event_size as usize,
        ..Options::default()
    };
    run(Builder::new(url, init, headers, fetch, options).connect(), listener, closed);
}

/// Runs a source that reads a stream from elsewhere, as [`connect`] does one with a request.
#[wasm_bindgen]
pub fn read(listener: Listener, closed: Promise, reader: Reader) {
    run(EventSource::from_reader(reader), listener, closed);
}

fn run(source: EventSource, listener: Listener, closed: Promise) {
    spawn_local(async move {
        web::race(JsFuture::from(closed), drive(source, listener)).await;
    });
}

async fn drive(mut source: EventSource, listener: Listener) {
    let mut batch = Batch::default();
    let mut reconnection_time = None;
    while let Some(notice) = source.next().await {
        match notice {
            Notice::Open(response) => report(&listener, listener.open(response)),
            Notice::Messages(blocks) => {
                batch.fill(blocks);
                if source.reconnection_time() != reconnection_time {
                    reconnection_time = source.reconnection_time();
                    report(&listener, listener.set_reconnection_time(number(reconnection_time)));
                }
                if !batch.rows().is_empty() {
                    deliver(&listener, &batch).await;
                }
            }
            Notice::Error(error) => {
                report(&listener, fire_error(&listener, &error));
                if error.failure.delay.is_none() {
                    return;
                }
            }
        }
    }
    report(&listener, listener.end());
}

async fn deliver(listener: &Listener, batch: &Batch) {
    match listener.deliver(batch.text(), batch.rows()) {
        Ok(None) => {}
        Ok(Some(delivered)) => report(listener, JsFuture::from(delivered).await.map(|_| ())),
        Err(error) => listener.report(&error),
    }
}

fn fire_error(listener: &Listener, error: &Error) -> Result<(), JsValue> {
    let Error { failure, response, body, cause } = error;
    listener.error(
        failure.reason.as_str(),
        &failure.message(),
        failure.attempt,
        failure.delay.map(|delay| number(Some(delay))),
        response.as_ref(),
        body,
        cause.as_ref().unwrap_or(&JsValue::UNDEFINED),
    )
}

/// The listener's methods do not throw; should one all the same, the error must not be lost, nor end the source.
fn report(listener: &Listener, result: Result<(), JsValue>) {
    if let Err(error) = result {
        listener.report(&error);
    }
}

/// Exact up to 2⁵³; a server's reconnection time may be larger, and is then the nearest number.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn number(milliseconds: Option<u64>) -> f64 {
    milliseconds.unwrap_or_default() as f64
}
