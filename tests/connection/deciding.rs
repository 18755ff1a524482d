//! Tests the caller's decision after a failure: whether and when to try again. All tests are
//! [non-spec].

use super::*;

fn decided(options: Options) -> Options {
    Options { reconnect: Reconnect::Decided, ..options }
}

/// Each kind of failure except 204: its name, whether a GET is repeated after it (docs/behavior.md,
/// section 4), and the calls that report it.
type Failing = (&'static str, bool, fn(&mut Connection) -> Action);
const FAILURES: [Failing; 12] = [
    ("no response", true, |connection| connection.handle_network_error()),
    ("a stream that broke off", true, |connection| {
        accept(connection);
        connection.handle_network_error()
    }),
    ("a page that moved into the back/forward cache", true, |connection| connection.handle_interruption()),
    ("no response in time", true, |connection| connection.handle_timeout()),
    ("silence", true, |connection| {
        accept(connection);
        connection.handle_timeout()
    }),
    ("an unknown request", true, |connection| connection.handle_unknown_request()),
    ("a clean end", true, |connection| {
        accept(connection);
        connection.handle_end_of_body()
    }),
    ("404", false, |connection| connection.handle_response(status(404))),
    ("201", false, |connection| connection.handle_response(status(201))),
    ("503", false, |connection| {
        connection.handle_response(ResponseHead { retry_after: Some(ms(9000)), ..status(503) })
    }),
    ("another type", false, |connection| {
        connection.handle_response(ResponseHead { content_type: Some("text/html"), ..EVENT_STREAM })
    }),
    ("a request that cannot be made", false, |connection| connection.handle_request_error()),
];

#[test]
fn the_failure_has_the_default_delay_and_deciding_for_that_delay_changes_nothing() {
    for (name, is_repeated, fail) in FAILURES {
        let mut connection = Connection::new(decided(get()), drawn);
        let action = fail(&mut connection);
        let failure = undecided(&connection, action);
        assert_eq!(failure.delay, is_repeated.then_some(ms(3000)), "{name}");
        let action = connection.decide(failure.delay);
        if is_repeated {
            assert_eq!(reestablished(&connection, action), failure, "{name}");
            next_attempt(&mut connection);
        } else {
            assert_eq!(failed(&connection, action), failure, "{name}");
            assert_eq!(connection.handle_wait_over(), Action::Nothing, "{name}");
        }
        if name != "a clean end" {
            let mut connection = Connection::new(decided(post()), drawn);
            let action = fail(&mut connection);
            let failure = undecided(&connection, action);
            let action = connection.decide(failure.delay);
            assert_eq!(failed(&connection, action), failure, "a POST after {name}");
            assert_eq!(connection.handle_wait_over(), Action::Nothing, "a POST after {name}");
        }
    }
}

type News = fn(&mut Connection) -> Action;

/// Every report to a connection, except the decision and `close`.
const NEWS: [News; 18] = [
    |connection| {
        connection.handle_request(RequestHead { is_get: false, preflights_last_event_id: true });
        Action::Nothing
    },
    |connection| connection.handle_response(EVENT_STREAM),
    |connection| connection.handle_response(status(204)),
    |connection| connection.handle_response(status(404)),
    |connection| connection.handle_response(status(503)),
    |connection| connection.handle_response(ResponseHead { content_type: None, ..EVENT_STREAM }),
    |connection| connection.handle_stream(),
    |connection| {
        assert_eq!(feed(connection, "id: late\nretry: 1\ndata: late\n\n"), []);
        connection.check_limit().unwrap_or(Action::Nothing)
    },
    |connection| connection.handle_end_of_body(),
    |connection| connection.handle_network_error(),
    |connection| connection.handle_probe(true),
    |connection| connection.handle_probe(false),
    |connection| connection.handle_timeout(),
    |connection| connection.handle_interruption(),
    |connection| connection.handle_pause().unwrap_or(Action::Nothing),
    |connection| connection.handle_unknown_request(),
    |connection| connection.handle_request_error(),
    |connection| connection.handle_wait_over(),
];

// behavior 16.2
#[test]
fn reports_before_the_decision_have_no_effect() {
    for (name, _, fail) in FAILURES {
        let mut connection = Connection::new(decided(get()), drawn);
        let action = fail(&mut connection);
        let failure = undecided(&connection, action);
        let before = (connection.attempt(), connection.last_event_id().to_owned(), connection.reconnection_time());
        for (number, news) in NEWS.iter().enumerate() {
            assert_eq!(news(&mut connection), Action::Nothing, "{number} after {name}");
            assert_eq!(connection.shorten_wait(), None, "{number} after {name}");
            assert_eq!(undecided(&connection, Action::AwaitDecision(failure)), failure, "{number} after {name}");
            assert!(connection.may_repeat(), "{number} after {name}");
        }
        let after = (connection.attempt(), connection.last_event_id().to_owned(), connection.reconnection_time());
        assert_eq!(after, before, "{name}");
        go_on(&mut connection, 7);
        next_attempt(&mut connection);
        accept(&mut connection);
    }
}

#[test]
fn late_reports_do_not_reopen_a_failed_connection() {
    for options in [get(), post(), decided(get()), decided(post()), Options { reconnect: Reconnect::Allowed, ..get() }]
    {
        for (name, _, fail) in FAILURES {
            let mut connection = Connection::new(options.clone(), drawn);
            let mut action = fail(&mut connection);
            if connection.is_undecided() {
                action = connection.decide(None);
            }
            if !matches!(action, Action::FailConnection(_) | Action::CloseConnection) {
                continue;
            }
            for late in NEWS {
                assert_eq!(late(&mut connection), Action::Nothing, "{name}");
                for delay in [None, Some(0)] {
                    assert_eq!(connection.decide(delay.map(ms)), Action::Nothing, "{name}");
                }
                assert_eq!(connection.ready_state(), ReadyState::Closed, "{name}");
            }
        }
    }
}

#[test]
fn a_decision_to_continue_overrides_the_default() {
    for (name, is_repeated, fail) in FAILURES {
        for options in [get(), post()] {
            let is_get = options.is_get;
            let mut connection = Connection::new(decided(options), drawn);
            let action = fail(&mut connection);
            if action == Action::CloseConnection {
                assert!(!is_get && name == "a clean end", "{name}");
                continue;
            }
            let failure = undecided(&connection, action);
            assert_eq!(failure.delay.is_some(), is_get && is_repeated, "{name}");
            go_on(&mut connection, 7);
            assert_eq!(connection.attempt(), 1, "the wait is not an attempt");
            next_attempt(&mut connection);
            assert_eq!(connection.attempt(), 2, "{name}");
            accept(&mut connection);
            assert_eq!(feed(&mut connection, "data: x\n\n"), [message("x", "")], "{name}");
        }
    }
}

#[test]
fn a_decision_to_give_up_overrides_the_default() {
    for (name, _, fail) in FAILURES {
        let mut connection = Connection::new(decided(get()), drawn);
        let _ = fail(&mut connection);
        give_up(&mut connection);
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "{name}");
        assert_eq!(connection.handle_response(EVENT_STREAM), Action::Nothing, "{name}");
        assert_eq!(connection.decide(Some(ms(0))), Action::Nothing, "the decision was final: {name}");
        assert_eq!(connection.ready_state(), ReadyState::Closed, "{name}");
    }
}

