//! Tests requests with the header `Last-Event-ID` to another origin, which has to allow the header:
//! how a refusal is detected and reported. All tests are [non-spec], because in the standard the
//! browser's own requests need no permission.

use super::*;

const POST_WITH_HEADER: RequestHead = RequestHead { is_get: false, preflights_last_event_id: true };

fn probing() -> Options {
    Options { can_probe: true, ..get() }
}

/// Returns a connection that was open and was lost, and that now makes a request with the header.
fn resuming(options: Options) -> Connection {
    let mut connection = Connection::new(options, drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    feed(&mut connection, "id: 1\ndata: x\n\n");
    lose(&mut connection);
    connection.handle_request(WITH_HEADER);
    connection
}

/// Reports a response to the probe, then fails the repeated request.
fn refuse(connection: &mut Connection) -> Action {
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    connection.handle_request(WITH_HEADER);
    connection.handle_network_error()
}

// behavior 4.23
#[test]
fn a_request_with_the_header_that_fails_after_a_successful_probe_is_repeated_with_reason_cors() {
    let mut connection = resuming(probing());
    let action = refuse(&mut connection);
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.note), (Reason::Cors, Note::LastEventIdPreflight));
    assert_eq!((failure.attempt, failure.delay), (3, Some(ms(3000))));
    assert_eq!(connection.last_event_id(), "1");
    next_attempt(&mut connection);
}

#[test]
fn after_a_refusal_of_the_header_each_failure_has_reason_cors_without_another_probe() {
    let mut connection = resuming(probing());
    let action = refuse(&mut connection);
    reestablished(&connection, action);
    for longest in [24_000, 30_000, 30_000] {
        next_attempt(&mut connection);
        connection.handle_request(WITH_HEADER);
        let action = with_random(1.0, || connection.handle_network_error());
        let failure = reestablished(&connection, action);
        assert_eq!((failure.reason, failure.note), (Reason::Cors, Note::LastEventIdPreflight));
        assert_eq!(failure.delay, Some(ms(longest)));
    }
}

#[test]
fn after_a_refusal_of_the_header_a_failure_without_the_header_is_a_network_error() {
    let mut connection = resuming(probing());
    let action = refuse(&mut connection);
    reestablished(&connection, action);
    next_attempt(&mut connection);
    connection.handle_request(PLAIN);
    let action = connection.handle_network_error();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.note), (Reason::Network, Note::None));
}

#[test]
fn after_a_response_to_a_request_with_the_header_an_earlier_refusal_no_longer_counts() {
    let mut connection = resuming(probing());
    let action = refuse(&mut connection);
    reestablished(&connection, action);
    next_attempt(&mut connection);
    connection.handle_request(WITH_HEADER);
    accept(&mut connection);
    lose(&mut connection);
    connection.handle_request(WITH_HEADER);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn after_a_response_to_a_request_with_the_header_each_failure_is_a_network_error() {
    let mut connection = resuming(probing());
    accept(&mut connection);
    for _ in 0..3 {
        lose(&mut connection);
        connection.handle_request(WITH_HEADER);
        let action = connection.handle_network_error();
        assert_eq!(reestablished(&connection, action).reason, Reason::Network);
        next_attempt(&mut connection);
    }
}

#[test]
fn no_refusal_is_reported_if_the_repetition_after_the_probe_gets_a_response() {
    let mut connection = resuming(probing());
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    connection.handle_request(WITH_HEADER);
    accept(&mut connection);
    lose(&mut connection);
    connection.handle_request(WITH_HEADER);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn a_failed_probe_is_a_network_error_and_the_next_failure_is_probed_again() {
    let mut connection = resuming(probing());
    for _ in 0..3 {
        assert_eq!(connection.handle_network_error(), Action::Probe);
        let action = connection.handle_probe(false);
        assert_eq!(reestablished(&connection, action).reason, Reason::Network);
        next_attempt(&mut connection);
        connection.handle_request(WITH_HEADER);
    }
}

#[test]
fn a_failed_request_with_the_header_is_probed_even_after_responses_without_it() {
    let mut connection = Connection::new(probing(), drawn);
    for _ in 0..3 {
        connection.handle_request(PLAIN);
        accept(&mut connection);
        lose(&mut connection);
    }
    connection.handle_request(WITH_HEADER);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}

#[test]
fn a_request_without_the_header_is_not_probed_after_a_response() {
    let mut connection = Connection::new(probing(), drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    lose(&mut connection);
    connection.handle_request(PLAIN);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn an_interrupted_stream_is_not_a_refusal() {
    let mut connection = Connection::new(probing(), drawn);
    connection.handle_request(WITH_HEADER);
    accept(&mut connection);
    let action = connection.handle_network_error();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.note), (Reason::Interrupted, Note::None));
}

#[test]
fn a_refusal_before_the_first_response_is_final_even_for_a_request_with_the_header() {
    let mut connection = Connection::new(Options { last_event_id: "1".to_owned(), ..probing() }, drawn);
    connection.handle_request(WITH_HEADER);
    let action = refuse(&mut connection);
    let failure = failed(&connection, action);
    assert_eq!((failure.reason, failure.note), (Reason::Cors, Note::LastEventIdPreflight));
}

#[test]
fn the_header_is_not_probed_if_reconnect_is_given() {
    for reconnect in [Reconnect::Allowed, Reconnect::Decided] {
        let mut connection = resuming(Options { reconnect, ..probing() });
        for _ in 0..3 {
            let action = connection.handle_network_error();
            let action = undisputed(&mut connection, action);
            let failure = reestablished(&connection, action);
            assert_eq!((failure.reason, failure.note), (Reason::Network, Note::LastEventIdPreflight));
            next_attempt(&mut connection);
            connection.handle_request(WITH_HEADER);
        }
    }
    let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..probing() }, drawn);
    connection.handle_request(WITH_HEADER);
    let action = connection.handle_network_error();
    failed(&connection, action);
}

