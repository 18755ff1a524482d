//! Owns the rules of a connection's life: what is announced, reestablished, failed and closed, how long is waited, and
//! what is carried into the next attempt (HTML Standard 9.2.3; beyond it, the project's own table of what reconnects).
//! Long, since it is a list: each module is a theme, each test a rule that can be read alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/contract.rs"]
mod contract;
#[path = "support/standard.rs"]
mod standard;

use headwater::{
    Action, Connection, EndOfBody, Failure, Options, ReadyState, Reason, Reconnect, ResponseHead, reconnection::Backoff,
};
use proptest::{collection::vec, prelude::*};

use crate::{
    contract::{Happening, LONGEST, Model, any_options, happening, random},
    standard::{Row, draw},
};

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

/// A connection whose first request has been answered with an event stream.
fn open(options: Options) -> Connection {
    let mut connection = Connection::new(options);
    accept(&mut connection);
    connection
}

fn accept(connection: &mut Connection) {
    assert_eq!(connection.handle_response(EVENT_STREAM, 0.0), Action::AnnounceConnection);
    assert_eq!(connection.ready_state(), ReadyState::Open);
}

fn feed(connection: &mut Connection, bytes: &str) -> Vec<Row> {
    draw(connection.handle_chunk(bytes.as_bytes()))
}

fn message(data: &str, last_event_id: &str) -> Row {
    Row::Message { event_type: "message".to_owned(), data: data.to_owned(), last_event_id: last_event_id.to_owned() }
}

/// Expects that the connection is to be reestablished, and gives how.
#[track_caller]
fn reestablished(connection: &Connection, action: Action) -> Failure {
    let Action::ReestablishConnection(failure) = action else { panic!("not reestablished: {action:?}") };
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    assert!(failure.delay.is_some(), "{failure:?}");
    failure
}

/// Expects that the connection has failed for good, and gives how.
#[track_caller]
fn failed(connection: &Connection, action: Action) -> Failure {
    let Action::FailConnection(failure) = action else { panic!("not failed: {action:?}") };
    assert_eq!(connection.ready_state(), ReadyState::Closed);
    assert_eq!(failure.delay, None);
    failure
}

/// Lets the attempt fail and gives the wait.
#[track_caller]
fn wait_after_network_error(connection: &mut Connection, random: f64) -> u64 {
    let action = connection.handle_network_error(random);
    reestablished(connection, action).delay.unwrap()
}

#[track_caller]
fn next_attempt(connection: &mut Connection) {
    assert_eq!(connection.handle_timeout(), Action::Fetch);
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
}

/// The attempt breaks off, and the next one begins.
#[track_caller]
fn lose(connection: &mut Connection) {
    wait_after_network_error(connection, 0.0);
    next_attempt(connection);
}

/// The attempt breaks off, and the next one is accepted.
#[track_caller]
fn reconnect(connection: &mut Connection) {
    lose(connection);
    accept(connection);
}

mod announcing {
    use super::*;

    #[test]
    fn a_connection_begins_connecting() {
        let connection = Connection::new(get());
        assert_eq!(connection.ready_state(), ReadyState::Connecting);
        assert_eq!(connection.last_event_id(), "");
        assert_eq!(connection.reconnection_time(), None);
    }

    #[test]
    fn an_event_stream_with_status_200_is_announced() {
        for options in [get(), post()] {
            open(options);
        }
    }

    #[test]
    fn parameters_and_case_of_the_content_type_do_not_matter() {
        for content_type in
            ["text/event-stream;charset=UTF-8", "Text/Event-Stream", "text/event-stream; charset=latin1"]
        {
            let response = ResponseHead { content_type: Some(content_type), ..EVENT_STREAM };
            let action = Connection::new(get()).handle_response(response, 0.0);
            assert_eq!(action, Action::AnnounceConnection, "{content_type}");
        }
    }

