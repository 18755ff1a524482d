//! Tests refused origins, which look like a broken network: when a probe is sent, and the
//! consequences of its result.

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
fn a_server_that_responds_to_the_probe_and_fails_again_has_refused() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_network_error();
    let failure = failed(&connection, action);
    assert_eq!((failure.reason, failure.attempt), (Reason::Cors, 2));
}

#[test]
fn a_healthy_server_that_broke_one_connection_is_not_closed() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    accept(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn a_server_that_does_not_answer_is_a_broken_network_each_time() {
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
fn once_opened_a_network_error_is_never_a_refusal() {
    let mut connection = open(probing());
    lose(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn a_visible_response_is_judged_like_any_other() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_response(status(404));
    assert_eq!(failed(&connection, action).reason, Reason::Status);
}

// behavior 4.19
#[test]
fn only_a_get_without_an_explicit_permission_is_probed() {
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
fn interrupting_the_request_says_nothing_about_the_server() {
    let mut connection = suspicious(probing());
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    let action = connection.handle_interruption();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
    next_attempt(&mut connection);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}

#[test]
fn a_post_that_is_given_up_is_not_repeated() {
    let mut connection = open(post());
    let action = connection.handle_interruption();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn after_close_nothing_is_probed() {
    let mut connection = suspicious(probing());
    connection.close();
    assert_eq!(connection.handle_probe(true), Action::Nothing);
    assert_eq!(connection.handle_network_error(), Action::Nothing);
    assert_eq!(connection.handle_interruption(), Action::Nothing);
}

#[test]
fn a_suspicion_ends_with_a_silent_repetition() {
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
fn a_suspicion_ends_with_a_repetition_whose_request_function_failed() {
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
