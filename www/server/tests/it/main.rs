//! The server over real HTTP on a free port. These tests know the routes, and nothing of the modules behind them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod abandoned;
mod bench;
mod chat;
mod clock;
mod guard;
mod pages;
mod passthrough;
mod process;
mod refusals;
mod spring;
mod subscribe;
mod support;
mod upstream;
