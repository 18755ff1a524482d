//! The random number that a connection draws in tests: 0, unless a test sets another one.

use std::cell::Cell;

thread_local! {
    static NUMBER: Cell<f64> = const { Cell::new(0.0) };
}

/// Returns the number; passed to `Connection::new`.
pub fn drawn() -> f64 {
    NUMBER.get()
}

/// Runs `act` with this random number.
pub fn with_random<T>(number: f64, act: impl FnOnce() -> T) -> T {
    let before = NUMBER.replace(number);
    let result = act();
    NUMBER.set(before);
    result
}