#[test]
fn a_decision_can_continue_after_an_event_that_is_too_large() {
    let mut connection = open(Options { max_event_size: 16, ..decided(get()) });
    feed(&mut connection, "id: 1\ndata: a\n\nid: 2\ndata: 01234567890123456789");
    let action = connection.check_limit().expect("too large");
    assert_eq!(undecided(&connection, action).reason, Reason::TooLarge);
    go_on(&mut connection, 0);
    next_attempt(&mut connection);
    accept(&mut connection);
    assert_eq!(connection.check_limit(), None, "the next stream is another one");
    assert_eq!(feed(&mut connection, "data: b\n\n"), [message("b", "1")]);
}

// behavior 16.3
#[test]
fn a_204_is_final_and_a_decision_about_it_has_no_effect() {
    for delay in [None, Some(0)] {
        let mut connection = Connection::new(decided(get()), drawn);
        let action = connection.handle_response(status(204));
        assert!(!failed(&connection, action).is_decidable());
        assert_eq!(connection.decide(delay.map(ms)), Action::Nothing);
        assert_eq!(connection.ready_state(), ReadyState::Closed);
        assert_eq!(connection.handle_wait_over(), Action::Nothing);
    }
}

// behavior 9.5, 16.3
#[test]
fn a_pause_does_not_await_a_decision() {
    let mut connection = open(decided(get()));
    let action = connection.handle_pause().expect("a GET may be paused");
    assert!(!reestablished(&connection, action).is_decidable());
    for delay in [None, Some(60_000)] {
        assert_eq!(connection.decide(delay.map(ms)), Action::Nothing);
    }
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    next_attempt(&mut connection);
}

