use super::*;

#[test]
fn a_new_connection_is_connecting() {
    let connection = Connection::new(get(), drawn);
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    assert_eq!(connection.last_event_id(), "");
    assert_eq!(connection.reconnection_time(), None);
}

#[test]
fn an_event_stream_with_status_200_opens_the_connection() {
    for options in [get(), post()] {
        open(options);
    }
}

#[test]
fn parameters_and_case_of_the_content_type_do_not_matter() {
    for content_type in ["text/event-stream;charset=UTF-8", "Text/Event-Stream", "text/event-stream; charset=latin1"] {
        let response = ResponseHead { content_type: Some(content_type), ..EVENT_STREAM };
        let action = Connection::new(get(), drawn).handle_response(response);
        assert_eq!(action, Action::AnnounceConnection, "{content_type}");
    }
}

// behavior 4.13
#[test]
fn another_content_type_fails_the_connection_even_if_retries_are_allowed() {
    for content_type in
        [None, Some(""), Some("text/html"), Some("text/event-stream, text/html"), Some("text/event-streams")]
    {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Never] {
            for options in [get(), post()] {
                let mut connection = Connection::new(Options { reconnect, ..options }, drawn);
                let action = connection.handle_response(ResponseHead { content_type, ..EVENT_STREAM });
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
            let mut connection = Connection::new(options, drawn);
            let action = connection.handle_response(status(code));
            let failure = failed(&connection, action);
            assert_eq!((failure.reason, failure.status), (Reason::Status, Some(code)));
        }
    }
}

// [non-spec]
// behavior 4.11
#[test]
fn temporary_statuses_are_retried_if_retries_are_allowed() {
    for code in [408, 425, 429, 500, 501, 502, 503, 504, 522, 599] {
        for options in [get(), post()] {
            let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..options }, drawn);
            let action = connection.handle_response(status(code));
            let failure = reestablished(&connection, action);
            assert_eq!((failure.reason, failure.status), (Reason::Status, Some(code)));
        }
    }
}

// [non-spec]
// behavior 4.12
#[test]
fn every_other_status_is_final_even_if_retries_are_allowed() {
    for code in [
        201, 204, 205, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 407, 409, 410, 418, 424, 426, 428,
        431, 451, 600,
    ] {
        for options in [get(), post()] {
            let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..options }, drawn);
            let action = connection.handle_response(status(code));
            failed(&connection, action);
        }
    }
}

// [non-spec]
// behavior 4.11
#[test]
fn temporary_statuses_are_final_if_retries_are_forbidden() {
    for code in [408, 429, 503] {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..get() }, drawn);
        let action = connection.handle_response(status(code));
        failed(&connection, action);
    }
}

#[test]
fn a_204_after_messages_stops_the_reconnection() {
    for reconnect in [Reconnect::Standard, Reconnect::Allowed] {
        let mut connection = open(Options { reconnect, ..get() });
        feed(&mut connection, "data: x\n\n");
        let action = connection.handle_end_of_body();
        reestablished(&connection, action);
        next_attempt(&mut connection);
        let action = connection.handle_response(status(204));
        assert_eq!(failed(&connection, action).reason, Reason::Status);
    }
}