    #[test]
    fn another_content_type_fails_the_connection_whatever_is_allowed() {
        for content_type in
            [None, Some(""), Some("text/html"), Some("text/event-stream, text/html"), Some("text/event-streams")]
        {
            for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
                for options in [get(), post()] {
                    let mut connection = Connection::new(Options { reconnect, ..options });
                    let action = connection.handle_response(ResponseHead { content_type, ..EVENT_STREAM }, 0.0);
                    let failure = failed(&connection, action);
                    assert_eq!((failure.reason, failure.status), (Reason::ContentType, Some(200)), "{content_type:?}");
                }
            }
        }
    }

    #[test]
    fn a_status_other_than_200_fails_the_connection_even_with_an_event_stream() {
        for code in
            [201, 204, 205, 206, 301, 302, 304, 307, 400, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503, 504, 599]
        {
            for options in [get(), post()] {
                let mut connection = Connection::new(options);
                let action = connection.handle_response(status(code), 0.0);
                let failure = failed(&connection, action);
                assert_eq!((failure.reason, failure.status), (Reason::Status, Some(code)));
            }
        }
    }

    // [non-spec]
    #[test]
    fn the_statuses_that_mean_later_are_tried_again_where_that_is_allowed() {
        for code in [408, 425, 429, 500, 501, 502, 503, 504, 522, 599] {
            for options in [get(), post()] {
                let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..options });
                let action = connection.handle_response(status(code), 0.0);
                let failure = reestablished(&connection, action);
                assert_eq!((failure.reason, failure.status), (Reason::Status, Some(code)));
            }
        }
    }

    // [non-spec]
    #[test]
    fn every_other_status_is_final_even_where_repeating_is_allowed() {
        for code in [
            201, 204, 205, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 407, 409, 410, 418, 424, 426,
            428, 431, 451, 600,
        ] {
            for options in [get(), post()] {
                let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..options });
                let action = connection.handle_response(status(code), 0.0);
                failed(&connection, action);
            }
        }
    }

    // [non-spec]
    #[test]
    fn the_statuses_that_mean_later_are_final_where_repeating_is_forbidden() {
        for code in [408, 429, 503] {
            let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..get() });
            let action = connection.handle_response(status(code), 0.0);
            failed(&connection, action);
        }
    }

    #[test]
    fn a_204_after_messages_ends_the_reconnecting() {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed] {
            let mut connection = open(Options { reconnect, ..get() });
            feed(&mut connection, "data: x\n\n");
            let action = connection.handle_end_of_body(0.0);
            reestablished(&connection, action);
            next_attempt(&mut connection);
            let action = connection.handle_response(status(204), 0.0);
            assert_eq!(failed(&connection, action).reason, Reason::Status);
        }
    }
}

mod reestablishing {
    use super::*;

    #[test]
    fn a_get_is_repeated_after_a_clean_end() {
        let mut connection = open(get());
        let action = connection.handle_end_of_body(0.0);
        let failure = reestablished(&connection, action);
        assert_eq!((failure.reason, failure.status), (Reason::End, None));
        next_attempt(&mut connection);
        accept(&mut connection);
    }

    #[test]
    fn a_get_is_repeated_after_a_network_error_before_the_response() {
        let mut connection = Connection::new(get());
        let action = connection.handle_network_error(0.0);
        assert_eq!(reestablished(&connection, action).reason, Reason::Network);
        next_attempt(&mut connection);
        accept(&mut connection);
    }

