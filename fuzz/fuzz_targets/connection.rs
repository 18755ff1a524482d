//! Fuzzes a connection and its parser: they must follow docs/behavior.md for every order of events.
#![no_main]

#[path = "../../tests/support/contract.rs"]
mod contract;
#[path = "../../tests/support/expected.rs"]
mod expected;
#[path = "../../tests/support/happening.rs"]
mod happening;
#[path = "../../tests/support/phase.rs"]
mod phase;
#[path = "../../tests/support/randomness.rs"]
mod randomness;
#[path = "../../tests/support/script.rs"]
mod script;
#[path = "../../tests/support/standard.rs"]
mod standard;
#[path = "../../tests/support/times.rs"]
mod times;

libfuzzer_sys::fuzz_target!(|input: &[u8]| script::play(input));
