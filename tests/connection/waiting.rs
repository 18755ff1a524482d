use super::*;

fn with_delay(delay: u64) -> Options {
    Options { backoff: Backoff { delay: ms(delay), ..Backoff::default() }, ..get() }
}

// [non-spec]
// behavior 5.2
#[test]
fn the_first_wait_after_a_message_is_the_reconnection_time_plus_up_to_a_tenth() {
    for (random, wait) in [(0.0, 3000), (0.5, 3150), (0.999_999, 3299)] {
        let mut connection = open(get());
        feed(&mut connection, "data: x\n\n");
        assert_eq!(wait_after_network_error(&mut connection, random), wait);
    }
}

// [non-spec]
// behavior 5.3
#[test]
fn without_a_message_the_longest_wait_doubles_each_time_up_to_half_a_minute() {
    let mut connection = Connection::new(get(), drawn);
    for longest in [6000, 12_000, 24_000, 30_000, 30_000, 30_000] {
        let wait = wait_after_network_error(&mut connection, 0.999_999_9);
        assert!((longest - 1..=longest).contains(&wait), "{wait} is {longest}");
        next_attempt(&mut connection);
    }
    assert_eq!(wait_after_network_error(&mut connection, 0.0), 3000, "the wait is never below the reconnection time");
}

// [non-spec] The wait before the first retry after a message is short. The next retry already
// counts as the second one without a message.
#[test]
fn a_message_resets_the_backoff() {
    let mut connection = Connection::new(get(), drawn);
    for _ in 0..5 {
        lose(&mut connection);
    }
    accept(&mut connection);
    feed(&mut connection, "data: x\n\n");
    assert_eq!(wait_after_network_error(&mut connection, 0.5), 3150);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 0.5), 7500);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 0.5), 13_500);
}

// [non-spec]
#[test]
fn a_response_without_a_message_does_not_reset_the_backoff() {
    let mut connection = open(get());
    for wait in [4500, 7500, 13_500, 16_500] {
        feed(&mut connection, ": ping\n\nid: 1\n\n");
        let action = with_random(0.5, || connection.handle_end_of_body());
        assert_eq!(reestablished(&connection, action).delay, Some(ms(wait)));
        next_attempt(&mut connection);
        accept(&mut connection);
    }
}

// behavior 5.1
#[test]
fn retry_replaces_the_reconnection_time() {
    let mut connection = open(get());
    feed(&mut connection, "retry: 1500\n\ndata: x\n\n");
    assert_eq!(connection.reconnection_time(), Some(ms(1500)));
    assert_eq!(wait_after_network_error(&mut connection, 0.5), 1575);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 0.0), 1500, "it is kept for further tries");
    next_attempt(&mut connection);
    accept(&mut connection);
    assert_eq!(connection.reconnection_time(), Some(ms(1500)), "it is kept for further streams");
    feed(&mut connection, "retry: 700\n");
    assert_eq!(wait_after_network_error(&mut connection, 0.0), 700, "a later one replaces it");
}

// behavior 5.6
#[test]
fn retry_takes_effect_even_if_its_block_is_incomplete() {
    let mut connection = open(get());
    feed(&mut connection, "data: x\n\nretry: 1500\ndata: cut");
    assert_eq!(wait_after_network_error(&mut connection, 0.0), 1500);
}

#[test]
fn retry_may_be_shorter_than_the_callers_delay_and_longer_than_max_delay() {
    for retry in [600, 2999, 60_000, 3_600_000] {
        let mut connection = open(get());
        feed(&mut connection, &format!("retry: {retry}\n\ndata: x\n\n"));
        assert_eq!(wait_after_network_error(&mut connection, 0.0), retry);
        next_attempt(&mut connection);
        let wait = wait_after_network_error(&mut connection, 0.999_999);
        assert!((retry..=30_000.max(retry)).contains(&wait), "{wait}");
    }
}

// [non-spec]
// behavior 5.4
#[test]
fn a_huge_retry_cannot_overflow_a_timer() {
    for retry in
        ["2147483647", "2147483648", "3000000000", "4294967296", "18446744073709551616", "99999999999999999999999999"]
    {
        let mut connection = open(get());
        feed(&mut connection, &format!("retry: {retry}\n\ndata: x\n\n"));
        for random in [0.999_999, 0.5, 0.0] {
            assert_eq!(wait_after_network_error(&mut connection, random), LONGEST, "{retry}");
            next_attempt(&mut connection);
        }
    }
}

// [non-spec]
#[test]
fn reconnection_time_returns_the_unclamped_value_of_the_server() {
    for time in [0, 1, 3_000_000_000] {
        let mut connection = open(get());
        feed(&mut connection, &format!("retry: {time}\n"));
        assert_eq!(connection.reconnection_time(), Some(ms(time)));
    }
}

