//! The core has no I/O, no clock and no dependencies. It imports nothing from the other layers.

pub(crate) mod action;
pub(crate) mod connection;
pub(crate) mod content_type;
pub(crate) mod cors;
pub(crate) mod error;
pub(crate) mod heads;
pub(crate) mod millis;
pub(crate) mod options;
pub(crate) mod parser;
pub(crate) mod reconnection;
pub(crate) mod watchdog;
