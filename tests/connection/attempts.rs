use super::*;

// [non-spec]
// behavior 2.1
#[test]
fn attempts_are_numbered_from_one_whether_they_succeed_or_fail() {
    let mut connection = Connection::new(get(), drawn);
    for attempt in 1..=3 {
        let action = connection.handle_network_error();
        assert_eq!(reestablished(&connection, action).attempt, attempt);
        next_attempt(&mut connection);
    }
    for attempt in 4..=6 {
        accept(&mut connection);
        feed(&mut connection, "data: x\n\n");
        let action = connection.handle_end_of_body();
        assert_eq!(reestablished(&connection, action).attempt, attempt);
        next_attempt(&mut connection);
    }
    let action = connection.handle_response(status(404));
    assert_eq!(failed(&connection, action).attempt, 7);
}

fn at_most(attempts: u32) -> Options {
    Options {
        reconnect: Reconnect::Allowed,
        backoff: Backoff { max_retries: Some(attempts), ..Backoff::default() },
        ..get()
    }
}

// [non-spec]
// behavior 6.4
#[test]
fn the_connection_fails_after_max_retries_retries_without_a_message() {
    for most in 0..4 {
        let mut connection = Connection::new(at_most(most), drawn);
        for _ in 0..most {
            lose(&mut connection);
        }
        let action = connection.handle_network_error();
        let failure = failed(&connection, action);
        assert_eq!((failure.reason, failure.attempt), (Reason::Attempts, most + 1));
    }
}

// behavior 6.1
// [non-spec] Otherwise a server that accepts and closes at once would get requests forever.
#[test]
fn a_response_without_a_message_does_not_reset_the_count_of_retries() {
    let mut connection = Connection::new(at_most(2), drawn);
    for _ in 0..2 {
        accept(&mut connection);
        feed(&mut connection, ": hello\n\nid: 1\n\nretry: 600\n\nevent: ping\n\ndata: cut\n");
        let action = connection.handle_end_of_body();
        reestablished(&connection, action);
        next_attempt(&mut connection);
    }
    accept(&mut connection);
    let action = connection.handle_end_of_body();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

// [non-spec]
// behavior 6.1
#[test]
fn a_message_resets_the_count_of_retries() {
    let mut connection = Connection::new(at_most(2), drawn);
    for _ in 0..10 {
        reconnect(&mut connection);
        feed(&mut connection, "data\n\n");
        lose(&mut connection);
    }
    lose(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

// [non-spec]
// behavior 6.5
#[test]
fn every_kind_of_failure_counts_toward_max_retries() {
    let mut connection = Connection::new(at_most(3), drawn);
    let action = connection.handle_response(status(503));
    reestablished(&connection, action);
    next_attempt(&mut connection);
    reconnect(&mut connection);
    lose(&mut connection);
    let action = connection.handle_response(status(429));
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

// [non-spec]
// behavior 6.5
#[test]
fn a_final_status_keeps_its_reason_even_if_no_retry_is_left() {
    let mut connection = Connection::new(at_most(0), drawn);
    let action = connection.handle_response(status(404));
    assert_eq!(failed(&connection, action).reason, Reason::Status);
}

// [non-spec]
// behavior 6.1
#[test]
fn a_block_without_data_does_not_reset_the_count_of_retries() {
    let mut connection = Connection::new(at_most(1), drawn);
    reconnect(&mut connection);
    feed(&mut connection, "id: 1\n\nevent: e\n\n: c\n\n");
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

// [non-spec]
// behavior 6.5
#[test]
fn a_timeout_an_interruption_and_a_failed_request_callback_count_toward_max_retries() {
    let fail: [fn(&mut Connection) -> Action; 3] = [
        |connection| connection.handle_timeout(),
        |connection| connection.handle_interruption(),
        |connection| connection.handle_unknown_request(),
    ];
    for fail in fail {
        let mut connection = Connection::new(at_most(1), drawn);
        let action = fail(&mut connection);
        reestablished(&connection, action);
        next_attempt(&mut connection);
        let action = fail(&mut connection);
        assert_eq!(failed(&connection, action).reason, Reason::Attempts);
    }
}

// [non-spec]
// behavior 6.4
#[test]
fn a_failure_with_reason_attempts_has_the_status_of_the_last_response() {
    let mut connection = Connection::new(at_most(0), drawn);
    let action = connection.handle_response(status(503));
    let failure = failed(&connection, action);
    assert_eq!((failure.reason, failure.status), (Reason::Attempts, Some(503)));
}

// [non-spec]
// behavior 6.6
#[test]
fn the_repetition_after_a_probe_counts_as_an_attempt_but_not_as_a_retry() {
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    assert_eq!(connection.handle_network_error(), Action::Probe);
    assert_eq!(connection.attempt(), 1);
    assert_eq!(connection.handle_probe(true), Action::Fetch);
    assert_eq!(connection.attempt(), 2);
    accept(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 6000, "it is the first try without a message");
}
