//! The driver's part in a request and the head of its response: preparing, sending and waiting.

use core::{
    mem::take,
    task::{Context, Poll, ready},
    time::Duration,
};

use js_sys::{Date, TypeError};
use wasm_bindgen::JsValue;

use super::{Driver, Step};
use crate::{
    core::{action::Action, heads::ResponseHead, reconnection::parse_time},
    web::{body::Body, request::Target, sys::FetchResponse, watch::Watch},
};

/// How long a server may take to respond to a probe, in milliseconds. Firefox returns the response
/// to a probe only after the first byte of its body, which a quiet stream may never send.
const PROBE_TIME: u64 = 5000;

impl Driver {
    /// Determines the target of this attempt, or the step that follows if there is no target.
    pub(super) fn poll_target(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        if self.is_held() {
            return Poll::Pending;
        }
        let Some(template) = &self.template else { return Poll::Ready(Step::Over) };
        let last_event_id = self.connection.last_event_id();
        if self.asked.is_none() {
            self.asked = template.ask(self.connection.attempt(), last_event_id);
        }
        let mut answer = None;
        if let Some(asked) = &mut self.asked {
            let asked = ready!(asked.poll(context));
            self.asked = None;
            match asked {
                Ok(target) => answer = Some(target),
                Err(cause) => {
                    self.cause = Some(cause);
                    let action = self.connection.handle_unknown_request();
                    return Poll::Ready(self.perform(action));
                }
            }
        }
        Poll::Ready(match template.target(answer, last_event_id) {
            Ok(target) => {
                self.target = Some(target);
                Step::Send
            }
            Err(cause) => {
                self.cause = Some(cause);
                let action = self.connection.handle_request_error();
                self.perform(action)
            }
        })
    }

    pub(super) fn send(&mut self) -> Step {
        let Some(target) = &self.target else { return Step::Over };
        self.connection.handle_request(target.head());
        self.watch = Watch::start(self.timeouts.connect - take(&mut self.timeouts.waited));
        self.cause = None;
        match target.send(self.connection.last_event_id()) {
            Ok(request) => {
                self.request = Some(request);
                Step::AwaitResponse
            }
            Err(cause) => {
                let action = self.fail(cause);
                self.perform(action)
            }
        }
    }

    pub(super) fn poll_response(&mut self, context: &mut Context<'_>) -> Poll<Action> {
        let Some(request) = &mut self.request else { return Poll::Ready(Action::Nothing) };
        Poll::Ready(match request.poll(context) {
            Poll::Ready(answer) => match answer.and_then(|response| self.accept_or_refuse(response)) {
                Ok(action) => action,
                Err(cause) => self.fail(cause),
            },
            Poll::Pending => {
                ready!(self.watch.poll_expired(context));
                self.drop_request();
                self.connection.handle_timeout()
            }
        })
    }

    fn accept_or_refuse(&mut self, response: FetchResponse) -> Result<Action, JsValue> {
        self.watch = Watch::OFF;
        let headers = response.response_headers()?;
        let content_type = headers.get("content-type")?.as_string();
        let mut head = ResponseHead {
            status: status(&response)?,
            content_type: content_type.as_deref(),
            retry_after: headers.get("retry-after")?.as_string().map(|value| retry_after(&value)),
        };
        if head.status != 204
            && let Some(accepted) = self.template.as_ref().and_then(|template| template.accepts(&response))
        {
            // The connection applies the standard's rule to this head.
            if accepted? {
                head = ResponseHead { status: 200, content_type: Some("text/event-stream"), ..head };
            } else {
                head.content_type = None;
            }
        }
        self.body = Body::of_response(&response, response.body()?).ok();
        self.response = Some(response);
        self.cause = None;
        let mut action = self.connection.handle_response(head);
        if self.body.is_none() && matches!(action, Action::AnnounceConnection) {
            // A callback has read or locked the body. Another attempt would fail in the same way.
            let why = "the response body is already used (read a clone()) or is not a stream";
            self.cause = Some(TypeError::new(why).into());
            action = self.connection.handle_request_error();
            self.release_refused();
        }
        Ok(action)
    }

    /// Handles a request that failed without a response.
    fn fail(&mut self, cause: JsValue) -> Action {
        self.drop_request();
        self.cause = Some(cause);
        if self.target.as_ref().is_some_and(Target::can_be_repeated) {
            self.connection.handle_network_error()
        } else {
            self.connection.handle_request_error()
        }
    }

    /// Returns whether the server responds but hides its response from this origin. A response from
    /// our own origin is never hidden.
    pub(super) fn poll_probe(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let Some(request) = &mut self.request else { return Poll::Ready(false) };
        match request.poll(context) {
            // [spec] Fetch: an opaque filtered response has status 0.
            Poll::Ready(answer) => {
                Poll::Ready(answer.and_then(|response| status(&response)).is_ok_and(|status| status == 0))
            }
            Poll::Pending => self.poll_timer(PROBE_TIME, context).map(|()| false),
        }
    }
}

/// Returns the status, or 0 if `response` is not a Response.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn status(response: &FetchResponse) -> Result<u16, JsValue> {
    Ok(response.status()?.as_f64().unwrap_or_default() as u16)
}

/// Parses a `Retry-After` header: seconds or a date ([RFC 9110,
/// 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). For a date in the past, the
/// wait is 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and NaN is 0")]
fn retry_after(value: &str) -> Duration {
    match parse_time(value.as_bytes()) {
        Some(seconds) => Duration::from_secs(seconds),
        None => Duration::from_millis((Date::parse(value) - Date::now()) as u64),
    }
}
