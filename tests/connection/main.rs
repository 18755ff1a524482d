//! Tests the life of a connection: announcing, reestablishing, failing and closing it, the waits,
//! and the state that the next attempt keeps. The rules are those of the HTML Standard, 9.2.3, and,
//! beyond the standard, those of docs/behavior.md, section 4. Each module covers a topic, and each
//! test is a rule that can be read alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod always;
mod announcing;
mod attempts;
mod closing;
#[path = "../support/contract.rs"]
mod contract;
mod deciding;
#[path = "../support/expected.rs"]
mod expected;
#[path = "../support/happening.rs"]
mod happening;
mod last_event_id;
mod limits;
mod messages;
mod pausing;
mod permission;
#[path = "../support/phase.rs"]
mod phase;
mod preflights;
#[path = "../support/randomness.rs"]
mod randomness;
mod reestablishing;
mod refusal;
#[path = "../support/script.rs"]
mod script;
mod shortening;
#[path = "../support/standard.rs"]
mod standard;
mod storms;
#[path = "../support/strategies.rs"]
mod strategies;
mod streams;
#[path = "../support/times.rs"]
mod times;
mod waiting;

use std::{fs, path::Path};

use headwater::{
    Action, Backoff, Connection, EndOfBody, Failure, Note, Options, ReadyState, Reason, Reconnect, RequestHead,
    ResponseHead,
};
use proptest::{collection::vec, prelude::*};

use crate::{
    contract::{LONGEST, Model},
    expected::told,
    happening::Happening,
    randomness::{drawn, with_random},
    script::play,
    standard::{Row, draw, in_ms},
    strategies::{any_options, happening, random},
    times::ms,
};

/// A GET that needs no CORS permission.
const PLAIN: RequestHead = RequestHead { is_get: true, preflights_last_event_id: false };
/// A GET whose header `Last-Event-ID` needs permission from the other origin.
const WITH_HEADER: RequestHead = RequestHead { is_get: true, preflights_last_event_id: true };

const EVENT_STREAM: ResponseHead<'static> =
    ResponseHead { status: 200, content_type: Some("text/event-stream"), retry_after: None };

fn status(status: u16) -> ResponseHead<'static> {
    ResponseHead { status, ..EVENT_STREAM }
}

fn get() -> Options {
    Options::default()
}

fn post() -> Options {
    Options { is_get: false, ..Options::default() }
}

/// Returns a connection whose first request has got an event stream.
fn open(options: Options) -> Connection {
    let mut connection = Connection::new(options, drawn);
    accept(&mut connection);
    connection
}

fn accept(connection: &mut Connection) {
    assert_eq!(connection.handle_response(EVENT_STREAM), Action::AnnounceConnection);
    assert_eq!(connection.ready_state(), ReadyState::Open);
}

fn feed(connection: &mut Connection, bytes: &str) -> Vec<Row> {
    draw(connection.handle_chunk(bytes.as_bytes()))
}

fn message(data: &str, last_event_id: &str) -> Row {
    Row::Message { event_type: "message".to_owned(), data: data.to_owned(), last_event_id: last_event_id.to_owned() }
}

/// Asserts that the connection is to be reestablished, and returns the failure.
#[track_caller]
fn reestablished(connection: &Connection, action: Action) -> Failure {
    let Action::ReestablishConnection(failure) = action else { panic!("not reestablished: {action:?}") };
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    assert!(failure.delay.is_some(), "{failure:?}");
    failure
}

/// Asserts that the connection has failed permanently, and returns the failure.
#[track_caller]
fn failed(connection: &Connection, action: Action) -> Failure {
    let Action::FailConnection(failure) = action else { panic!("not failed: {action:?}") };
    assert_eq!(connection.ready_state(), ReadyState::Closed);
    assert_eq!(failure.delay, None);
    failure
}

/// Asserts that the caller has to decide about the failure, and returns the failure.
#[track_caller]
fn undecided(connection: &Connection, action: Action) -> Failure {
    let Action::AwaitDecision(failure) = action else { panic!("awaits no decision: {action:?}") };
    assert_eq!((connection.is_undecided(), connection.failure()), (true, Some(failure)));
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    failure
}

/// If the caller has to decide about the failure, it decides for the default.
fn undisputed(connection: &mut Connection, action: Action) -> Action {
    let Action::AwaitDecision(failure) = action else { return action };
    connection.decide(failure.delay)
}

/// Decides, as the caller, to try again after this wait.
#[track_caller]
fn go_on(connection: &mut Connection, delay: u64) {
    let action = connection.decide(Some(ms(delay)));
    assert_eq!(reestablished(connection, action).delay, Some(ms(delay)));
}

/// Decides, as the caller, to give up.
#[track_caller]
fn give_up(connection: &mut Connection) {
    let action = connection.decide(None);
    failed(connection, action);
}

/// Fails the attempt with a network error, and returns the wait in milliseconds.
#[track_caller]
fn wait_after_network_error(connection: &mut Connection, random: f64) -> u64 {
    let action = with_random(random, || connection.handle_network_error());
    let action = undisputed(connection, action);
    in_ms(reestablished(connection, action).delay.unwrap())
}

#[track_caller]
fn next_attempt(connection: &mut Connection) {
    assert_eq!(connection.handle_wait_over(), Action::Fetch);
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
}

/// Fails the attempt, and begins the next attempt.
#[track_caller]
fn lose(connection: &mut Connection) {
    wait_after_network_error(connection, 0.0);
    next_attempt(connection);
}

/// Fails the attempt, and accepts the response of the next attempt.
#[track_caller]
fn reconnect(connection: &mut Connection) {
    lose(connection);
    accept(connection);
}
