//! Tests which requests may be repeated if the method differs between attempts. All tests are
//! [non-spec].

use super::*;

const POST: RequestHead = RequestHead { is_get: false, preflights_last_event_id: false };

/// Each way in which an attempt can end without an action of the server: its name, and the call
/// that reports it.
type Loss = (&'static str, fn(&mut Connection) -> Action);
const LOSSES: [Loss; 3] = [
    ("a network error", |connection| connection.handle_network_error()),
    ("silence", |connection| connection.handle_timeout()),
    ("an interruption", |connection| connection.handle_interruption()),
];

// behavior 4.1
#[test]
fn a_get_that_continues_a_post_is_repeated_after_every_kind_of_lost_connection() {
    for (name, lose) in LOSSES {
        let mut connection = Connection::new(post(), drawn);
        connection.handle_request(PLAIN);
        let action = lose(&mut connection);
        reestablished(&connection, action);
        next_attempt(&mut connection);
        connection.handle_request(PLAIN);
        accept(&mut connection);
        let action = lose(&mut connection);
        assert_eq!(reestablished(&connection, action).attempt, 2, "{name}");
    }
}

// behavior 4.1
#[test]
fn a_get_attempt_does_not_permit_repeating_a_later_post_attempt() {
    for (name, lose) in LOSSES {
        for is_open in [false, true] {
            let mut connection = Connection::new(post(), drawn);
            connection.handle_request(PLAIN);
            let action = lose(&mut connection);
            reestablished(&connection, action);
            next_attempt(&mut connection);
            connection.handle_request(POST);
            if is_open {
                accept(&mut connection);
            }
            let action = lose(&mut connection);
            assert_eq!(failed(&connection, action).attempt, 2, "{name}");
        }
    }
}

// behavior 4.1
#[test]
fn a_get_source_whose_attempt_is_a_post_does_not_repeat_it() {
    for (name, lose) in LOSSES {
        for is_open in [false, true] {
            let mut connection = Connection::new(get(), drawn);
            connection.handle_request(POST);
            if is_open {
                accept(&mut connection);
            }
            let action = lose(&mut connection);
            failed(&connection, action);
            assert_eq!(connection.handle_wait_over(), Action::Nothing, "{name}");
        }
    }
}

// behavior 4.2
#[test]
fn the_option_reconnect_applies_to_every_method() {
    for (_, lose) in LOSSES {
        for request in [PLAIN, POST] {
            for options in [get(), post()] {
                let mut connection =
                    Connection::new(Options { reconnect: Reconnect::Allowed, ..options.clone() }, drawn);
                connection.handle_request(request);
                let action = lose(&mut connection);
                reestablished(&connection, action);

                let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..options }, drawn);
                connection.handle_request(request);
                let action = lose(&mut connection);
                failed(&connection, action);
            }
        }
    }
}

#[test]
fn the_method_of_the_options_applies_if_no_request_is_reported() {
    let mut connection = Connection::new(post(), drawn);
    connection.handle_request(PLAIN);
    wait_after_network_error(&mut connection, 0.0);
    let mut connection = Connection::new(post(), drawn);
    let action = connection.handle_network_error();
    failed(&connection, action);
}

// behavior 8.1
#[test]
fn a_clean_end_of_a_get_that_continues_a_post_closes_the_connection() {
    let mut connection = Connection::new(post(), drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    feed(&mut connection, "data: x\n\n");
    assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
    assert_eq!(connection.ready_state(), ReadyState::Closed);
}

// behavior 8.1
#[test]
fn a_clean_end_of_a_post_sent_by_a_get_source_closes_the_connection() {
    let mut connection = Connection::new(get(), drawn);
    connection.handle_request(POST);
    accept(&mut connection);
    assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);

    let mut connection = open(get());
    lose(&mut connection);
    connection.handle_request(POST);
    accept(&mut connection);
    assert_eq!(connection.handle_end_of_body(), Action::CloseConnection, "also in a later attempt");
}

#[test]
fn the_option_end_applies_to_every_method() {
    for request in [PLAIN, POST] {
        for options in [get(), post()] {
            let mut connection = Connection::new(Options { end: Some(EndOfBody::Reconnect), ..options.clone() }, drawn);
            connection.handle_request(request);
            accept(&mut connection);
            let action = connection.handle_end_of_body();
            assert_eq!(reestablished(&connection, action).reason, Reason::End);

            let mut connection = Connection::new(Options { end: Some(EndOfBody::Close), ..options }, drawn);
            connection.handle_request(request);
            accept(&mut connection);
            assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
        }
    }
}

fn until(options: Options) -> Options {
    Options { end: Some(EndOfBody::Interrupted), ..options }
}