    #[test]
    fn a_get_is_repeated_after_a_stream_that_broke_off() {
        let mut connection = open(get());
        feed(&mut connection, "data: x\n\n");
        let action = connection.handle_network_error(0.0);
        assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted);
        next_attempt(&mut connection);
        accept(&mut connection);
    }

    #[test]
    fn a_failure_before_a_later_response_is_a_network_error_again() {
        let mut connection = open(get());
        feed(&mut connection, "data: x\n\n");
        lose(&mut connection);
        let action = connection.handle_network_error(0.0);
        assert_eq!(reestablished(&connection, action).reason, Reason::Network);
    }

    // [non-spec]
    #[test]
    fn a_post_that_gets_no_response_is_not_repeated() {
        let mut connection = Connection::new(post());
        let action = connection.handle_network_error(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Network);
    }

    // [non-spec]
    #[test]
    fn a_post_that_breaks_off_is_not_repeated() {
        let mut connection = open(post());
        feed(&mut connection, "data: x\n\n");
        let action = connection.handle_network_error(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
    }

    // [non-spec]
    #[test]
    fn an_id_is_no_permission_to_repeat_a_post() {
        for options in [post(), Options { last_event_id: "6".to_owned(), ..post() }] {
            let mut connection = open(options);
            feed(&mut connection, "id: 7\nretry: 5\ndata: x\n\n");
            let action = connection.handle_network_error(0.0);
            failed(&connection, action);
        }
    }

    // [non-spec]
    #[test]
    fn a_post_is_repeated_after_every_network_error_where_that_is_allowed() {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..post() });
        reconnect(&mut connection);
        lose(&mut connection);
    }

    // [non-spec]
    #[test]
    fn a_post_that_ends_cleanly_is_closed_and_has_not_failed_even_where_repeating_is_allowed() {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
            let mut connection = open(Options { reconnect, ..post() });
            feed(&mut connection, "data: x\n\n");
            assert_eq!(connection.handle_end_of_body(0.0), Action::CloseConnection);
            assert_eq!(connection.ready_state(), ReadyState::Closed);
        }
    }

    // [non-spec]
    #[test]
    fn a_clean_end_closes_a_get_where_the_end_is_to_close() {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
            let mut connection = open(Options { end: Some(EndOfBody::Close), reconnect, ..get() });
            assert_eq!(connection.handle_end_of_body(0.0), Action::CloseConnection);
            assert_eq!(connection.ready_state(), ReadyState::Closed);
        }
    }

    // [non-spec]
    #[test]
    fn a_get_whose_end_is_to_close_is_still_repeated_after_a_network_error() {
        let mut connection = open(Options { end: Some(EndOfBody::Close), ..get() });
        wait_after_network_error(&mut connection, 0.0);
    }

    // [non-spec]
    #[test]
    fn a_clean_end_repeats_a_post_where_the_end_is_to_reconnect() {
        let mut connection = open(Options { end: Some(EndOfBody::Reconnect), ..post() });
        let action = connection.handle_end_of_body(0.0);
        assert_eq!(reestablished(&connection, action).reason, Reason::End);
    }

    // [non-spec]
    #[test]
    fn a_post_whose_end_is_to_reconnect_is_not_repeated_after_a_network_error() {
        let mut connection = open(Options { end: Some(EndOfBody::Reconnect), ..post() });
        let action = connection.handle_network_error(0.0);
        failed(&connection, action);
    }

    // [non-spec]
    #[test]
    fn nothing_is_repeated_where_repeating_is_forbidden() {
        let options = Options { reconnect: Reconnect::Never, ..get() };
        let mut connection = Connection::new(options.clone());
        let action = connection.handle_network_error(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Network);

        let mut connection = open(options.clone());
        feed(&mut connection, "data: x\n\n");
        let action = connection.handle_network_error(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Interrupted);

        for end in [None, Some(EndOfBody::Reconnect), Some(EndOfBody::Close)] {
            let mut connection = open(Options { end, ..options.clone() });
            let action = connection.handle_end_of_body(0.0);
            assert!(!matches!(action, Action::ReestablishConnection(_) | Action::Fetch), "{action:?}");
            assert_eq!(connection.ready_state(), ReadyState::Closed);
        }
    }

    // [non-spec]
    #[test]
    fn a_request_that_cannot_be_made_fails_at_once_whatever_is_allowed() {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
            for options in [get(), post()] {
                let mut connection = Connection::new(Options { reconnect, ..options });
                let action = connection.handle_request_error();
                assert_eq!(failed(&connection, action).reason, Reason::Request);
            }
        }
    }

    // [non-spec] Promise 2, even if a timer is left over.
    #[test]
    fn a_timeout_without_a_wait_fetches_nothing() {
        let mut connection = Connection::new(post());
        assert_eq!(connection.handle_timeout(), Action::Nothing, "while the request is under way");
        let mut connection = open(post());
        assert_eq!(connection.handle_timeout(), Action::Nothing, "while the connection is open");
        assert_eq!(connection.ready_state(), ReadyState::Open);

        let mut connection = Connection::new(get());
        lose(&mut connection);
        assert_eq!(connection.handle_timeout(), Action::Nothing, "a second time after one wait");
    }
}

mod attempts {
    use super::*;

    // [non-spec]
    #[test]
    fn attempts_are_counted_from_one_over_successes_and_failures() {
        let mut connection = Connection::new(get());
        for attempt in 1..=3 {
            let action = connection.handle_network_error(0.0);
            assert_eq!(reestablished(&connection, action).attempt, attempt);
            next_attempt(&mut connection);
        }
        for attempt in 4..=6 {
            accept(&mut connection);
            feed(&mut connection, "data: x\n\n");
            let action = connection.handle_end_of_body(0.0);
            assert_eq!(reestablished(&connection, action).attempt, attempt);
            next_attempt(&mut connection);
        }
        let action = connection.handle_response(status(404), 0.0);
        assert_eq!(failed(&connection, action).attempt, 7);
    }

    fn at_most(attempts: u32) -> Options {
        Options {
            reconnect: Reconnect::Allowed,
            backoff: Backoff { max_attempts: Some(attempts), ..Backoff::default() },
            ..get()
        }
    }

    // [non-spec]
    #[test]
    fn as_many_tries_as_allowed_without_a_message_fail_the_connection() {
        for most in 0..4 {
            let mut connection = Connection::new(at_most(most));
            for _ in 0..most {
                lose(&mut connection);
            }
            let action = connection.handle_network_error(0.0);
            let failure = failed(&connection, action);
            assert_eq!((failure.reason, failure.attempt), (Reason::Attempts, most + 1));
        }
    }

    // [non-spec] A server that accepts and closes at once is not asked for ever.
    #[test]
    fn a_response_alone_does_not_begin_the_counting_anew() {
        let mut connection = Connection::new(at_most(2));
        for _ in 0..2 {
            accept(&mut connection);
            feed(&mut connection, ": hello\n\nid: 1\n\nretry: 600\n\nevent: ping\n\ndata: cut\n");
            let action = connection.handle_end_of_body(0.0);
            reestablished(&connection, action);
            next_attempt(&mut connection);
        }
        accept(&mut connection);
        let action = connection.handle_end_of_body(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Attempts);
    }

