//! Tests the server over real HTTP on a free port. The tests use only the routes, not the modules.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod abandoned;
mod bench;
mod chat;
mod clock;
mod guard;
mod guide;
mod key;
mod memory;
mod pages;
mod passthrough;
mod process;
mod refusals;
mod slow;
mod spellings;
mod spring;
mod stopping;
mod subscribe;
mod support;
mod upstream;
mod waits;
