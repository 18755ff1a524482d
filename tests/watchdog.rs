//! Tests the watchdog in simulated time: by the wall clock, when the machine sleeps, and while the
//! page is hidden. All tests are [non-spec]: the standard has no limit for a silence.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select};

/// An arbitrary time, counted from 1970 as a clock does.
const START: u64 = 1_800_000_000_000;
/// The longest wait that `setTimeout` can hold.
const LONGEST: u64 = 2_147_483_647;

const SEEN: bool = false;
const HIDDEN: bool = true;

/// The watchdog of the crate, with times in milliseconds.
struct Watchdog(headwater::Watchdog);

impl Watchdog {
    fn new(timeout: u64, now: u64) -> Self {
        Self(headwater::Watchdog::new(Duration::from_millis(timeout), Duration::from_millis(now)))
    }

    fn feed(&mut self, now: u64) {
        self.0.feed(Duration::from_millis(now));
    }

    fn handle_timer(&mut self, now: u64, hidden: bool) -> Option<u64> {
        let left = self.0.handle_timer(Duration::from_millis(now), hidden);
        left.map(|left| u64::try_from(left.as_millis()).unwrap())
    }
}

/// A watchdog that started at [`START`], its timer, and the current time.
struct Watch {
    dog: Watchdog,
    now: u64,
    timer: u64,
}

impl Watch {
    fn new(timeout: u64) -> Self {
        Self { dog: Watchdog::new(timeout, START), now: START, timer: timeout }
    }

    fn hear_after(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.timer -= milliseconds;
        self.dog.feed(self.now);
    }

    /// Fires the timer, `late` milliseconds late. Returns whether the watchdog continues.
    fn run_out(&mut self, late: u64, hidden: bool) -> bool {
        self.now += self.timer + late;
        let again = self.dog.handle_timer(self.now, hidden);
        self.timer = again.unwrap_or(0);
        again.is_some()
    }
}

#[test]
fn a_silence_as_long_as_the_timeout_is_too_long() {
    for timeout in [0, 1, 20, 5000, 60_000, LONGEST] {
        let mut dog = Watchdog::new(timeout, START);
        assert_eq!(dog.handle_timer(START + timeout, SEEN), None, "{timeout}");
    }
}

#[test]
fn a_timer_that_fires_early_is_set_again_for_the_remaining_time() {
    let mut dog = Watchdog::new(5000, START);
    assert_eq!(dog.handle_timer(START + 4999, SEEN), Some(1));
    assert_eq!(dog.handle_timer(START + 4999, HIDDEN), Some(1));
    assert_eq!(dog.handle_timer(START + 5000, SEEN), None);
}

#[test]
fn a_byte_restarts_the_timeout() {
    let mut watch = Watch::new(5000);
    watch.hear_after(3000);
    assert!(watch.run_out(0, SEEN));
    assert_eq!((watch.now, watch.timer), (START + 5000, 3000));
    assert!(!watch.run_out(0, SEEN));
    assert_eq!(watch.now, START + 8000);
}

#[test]
fn a_stream_that_is_never_silent_for_long_never_times_out() {
    let mut watch = Watch::new(5000);
    for _ in 0..1000 {
        watch.hear_after(watch.timer.min(4000));
        assert!(watch.run_out(0, SEEN));
        assert!(watch.timer <= 5000);
    }
}

// behavior 7.4
#[test]
fn a_timeout_is_extended_if_its_timer_fires_more_than_a_second_late() {
    for (late, goes_on) in [(0, false), (1, false), (999, false), (1000, false), (1001, true), (3_600_000, true)] {
        assert_eq!(Watch::new(5000).run_out(late, SEEN), goes_on, "{late}");
    }
}

// behavior 7.4
#[test]
fn a_timeout_that_expires_while_the_page_is_hidden_is_extended() {
    let mut watch = Watch::new(5000);
    assert!(watch.run_out(0, HIDDEN));
    assert_eq!(watch.timer, 5000);
}

// behavior 7.4
#[test]
fn the_extension_is_as_long_as_the_timeout_but_at_most_ten_seconds() {
    for (timeout, reprieve) in [(0, 0), (20, 20), (9999, 9999), (10_000, 10_000), (10_001, 10_000), (LONGEST, 10_000)] {
        for (late, hidden) in [(1001, SEEN), (0, HIDDEN), (3_600_000, HIDDEN)] {
            let mut watch = Watch::new(timeout);
            assert!(watch.run_out(late, hidden));
            assert_eq!(watch.timer, reprieve, "{timeout}");
        }
    }
}

// behavior 7.4
#[test]
fn the_timeout_of_one_silence_is_extended_at_most_once() {
    for first in [(1001, SEEN), (0, HIDDEN), (5000, HIDDEN)] {
        for second in [(0, SEEN), (1001, SEEN), (0, HIDDEN), (3_600_000, HIDDEN)] {
            let mut watch = Watch::new(60_000);
            assert!(watch.run_out(first.0, first.1));
            assert!(!watch.run_out(second.0, second.1), "{first:?}, then {second:?}");
        }
    }
}