// [non-spec]
// behavior 5.1
#[test]
fn a_retry_of_zero_waits_half_a_second_unless_the_callers_delay_is_shorter() {
    for (delay, wait) in [(3000, 500), (500, 500), (499, 499), (5, 5), (0, 0)] {
        let mut connection = open(with_delay(delay));
        feed(&mut connection, "retry: 0\n\ndata: x\n\n");
        assert_eq!(wait_after_network_error(&mut connection, 0.0), wait);
    }
}

// [non-spec]
// behavior 5.1
#[test]
fn the_callers_delay_is_the_reconnection_time_until_the_server_sends_one() {
    for delay in [0, 5, 1000, 45_000, LONGEST] {
        let mut connection = Connection::new(with_delay(delay), drawn);
        assert_eq!(wait_after_network_error(&mut connection, 0.0), delay);
        assert_eq!(connection.reconnection_time(), None, "it is not the server's");
    }
    assert_eq!(wait_after_network_error(&mut Connection::new(with_delay(u64::MAX), drawn), 0.9), LONGEST);
}

// [non-spec]
// behavior 5.4
#[test]
fn a_delay_above_max_delay_is_used_without_backoff() {
    let mut connection = Connection::new(with_delay(45_000), drawn);
    for _ in 0..3 {
        assert_eq!(wait_after_network_error(&mut connection, 0.9), 45_000);
        next_attempt(&mut connection);
    }
}

fn wait_after_503(delay: u64, retry_after: Option<u64>, random: f64) -> u64 {
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..with_delay(delay) }, drawn);
    let action = with_random(random, || {
        connection.handle_response(ResponseHead { retry_after: retry_after.map(ms), ..status(503) })
    });
    in_ms(reestablished(&connection, action).delay.unwrap())
}

// [non-spec]
// behavior 5.5
#[test]
fn the_wait_is_never_below_retry_after() {
    assert_eq!(wait_after_503(3000, Some(60_000), 0.0), 60_000);
    assert_eq!(wait_after_503(3000, Some(120_000), 0.999), 120_000, "even above the longest backoff");
    assert!(wait_after_503(3000, Some(4000), 0.0) >= 4000);
    for code in [408, 425, 429, 500, 503] {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..post() }, drawn);
        let action = connection.handle_response(ResponseHead { retry_after: Some(ms(60_000)), ..status(code) });
        assert_eq!(reestablished(&connection, action).delay, Some(ms(60_000)), "{code}");
    }
}

// [non-spec]
#[test]
fn a_short_retry_after_does_not_shorten_the_wait() {
    for retry_after in [None, Some(0), Some(1000)] {
        assert_eq!(wait_after_503(3000, retry_after, 0.0), 3000);
        assert_eq!(wait_after_503(3000, retry_after, 0.5), 4500);
    }
}

// [non-spec]
#[test]
fn a_huge_retry_after_cannot_overflow_a_timer() {
    for retry_after in [LONGEST, LONGEST + 1, u64::MAX] {
        assert_eq!(wait_after_503(3000, Some(retry_after), 0.9), LONGEST);
    }
}

// [non-spec]
// behavior 5.5
#[test]
fn retry_after_applies_to_one_wait_only() {
    let mut connection = Connection::new(Options { reconnect: Reconnect::Allowed, ..get() }, drawn);
    let action = connection.handle_response(ResponseHead { retry_after: Some(ms(60_000)), ..status(503) });
    reestablished(&connection, action);
    next_attempt(&mut connection);
    assert_eq!(wait_after_network_error(&mut connection, 0.0), 3000);
}

// [non-spec]
// behavior 5.1
#[test]
fn the_reconnection_time_fits_a_timer_and_is_at_least_500_ms_or_the_callers_delay() {
    let kept = |delay, server_time: Option<u64>| {
        let mut connection = open(with_delay(delay));
        if let Some(time) = server_time {
            feed(&mut connection, &format!("retry: {time}\n"));
        }
        wait_after_network_error(&mut connection, 0.0)
    };
    assert_eq!([kept(3000, None), kept(u64::MAX, None), kept(0, None)], [3000, LONGEST, 0]);
    assert_eq!([kept(3000, Some(0)), kept(3000, Some(700)), kept(3000, Some(u64::MAX))], [500, 700, LONGEST]);
    assert_eq!([kept(499, Some(0)), kept(0, Some(0)), kept(u64::MAX, Some(0))], [499, 0, 500]);
}

// [non-spec]
#[test]
fn any_random_number_results_in_a_valid_wait() {
    for random in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0, 1e300] {
        let mut connection = Connection::new(get(), drawn);
        let wait = wait_after_network_error(&mut connection, random);
        assert!((3000..=6000).contains(&wait), "{random}: {wait}");
    }
}
