//! Tests pauses: a request is aborted while the page is hidden, and made again when it is visible.
//! All tests are [non-spec].

use super::*;

#[test]
fn a_request_that_may_be_repeated_can_be_paused() {
    for options in [get(), Options { reconnect: Reconnect::Decided, ..get() }] {
        assert!(open(options.clone()).handle_pause().is_some());
        assert!(Connection::new(options, drawn).handle_pause().is_some());
    }
    for options in [get(), post()] {
        assert!(open(Options { reconnect: Reconnect::Allowed, ..options }).handle_pause().is_some());
    }
    let mut connection = Connection::new(post(), drawn);
    connection.handle_request(RequestHead { is_get: true, preflights_last_event_id: false });
    accept(&mut connection);
    assert!(connection.handle_pause().is_some(), "it continues as a GET");
}

#[test]
fn a_request_that_may_not_be_repeated_continues_in_a_hidden_page() {
    for options in [
        post(),
        Options { reconnect: Reconnect::Decided, ..post() },
        Options { reconnect: Reconnect::Never, ..post() },
        Options { reconnect: Reconnect::Never, ..get() },
    ] {
        let mut connection = Connection::new(options, drawn);
        assert_eq!(connection.handle_pause(), None);
        accept(&mut connection);
        assert_eq!(connection.handle_pause(), None);
        assert_eq!(connection.ready_state(), ReadyState::Open);
        assert_eq!(connection.handle_wait_over(), Action::Nothing);
        assert_eq!(feed(&mut connection, "data: x\n\n"), [message("x", "")]);
    }
    let mut connection = Connection::new(get(), drawn);
    connection.handle_request(RequestHead { is_get: false, preflights_last_event_id: false });
    accept(&mut connection);
    assert_eq!(connection.handle_pause(), None, "a GET whose attempt became a POST");
}

// behavior 13.9
#[test]
fn a_pause_fails_the_attempt_with_interrupted_and_a_delay_of_zero() {
    let mut connection = open(get());
    feed(&mut connection, "retry: 70000\n\nid: 7\ndata: x\n\nid: 8\ndata: cut");
    let action = connection.handle_pause().unwrap();
    let failure = reestablished(&connection, action);
    assert_eq!(told(failure), (Reason::Interrupted, None, 1, Some(ms(0)), Note::Paused));
    assert_eq!(connection.last_event_id(), "7");
    next_attempt(&mut connection);
    assert_eq!(connection.attempt(), 2);
    accept(&mut connection);
    assert_eq!(feed(&mut connection, "data: y\n\n"), [message("y", "7")], "nothing of the cut block is left");
}

// behavior 13.9
#[test]
fn a_paused_request_without_a_response_is_sent_again() {
    let mut connection = Connection::new(get(), drawn);
    for attempt in 2..=4 {
        assert_eq!(connection.handle_pause(), Some(Action::Fetch));
        assert_eq!((connection.ready_state(), connection.attempt()), (ReadyState::Connecting, attempt));
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "there is no wait");
    }
    accept(&mut connection);
}

#[test]
fn a_pause_does_not_count_as_a_retry_and_adds_no_backoff() {
    let backoff = Backoff { max_retries: Some(1), ..Backoff::default() };
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, backoff, ..get() }, drawn);
    for _ in 0..5 {
        assert_eq!(connection.handle_pause(), Some(Action::Fetch));
        accept(&mut connection);
        let action = connection.handle_pause().unwrap();
        assert_eq!(reestablished(&connection, action).delay, Some(ms(0)));
        next_attempt(&mut connection);
    }
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 6000, "it is the first try without a message");
    next_attempt(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

#[test]
fn a_pause_does_not_reset_the_backoff() {
    let mut connection = Connection::new(get(), drawn);
    lose(&mut connection);
    lose(&mut connection);
    accept(&mut connection);
    let action = connection.handle_pause().unwrap();
    reestablished(&connection, action);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 24_000);
}

#[test]
fn a_message_before_a_pause_still_resets_the_backoff() {
    let mut connection = Connection::new(get(), drawn);
    lose(&mut connection);
    accept(&mut connection);
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_pause().unwrap();
    reestablished(&connection, action);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 3300);
}

#[test]
fn a_closed_connection_cannot_be_paused() {
    let mut connection = open(get());
    connection.close();
    assert_eq!(connection.handle_pause(), None);
    let mut connection = Connection::new(get(), drawn);
    let action = connection.handle_response(status(404));
    failed(&connection, action);
    assert_eq!(connection.handle_pause(), None);
}

#[test]
fn no_request_follows_a_close_during_a_pause() {
    let mut connection = open(get());
    assert!(connection.handle_pause().is_some());
    connection.close();
    assert_eq!(connection.handle_wait_over(), Action::Nothing);
    assert_eq!(connection.ready_state(), ReadyState::Closed);
}

#[test]
fn a_pause_has_no_wait_to_shorten() {
    let mut connection = Connection::new(get(), drawn);
    reconnect(&mut connection);
    let action = connection.handle_pause().unwrap();
    assert_eq!(reestablished(&connection, action).delay, Some(ms(0)));
    assert_eq!(connection.shorten_wait(), None);
}

#[test]
fn a_pause_while_waiting_causes_at_most_one_request() {
    let mut connection = Connection::new(get(), drawn);
    wait_after_network_error(&mut connection, 0.0);
    if connection.handle_pause() == Some(Action::Fetch) {
        assert_eq!(connection.handle_wait_over(), Action::Nothing, "one request, not two");
    }
}