#[test]
fn a_timer_that_fires_early_during_an_extension_does_not_start_another() {
    let mut dog = Watchdog::new(60_000, START);
    let reprieved = START + 60_000 + 5000;
    assert_eq!(dog.handle_timer(reprieved, HIDDEN), Some(10_000));
    assert_eq!(dog.handle_timer(reprieved + 4000, HIDDEN), Some(6000));
    assert_eq!(dog.handle_timer(reprieved + 10_000, HIDDEN), None);
}

// behavior 7.4
#[test]
fn a_byte_during_an_extension_restarts_the_timeout_and_allows_another_extension() {
    let mut watch = Watch::new(60_000);
    for _ in 0..3 {
        assert!(watch.run_out(0, HIDDEN));
        watch.hear_after(9999);
        assert!(watch.run_out(0, HIDDEN), "one millisecond of the reprieve was left");
        assert_eq!(watch.timer, 59_999);
    }
}

#[test]
fn a_suspension_of_hours_does_not_end_a_stream_if_a_byte_follows_in_time() {
    let mut watch = Watch::new(30_000);
    assert!(watch.run_out(8 * 3_600_000, SEEN));
    watch.hear_after(200);
    assert!(watch.run_out(0, SEEN));
    assert_eq!(watch.timer, 20_200);
    watch.hear_after(20_000);
}

#[test]
fn setting_the_clock_forward_extends_the_timeout_once() {
    let mut dog = Watchdog::new(5000, START);
    assert_eq!(dog.handle_timer(START + 5000 + 86_400_000, SEEN), Some(5000));
    assert_eq!(dog.handle_timer(START + 5000 + 86_405_000, SEEN), None);
}

#[test]
fn setting_the_clock_back_adds_at_most_one_timeout_to_a_silence() {
    for now in [0, 1, START - 86_400_000, START - 1, START] {
        let mut dog = Watchdog::new(5000, START);
        assert_eq!(dog.handle_timer(now, SEEN), Some(5000), "{now}");
        assert_eq!(dog.handle_timer(now + 5000, SEEN), None, "{now}");
    }
    let mut dog = Watchdog::new(5000, START);
    dog.feed(START - 86_400_000);
    assert_eq!(dog.handle_timer(START - 86_400_000 + 5000, SEEN), None, "data resets the watchdog to the new time");
}

// behavior 7.5
#[test]
fn a_timeout_that_no_timer_can_hold_becomes_the_longest_timer() {
    for timeout in [LONGEST + 1, u64::MAX] {
        let mut dog = Watchdog::new(timeout, START);
        assert_eq!(dog.handle_timer(START, SEEN), Some(LONGEST), "{timeout}");
        assert_eq!(dog.handle_timer(START + LONGEST, SEEN), None, "{timeout}");
    }
}

#[test]
fn the_largest_possible_time_does_not_overflow() {
    let mut dog = Watchdog::new(u64::MAX, u64::MAX);
    assert_eq!(dog.handle_timer(u64::MAX, SEEN), None);
    let mut dog = Watchdog::new(5000, 0);
    assert_eq!(dog.handle_timer(u64::MAX, SEEN), Some(0), "no time is left to wait");
    dog.feed(u64::MAX);
    assert_eq!(dog.handle_timer(0, SEEN), Some(5000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_wait_is_longer_than_the_timeout_and_nothing_overflows(
        timeout in select(&[0, 1, 5000, 60_000, LONGEST, u64::MAX][..]),
        start in any::<u64>(),
        events in vec((any::<u64>(), option::of(any::<bool>())), 0..20),
    ) {
        let mut dog = Watchdog::new(timeout, start);
        for (now, hidden) in events {
            match hidden {
                Some(hidden) => {
                    let again = dog.handle_timer(now, hidden);
                    prop_assert!(again.is_none_or(|again| again <= timeout.min(LONGEST)), "{again:?}");
                }
                None => dog.feed(now),
            }
        }
    }

    // Only data starts the timeout again. Nothing else can make a silence last longer than this.
    #[test]
    fn a_silence_lasts_at_most_the_timeout_plus_one_extension_plus_the_delays_of_timers(
        timeout in 0..120_000_u64,
        held_back in vec((0..5000_u64, any::<bool>()), 3),
    ) {
        let mut watch = Watch::new(timeout);
        let longest = timeout + timeout.min(10_000) + held_back.iter().map(|(late, _)| late).sum::<u64>();
        let over = held_back.iter().any(|&(late, hidden)| !watch.run_out(late, hidden));
        prop_assert!(over, "two timers are enough");
        prop_assert!((START + timeout..=START + longest).contains(&watch.now));
    }
}

#[test]
fn setting_the_clock_back_does_not_lengthen_an_extension() {
    let mut watchdog = Watchdog::new(60_000, 1_000_000);
    assert_eq!(watchdog.handle_timer(1_070_000, false), Some(10_000));
    assert_eq!(watchdog.handle_timer(1_000_000, false), Some(10_000));
    assert_eq!(watchdog.handle_timer(1_010_000, false), None);
}
