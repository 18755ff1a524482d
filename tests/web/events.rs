//! The stream of events: its items, its end, and how far it reads ahead.

use std::{cell::RefCell, rc::Rc};

use futures_util::{
    FutureExt, StreamExt,
    stream::{FusedStream, Stream},
};
use headwater::{
    Backoff, EndOfBody, ReadyState, Reason, Reconnect,
    web::{Error, Event, EventSource, Notice},
};
use js_sys::Promise;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, fetch, function, ms, response, said, scenario, settle};

const URL: &str = "https://example.org/";

async fn event(source: &mut EventSource) -> Event {
    source.next().await.unwrap().unwrap()
}

fn data(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.data.as_str()).collect()
}

// behavior 16.5
#[wasm_bindgen_test]
async fn the_stream_continues_across_reconnections_and_ends_after_one_error() {
    let Some(url) = scenario("/numbered?count=10&cut=3&retry=1") else { return };
    let backoff = Backoff { delay: ms(1), max_delay: ms(20), ..Backoff::default() };
    let mut source = builder(&url).backoff(backoff).connect().unwrap();
    for number in 1..=10 {
        let number = number.to_string();
        let Event { event_type, data, last_event_id, .. } = event(&mut source).await;
        assert_eq!((&*event_type, &data, &last_event_id), ("message", &number, &number));
    }
    assert!(!source.is_terminated());
    let Some(Err(Error::Failed(attempt))) = source.next().await else { panic!("no error") };
    assert_eq!((attempt.failure.reason, attempt.failure.status), (Reason::Status, Some(204)));
    assert!(source.is_terminated());
    for _ in 0..3 {
        assert!(source.next().await.is_none());
    }
}

// behavior 16.5
#[wasm_bindgen_test]
async fn everything_received_comes_before_the_error() {
    let (fetch, _) = fetch("failing", &["data: 1\n\ndata: 2\n\nid: 3\n\ndata: lost"], "controller.error('cut')");
    let mut source = builder(URL).method("POST").fetch_by(fetch).connect().unwrap();
    let items: Vec<_> = source.by_ref().collect().await;
    let [Ok(one), Ok(two), Err(Error::Failed(attempt))] = &items[..] else { panic!("{items:?}") };
    assert_eq!((&*one.data, &*two.data, attempt.failure.reason), ("1", "2", Reason::Interrupted));
    assert_eq!(attempt.cause.as_ref().unwrap().to_string(), "cut");
    assert_eq!((source.last_event_id(), source.ready_state()), ("3", ReadyState::Closed));
}

#[wasm_bindgen_test]
async fn a_clean_end_is_not_an_error() {
    let (fetch, _) = fetch("ending", &["data: 1\n\n", "event: e\ndata: 2\n\n"], "controller.close()");
    let source = builder(URL).end(EndOfBody::Close).fetch_by(fetch).connect().unwrap();
    let events: Vec<Event> = source.map(Result::unwrap).collect().await;
    assert_eq!(data(&events), ["1", "2"]);
    assert_eq!(events[1].event_type, "e");
}

// behavior 16.10
#[wasm_bindgen_test]
async fn a_clean_end_is_an_error_if_it_is_declared_an_interruption() {
    let (fetch, _) = fetch("cut", &["data: 1\n\n"], "controller.close()");
    let source = builder(URL).method("POST").end(EndOfBody::Interrupted).fetch_by(fetch).connect().unwrap();
    let items: Vec<_> = source.collect().await;
    let [Ok(_), Err(Error::Failed(attempt))] = &items[..] else { panic!("{items:?}") };
    assert_eq!(attempt.failure.reason, Reason::Interrupted);
}

// behavior 16.4
#[wasm_bindgen_test]
async fn the_first_poll_sends_the_request_and_a_chunk_is_read_once_the_previous_is_taken() {
    let chunks: Vec<String> = (1..=8).map(|n| format!("data: {n}a\n\ndata: {n}b\n\n")).collect();
    let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
    let (fetch, log) = fetch("slow", &chunks, "controller.close()");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    settle().await;
    assert_eq!(log.length(), 0);
    for (taken, pulls) in [("1a", 1), ("1b", 1), ("2a", 2), ("2b", 2), ("3a", 3)] {
        assert_eq!(event(&mut source).await.data, taken);
        settle().await;
        assert_eq!(log.length(), 1 + pulls, "{taken}");
    }
}

// behavior 16.8
#[wasm_bindgen_test]
async fn closing_discards_the_remaining_events_and_aborts_the_request_at_once() {
    let chunk = "id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: b\n\nid: 4\ndata: c\n\n";
    let (fetch, log) = fetch("closing", &[chunk], "{}");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    assert_eq!(event(&mut source).await.data, "a");
    assert_eq!(source.last_event_id(), "1");
    assert_eq!(event(&mut source).await.data, "b");
    assert_eq!(source.last_event_id(), "3");
    source.close();
    assert_eq!(said(&log), ["fetch", "pull", "cancel", "abort"]);
    assert_eq!((source.last_event_id(), source.ready_state()), ("3", ReadyState::Closed));
    assert!(source.is_terminated());
    assert!(source.next().await.is_none() && source.notice().await.is_none());
    source.close();
}

