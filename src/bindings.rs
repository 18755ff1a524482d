//! Owns the crossing to the facade: what of JavaScript this module calls, and the one function that JavaScript calls.
//! Must not know the DOM's EventSource, which is the facade's.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Headers;

use crate::{
    EndOfBody, Options, Reconnect,
    batch::Batch,
    reconnection::Backoff,
    web::{self, Builder, Error, EventSource, First, Notice},
};

#[wasm_bindgen]
extern "C" {
    /// `Settings` of `js/wasm.ts`: what the facade has read and checked of the caller's options.
    pub type Settings;

    #[wasm_bindgen(method, getter)]
    fn url(this: &Settings) -> String;
    #[wasm_bindgen(method, getter, js_name = isGet)]
    fn is_get(this: &Settings) -> bool;
    #[wasm_bindgen(method, getter)]
    fn init(this: &Settings) -> Object;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Settings) -> Headers;
    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Settings) -> Option<Function>;
    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &Settings) -> String;
    #[wasm_bindgen(method, getter)]
    fn reconnect(this: &Settings) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    fn delay(this: &Settings) -> f64;
    #[wasm_bindgen(method, getter, js_name = maxDelay)]
    fn max_delay(this: &Settings) -> f64;
    #[wasm_bindgen(method, getter, js_name = maxAttempts)]
    fn max_attempts(this: &Settings) -> f64;
    #[wasm_bindgen(method, getter, js_name = closeAtEnd)]
    fn close_at_end(this: &Settings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = maxEventSize)]
    fn max_event_size(this: &Settings) -> f64;

    /// `Listener` of `js/wasm.ts`: a source, as seen from here. Whatever its methods throw is reported by itself.
    pub type Listener;

    #[wasm_bindgen(method, catch)]
    fn open(this: &Listener, response: &web_sys::Response) -> Result<(), JsValue>;
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
#[wasm_bindgen]
pub fn connect(settings: &Settings, listener: Listener, closed: Promise) {
    let last_event_id = settings.last_event_id();
    let batch = Batch::new(last_event_id.clone());
    let builder = Builder::new(
        settings.url(),
        settings.init(),
        settings.headers(),
        settings.fetch(),
        options(settings, last_event_id),
    );
    let source = builder.connect();
    spawn_local(async move {
        let (First::Left(_) | First::Right(())) =
            web::race(JsFuture::from(closed), drive(source, batch, listener)).await;
    });
}

async fn drive(mut source: EventSource, mut batch: Batch, listener: Listener) {
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
        &failure.to_string(),
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked by the facade, and `as` saturates"
)]
fn options(settings: &Settings, last_event_id: String) -> Options {
    let max_attempts = settings.max_attempts();
    Options {
        is_get: settings.is_get(),
        reconnect: match settings.reconnect() {
            None => Reconnect::Standard,
            Some(true) => Reconnect::Allowed,
            Some(false) => Reconnect::Never,
        },
        backoff: Backoff {
            delay: settings.delay() as u64,
            max_delay: settings.max_delay() as u64,
            max_attempts: max_attempts.is_finite().then_some(max_attempts as u32),
        },
        end: settings.close_at_end().map(|close| if close { EndOfBody::Close } else { EndOfBody::Reconnect }),
        last_event_id,
        max_event_size: settings.max_event_size() as usize,
    }
}

/// Exact up to 2⁵³; a server's reconnection time may be larger, and is then the nearest number.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn number(milliseconds: Option<u64>) -> f64 {
    milliseconds.unwrap_or_default() as f64
}