    // [non-spec]
    #[test]
    fn a_message_begins_the_counting_anew() {
        let mut connection = Connection::new(at_most(2));
        for _ in 0..10 {
            reconnect(&mut connection);
            feed(&mut connection, "data\n\n");
            lose(&mut connection);
        }
        lose(&mut connection);
        let action = connection.handle_network_error(0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Attempts);
    }

    // [non-spec]
    #[test]
    fn every_kind_of_failure_is_a_try() {
        let mut connection = Connection::new(at_most(3));
        let action = connection.handle_response(status(503), 0.0);
        reestablished(&connection, action);
        next_attempt(&mut connection);
        reconnect(&mut connection);
        lose(&mut connection);
        let action = connection.handle_response(status(429), 0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Attempts);
    }

    // [non-spec]
    #[test]
    fn a_final_status_says_so_even_at_the_last_try() {
        let mut connection = Connection::new(at_most(0));
        let action = connection.handle_response(status(404), 0.0);
        assert_eq!(failed(&connection, action).reason, Reason::Status);
    }
}

mod waiting {
    use super::*;

    fn with_delay(delay: u64) -> Options {
        Options { backoff: Backoff { delay, ..Backoff::default() }, ..get() }
    }

    // [non-spec]
    #[test]
    fn the_first_try_after_a_message_waits_the_reconnection_time_and_up_to_a_tenth() {
        for (random, wait) in [(0.0, 3000), (0.5, 3150), (0.999_999, 3299)] {
            let mut connection = open(get());
            feed(&mut connection, "data: x\n\n");
            assert_eq!(wait_after_network_error(&mut connection, random), wait);
        }
    }

    // [non-spec]
    #[test]
    fn the_nth_try_without_a_message_waits_up_to_twice_as_long_each_time_and_half_a_minute_at_most() {
        let mut connection = Connection::new(get());
        for longest in [6000, 12_000, 24_000, 30_000, 30_000, 30_000] {
            let wait = wait_after_network_error(&mut connection, 0.999_999_9);
            assert!((longest - 1..=longest).contains(&wait), "{wait} is {longest}");
            next_attempt(&mut connection);
        }
        assert_eq!(
            wait_after_network_error(&mut connection, 0.0),
            3000,
            "the wait is never below the reconnection time"
        );
    }

    // [non-spec] The try after the one that followed a message is the second without one.
    #[test]
    fn a_message_begins_the_backing_off_anew() {
        let mut connection = Connection::new(get());
        for _ in 0..5 {
            lose(&mut connection);
        }
        accept(&mut connection);
        feed(&mut connection, "data: x\n\n");
        assert_eq!(wait_after_network_error(&mut connection, 0.5), 3150);
        next_attempt(&mut connection);
        assert_eq!(wait_after_network_error(&mut connection, 0.5), 7500);
        next_attempt(&mut connection);
        assert_eq!(wait_after_network_error(&mut connection, 0.5), 13_500);
    }

    // [non-spec]
    #[test]
    fn a_response_without_a_message_goes_on_backing_off() {
        let mut connection = open(get());
        for wait in [4500, 7500, 13_500, 16_500] {
            feed(&mut connection, ": ping\n\nid: 1\n\n");
            let action = connection.handle_end_of_body(0.5);
            assert_eq!(reestablished(&connection, action).delay, Some(wait));
            next_attempt(&mut connection);
            accept(&mut connection);
        }
    }

    #[test]
    fn retry_replaces_the_reconnection_time() {
        let mut connection = open(get());
        feed(&mut connection, "retry: 1500\n\ndata: x\n\n");
        assert_eq!(connection.reconnection_time(), Some(1500));
        assert_eq!(wait_after_network_error(&mut connection, 0.5), 1575);
        next_attempt(&mut connection);
        assert_eq!(wait_after_network_error(&mut connection, 0.0), 1500, "it stays for further tries");
        next_attempt(&mut connection);
        accept(&mut connection);
        assert_eq!(connection.reconnection_time(), Some(1500), "it stays for further streams");
        feed(&mut connection, "retry: 700\n");
        assert_eq!(wait_after_network_error(&mut connection, 0.0), 700, "a later one replaces it");
    }

    #[test]
    fn retry_counts_though_its_block_is_cut() {
        let mut connection = open(get());
        feed(&mut connection, "data: x\n\nretry: 1500\ndata: cut");
        assert_eq!(wait_after_network_error(&mut connection, 0.0), 1500);
    }

