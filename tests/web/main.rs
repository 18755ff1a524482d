//! Tests of the Rust API in the window of a real browser, run by `wasm-pack test`. `worker.rs` runs
//! the same tests in a dedicated worker.
//!
//! `npm test` starts the scenario server and passes its origin at compile time, because a browser
//! has no environment variables. Without the origin, the tests that need a server log a warning and
//! do nothing.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod ending;
mod errors;
mod events;
#[cfg(feature = "serde")]
mod json;
mod policy;
mod requests;
mod streams;
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
