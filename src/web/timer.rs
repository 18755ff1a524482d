//! A timer that is cleared when it is dropped.

use core::task::{Context, Poll};

use js_sys::Date;
use wasm_bindgen::JsValue;

use super::{callback_slot::CallbackSlot, sys};

/// A timer that is running or has fired.
#[derive(Debug)]
#[must_use = "a timer that is dropped is cleared"]
pub(super) struct Timer {
    id: JsValue,
    due: CallbackSlot,
    /// Wall clock time of the start, in milliseconds.
    started: u64,
}

impl Timer {
    /// Starts a timer. `setTimeout` would fire at once for more than 2³¹ − 1 milliseconds, but all
    /// callers pass at most that many.
    #[expect(clippy::cast_precision_loss, reason = "waits are below 2³¹")]
    pub(super) fn after(milliseconds: u64) -> Self {
        let due = CallbackSlot::new();
        Self { id: sys::set_timeout(due.function(), milliseconds as f64), due, started: now() }
    }

    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<()> {
        self.due.poll(context).map(|_| ())
    }

    /// Returns the time since the start, in milliseconds.
    pub(super) fn elapsed(&self) -> u64 {
        now().saturating_sub(self.started)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}

/// Returns the wall clock time, in milliseconds. This clock continues while the machine sleeps.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date after 1970, and `as` saturates")]
pub(super) fn now() -> u64 {
    Date::now() as u64
}
