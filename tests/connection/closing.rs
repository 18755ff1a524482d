use super::*;

/// Asserts that a closed connection returns no action for any event.
fn assert_dead(mut connection: Connection, how: &str) {
    let before = connection.last_event_id().to_owned();
    for _ in 0..2 {
        assert_eq!(connection.ready_state(), ReadyState::Closed, "{how}");
        assert_eq!(feed(&mut connection, "\n\nid: late\ndata: late\n\n"), [], "{how}");
        assert!(matches!(connection.check_limit(), None | Some(Action::Nothing)), "{how}");
        for action in [
            connection.handle_response(EVENT_STREAM),
            connection.handle_response(status(503)),
            connection.handle_response(ResponseHead { content_type: None, ..EVENT_STREAM }),
            connection.handle_end_of_body(),
            connection.handle_network_error(),
            connection.handle_request_error(),
            connection.handle_unknown_request(),
            connection.handle_timeout(),
            connection.handle_interruption(),
            connection.handle_probe(true),
            connection.handle_probe(false),
            connection.handle_stream(),
            connection.handle_wait_over(),
        ] {
            assert_eq!(action, Action::Nothing, "{how}");
        }
        assert_eq!(connection.handle_pause(), None, "{how}");
        for delay in [None, Some(0)] {
            assert_eq!(connection.decide(delay.map(ms)), Action::Nothing, "{how}");
        }
        assert!(!connection.is_undecided(), "{how}");
        assert_eq!(connection.ready_state(), ReadyState::Closed, "{how}");
        assert_eq!(connection.last_event_id(), before, "{how}");
        connection.close();
    }
}

fn options() -> [Options; 3] {
    [get(), post(), Options { reconnect: Reconnect::Allowed, end: Some(EndOfBody::Reconnect), ..post() }]
}

#[test]
fn no_action_follows_a_close_before_the_response() {
    for options in options() {
        let mut connection = Connection::new(options, drawn);
        connection.close();
        assert_dead(connection, "closed before the response");
    }
}

#[test]
fn no_action_follows_a_close_while_open() {
    for options in options() {
        let mut connection = open(options);
        feed(&mut connection, "id: 1\ndata: a\n\nid: 2\ndata: b\n");
        connection.close();
        assert_eq!(connection.last_event_id(), "1");
        assert_dead(connection, "closed while open");
    }
}

#[test]
fn no_action_follows_a_close_while_waiting() {
    let mut connection = open(get());
    wait_after_network_error(&mut connection, 0.0);
    connection.close();
    assert_dead(connection, "closed while waiting");
}

#[test]
fn no_action_follows_a_close_during_a_later_attempt() {
    let mut connection = open(get());
    lose(&mut connection);
    connection.close();
    assert_dead(connection, "closed during a later attempt");
}

// behavior 4.18
#[test]
fn no_action_follows_a_failure() {
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..get() }, drawn);
    let action = connection.handle_response(status(204));
    failed(&connection, action);
    assert_dead(connection, "failed by a status");

    let mut connection = open(post());
    let action = connection.handle_network_error();
    failed(&connection, action);
    assert_dead(connection, "failed by a network error");

    let mut connection = Connection::new(get(), drawn);
    let action = connection.handle_request_error();
    failed(&connection, action);
    assert_dead(connection, "failed by the request");
}

// [non-spec]
#[test]
fn no_action_follows_a_clean_end() {
    let mut connection = open(post());
    assert_eq!(connection.handle_end_of_body(), Action::CloseConnection);
    assert_dead(connection, "closed by a clean end");
}

// [non-spec]
#[test]
fn no_action_follows_an_event_that_is_too_large() {
    let mut connection = open(Options { max_event_size: 64, ..get() });
    feed(&mut connection, &"x".repeat(100));
    let action = connection.check_limit().expect("too large");
    failed(&connection, action);
    assert_dead(connection, "failed by an event that is too large");
}