// behavior 8.7
#[test]
fn a_get_that_ends_before_until_returns_true_is_repeated_as_interrupted() {
    let mut connection = open(until(get()));
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_end_of_body();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.delay, failure.status), (Reason::Interrupted, Some(ms(3000)), None));
    next_attempt(&mut connection);
    accept(&mut connection);
}

#[test]
fn a_post_that_ends_before_until_returns_true_fails_as_interrupted() {
    for reconnect in [Reconnect::Standard, Reconnect::Decided, Reconnect::Never] {
        let mut connection = open(until(Options { reconnect, ..post() }));
        let action = connection.handle_end_of_body();
        let action = undisputed(&mut connection, action);
        assert_eq!(failed(&connection, action).reason, Reason::Interrupted, "{reconnect:?}");
    }
    let mut connection = open(until(Options { reconnect: Reconnect::Never, ..get() }));
    let action = connection.handle_end_of_body();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
}

#[test]
fn a_post_that_ends_before_until_returns_true_is_repeated_if_retries_are_allowed() {
    let mut connection = open(until(Options { reconnect: Reconnect::Allowed, ..post() }));
    let action = connection.handle_end_of_body();
    assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted);

    let mut connection = Connection::new(until(post()), drawn);
    connection.handle_request(PLAIN);
    accept(&mut connection);
    let action = connection.handle_end_of_body();
    assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted, "it continued as a GET");
}

// behavior 4.7, 4.8
#[test]
fn the_reason_is_timeout_before_the_response_and_silence_after_it() {
    let mut connection = Connection::new(get(), drawn);
    let action = connection.handle_timeout();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.status, failure.delay), (Reason::Timeout, None, Some(ms(3000))));
    next_attempt(&mut connection);
    accept(&mut connection);
    let action = connection.handle_timeout();
    assert_eq!(reestablished(&connection, action).reason, Reason::Silence);
    next_attempt(&mut connection);
    let action = connection.handle_timeout();
    assert_eq!(reestablished(&connection, action).reason, Reason::Timeout, "in a later attempt, too");
}

#[test]
fn no_probe_is_sent_after_a_timeout_and_a_post_fails() {
    for (is_open, reason) in [(false, Reason::Timeout), (true, Reason::Silence)] {
        let mut connection = Connection::new(post(), drawn);
        if is_open {
            accept(&mut connection);
        }
        let action = connection.handle_timeout();
        assert_eq!(failed(&connection, action).reason, reason);
        assert_eq!(connection.handle_timeout(), Action::Nothing);
    }
    let mut connection = Connection::new(Options { can_probe: true, ..get() }, drawn);
    let action = connection.handle_timeout();
    reestablished(&connection, action);
}

// behavior 4.1, 4.9
#[test]
fn if_the_request_callback_fails_the_method_of_the_last_request_decides_whether_it_is_retried() {
    let mut connection = Connection::new(get(), drawn);
    let action = connection.handle_unknown_request();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.status, failure.attempt), (Reason::Request, None, 1));
    next_attempt(&mut connection);
    accept(&mut connection);

    for reconnect in [Reconnect::Standard, Reconnect::Never] {
        let mut connection = Connection::new(Options { reconnect, ..post() }, drawn);
        let action = connection.handle_unknown_request();
        assert_eq!(failed(&connection, action).reason, Reason::Request);
        assert_eq!(connection.handle_unknown_request(), Action::Nothing);
    }
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..post() }, drawn);
    let action = connection.handle_unknown_request();
    reestablished(&connection, action);

    let mut connection = Connection::new(post(), drawn);
    connection.handle_request(PLAIN);
    lose(&mut connection);
    let action = connection.handle_unknown_request();
    reestablished(&connection, action);
}

#[test]
fn a_retry_after_a_failed_request_callback_counts_toward_max_retries() {
    let backoff = Backoff { max_retries: Some(2), ..Backoff::default() };
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, backoff, ..get() }, drawn);
    for longest in [6000, 12_000] {
        let action = with_random(1.0, || connection.handle_unknown_request());
        assert_eq!(reestablished(&connection, action).delay, Some(ms(longest)));
        next_attempt(&mut connection);
    }
    let action = connection.handle_unknown_request();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

#[test]
fn may_repeat_describes_the_last_request() {
    for (reconnect, of_get, of_post) in [
        (Reconnect::Standard, true, false),
        (Reconnect::Decided, true, false),
        (Reconnect::Allowed, true, true),
        (Reconnect::Never, false, false),
    ] {
        for options in [get(), post()] {
            let is_get = options.is_get;
            let mut connection = Connection::new(Options { reconnect, ..options }, drawn);
            assert_eq!(connection.may_repeat(), if is_get { of_get } else { of_post }, "{reconnect:?}");
            connection.handle_request(POST);
            assert_eq!(connection.may_repeat(), of_post, "{reconnect:?}");
            connection.handle_request(PLAIN);
            assert_eq!(connection.may_repeat(), of_get, "{reconnect:?}");
        }
    }
}
