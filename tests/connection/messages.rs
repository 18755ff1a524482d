//! Tests the messages of failures. All tests are [non-spec].

use super::*;

const PARAMETER: &str = "lastEventIdParam";

#[track_caller]
fn told(action: Action) -> String {
    let (Action::ReestablishConnection(failure) | Action::AwaitDecision(failure) | Action::FailConnection(failure)) =
        action
    else {
        panic!("{action:?} has no failure")
    };
    assert_eq!(failure.message(), failure.to_string());
    failure.message()
}

// behavior 4.23
#[test]
fn last_event_id_param_is_suggested_if_a_request_with_the_header_got_no_response() {
    for can_probe in [false, true] {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed, Reconnect::Decided, Reconnect::Never] {
            for options in [get(), post()] {
                for request in [WITH_HEADER, RequestHead { is_get: false, ..WITH_HEADER }] {
                    let mut connection = Connection::new(Options { reconnect, can_probe, ..options.clone() }, drawn);
                    connection.handle_request(request);
                    let mut action = connection.handle_network_error();
                    if action == Action::Probe {
                        action = connection.handle_probe(false);
                    }
                    assert!(told(action).contains(PARAMETER), "{reconnect:?}, {request:?}: {action:?}");
                }
            }
        }
    }
}

#[test]
fn last_event_id_param_is_not_suggested_for_same_origin_or_without_the_header() {
    let fail: [fn(&mut Connection) -> Action; 4] = [
        |connection| connection.handle_network_error(),
        |connection| connection.handle_timeout(),
        |connection| connection.handle_request_error(),
        |connection| connection.handle_response(status(404)),
    ];
    for fail in fail {
        for before in [PLAIN, WITH_HEADER] {
            let mut connection = Connection::new(get(), drawn);
            connection.handle_request(before);
            lose(&mut connection);
            connection.handle_request(PLAIN);
            let message = told(fail(&mut connection));
            assert!(!message.contains(PARAMETER), "{message}");
        }
    }
}

#[test]
fn last_event_id_param_is_not_suggested_if_a_response_arrived_or_no_request_was_sent() {
    let fail: [fn(&mut Connection) -> Action; 9] = [
        |connection| connection.handle_response(status(404)),
        |connection| connection.handle_response(status(503)),
        |connection| connection.handle_response(ResponseHead { content_type: None, ..EVENT_STREAM }),
        |connection| connection.handle_request_error(),
        |connection| connection.handle_unknown_request(),
        |connection| {
            accept(connection);
            connection.handle_network_error()
        },
        |connection| {
            accept(connection);
            connection.handle_timeout()
        },
        |connection| {
            accept(connection);
            connection.handle_end_of_body()
        },
        |connection| {
            accept(connection);
            connection.handle_pause().unwrap()
        },
    ];
    for fail in fail {
        for reconnect in [Reconnect::Standard, Reconnect::Allowed] {
            let mut connection = Connection::new(Options { reconnect, can_probe: true, ..get() }, drawn);
            connection.handle_request(WITH_HEADER);
            let message = told(fail(&mut connection));
            assert!(!message.contains(PARAMETER), "{message}");
        }
    }
}

// behavior 11.8
#[test]
fn the_message_names_the_option_whose_limit_was_exceeded() {
    let mut connection = Connection::new(get(), drawn);
    assert!(told(connection.handle_timeout()).contains("connectTimeout"));
    assert!(told(open(get()).handle_timeout()).contains("silenceTimeout"));
    let mut connection = open(Options { max_event_size: 16, ..get() });
    feed(&mut connection, "data: 0123456789012345678901234567890");
    assert!(told(connection.check_limit().unwrap()).contains("maxEventSize"));
}

// behavior 11.8
#[test]
fn the_message_of_a_refusal_ends_with_the_status() {
    for code in [100, 204, 301, 404, 503, 599] {
        let mut connection = Connection::new(get(), drawn);
        let message = told(connection.handle_response(status(code)));
        assert!(message.ends_with(&format!("status {code}")), "{message}");
    }
}

#[test]
fn the_message_suggests_accept_and_onopen_for_a_2xx_status_other_than_200_and_204() {
    for (code, can_pass) in
        [(200, false), (201, true), (202, true), (204, false), (206, true), (304, false), (503, false)]
    {
        let mut connection = Connection::new(get(), drawn);
        let response = ResponseHead { content_type: None, ..status(code) };
        let message = told(connection.handle_response(response));
        assert_eq!(message.contains("accept"), can_pass, "{code}: {message}");
        assert_eq!(message.contains("onopen"), can_pass, "{code}: {message}");
    }
}

#[test]
fn the_message_of_a_pause_says_that_the_page_is_hidden() {
    let mut connection = open(get());
    let paused = told(connection.handle_pause().unwrap());
    let cut = told(open(get()).handle_network_error());
    assert!(paused.contains("hidden") && !cut.contains("hidden"), "{paused}; {cut}");
}

#[test]
fn each_reason_has_its_own_name_and_its_own_message_of_one_sentence() {
    const REASONS: [(Reason, &str); 11] = [
        (Reason::End, "end"),
        (Reason::Network, "network"),
        (Reason::Interrupted, "interrupted"),
        (Reason::Cors, "cors"),
        (Reason::Status, "status"),
        (Reason::ContentType, "content-type"),
        (Reason::Timeout, "timeout"),
        (Reason::Silence, "silence"),
        (Reason::TooLarge, "too-large"),
        (Reason::Attempts, "attempts"),
        (Reason::Request, "request"),
    ];
    let mut connection = open(post());
    let action = connection.handle_network_error();
    let mut failure = failed(&connection, action);
    let mut sentences = vec![];
    for (reason, word) in REASONS {
        assert_eq!(reason.as_str(), word);
        failure.reason = reason;
        let message = failure.message();
        assert!(!message.is_empty() && !message.ends_with('.') && !message.contains(". "), "{message}");
        assert!(!sentences.contains(&message), "{message} is there twice");
        sentences.push(message);
    }
}
