//! Tests servers that refuse the page's origin. `fetch` reports the refusal as a network error, so
//! a second request (a probe) shows whether the server responds. These tests check when a probe is
//! sent, and what follows from its result.

use super::*;

fn probing() -> Options {
    Options { can_probe: true, ..get() }
}

/// Returns a connection whose first request has failed without a response.
fn suspicious(options: Options) -> Connection {
    let mut connection = Connection::new(options, drawn);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    connection
}

// behavior 4.21
#[test]
fn a_request_that_fails_again_after_a_successful_probe_fails_with_reason_cors() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_network_error();
    let failure = failed(&connection, action);
    assert_eq!((failure.reason, failure.attempt), (Reason::Cors, 2));
}

#[test]
fn the_connection_opens_if_the_request_after_the_probe_gets_a_response() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    accept(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn a_failure_is_a_network_error_each_time_the_probe_gets_no_response() {
    let mut connection = suspicious(probing());
    for attempt in 1..4 {
        let action = connection.handle_probe(false);
        let failure = reestablished(&connection, action);
        assert_eq!((failure.reason, failure.attempt), (Reason::Network, attempt));
        next_attempt(&mut connection);
        assert_eq!(connection.handle_network_error(), Action::Probe);
    }
}

// behavior 4.22
#[test]
fn after_a_response_a_network_error_is_never_a_refusal() {
    let mut connection = open(probing());
    lose(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn a_response_to_the_request_after_the_probe_is_handled_like_any_other() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_response(status(404));
    assert_eq!(failed(&connection, action).reason, Reason::Status);
}

// behavior 4.19
#[test]
fn only_a_get_without_the_option_reconnect_is_probed() {
    for options in [
        get(),
        Options { reconnect: Reconnect::Allowed, ..probing() },
        Options { reconnect: Reconnect::Never, ..probing() },
        Options { is_get: false, ..probing() },
    ] {
        let mut connection = Connection::new(options, drawn);
        assert_ne!(connection.handle_network_error(), Action::Probe);
    }
}

#[test]
fn an_interruption_after_the_probe_is_not_a_refusal() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_interruption();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
    next_attempt(&mut connection);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}

#[test]
fn an_interrupted_post_is_not_repeated() {
    let mut connection = open(post());
    let action = connection.handle_interruption();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn after_close_no_probe_and_no_request_are_sent() {
    let mut connection = suspicious(probing());
    connection.close();
    assert_eq!(connection.handle_probe(true), Action::Nothing);
    assert_eq!(connection.handle_network_error(), Action::Nothing);
    assert_eq!(connection.handle_interruption(), Action::Nothing);
}

#[test]
fn a_timeout_of_the_repeated_request_is_not_a_refusal() {
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    connection.handle_request(PLAIN);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    connection.handle_request(PLAIN);
    let action = connection.handle_timeout();
    assert_eq!(reestablished(&connection, action).reason, Reason::Timeout);
    next_attempt(&mut connection);
    connection.handle_request(PLAIN);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}

#[test]
fn a_failed_request_callback_in_the_repetition_is_not_a_refusal() {
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    connection.handle_request(PLAIN);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_unknown_request();
    reestablished(&connection, action);
    next_attempt(&mut connection);
    connection.handle_request(PLAIN);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}
