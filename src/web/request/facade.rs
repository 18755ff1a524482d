//! The requests of the npm package, which `js/request/prepare-request.ts` prepares.

use core::task::{Context, Poll};

use js_sys::Function;
use wasm_bindgen::{JsCast, prelude::*};

use crate::{
    core::heads::RequestHead,
    web::{promise::Pending, sys::FetchResponse},
};

#[wasm_bindgen]
extern "C" {
    /// `Attempt` of `js/module/attempt.ts`, or an object with the member `error`.
    #[derive(Clone, Debug)]
    pub(in crate::web) type Target;

    /// The error of a request that cannot be made.
    #[wasm_bindgen(method, getter)]
    fn error(this: &Target) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn kind(this: &Target) -> u8;

    #[wasm_bindgen(method, catch, js_name = send)]
    fn start(this: &Target, as_probe: bool) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn abort(this: &Target);
}

/// The bits of [`Target::kind`].
const GET: u8 = 1;
const PREFLIGHT: u8 = 2;
const REPEATABLE: u8 = 4;

/// The bits of [`Template::kind`], besides [`GET`].
const PROBE: u8 = 2;
const SEEN: u8 = 4;

/// The source's part of every attempt.
#[derive(Debug)]
pub(crate) struct Template {
    /// Called for each attempt. `Prepare` in `js/module/attempt.ts` describes its result.
    pub(crate) prepare: Function,
    pub(crate) kind: u8,
    pub(crate) accept: Option<Function>,
}

impl Template {
    pub(in crate::web) fn ask(&self, attempt: u32, last_event_id: &str) -> Option<Pending> {
        Some(Pending::of(self.prepare.call2(&JsValue::UNDEFINED, &attempt.into(), &last_event_id.into())))
    }

    /// Returns whether the caller accepts a response as an event stream, or `None` if the caller
    /// does not decide.
    pub(in crate::web) fn accepts(&self, response: &FetchResponse) -> Option<Result<bool, JsValue>> {
        let accept = self.accept.as_ref()?;
        Some(accept.call1(&JsValue::UNDEFINED, response).map(|accepted| accepted.is_truthy()))
    }

    #[expect(clippy::unused_self, reason = "the Rust API's version of this method uses `self`")]
    pub(in crate::web) fn target(&self, answer: Option<JsValue>, _: &str) -> Result<Target, JsValue> {
        let target: Target = answer.unwrap_or_default().unchecked_into();
        let error = target.error();
        if error.is_undefined() { Ok(target) } else { Err(error) }
    }

    pub(in crate::web) fn is_get(&self) -> bool {
        self.kind & GET != 0
    }

    pub(in crate::web) fn can_be_probed(&self) -> bool {
        self.kind & PROBE != 0
    }

    pub(in crate::web) fn is_seen(&self) -> bool {
        self.kind & SEEN != 0
    }
}

impl Target {
    fn is(&self, bit: u8) -> bool {
        self.kind() & bit != 0
    }

    pub(in crate::web) fn head(&self) -> RequestHead {
        RequestHead { is_get: self.is(GET), preflights_last_event_id: self.is(PREFLIGHT) }
    }

    pub(in crate::web) fn send(&self, _: &str) -> Result<Request, JsValue> {
        self.request(false)
    }

    pub(in crate::web) fn send_probe(&self) -> Result<Request, JsValue> {
        self.request(true)
    }

    pub(in crate::web) fn can_be_repeated(&self) -> bool {
        self.is(REPEATABLE)
    }

    fn request(&self, as_probe: bool) -> Result<Request, JsValue> {
        let pending = Pending::of(Ok(self.start(as_probe)?));
        Ok(Request { target: self.clone(), pending: Some(pending), is_running: true })
    }
}

/// A request in progress, or one that has its response.
#[derive(Debug)]
pub(in crate::web) struct Request {
    target: Target,
    /// `None` after the promise from `fetch` has settled.
    pending: Option<Pending>,
    /// Whether dropping the request aborts it.
    pub(in crate::web) is_running: bool,
}

impl Request {
    /// Waits for the head of the response.
    pub(in crate::web) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<FetchResponse, JsValue>> {
        let Some(pending) = &mut self.pending else { return Poll::Pending };
        let answer = pending.poll(context);
        if answer.is_ready() {
            self.pending = None;
        }
        answer.map_ok(JsCast::unchecked_into)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.is_running {
            self.target.abort();
        }
    }
}