    #[test]
    fn retry_may_be_below_the_callers_delay_and_above_the_longest_of_backing_off() {
        for retry in [600, 2999, 60_000, 3_600_000] {
            let mut connection = open(get());
            feed(&mut connection, &format!("retry: {retry}\n\ndata: x\n\n"));
            assert_eq!(wait_after_network_error(&mut connection, 0.0), retry);
            next_attempt(&mut connection);
            let wait = wait_after_network_error(&mut connection, 0.999_999);
            assert!((retry..=30_000.max(retry)).contains(&wait), "{wait}");
        }
    }

    // [non-spec]
    #[test]
    fn a_huge_retry_cannot_overflow_a_timer() {
        for retry in [
            "2147483647",
            "2147483648",
            "3000000000",
            "4294967296",
            "18446744073709551616",
            "99999999999999999999999999",
        ] {
            let mut connection = open(get());
            feed(&mut connection, &format!("retry: {retry}\n\ndata: x\n\n"));
            for random in [0.999_999, 0.5, 0.0] {
                assert_eq!(wait_after_network_error(&mut connection, random), LONGEST, "{retry}");
                next_attempt(&mut connection);
            }
        }
    }

    // [non-spec]
    #[test]
    fn the_reconnection_time_is_told_as_the_server_sent_it() {
        for time in [0, 1, 3_000_000_000] {
            let mut connection = open(get());
            feed(&mut connection, &format!("retry: {time}\n"));
            assert_eq!(connection.reconnection_time(), Some(time));
        }
    }

    // [non-spec]
    #[test]
    fn a_retry_of_zero_waits_half_a_second_unless_the_callers_delay_is_shorter() {
        for (delay, wait) in [(3000, 500), (500, 500), (499, 499), (5, 5), (0, 0)] {
            let mut connection = open(with_delay(delay));
            feed(&mut connection, "retry: 0\n\ndata: x\n\n");
            assert_eq!(wait_after_network_error(&mut connection, 0.0), wait);
        }
    }

    // [non-spec]
    #[test]
    fn the_callers_delay_is_the_reconnection_time_until_the_server_sends_one() {
        for delay in [0, 5, 1000, 45_000, LONGEST] {
            let mut connection = Connection::new(with_delay(delay));
            assert_eq!(wait_after_network_error(&mut connection, 0.0), delay);
            assert_eq!(connection.reconnection_time(), None, "it is not the server's");
        }
        assert_eq!(wait_after_network_error(&mut Connection::new(with_delay(u64::MAX)), 0.9), LONGEST);
    }

    // [non-spec]
    #[test]
    fn a_delay_above_the_longest_wait_is_kept_and_not_backed_off_from() {
        let mut connection = Connection::new(with_delay(45_000));
        for _ in 0..3 {
            assert_eq!(wait_after_network_error(&mut connection, 0.9), 45_000);
            next_attempt(&mut connection);
        }
    }

    fn wait_after_503(delay: u64, retry_after: Option<u64>, random: f64) -> u64 {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..with_delay(delay) });
        let action = connection.handle_response(ResponseHead { retry_after, ..status(503) }, random);
        reestablished(&connection, action).delay.unwrap()
    }

    // [non-spec]
    #[test]
    fn the_wait_is_never_below_retry_after() {
        assert_eq!(wait_after_503(3000, Some(60_000), 0.0), 60_000);
        assert_eq!(wait_after_503(3000, Some(120_000), 0.999), 120_000, "even beyond the longest of backing off");
        assert!(wait_after_503(3000, Some(4000), 0.0) >= 4000);
        for code in [408, 425, 429, 500, 503] {
            let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..post() });
            let action = connection.handle_response(ResponseHead { retry_after: Some(60_000), ..status(code) }, 0.0);
            assert_eq!(reestablished(&connection, action).delay, Some(60_000), "{code}");
        }
    }

    // [non-spec]
    #[test]
    fn a_short_retry_after_does_not_shorten_the_wait() {
        for retry_after in [None, Some(0), Some(1000)] {
            assert_eq!(wait_after_503(3000, retry_after, 0.0), 3000);
            assert_eq!(wait_after_503(3000, retry_after, 0.5), 4500);
        }
    }

    // [non-spec]
    #[test]
    fn a_huge_retry_after_cannot_overflow_a_timer() {
        for retry_after in [LONGEST, LONGEST + 1, u64::MAX] {
            assert_eq!(wait_after_503(3000, Some(retry_after), 0.9), LONGEST);
        }
    }

    // [non-spec]
    #[test]
    fn retry_after_holds_for_one_wait() {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..get() });
        let action = connection.handle_response(ResponseHead { retry_after: Some(60_000), ..status(503) }, 0.0);
        reestablished(&connection, action);
        next_attempt(&mut connection);
        assert_eq!(wait_after_network_error(&mut connection, 0.0), 3000);
    }
}

mod last_event_id {
    use super::*;

