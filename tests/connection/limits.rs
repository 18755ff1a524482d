// All tests are [non-spec]: the standard has no size limit.
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

/// Feeds `chunk` until the connection fails permanently, and returns the number of bytes that it
/// took.
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
        assert_eq!(connection.ready_state(), ReadyState::Closed, "an endless {chunk:?} is not too large");
    }
    bytes[0]
}

// behavior 4.14, 12.2
#[test]
fn an_endless_line_fails_the_connection_permanently() {
    assert!(endless("x") <= LIMIT + 1);
    assert!(endless("data: ") <= LIMIT + 6);
}

#[test]
fn endless_data_fails_the_connection_permanently() {
    assert!(endless("data: x\n") <= 4 * LIMIT + 8);
    assert!(endless("data\n") <= 5 * LIMIT + 10, "each empty data line adds a line feed to the data");
    assert!(endless("data: x\r\n:c\nid: 1\n") <= 18 * LIMIT);
}

#[test]
fn a_large_event_that_ends_within_its_chunk_fails_the_connection_permanently() {
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
fn an_endless_event_name_or_id_fails_the_connection_permanently() {
    for start in ["event: ", "id: ", "retry: "] {
        let mut connection = open(Options { max_event_size: LIMIT, ..get() });
        feed(&mut connection, start);
        feed(&mut connection, &"1".repeat(LIMIT));
        let action = connection.check_limit().expect("too large");
        failed(&connection, action);
    }
}

// behavior 12.3
#[test]
fn events_before_a_too_large_event_are_delivered_and_later_events_are_not() {
    let mut connection = open(Options { max_event_size: LIMIT, ..get() });
    let chunk = format!("id: 1\ndata: a\n\nid: 2\ndata: {}", "x".repeat(2 * LIMIT));
    assert_eq!(feed(&mut connection, &chunk), [message("a", "1")]);
    let action = connection.check_limit().expect("too large");
    failed(&connection, action);
    assert_eq!(connection.last_event_id(), "1", "the large event's id was never delivered");
    assert_eq!(feed(&mut connection, "\n\ndata: b\n\n"), []);
}

// behavior 12.2
#[test]
fn any_number_of_events_comments_and_ignored_fields_is_below_the_limit() {
    for chunk in ["data: x\n\n", ": comment\n", "id: 1\n", "event: e\n", "retry: 500\n", "unknown: x\n", "\r\n", ""] {
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
fn bytes_of_an_interrupted_stream_do_not_count_toward_the_limit_of_the_next() {
    let mut connection = open(Options { max_event_size: LIMIT, ..get() });
    for _ in 0..10 {
        feed(&mut connection, "data: 0123456789\ndata: 0123456789");
        assert_eq!(connection.check_limit(), None);
        reconnect(&mut connection);
    }
}

// behavior 12.1
#[test]
fn the_limit_applies_to_data_type_and_last_event_id_together() {
    let too_large = |block: String| {
        let mut connection = open(Options { max_event_size: LIMIT, ..get() });
        feed(&mut connection, &block);
        connection.check_limit().is_some()
    };
    for (event_type, id, data) in [(20, 20, 25), (65, 0, 0), (0, 65, 0), (0, 0, 65), (32, 33, 0)] {
        let [event_type, id, data] = [event_type, id, data].map(|length| "x".repeat(length));
        assert!(too_large(format!("event:{event_type}\nid:{id}\ndata:{data}\n\n")));
    }
    for (event_type, id, data) in [(20, 20, 24), (64, 0, 0), (0, 64, 0), (0, 0, 64)] {
        let [event_type, id, data] = [event_type, id, data].map(|length| "x".repeat(length));
        assert!(!too_large(format!("event:{event_type}\nid:{id}\ndata:{data}\n\n")));
    }
    let id = "1".repeat(LIMIT / 2);
    assert!(too_large(format!("id:{id}\ndata:\n\ndata:{id}1\n\n")), "an event carries the earlier id");
    assert!(!too_large(format!("id:{id}\ndata:\n\nid\ndata:{id}1\n\n")), "an id replaces the earlier one");
}

// behavior 12.1
#[test]
fn invalid_utf_8_counts_once_but_an_id_that_is_not_ascii_counts_three_times() {
    let as_it_came = ["data:", "event:"].map(|field| [(field, LIMIT - 6, false), (field, LIMIT + 1, true)]);
    for (field, length, is_too_large) in
        as_it_came.concat().into_iter().chain([("id:", LIMIT / 3, false), ("id:", LIMIT / 3 + 1, true)])
    {
        for size in [1, 7, 1000] {
            for byte in [0xFF, 0xC3] {
                let stream = [field.as_bytes(), &vec![byte; length], b"\ndata\n\n"].concat();
                let mut connection = open(Options { max_event_size: LIMIT, ..get() });
                for chunk in stream.chunks(size) {
                    draw(connection.handle_chunk(chunk));
                }
                let found = connection.check_limit().is_some();
                // The field name and an unfinished data line also count.
                let unfinished = size < 1000 && field == "id:";
                assert!(found == is_too_large || unfinished, "{field} and {length} bytes in chunks of {size}");
            }
        }
    }
}

#[test]
fn invalid_utf_8_in_data_is_decoded_as_the_standard_says() {
    let invalid = b"data:\xFFa\xE2\x82\xF0\x9F\xA6b\xC2\n\n";
    let mut connection = open(get());
    let rows = draw(connection.handle_chunk(invalid));
    assert_eq!(rows, [message("\u{FFFD}a\u{FFFD}\u{FFFD}b\u{FFFD}", "")]);
}
