//! Fuzzes the parser with any bytes, and compares it with a second implementation of the standard.
#![no_main]

#[path = "../../tests/support/comparison.rs"]
mod comparison;
#[path = "../../tests/support/crossing.rs"]
mod crossing;
#[expect(dead_code, reason = "some of it is used only by the tests of connections")]
#[path = "../../tests/support/standard.rs"]
mod standard;

libfuzzer_sys::fuzz_target!(|input: &[u8]| comparison::compare(&comparison::streams(input)));