#[test]
fn the_header_is_not_probed_if_probes_are_impossible() {
    let mut connection = resuming(get());
    let action = connection.handle_network_error();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.note), (Reason::Network, Note::LastEventIdPreflight));
}

#[test]
fn no_probe_is_sent_for_a_post() {
    for options in [Options { is_get: false, ..probing() }, probing()] {
        let mut connection = Connection::new(options, drawn);
        connection.handle_request(POST_WITH_HEADER);
        let action = connection.handle_network_error();
        let failure = failed(&connection, action);
        assert_eq!((failure.reason, failure.note), (Reason::Network, Note::LastEventIdPreflight));
    }
    let mut connection = Connection::new(Options { is_get: false, ..probing() }, drawn);
    connection.handle_request(WITH_HEADER);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network, "nor is the GET that continues it");
}

#[test]
fn a_post_that_fails_after_the_probe_is_a_network_error_and_not_a_refusal() {
    let mut connection = Connection::new(probing(), drawn);
    connection.handle_request(PLAIN);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    connection.handle_request(POST_WITH_HEADER);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Network);
}

#[test]
fn a_pause_or_interruption_of_the_repeated_request_causes_a_new_probe() {
    let give_up: [fn(&mut Connection); 2] = [
        |connection| assert_eq!(connection.handle_pause(), Some(Action::Fetch)),
        |connection| {
            let action = connection.handle_interruption();
            reestablished(connection, action);
            next_attempt(connection);
        },
    ];
    for give_up in give_up {
        let mut connection = resuming(probing());
        assert_eq!(connection.handle_network_error(), Action::Probe);
        assert_eq!(connection.handle_probe(true), Action::Fetch);
        connection.handle_request(WITH_HEADER);
        give_up(&mut connection);
        connection.handle_request(WITH_HEADER);
        let action = refuse(&mut connection);
        assert_eq!(reestablished(&connection, action).reason, Reason::Cors);
    }
}

#[test]
fn a_pause_during_a_probe_sends_the_request_and_its_failure_is_probed_again() {
    let mut connection = resuming(probing());
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_pause(), Some(Action::Fetch));
    connection.handle_request(WITH_HEADER);
    assert_eq!(connection.handle_network_error(), Action::Probe);
}

#[test]
fn an_earlier_header_causes_no_probe_for_a_request_without_it() {
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    lose(&mut connection);
    connection.handle_request(WITH_HEADER);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    let action = connection.handle_probe(false);
    reestablished(&connection, action);
    next_attempt(&mut connection);
    connection.handle_request(PLAIN);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

#[test]
fn a_repetition_without_the_header_that_fails_is_a_network_error() {
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    lose(&mut connection);
    connection.handle_request(WITH_HEADER);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    connection.handle_request(PLAIN);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}
