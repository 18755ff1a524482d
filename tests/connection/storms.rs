//! Tests how often a badly behaved server gets requests, in simulated time. All tests are
//! [non-spec].

use super::*;

/// Does the server's part of an attempt. Returns the action that ends the attempt.
type Server = fn(&mut Connection) -> Action;

const SERVERS: [(&str, Server); 7] = [
    ("retry: 3000000000", |connection| {
        accept(connection);
        feed(connection, "retry: 3000000000\n\ndata: x\n\n");
        connection.handle_end_of_body()
    }),
    ("retry: 0", |connection| {
        accept(connection);
        feed(connection, "retry: 0\n\n");
        connection.handle_end_of_body()
    }),
    ("retry: 0 and an event", |connection| {
        accept(connection);
        feed(connection, "retry: 0\ndata: x\n\n");
        connection.handle_network_error()
    }),
    ("200 and nothing", |connection| {
        accept(connection);
        connection.handle_end_of_body()
    }),
    ("one event and the end", |connection| {
        accept(connection);
        feed(connection, "data: x\n\n");
        connection.handle_end_of_body()
    }),
    ("no response", |connection| connection.handle_network_error()),
    ("503, with permission", |connection| {
        connection.handle_response(ResponseHead { retry_after: Some(ms(0)), ..status(503) })
    }),
];

/// Returns the times of the requests in the first `end` milliseconds. The server responds at once.
/// If `hurry` is true, the page becomes visible as soon as a wait begins.
fn requests(options: Options, server: Server, random: f64, end: u64, hurry: bool) -> Vec<u64> {
    let mut connection = Connection::new(options, drawn);
    let (mut now, mut times) = (0, vec![]);
    while now < end {
        times.push(now);
        assert!(times.len() < 1000, "it reconnects without a wait");
        let action = with_random(random, || server(&mut connection));
        let told = in_ms(reestablished(&connection, action).delay.unwrap());
        let shortest = if hurry { connection.shorten_wait() } else { None };
        now += shortest.map_or(told, |shortest| in_ms(shortest).min(told));
        next_attempt(&mut connection);
    }
    times
}

fn permitted(name: &str) -> Options {
    let reconnect = if name.contains("permission") { Reconnect::Allowed } else { Reconnect::Standard };
    Options { reconnect, ..get() }
}

// behavior 5.10
#[test]
fn a_server_gets_at_most_one_request_in_ten_milliseconds_and_eight_in_a_second() {
    for (name, server) in SERVERS {
        for random in [0.0, 0.5, 0.999] {
            for hurry in [false, true] {
                let times = requests(permitted(name), server, random, 1000, hurry);
                let early = times.iter().filter(|&&time| time < 10).count();
                assert_eq!(early, 1, "{name}, random {random}: {times:?}");
                assert!(times.len() <= 8, "{name}, random {random}: {times:?}");
            }
        }
    }
}

#[test]
fn a_server_that_closes_at_once_gets_at_most_twenty_requests_a_minute() {
    for (name, server) in SERVERS {
        if name.starts_with("retry") {
            continue;
        }
        let often = requests(permitted(name), server, 0.0, 60_000, true);
        assert_eq!(often.len(), 20, "{name}: {often:?}");
        let spread = requests(permitted(name), server, 0.999, 60_000, false);
        let brings_messages = name == "one event and the end";
        assert_eq!(spread.len(), if brings_messages { 19 } else { 4 }, "{name}: {spread:?}");
    }
}

#[test]
fn a_server_with_retry_0_gets_at_most_two_requests_a_second() {
    for (name, server) in SERVERS.into_iter().filter(|(name, _)| name.starts_with("retry: 0")) {
        let times = requests(get(), server, 0.0, 10_000, true);
        assert_eq!(times.len(), 20, "{name}: {times:?}");
    }
}

#[test]
fn a_retry_of_a_month_is_capped_at_the_longest_timer() {
    let (_, server) = SERVERS[0];
    let times = requests(get(), server, 0.999, LONGEST + 1, true);
    assert_eq!(times, [0, LONGEST]);
}

#[test]
fn a_delay_of_zero_stays_zero_with_backoff() {
    let options = Options { backoff: Backoff { delay: ms(0), ..Backoff::default() }, ..get() };
    let mut connection = Connection::new(options, drawn);
    for _ in 0..5 {
        assert_eq!(wait_after_network_error(&mut connection, 1.0), 0);
        next_attempt(&mut connection);
    }
}

/// Bodies of responses to a POST, up to the point where the response ends too early. None of them
/// is progress, however often it arrives.
const WITHOUT_PROGRESS: [(&str, &str); 6] = [
    ("nothing", ""),
    ("a comment and a retry", ": hello\n\nretry: 0\n\n"),
    ("one event", "data: x\n\n"),
    ("many events", "data: x\n\ndata: y\n\nevent: z\ndata: z\n\n"),
    ("an empty id", "id\ndata: x\n\n"),
    ("an event that is cut", "data: x\n\nid: 7\ndata: cut"),
];

