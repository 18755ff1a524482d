//! The fuzz target: whatever the bytes, the parser reads them as the standard says.
#![no_main]

#[path = "../../tests/support/comparison.rs"]
mod comparison;
#[path = "../../tests/support/crossing.rs"]
mod crossing;
#[expect(dead_code, reason = "what only the tests of connections use")]
#[path = "../../tests/support/standard.rs"]
mod standard;

libfuzzer_sys::fuzz_target!(|input: &[u8]| comparison::compare(&comparison::streams(input)));