// behavior 16.2
#[test]
fn only_the_first_decision_about_a_failure_counts() {
    for second in [None, Some(5)] {
        let mut connection = open(decided(get()));
        let action = connection.handle_network_error();
        undecided(&connection, action);
        go_on(&mut connection, 7);
        assert_eq!(connection.decide(second.map(ms)), Action::Nothing);
        next_attempt(&mut connection);
    }
}

#[test]
fn a_decision_without_a_failure_has_no_effect() {
    for delay in [None, Some(0)] {
        let mut connection = Connection::new(decided(get()), drawn);
        assert_eq!(connection.decide(delay.map(ms)), Action::Nothing);
        assert_eq!(connection.ready_state(), ReadyState::Connecting);
        accept(&mut connection);
        assert_eq!(connection.decide(delay.map(ms)), Action::Nothing);
        assert_eq!(connection.ready_state(), ReadyState::Open);
        assert_eq!(connection.handle_wait_over(), Action::Nothing);
    }
}

#[test]
fn a_decision_after_the_wait_has_no_effect() {
    for delay in [None, Some(0)] {
        let mut connection = open(decided(get()));
        let _ = connection.handle_network_error();
        go_on(&mut connection, 0);
        next_attempt(&mut connection);
        assert_eq!(connection.decide(delay.map(ms)), Action::Nothing);
        assert_eq!(connection.ready_state(), ReadyState::Connecting);
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "there is only one request");
        accept(&mut connection);
    }
}

#[test]
fn a_decision_after_close_has_no_effect() {
    for (name, _, fail) in FAILURES {
        let mut connection = Connection::new(decided(get()), drawn);
        let _ = fail(&mut connection);
        connection.close();
        assert_eq!(connection.decide(Some(ms(0))), Action::Nothing, "{name}");
        assert_eq!(connection.ready_state(), ReadyState::Closed, "{name}");
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "{name}");

        let mut connection = Connection::new(decided(get()), drawn);
        let _ = fail(&mut connection);
        go_on(&mut connection, 0);
        connection.close();
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "closed after the decision: {name}");
    }
}

#[test]
fn a_clean_end_that_closes_does_not_await_a_decision() {
    for options in [post(), Options { end: Some(EndOfBody::Close), ..get() }] {
        let mut connection = open(decided(options));
        feed(&mut connection, "data: x\n\n");
        assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
        assert_eq!(connection.decide(Some(ms(0))), Action::Nothing);
        assert_eq!(connection.ready_state(), ReadyState::Closed);
    }
}

#[test]
fn a_decision_applies_to_one_failure_only() {
    let mut connection = Connection::new(decided(post()), drawn);
    for attempt in 1..=3 {
        let action = connection.handle_response(status(503));
        assert_eq!(undecided(&connection, action).attempt, attempt);
        go_on(&mut connection, 1);
        next_attempt(&mut connection);
    }
    let action = connection.handle_response(status(503));
    let failure = undecided(&connection, action);
    assert_eq!((failure.attempt, failure.delay), (4, None), "an earlier decision is not kept");
    assert_eq!(connection.handle_wait_over(), Action::Nothing);
}

