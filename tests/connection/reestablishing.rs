use super::*;

// behavior 4.4, 8.1
#[test]
fn a_get_is_repeated_after_a_clean_end() {
    let mut connection = open(get());
    let action = connection.handle_end_of_body();
    let failure = reestablished(&connection, action);
    assert_eq!((failure.reason, failure.status), (Reason::End, None));
    next_attempt(&mut connection);
    accept(&mut connection);
}

// behavior 4.5
#[test]
fn a_get_is_repeated_after_a_network_error_before_the_response() {
    let mut connection = Connection::new(get(), drawn);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
    next_attempt(&mut connection);
    accept(&mut connection);
}

// behavior 4.6
#[test]
fn a_get_whose_stream_is_interrupted_is_repeated() {
    let mut connection = open(get());
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Interrupted);
    next_attempt(&mut connection);
    accept(&mut connection);
}

#[test]
fn the_reason_is_network_if_a_later_attempt_gets_no_response() {
    let mut connection = open(get());
    feed(&mut connection, "data: x\n\n");
    lose(&mut connection);
    let action = connection.handle_network_error();
    assert_eq!(reestablished(&connection, action).reason, Reason::Network);
}

// [non-spec]
// behavior 4.5
#[test]
fn a_post_that_gets_no_response_is_not_repeated() {
    let mut connection = Connection::new(post(), drawn);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Network);
}

// [non-spec]
// behavior 4.6
#[test]
fn a_post_whose_stream_is_interrupted_is_not_repeated() {
    let mut connection = open(post());
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);
}

// [non-spec]
// behavior 4.3
#[test]
fn an_id_does_not_permit_repeating_a_post() {
    for options in [post(), Options { last_event_id: "6".to_owned(), ..post() }] {
        let mut connection = open(options);
        feed(&mut connection, "id: 7\nretry: 5\ndata: x\n\n");
        let action = connection.handle_network_error();
        failed(&connection, action);
    }
}

// [non-spec]
// behavior 4.5, 4.6
#[test]
fn a_post_is_repeated_after_every_network_error_if_retries_are_allowed() {
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..post() }, drawn);
    reconnect(&mut connection);
    lose(&mut connection);
}

// [non-spec]
// behavior 4.4
#[test]
fn a_post_that_ends_cleanly_closes_without_a_failure_even_if_retries_are_allowed() {
    for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
        let mut connection = open(Options { reconnect, ..post() });
        feed(&mut connection, "data: x\n\n");
        assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
        assert_eq!(connection.ready_state(), ReadyState::Closed);
    }
}

// [non-spec]
#[test]
fn a_clean_end_closes_a_get_if_end_is_close() {
    for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
        let mut connection = open(Options { end: Some(EndOfBody::Close), reconnect, ..get() });
        assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
        assert_eq!(connection.ready_state(), ReadyState::Closed);
    }
}

// [non-spec]
// behavior 8.3
#[test]
fn a_get_with_end_close_is_repeated_after_a_network_error() {
    let mut connection = open(Options { end: Some(EndOfBody::Close), ..get() });
    wait_after_network_error(&mut connection, 0.0);
}

// [non-spec]
#[test]
fn a_post_is_repeated_after_a_clean_end_if_end_is_reconnect() {
    let mut connection = open(Options { end: Some(EndOfBody::Reconnect), ..post() });
    let action = connection.handle_end_of_body();
    assert_eq!(reestablished(&connection, action).reason, Reason::End);
}

// [non-spec]
// behavior 8.3
#[test]
fn a_post_with_end_reconnect_is_not_repeated_after_a_network_error() {
    let mut connection = open(Options { end: Some(EndOfBody::Reconnect), ..post() });
    let action = connection.handle_network_error();
    failed(&connection, action);
}

// [non-spec]
#[test]
fn nothing_is_repeated_if_retries_are_forbidden() {
    let options = Options { reconnect: Reconnect::Never, ..get() };
    let mut connection = Connection::new(options.clone(), drawn);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Network);

    let mut connection = open(options.clone());
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Interrupted);

    for end in [None, Some(EndOfBody::Reconnect), Some(EndOfBody::Close)] {
        let mut connection = open(Options { end, ..options.clone() });
        let action = connection.handle_end_of_body();
        assert!(!matches!(action, Action::ReestablishConnection(_) | Action::Fetch), "{action:?}");
        assert_eq!(connection.ready_state(), ReadyState::Closed);
    }
}

// [non-spec]
// behavior 4.15
#[test]
fn an_invalid_request_fails_at_once_even_if_retries_are_allowed() {
    for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
        for options in [get(), post()] {
            let mut connection = Connection::new(Options { reconnect, ..options }, drawn);
            let action = connection.handle_request_error();
            assert_eq!(failed(&connection, action).reason, Reason::Request);
        }
    }
}

// [non-spec] A timer of an earlier wait must not repeat a request.
#[test]
fn a_timer_without_a_wait_sends_no_request() {
    let mut connection = Connection::new(post(), drawn);
    assert_eq!(connection.handle_wait_over(), Action::Nothing, "while the request is under way");
    let mut connection = open(post());
    assert_eq!(connection.handle_wait_over(), Action::Nothing, "while the connection is open");
    assert_eq!(connection.ready_state(), ReadyState::Open);

    let mut connection = Connection::new(get(), drawn);
    lose(&mut connection);
    assert_eq!(connection.handle_wait_over(), Action::Nothing, "a second time after one wait");
}
