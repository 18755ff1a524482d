//! A timer that is cleared when it is dropped.

use core::task::{Context, Poll};

use js_sys::Date;
use wasm_bindgen::JsValue;

use super::{callback_slot::CallbackSlot, sys};

/// Some time that is waited for.
#[derive(Debug)]
#[must_use = "a timer that is dropped is cleared"]
pub(super) struct Timer {
    id: JsValue,
    due: CallbackSlot,
    /// In milliseconds of the wall clock.
    started: u64,
}

impl Timer {
    /// Starts a timer. Beyond 2³¹ − 1 milliseconds `setTimeout` would run at once; callers stay
    /// below.
    #[expect(clippy::cast_precision_loss, reason = "waits are below 2³¹")]
    pub(super) fn after(milliseconds: u64) -> Self {
        let due = CallbackSlot::new();
        Self { id: sys::set_timeout(due.function(), milliseconds as f64), due, started: now() }
    }

    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<()> {
        self.due.poll(context).map(|_| ())
    }

    /// How many milliseconds ago it was started.
    pub(super) fn elapsed(&self) -> u64 {
        now().saturating_sub(self.started)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}

/// The wall clock, which goes on while the machine sleeps, in milliseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date after 1970, and `as` saturates")]
pub(super) fn now() -> u64 {
    Date::now() as u64
}
