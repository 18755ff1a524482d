//! How often a server is asked that does its worst, in simulated time. All of it [non-spec].

use super::*;

/// What a server does with each request that it gets; the action that ends the attempt.
type Server = fn(&mut Connection, f64) -> Action;

const SERVERS: [(&str, Server); 7] = [
    ("retry: 3000000000", |connection, random| {
        accept(connection);
        feed(connection, "retry: 3000000000\n\ndata: x\n\n");
        connection.handle_end_of_body(random)
    }),
    ("retry: 0", |connection, random| {
        accept(connection);
        feed(connection, "retry: 0\n\n");
        connection.handle_end_of_body(random)
    }),
    ("retry: 0 and an event", |connection, random| {
        accept(connection);
        feed(connection, "retry: 0\ndata: x\n\n");
        connection.handle_network_error(random)
    }),
    ("200 and nothing", |connection, random| {
        accept(connection);
        connection.handle_end_of_body(random)
    }),
    ("one event and the end", |connection, random| {
        accept(connection);
        feed(connection, "data: x\n\n");
        connection.handle_end_of_body(random)
    }),
    ("no answer", |connection, random| connection.handle_network_error(random)),
    ("503, with permission", |connection, random| {
        connection.handle_response(ResponseHead { retry_after: Some(0), ..status(503) }, random)
    }),
];

/// When the requests of the first `end` milliseconds are made, by a server that answers without any delay. `hurry`: as
/// soon as a wait begins, somebody looks at the page.
fn requests(options: Options, server: Server, random: f64, end: u64, hurry: bool) -> Vec<u64> {
    let mut connection = Connection::new(options);
    let (mut now, mut times) = (0, vec![]);
    while now < end {
        times.push(now);
        assert!(times.len() < 1000, "it spins");
        let action = server(&mut connection, random);
        let told = reestablished(&connection, action).delay.unwrap();
        let shortest = if hurry { connection.shorten_wait() } else { None };
        now += shortest.map_or(told, |shortest| shortest.min(told));
        next_attempt(&mut connection);
    }
    times
}

fn permitted(name: &str) -> Options {
    let reconnect = if name.contains("permission") { Reconnect::Allowed } else { Reconnect::Standard };
    Options { reconnect, ..get() }
}

#[test]
fn no_server_is_asked_twice_in_ten_milliseconds_or_nine_times_in_a_second() {
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
fn a_server_that_closes_at_once_is_asked_twenty_times_a_minute_at_most_and_less_and_less() {
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
fn a_server_that_says_retry_0_is_asked_twice_a_second_at_most() {
    for (name, server) in SERVERS.into_iter().filter(|(name, _)| name.starts_with("retry: 0")) {
        let times = requests(get(), server, 0.0, 10_000, true);
        assert_eq!(times.len(), 20, "{name}: {times:?}");
    }
}

#[test]
fn a_server_that_says_to_wait_for_a_month_is_waited_for() {
    let (_, server) = SERVERS[0];
    let times = requests(get(), server, 0.999, LONGEST + 1, true);
    assert_eq!(times, [0, LONGEST]);
}

#[test]
fn whoever_gives_a_delay_of_zero_gets_it_and_still_backs_off_from_nothing() {
    let options = Options { backoff: Backoff { delay: 0, ..Backoff::default() }, ..get() };
    let mut connection = Connection::new(options);
    for _ in 0..5 {
        assert_eq!(wait_after_network_error(&mut connection, 1.0), 0);
        next_attempt(&mut connection);
    }
}