#[wasm_bindgen_test]
async fn closing_ends_a_source_that_was_never_polled_and_one_that_waits() {
    let (fetch, log) = fetch("unasked", &[], "{}");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    source.close();
    assert!(source.next().await.is_none());
    assert_eq!(log.length(), 0);

    let asked = Rc::new(RefCell::new(0));
    let fetch = function({
        let asked = asked.clone();
        move |_, _| {
            *asked.borrow_mut() += 1;
            Promise::reject(&"no".into()).into()
        }
    });
    let never = Backoff { delay: ms(1_000_000), ..Backoff::default() };
    let mut source = builder(URL).fetch_by(fetch).backoff(never).connect().unwrap();
    assert!(matches!(source.notice().await, Some(Notice::Error(_))));
    assert!(source.next().now_or_never().is_none(), "it waits");
    source.close();
    assert!(source.next().await.is_none());
    assert_eq!(*asked.borrow(), 1);
}

#[wasm_bindgen_test]
async fn a_dropped_future_has_taken_no_event() {
    let (fetch, _) = fetch("dropped", &["data: 1\n\n", "data: 2\n\n"], "controller.close()");
    let mut source = builder(URL).end(EndOfBody::Close).fetch_by(fetch).connect().unwrap();
    let mut all = vec![];
    loop {
        // Each future is polled once and dropped.
        match source.next().now_or_never() {
            None => settle().await,
            Some(Some(event)) => all.push(event.unwrap()),
            Some(None) => break,
        }
    }
    assert_eq!(data(&all), ["1", "2"]);
}

#[wasm_bindgen_test]
async fn notice_reads_the_next_chunk_and_leaves_the_buffered_events_to_the_stream() {
    let (fetch, _) = fetch("mixed", &["data: 1\n\ndata: 2\n\n", "data: 3\n\n"], "controller.close()");
    let mut source = builder(URL).end(EndOfBody::Close).fetch_by(fetch).connect().unwrap();
    assert_eq!(event(&mut source).await.data, "1");
    let Some(Notice::Messages(mut blocks)) = source.notice().await else { panic!("no messages") };
    assert!(blocks.next_block().is_some() && blocks.next_block().is_none());
    drop(blocks);
    assert_eq!(event(&mut source).await.data, "2");
    assert!(source.next().await.is_none());
}

// behavior 16.6
#[wasm_bindgen_test]
async fn with_decisions_each_failure_is_an_item_and_the_stream_continues_as_decided() {
    // Without a decision, the GET would be repeated and the POST would not.
    for method in ["GET", "POST"] {
        let attempts = Rc::new(RefCell::new(0));
        let fetch = function({
            let attempts = attempts.clone();
            move |_, _| {
                *attempts.borrow_mut() += 1;
                if *attempts.borrow() == 2 { response("data: x\n\n") } else { Promise::reject(&"no".into()).into() }
            }
        });
        let given = builder(URL).method(method).fetch_by(fetch).end(EndOfBody::Close);
        let mut source = given.reconnect(Reconnect::Decided).connect().unwrap();
        let Some(Err(Error::Failed(attempt))) = source.next().await else { panic!("{method}") };
        assert_eq!(attempt.failure.delay.is_some(), method == "GET");
        assert!(!source.is_terminated(), "it can still be decided");
        source.decide(Some(ms(1)));
        assert_eq!(event(&mut source).await.data, "x");
        assert!(source.next().await.is_none());
        assert_eq!(*attempts.borrow(), 2);
    }
}

#[wasm_bindgen_test]
async fn a_source_is_connecting_until_a_decision_and_closed_if_no_retry_is_decided() {
    let given = builder("https://headwater.invalid/").method("POST").reconnect(Reconnect::Decided);
    let mut source = given.connect().unwrap();
    assert!(source.next().await.unwrap().is_err());
    assert_eq!((source.ready_state(), source.is_terminated()), (ReadyState::Connecting, false));
    source.decide(None);
    assert_eq!((source.ready_state(), source.is_terminated()), (ReadyState::Closed, true));
    source.decide(Some(ms(0)));
    assert_eq!((source.ready_state(), source.is_terminated()), (ReadyState::Closed, true));
    assert!(source.next().await.is_none());
}

// behavior 16.6
#[wasm_bindgen_test]
async fn a_decision_after_the_end_has_no_effect() {
    let fetch = function(|_, _| Promise::reject(&"no".into()).into());
    let mut source = builder(URL).method("POST").fetch_by(fetch).reconnect(Reconnect::Decided).connect().unwrap();
    assert!(source.next().await.unwrap().is_err());
    assert!(source.next().await.is_none());
    source.decide(Some(ms(0)));
    assert!(source.next().await.is_none());
}

// behavior 16.5
#[wasm_bindgen_test]
async fn a_temporary_failure_is_not_an_item_without_decisions() {
    let attempts = Rc::new(RefCell::new(0));
    let fetch = function(move |_, _| {
        *attempts.borrow_mut() += 1;
        if *attempts.borrow() == 3 { response("data: x\n\n") } else { Promise::reject(&"no".into()).into() }
    });
    let soon = Backoff { delay: ms(1), max_delay: ms(1), ..Backoff::default() };
    let source = builder(URL).fetch_by(fetch).backoff(soon).end(EndOfBody::Close).connect().unwrap();
    let events: Vec<Event> = source.map(Result::unwrap).collect().await;
    assert_eq!(data(&events), ["x"]);
}

/// Every stream adapter and every `select!` accepts a source without pinning it.
const _: fn() = || {
    fn is_a_stream<S: Stream<Item = Result<Event, Error>> + FusedStream + Unpin + 'static>() {}
    is_a_stream::<EventSource>();
};
