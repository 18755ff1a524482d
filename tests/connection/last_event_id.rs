use super::*;

// behavior 10.4
#[test]
fn the_next_attempt_keeps_the_last_event_id() {
    let mut connection = open(get());
    assert_eq!(feed(&mut connection, "id: 7\ndata: a\n\n"), [message("a", "7")]);
    lose(&mut connection);
    assert_eq!(connection.last_event_id(), "7");
    accept(&mut connection);
    assert_eq!(connection.last_event_id(), "7");
    assert_eq!(feed(&mut connection, "data: b\n\n"), [message("b", "7")], "a message without an ID does not reset it");
    assert_eq!(connection.last_event_id(), "7");
}

#[test]
fn the_last_event_id_is_kept_over_attempts_without_events() {
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
fn the_option_sets_the_initial_last_event_id() {
    let options = Options { last_event_id: "41".to_owned(), ..get() };
    let mut connection = Connection::new(options, drawn);
    assert_eq!(connection.last_event_id(), "41");
    lose(&mut connection);
    assert_eq!(connection.last_event_id(), "41");
    accept(&mut connection);
    assert_eq!(feed(&mut connection, "data: a\n\nid: 42\ndata: b\n\n"), [message("a", "41"), message("b", "42")]);
    lose(&mut connection);
    assert_eq!(connection.last_event_id(), "42", "the caller's ID is only the first one");
}

#[test]
fn a_server_may_reset_the_last_event_id() {
    let mut connection = open(Options { last_event_id: "41".to_owned(), ..get() });
    assert_eq!(feed(&mut connection, "id\n\n"), [Row::LastEventId(String::new())]);
    lose(&mut connection);
    assert_eq!(connection.last_event_id(), "");
}

#[test]
fn the_id_of_an_incomplete_block_is_ignored() {
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
fn the_next_stream_does_not_continue_an_incomplete_block() {
    for cut in
        ["event: e\ndata: a\n", "event: e\n", "da", "data: a", "data: a\r", "\u{FEFF}data: a", ":", "data: a\n\r"]
    {
        let mut connection = open(get());
        feed(&mut connection, cut);
        let action = connection.handle_end_of_body();
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