    #[test]
    fn the_last_event_id_is_carried_into_the_next_attempt() {
        let mut connection = open(get());
        assert_eq!(feed(&mut connection, "id: 7\ndata: a\n\n"), [message("a", "7")]);
        lose(&mut connection);
        assert_eq!(connection.last_event_id(), "7");
        accept(&mut connection);
        assert_eq!(connection.last_event_id(), "7");
        assert_eq!(
            feed(&mut connection, "data: b\n\n"),
            [message("b", "7")],
            "a message without one does not reset it"
        );
        assert_eq!(connection.last_event_id(), "7");
    }

    #[test]
    fn the_last_event_id_survives_attempts_that_bring_nothing() {
        let mut connection = open(get());
        feed(&mut connection, "id: 日本\n\n");
        for _ in 0..3 {
            reconnect(&mut connection);
            feed(&mut connection, "\u{FEFF}: hello\n\n");
            assert_eq!(connection.last_event_id(), "日本");
        }
    }

    // [non-spec]
    #[test]
    fn the_last_event_id_begins_as_the_caller_says() {
        let options = Options { last_event_id: "41".to_owned(), ..get() };
        let mut connection = Connection::new(options);
        assert_eq!(connection.last_event_id(), "41");
        lose(&mut connection);
        assert_eq!(connection.last_event_id(), "41");
        accept(&mut connection);
        assert_eq!(feed(&mut connection, "data: a\n\nid: 42\ndata: b\n\n"), [message("a", "41"), message("b", "42")]);
        lose(&mut connection);
        assert_eq!(connection.last_event_id(), "42", "the caller's is the first only");
    }

    #[test]
    fn a_server_may_reset_the_last_event_id() {
        let mut connection = open(Options { last_event_id: "41".to_owned(), ..get() });
        assert_eq!(feed(&mut connection, "id\n\n"), [Row::LastEventId(String::new())]);
        lose(&mut connection);
        assert_eq!(connection.last_event_id(), "");
    }

    #[test]
    fn an_id_of_a_cut_block_does_not_count() {
        for cut in ["id: 2", "id: 2\n", "id: 2\ndata: b", "id: 2\ndata: b\n", "id: 2\r", "id\n", "id: 2\ndata: b\n:"] {
            let mut connection = open(get());
            feed(&mut connection, "id: 1\ndata: a\n\n");
            assert_eq!(feed(&mut connection, cut), []);
            wait_after_network_error(&mut connection, 0.0);
            assert_eq!(connection.last_event_id(), "1", "{cut:?}");
            next_attempt(&mut connection);
            accept(&mut connection);
            assert_eq!(feed(&mut connection, "\ndata: c\n\n"), [message("c", "1")], "{cut:?}");
        }
    }

    #[test]
    fn nothing_of_a_cut_block_is_in_the_next_stream() {
        for cut in
            ["event: e\ndata: a\n", "event: e\n", "da", "data: a", "data: a\r", "\u{FEFF}data: a", ":", "data: a\n\r"]
        {
            let mut connection = open(get());
            feed(&mut connection, cut);
            let action = connection.handle_end_of_body(0.0);
            reestablished(&connection, action);
            next_attempt(&mut connection);
            accept(&mut connection);
            assert_eq!(feed(&mut connection, "\n\u{FEFF}"), [], "{cut:?}");
            assert_eq!(feed(&mut connection, "x\ndata: b\n\n"), [message("b", "")], "{cut:?}");
        }
    }

    #[test]
    fn each_stream_may_begin_with_a_byte_order_mark() {
        let mut connection = open(get());
        for _ in 0..3 {
            assert_eq!(feed(&mut connection, "\u{FEFF}data: x\n\n"), [message("x", "")]);
            reconnect(&mut connection);
        }
    }
}

mod closing {
    use super::*;

    /// Expects that whatever happens to a closed connection, nothing follows.
    fn assert_dead(mut connection: Connection, how: &str) {
        let before = connection.last_event_id().to_owned();
        for _ in 0..2 {
            assert_eq!(connection.ready_state(), ReadyState::Closed, "{how}");
            assert_eq!(feed(&mut connection, "\n\nid: late\ndata: late\n\n"), [], "{how}");
            assert!(matches!(connection.check_limit(), None | Some(Action::Nothing)), "{how}");
            for action in [
                connection.handle_response(EVENT_STREAM, 0.0),
                connection.handle_response(status(503), 0.0),
                connection.handle_response(ResponseHead { content_type: None, ..EVENT_STREAM }, 0.0),
                connection.handle_end_of_body(0.0),
                connection.handle_network_error(0.0),
                connection.handle_request_error(),
                connection.handle_timeout(),
            ] {
                assert_eq!(action, Action::Nothing, "{how}");
            }
            assert_eq!(connection.ready_state(), ReadyState::Closed, "{how}");
            assert_eq!(connection.last_event_id(), before, "{how}");
            connection.close();
        }
    }