/// Bodies with the same IDs each time: only the first response is progress.
const FROM_THE_BEGINNING: [(&str, &str); 4] = [
    ("one id", "id: 1\ndata: x\n\n"),
    ("many ids", "id: 1\ndata: x\n\nid: 2\ndata: y\n\nid: 10\ndata: z\n\n"),
    ("ids that are not numbers", "id: a\ndata: x\n\nid: b\ndata: y\n\n"),
    ("an id without an event", "id: 1\n\n"),
];

const POST: RequestHead = RequestHead { is_get: false, preflights_last_event_id: false };

fn costly(reconnect: Reconnect, max_retries: Option<u32>) -> Options {
    Options { reconnect, backoff: Backoff { max_retries, ..Backoff::default() }, ..post() }
}

/// Each way in which a response can end too early so that it is requested again.
const CUTS: [fn(&mut Connection) -> Action; 3] =
    [Connection::handle_network_error, Connection::handle_timeout, Connection::handle_interruption];

/// Returns the failures of at most `most` requests. The body of request `n` is `answers(n)`, and
/// then the response ends too early. Stops if no further request follows.
fn failures(
    options: Options,
    cut: fn(&mut Connection) -> Action,
    random: f64,
    most: usize,
    answers: impl Fn(usize) -> String,
) -> Vec<Failure> {
    let mut connection = Connection::new(options, drawn);
    let mut failures = vec![];
    while failures.len() < most {
        connection.handle_request(POST);
        accept(&mut connection);
        feed(&mut connection, &answers(failures.len()));
        match with_random(random, || cut(&mut connection)) {
            Action::ReestablishConnection(failure) => failures.push(failure),
            Action::FailConnection(failure) => {
                failures.push(failure);
                break;
            }
            action => panic!("{action:?}"),
        }
        next_attempt(&mut connection);
    }
    failures
}

#[test]
fn a_post_without_progress_is_repeated_at_most_max_retries_times() {
    for (name, answer) in WITHOUT_PROGRESS.into_iter().chain(FROM_THE_BEGINNING) {
        for cut in CUTS {
            for most in 0..4_u32 {
                let failures = failures(costly(Reconnect::Allowed, Some(most)), cut, 0.0, 100, |_| answer.to_owned());
                let repetitions = failures.len() - 1;
                assert_eq!(repetitions, usize::try_from(most).unwrap(), "{name}");
                assert_eq!(failures[repetitions].reason, Reason::Attempts, "{name}");
            }
        }
    }
}

#[test]
fn a_post_without_a_limit_backs_off_while_there_is_no_progress() {
    let longest = [6000, 12_000, 24_000, 30_000, 30_000];
    for (name, answer) in WITHOUT_PROGRESS.into_iter().filter(|(_, answer)| !answer.contains("retry")) {
        for cut in CUTS {
            let failures = failures(costly(Reconnect::Allowed, None), cut, 1.0, 5, |_| answer.to_owned());
            let waits: Vec<_> = failures.iter().map(|failure| in_ms(failure.delay.unwrap())).collect();
            assert_eq!(waits, longest, "{name}");
        }
    }
    for (name, answer) in FROM_THE_BEGINNING {
        let failures = failures(costly(Reconnect::Allowed, None), CUTS[0], 1.0, 5, |_| answer.to_owned());
        let waits: Vec<_> = failures.iter().map(|failure| in_ms(failure.delay.unwrap())).collect();
        assert_eq!(waits, [3300, 12_000, 24_000, 30_000, 30_000], "{name}: only the first response was progress");
    }
}

// behavior 6.2
#[test]
fn a_post_is_repeated_for_as_long_as_its_last_event_id_advances() {
    let ids: [fn(usize) -> String; 5] = [
        |n| n.to_string(),
        |n| format!("{}", n + 9_999_999_999_999_999_990),
        |n| format!("run-{}", 3 * n),
        |n| format!("{}-0", 1_526_919_030_474 + n),
        |n| ["a", "b"].repeat(n + 1).concat(),
    ];
    for id in ids {
        let answer = |n| format!("id: {}\ndata: x\n\n", id(n));
        let failures = failures(costly(Reconnect::Allowed, Some(1)), CUTS[0], 1.0, 12, answer);
        let waits: Vec<_> = failures.iter().map(|failure| failure.delay.map(in_ms)).collect();
        assert_eq!(waits, [Some(3300); 12], "{}", id(1));
    }
}