#[test]
fn decide_has_no_effect_without_reconnect_decided() {
    for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
        for (name, _, fail) in FAILURES {
            let mut connection = Connection::new(Options { reconnect, ..get() }, drawn);
            let _ = fail(&mut connection);
            let state = connection.ready_state();
            for delay in [None, Some(0)] {
                assert_eq!(connection.decide(delay.map(ms)), Action::Nothing, "{name}");
                assert_eq!(connection.ready_state(), state, "{name}");
            }
        }
    }
}

#[test]
fn a_retry_by_decision_counts_for_the_backoff() {
    let mut connection = Connection::new(Options { reconnect: Reconnect::Decided, ..get() }, drawn);
    let action = connection.handle_response(status(503));
    undecided(&connection, action);
    go_on(&mut connection, 0);
    next_attempt(&mut connection);
    let action = with_random(1.0, || connection.handle_network_error());
    assert_eq!(undecided(&connection, action).delay, Some(ms(12_000)));
}

#[test]
fn a_message_resets_the_backoff_for_one_decided_retry_only() {
    let mut connection = open(Options { reconnect: Reconnect::Decided, ..get() });
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_request_error();
    undecided(&connection, action);
    go_on(&mut connection, 0);
    next_attempt(&mut connection);
    let action = with_random(1.0, || connection.handle_network_error());
    assert_eq!(undecided(&connection, action).delay, Some(ms(12_000)));
}

// behavior 9.2
#[test]
fn the_decision_receives_the_backoff_for_every_failure_and_method() {
    for (name, _, fail) in FAILURES {
        for options in [get(), post()] {
            if name == "a clean end" && !options.is_get {
                continue;
            }
            let mut connection = Connection::new(decided(options), drawn);
            let action = fail(&mut connection);
            let failure = undecided(&connection, action);
            assert_eq!(failure.backoff, ms(if name == "503" { 9000 } else { 3000 }), "{name}");
        }
    }
}

#[test]
fn a_post_repeated_after_the_given_backoff_waits_longer_each_time_even_after_events() {
    let fail: [fn(&mut Connection) -> Action; 5] = [
        |connection| with_random(1.0, || connection.handle_network_error()),
        |connection| with_random(1.0, || connection.handle_response(status(503))),
        |connection| with_random(1.0, || connection.handle_request_error()),
        |connection| {
            accept(connection);
            feed(connection, "data: x\n\n");
            with_random(1.0, || connection.handle_network_error())
        },
        |connection| {
            accept(connection);
            feed(connection, "data: 01234567890123456789");
            with_random(1.0, || connection.check_limit()).expect("too large")
        },
    ];
    for fail in fail {
        let mut connection = Connection::new(Options { max_event_size: 16, ..decided(post()) }, drawn);
        for wait in [6000, 12_000, 24_000, 30_000, 30_000] {
            let action = fail(&mut connection);
            let failure = undecided(&connection, action);
            assert_eq!(failure.backoff, ms(wait));
            go_on(&mut connection, in_ms(failure.backoff));
            next_attempt(&mut connection);
        }
    }
}

// behavior 9.2
#[test]
fn the_decision_receives_a_wait_that_includes_retry_after_for_every_status() {
    for code in [401, 404, 408, 425, 429, 500, 503] {
        for (retry_after, wait) in [(None, 3000), (Some(60_000), 60_000), (Some(u64::MAX), LONGEST)] {
            let mut connection = Connection::new(decided(post()), drawn);
            let action = connection.handle_response(ResponseHead { retry_after: retry_after.map(ms), ..status(code) });
            assert_eq!(undecided(&connection, action).backoff, ms(wait), "{code}");
        }
    }
}