    fn options() -> [Options; 3] {
        [get(), post(), Options { reconnect: Reconnect::Allowed, end: Some(EndOfBody::Reconnect), ..post() }]
    }

    #[test]
    fn nothing_follows_a_close_before_the_response() {
        for options in options() {
            let mut connection = Connection::new(options);
            connection.close();
            assert_dead(connection, "closed before the response");
        }
    }

    #[test]
    fn nothing_follows_a_close_while_open() {
        for options in options() {
            let mut connection = open(options);
            feed(&mut connection, "id: 1\ndata: a\n\nid: 2\ndata: b\n");
            connection.close();
            assert_eq!(connection.last_event_id(), "1");
            assert_dead(connection, "closed while open");
        }
    }

    #[test]
    fn nothing_follows_a_close_while_waiting() {
        let mut connection = open(get());
        wait_after_network_error(&mut connection, 0.0);
        connection.close();
        assert_dead(connection, "closed while waiting");
    }

    #[test]
    fn nothing_follows_a_close_during_a_later_attempt() {
        let mut connection = open(get());
        lose(&mut connection);
        connection.close();
        assert_dead(connection, "closed during a later attempt");
    }

    #[test]
    fn nothing_follows_a_failure() {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..get() });
        let action = connection.handle_response(status(204), 0.0);
        failed(&connection, action);
        assert_dead(connection, "failed by a status");

        let mut connection = open(post());
        let action = connection.handle_network_error(0.0);
        failed(&connection, action);
        assert_dead(connection, "failed by a network error");

        let mut connection = Connection::new(get());
        let action = connection.handle_request_error();
        failed(&connection, action);
        assert_dead(connection, "failed by the request");
    }

    // [non-spec]
    #[test]
    fn nothing_follows_a_clean_end() {
        let mut connection = open(post());
        assert_eq!(connection.handle_end_of_body(0.0), Action::CloseConnection);
        assert_dead(connection, "closed by a clean end");
    }

    // [non-spec]
    #[test]
    fn nothing_follows_an_event_that_is_too_large() {
        let mut connection = open(Options { max_event_size: 64, ..get() });
        feed(&mut connection, &"x".repeat(100));
        let action = connection.check_limit().expect("too large");
        failed(&connection, action);
        assert_dead(connection, "failed by an event that is too large");
    }
}

// All of it [non-spec]: the standard knows no limit.
mod limits {
    use super::*;

    const LIMIT: usize = 64;

    fn all_options() -> [Options; 4] {
        let limited = |options| Options { max_event_size: LIMIT, ..options };
        [
            limited(get()),
            limited(post()),
            limited(Options { reconnect: Reconnect::Allowed, ..get() }),
            limited(Options { reconnect: Reconnect::Allowed, end: Some(EndOfBody::Reconnect), ..post() }),
        ]
    }

    /// Feeds `chunk` until the connection fails for good, and says how many bytes that took.
    fn endless(chunk: &str) -> usize {
        let mut bytes = [0; 4];
        for (bytes, options) in bytes.iter_mut().zip(all_options()) {
            let mut connection = open(options);
            for _ in 0..10_000 {
                assert_eq!(feed(&mut connection, chunk), []);
                *bytes += chunk.len();
                if let Some(action) = connection.check_limit() {
                    assert_eq!(failed(&connection, action).reason, Reason::TooLarge);
                    break;
                }
            }
            assert_eq!(connection.ready_state(), ReadyState::Closed, "{chunk:?} without end is not too large");
        }
        bytes[0]
    }

    #[test]
    fn an_endless_line_fails_the_connection_for_good() {
        assert!(endless("x") <= LIMIT + 1);
        assert!(endless("data: ") <= LIMIT + 6);
    }

    #[test]
    fn endless_data_fails_the_connection_for_good() {
        assert!(endless("data: x\n") <= 4 * LIMIT + 8);
        assert!(endless("data\n") <= 5 * LIMIT + 10, "empty lines of data are line feeds of data");
        assert!(endless("data: x\r\n:c\nid: 1\n") <= 18 * LIMIT);
    }

    #[test]
    fn a_large_event_that_ends_within_its_chunk_fails_the_connection_for_good() {
        for options in all_options() {
            for event in [format!("data: {}\n\n", "x".repeat(LIMIT + 16)), "data: 12345678\n".repeat(10) + "\n"] {
                let mut connection = open(options.clone());
                assert_eq!(feed(&mut connection, &event), []);
                let action = connection.check_limit().expect("too large");
                assert_eq!(failed(&connection, action).reason, Reason::TooLarge);
            }
        }
    }

