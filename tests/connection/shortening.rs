//! Tests which part of a wait is skipped when the network is back or the page becomes visible. All
//! tests are [non-spec].

use super::*;

fn with_delay(delay: u64) -> Options {
    Options { backoff: Backoff { delay: ms(delay), ..Backoff::default() }, ..get() }
}

// behavior 5.8
#[test]
fn a_wait_is_shortened_only_by_the_part_that_backoff_added() {
    let mut connection = Connection::new(get(), drawn);
    for wait in [6000, 12_000, 24_000, 30_000, 30_000] {
        assert_eq!(wait_after_network_error(&mut connection, 1.0), wait);
        assert_eq!(connection.shorten_wait(), Some(ms(3000)), "of {wait}");
        next_attempt(&mut connection);
    }
}

#[test]
fn no_wait_is_shortened_below_the_effective_reconnection_time() {
    for (retry, delay, least) in [
        ("0", 3000, 500),
        ("0", 499, 499),
        ("0", 0, 0),
        ("400", 3000, 500),
        ("1500", 3000, 1500),
        ("60000", 3000, 60_000),
        ("2147483647", 3000, LONGEST),
        ("3000000000", 3000, LONGEST),
        ("99999999999999999999", 3000, LONGEST),
    ] {
        for data in ["", "data: x\n\n"] {
            let mut connection = open(with_delay(delay));
            feed(&mut connection, &format!("retry: {retry}\n\n{data}"));
            let wait = wait_after_network_error(&mut connection, 0.999);
            assert_eq!(connection.shorten_wait(), Some(ms(least)), "retry {retry}, delay {delay}");
            assert!(wait >= least);
        }
    }
    for delay in [0, 45_000, LONGEST, u64::MAX] {
        let mut connection = Connection::new(with_delay(delay), drawn);
        let wait = wait_after_network_error(&mut connection, 0.0);
        assert_eq!(connection.shorten_wait(), Some(ms(wait)));
        assert_eq!(wait, delay.min(LONGEST));
    }
}

// behavior 5.8
#[test]
fn no_wait_is_shortened_below_retry_after() {
    for (retry_after, least) in [
        (None, 3000),
        (Some(0), 3000),
        (Some(2999), 3000),
        (Some(4000), 4000),
        (Some(60_000), 60_000),
        (Some(u64::MAX), LONGEST),
    ] {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..get() }, drawn);
        let action = with_random(0.999, || {
            connection.handle_response(ResponseHead { retry_after: retry_after.map(ms), ..status(503) })
        });
        let wait = reestablished(&connection, action).delay.unwrap();
        assert!(wait >= ms(least), "{retry_after:?}");
        assert_eq!(connection.shorten_wait(), Some(ms(least)), "{retry_after:?}");
    }
}

// behavior 5.9
#[test]
fn a_wait_is_shortened_only_once() {
    let mut connection = Connection::new(get(), drawn);
    for _ in 0..3 {
        wait_after_network_error(&mut connection, 0.5);
        assert_eq!(connection.shorten_wait(), Some(ms(3000)));
        assert_eq!(connection.shorten_wait(), None);
        assert_eq!(connection.shorten_wait(), None);
        next_attempt(&mut connection);
    }
}

#[test]
fn shortening_has_no_effect_between_two_waits() {
    let mut connection = Connection::new(get(), drawn);
    assert_eq!(connection.shorten_wait(), None, "before the first failure");
    lose(&mut connection);
    assert_eq!(connection.shorten_wait(), None, "while the request is under way");
    accept(&mut connection);
    assert_eq!(connection.shorten_wait(), None, "while the connection is open");
    let mut connection = Connection::new(post(), drawn);
    let action = connection.handle_network_error();
    failed(&connection, action);
    assert_eq!(connection.shorten_wait(), None, "after it has failed");
}

#[test]
fn each_wait_is_shortened_to_its_own_reconnection_time() {
    let mut connection = Connection::new(with_delay(5000), drawn);
    lose(&mut connection);
    accept(&mut connection);
    feed(&mut connection, "retry: 700\n\n");
    wait_after_network_error(&mut connection, 0.9);
    assert_eq!(connection.shorten_wait(), Some(ms(700)));
}

// behavior 5.9
#[test]
fn a_wait_that_the_caller_decided_on_is_not_shortened() {
    let mut connection = open(Options { reconnect: Reconnect::Decided, ..get() });
    let action = with_random(0.9, || connection.handle_network_error());
    undecided(&connection, action);
    assert_eq!(connection.shorten_wait(), None, "there is no wait yet");
    go_on(&mut connection, 60_000);
    assert_eq!(connection.shorten_wait(), None);

    next_attempt(&mut connection);
    let action = with_random(0.9, || connection.handle_network_error());
    let failure = undecided(&connection, action);
    go_on(&mut connection, in_ms(failure.delay.unwrap()));
    assert_eq!(connection.shorten_wait(), Some(ms(3000)), "a decision that equals the default can be shortened");
}

#[test]
fn shortening_a_wait_does_not_change_the_next() {
    let mut connection = Connection::new(get(), drawn);
    wait_after_network_error(&mut connection, 1.0);
    connection.shorten_wait();
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 1.0), 12_000);
}

#[test]
fn a_closed_connection_has_no_wait_to_shorten() {
    let mut connection = Connection::new(get(), drawn);
    wait_after_network_error(&mut connection, 0.5);
    connection.close();
    assert_eq!(connection.shorten_wait(), None);
}