// behavior 6.3
#[test]
fn numbered_events_that_start_again_are_no_progress_until_they_exceed_the_furthest_id() {
    let ends = [5, 3, 4, 7, 1, 7, 6];
    for prefix in ["", "msg_", "2:"] {
        let answer = |n: usize| (1..=ends[n]).map(|id| format!("id: {prefix}{id}\ndata: {id}\n\n")).collect();
        let failures = failures(costly(Reconnect::Allowed, Some(3)), CUTS[0], 1.0, 100, answer);
        let waits: Vec<_> = failures.iter().map(|failure| failure.delay.map(in_ms)).collect();
        let expected = [3300, 12_000, 24_000, 3300, 12_000, 24_000].map(Some);
        assert_eq!(waits, [&expected[..], &[None]].concat(), "{prefix}");
    }
}

#[test]
fn an_initial_id_does_not_allow_an_additional_retry() {
    for (start, id) in [("5", "5"), ("5", "4"), ("x", "x"), ("", "0")] {
        let options = Options { last_event_id: start.to_owned(), ..costly(Reconnect::Allowed, Some(2)) };
        let failures = failures(options, CUTS[0], 0.0, 100, |_| format!("id: {id}\ndata: x\n\n"));
        assert_eq!(failures.len(), 3, "{id} after {start}");
    }
}

// behavior 6.6
#[test]
fn a_pause_of_a_post_counts_as_a_retry_and_respects_max_retries() {
    for is_open in [false, true] {
        let mut connection = Connection::new(costly(Reconnect::Allowed, Some(2)), drawn);
        let pause = |connection: &mut Connection, answer: &str| {
            if is_open {
                accept(connection);
                feed(connection, answer);
            }
            let action = connection.handle_pause();
            if is_open && action.is_some() {
                next_attempt(connection);
            }
            action.is_some()
        };
        assert_eq!([0, 1, 2].map(|_| pause(&mut connection, "data: x\n\n")), [true, true, false]);
        if is_open {
            assert_eq!(connection.ready_state(), ReadyState::Open, "it continues");
            feed(&mut connection, "id: 1\ndata: x\n\n");
            let action = connection.handle_pause().expect("there was progress");
            reestablished(&connection, action);
        }
    }
}

// behavior 6.6
#[test]
fn a_pause_of_a_get_does_not_count_as_a_retry() {
    let mut connection = open(Options { backoff: Backoff { max_retries: Some(0), ..Backoff::default() }, ..get() });
    for _ in 0..5 {
        let action = connection.handle_pause().expect("a GET may be paused");
        reestablished(&connection, action);
        next_attempt(&mut connection);
        accept(&mut connection);
    }
}

#[test]
fn a_pause_of_a_post_increases_the_backoff_of_the_next_retry() {
    let mut connection = open(costly(Reconnect::Allowed, None));
    feed(&mut connection, "id: 1\ndata: x\n\n");
    let action = connection.handle_pause().expect("it may be repeated");
    reestablished(&connection, action);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 12_000);
}

// behavior 6.2
#[test]
fn events_are_not_progress_if_a_get_continues_a_post_or_a_get_source_sends_a_post() {
    for (options, request) in [(post(), PLAIN), (get(), POST)] {
        let backoff = Backoff { max_retries: Some(1), ..Backoff::default() };
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, backoff, ..options }, drawn);
        for is_last in [false, true] {
            connection.handle_request(request);
            accept(&mut connection);
            feed(&mut connection, "data: x\n\n");
            let action = connection.handle_network_error();
            if is_last {
                assert_eq!(failed(&connection, action).reason, Reason::Attempts);
            } else {
                reestablished(&connection, action);
                next_attempt(&mut connection);
            }
        }
    }
}

#[test]
fn messages_of_a_post_are_not_progress_of_the_get_after_it() {
    let backoff = Backoff { max_retries: Some(1), ..Backoff::default() };
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, backoff, ..get() }, drawn);
    connection.handle_request(POST);
    accept(&mut connection);
    feed(&mut connection, "data: x\n\n");
    let action = connection.handle_network_error();
    reestablished(&connection, action);
    next_attempt(&mut connection);
    connection.handle_request(PLAIN);
    let action = connection.handle_network_error();
    assert_eq!(failed(&connection, action).reason, Reason::Attempts);
}

#[test]
fn the_repetition_of_a_post_after_a_clean_end_counts_as_a_retry() {
    for end in [EndOfBody::Reconnect, EndOfBody::Interrupted] {
        let options = Options { end: Some(end), ..costly(Reconnect::Allowed, Some(2)) };
        let failures = failures(options, Connection::handle_end_of_body, 0.0, 100, |_| "data: x\n\n".to_owned());
        assert_eq!(failures.len(), 3, "{end:?}");
    }
}