    #[test]
    fn an_endless_event_name_or_id_fails_the_connection_for_good() {
        for start in ["event: ", "id: ", "retry: "] {
            let mut connection = open(Options { max_event_size: LIMIT, ..get() });
            feed(&mut connection, start);
            feed(&mut connection, &"1".repeat(LIMIT));
            let action = connection.check_limit().expect("too large");
            failed(&connection, action);
        }
    }

    #[test]
    fn what_came_before_the_large_event_is_delivered_and_nothing_after_it() {
        let mut connection = open(Options { max_event_size: LIMIT, ..get() });
        let chunk = format!("id: 1\ndata: a\n\nid: 2\ndata: {}", "x".repeat(2 * LIMIT));
        assert_eq!(feed(&mut connection, &chunk), [message("a", "1")]);
        let action = connection.check_limit().expect("too large");
        failed(&connection, action);
        assert_eq!(connection.last_event_id(), "1", "the large event's id was never delivered");
        assert_eq!(feed(&mut connection, "\n\ndata: b\n\n"), []);
    }

    #[test]
    fn many_events_comments_and_fields_that_are_not_kept_are_no_large_event() {
        for chunk in ["data: x\n\n", ": comment\n", "id: 1\n", "event: e\n", "retry: 500\n", "unknown: x\n", "\r\n", ""]
        {
            let mut connection = open(Options { max_event_size: LIMIT, ..get() });
            for _ in 0..1000 {
                feed(&mut connection, chunk);
                assert_eq!(connection.check_limit(), None, "{chunk:?}");
            }
            feed(&mut connection, &chunk.repeat(1000));
            assert_eq!(connection.check_limit(), None, "{chunk:?} in one chunk");
        }
    }

    #[test]
    fn an_event_below_the_limit_is_delivered_in_every_chunking() {
        let data = "x".repeat(LIMIT - 16);
        let stream = format!("data: {data}\n\n");
        for position in 0..=stream.len() {
            let mut connection = open(Options { max_event_size: LIMIT, ..get() });
            let (first, second) = stream.split_at(position);
            let mut rows = feed(&mut connection, first);
            assert_eq!(connection.check_limit(), None);
            rows.extend(feed(&mut connection, second));
            assert_eq!(connection.check_limit(), None);
            assert_eq!(rows, [message(&data, "")]);
        }
    }

    #[test]
    fn what_is_kept_of_a_cut_stream_does_not_count_for_the_next() {
        let mut connection = open(Options { max_event_size: LIMIT, ..get() });
        for _ in 0..10 {
            feed(&mut connection, "data: 0123456789\ndata: 0123456789");
            assert_eq!(connection.check_limit(), None);
            reconnect(&mut connection);
        }
    }
}

/// Whatever happens, in every order.
mod always {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

        // [non-spec] For a GET with the defaults it is the standard's.
        #[test]
        fn the_connection_does_what_the_contract_says(
            options in any_options(),
            happenings in vec((happening(), random()), 0..40),
        ) {
            let mut connection = Connection::new(options.clone());
            let mut model = Model::new(options);
            for (happening, random) in happenings {
                model.step(&mut connection, &happening, random)?;
                prop_assert_eq!(connection.ready_state(), model.ready_state());
                prop_assert_eq!(connection.last_event_id(), &model.last_event_id);
                prop_assert_eq!(connection.reconnection_time(), model.reconnection_time);
            }
        }

        // [non-spec] Promise 2. It keeps no model but what a driver knows: after which action a timer runs.
        #[test]
        fn a_request_that_is_not_a_get_is_fetched_once_without_permission(
            options in any_options(),
            happenings in vec((happening(), random()), 0..40),
        ) {
            let permitted_at_end = options.end == Some(EndOfBody::Reconnect);
            let options = Options { is_get: false, reconnect: Reconnect::Standard, ..options };
            let mut connection = Connection::new(options);
            let (mut fetches, mut waiting, mut permissions) = (1, false, 0);
            for (happening, random) in happenings {
                if matches!(happening, Happening::WaitIsOver) && !waiting {
                    continue;
                }
                let action = happening.perform(&mut connection, random);
                if matches!(happening, Happening::EndOfBody) && permitted_at_end {
                    permissions += 1;
                }
                waiting = matches!(action, Action::ReestablishConnection(_));
                fetches += i32::from(action == Action::Fetch);
                prop_assert!(fetches <= 1 + permissions, "{fetches} fetches with {permissions} permissions");
            }
        }

        // [non-spec]
        #[test]
        fn nothing_is_fetched_again_where_repeating_is_forbidden(
            options in any_options(),
            happenings in vec((happening(), random()), 0..40),
        ) {
            let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..options });
            for (happening, random) in happenings {
                if !matches!(happening, Happening::WaitIsOver) {
                    let action = happening.perform(&mut connection, random);
                    prop_assert!(!matches!(action, Action::Fetch | Action::ReestablishConnection(_)), "{action:?}");
                }
            }
        }
    }
}
