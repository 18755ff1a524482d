//! The same tests as `main.rs`, in a dedicated worker, where there is no `window`.
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

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
