//! The core: no I/O, no clock, no randomness, no dependencies. It imports nothing from the other layers.

pub(crate) mod action;
pub(crate) mod connection;
pub mod content_type;
pub(crate) mod error;
pub(crate) mod heads;
pub(crate) mod options;
pub mod parser;
pub(crate) mod progress;
pub mod reconnection;
pub(crate) mod refusal;
pub(crate) mod watchdog;
