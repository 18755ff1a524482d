//! Ends of a source: at its last event, and by a `Closer` while it is awaited.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::{FutureExt, StreamExt};
use headwater::{
    Backoff, EndOfBody, ReadyState, Reason, Reconnect,
    web::{Builder, Closer, Error, Event, EventSource, Notice},
};
use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, fetch, function, ms, response, said, scenario, settle};

const URL: &str = "https://example.org/";
const SOON: Backoff = Backoff { delay: ms(1), max_delay: ms(1), max_retries: None };

fn is_done(event: &Event) -> bool {
    event.data == "[DONE]"
}

/// Returns the data of each event and the reason of each error.
async fn told(source: &mut EventSource) -> Vec<String> {
    let mut told = vec![];
    while let Some(item) = source.next().await {
        told.push(match item {
            Ok(event) => event.data,
            Err(Error::Failed(attempt)) => format!("error {}", attempt.failure.reason.as_str()),
            Err(error) => panic!("{error}"),
        });
    }
    told
}

#[wasm_bindgen_test]
async fn the_last_event_is_delivered_and_nothing_after_it() {
    let rows: [(&[&str], &[&str], &str); 4] = [
        (&["id: 1\ndata: [DONE]\n\nid: 2\ndata: a\n\n"], &["[DONE]"], "1"),
        (&["data: a\n\n", "id: 3\ndata: [DONE]\n\n", "id: 4\ndata: b\n\n"], &["a", "[DONE]"], "3"),
        (&["data: a\n\ndata: [DONE]\n\nid: 5\n\n"], &["a", "[DONE]"], ""),
        (&["id: 1\ndata: a\n\ndata: [DONE]\n\ndata: [DONE]\n\n"], &["a", "[DONE]"], "1"),
    ];
    for (method, (chunks, expected, last_event_id)) in
        ["GET", "POST"].into_iter().flat_map(|m| rows.map(|row| (m, row)))
    {
        let (fetch, log) = fetch("untilDone", chunks, "{}");
        let mut source = builder(URL).method(method).fetch_by(fetch).until(is_done).connect().unwrap();
        assert_eq!(told(&mut source).await, expected, "{chunks:?}");
        assert_eq!((source.last_event_id(), source.ready_state()), (last_event_id, ReadyState::Closed));
        assert!(source.next().await.is_none() && source.notice().await.is_none());
        settle().await;
        let said = said(&log);
        assert_eq!(said[said.len() - 2..], ["cancel", "abort"], "the request is ended: {said:?}");
        assert_eq!(said.iter().filter(|entry| *entry == "fetch").count(), 1);
    }
}

#[wasm_bindgen_test]
async fn a_response_to_a_post_that_ends_cleanly_before_the_last_event_is_an_error() {
    for chunks in [&["data: half\n\n"][..], &[], &["data: half\n\ndata: [DONE]\n"]] {
        let (fetch, log) = fetch("untilCut", chunks, "controller.close()");
        let mut source = builder(URL).method("POST").fetch_by(fetch).until(is_done).connect().unwrap();
        let mut expected = vec!["half"; chunks.len()];
        expected.push("error interrupted");
        assert_eq!(told(&mut source).await, expected);
        assert_eq!(said(&log).iter().filter(|entry| *entry == "fetch").count(), 1);
    }
}

/// A `fetch` that responds with these texts in turn, and then repeats the last one. Also returns
/// the number of its calls.
fn answers(texts: &'static [&'static str]) -> (Function, Rc<Cell<usize>>) {
    let count = Rc::new(Cell::new(0));
    let fetch = function({
        let count = count.clone();
        move |_, _| {
            let index = count.get().min(texts.len() - 1);
            count.set(count.get() + 1);
            response(texts[index])
        }
    });
    (fetch, count)
}

#[wasm_bindgen_test]
async fn a_get_that_ends_before_the_last_event_is_repeated_until_it_arrives() {
    let (fetch, count) = answers(&["id: 1\ndata: 1\n\n", "", "id: 2\ndata: 2\n\ndata: [DONE]\n\ndata: 3\n\n"]);
    let mut source = builder(URL).backoff(SOON).fetch_by(fetch).until(is_done).connect().unwrap();
    assert_eq!(told(&mut source).await, ["1", "2", "[DONE]"]);
    assert_eq!(count.get(), 3);
}

#[wasm_bindgen_test]
async fn a_stream_whose_connection_is_reset_repeatedly_is_read_to_its_last_event() {
    let Some(url) = scenario("/numbered?count=1000&cut=3&retry=1") else { return };
    let seen = Rc::new(Cell::new(0));
    let until = {
        let seen = seen.clone();
        move |event: &Event| {
            seen.set(seen.get() + 1);
            event.data == "7"
        }
    };
    let mut source = builder(&url).backoff(Backoff { max_delay: ms(20), ..SOON }).until(until).connect().unwrap();
    assert_eq!(told(&mut source).await, ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(seen.get(), 7, "`until` is called once for each event");
}

#[wasm_bindgen_test]
async fn a_post_that_never_reaches_its_last_event_is_repeated_as_often_as_allowed() {
    let (fetch, count) = answers(&["data: half\n\n"]);
    let backoff = Backoff { max_retries: Some(2), ..SOON };
    let given = builder(URL).method("POST").reconnect(Reconnect::Allowed).backoff(backoff).fetch_by(fetch);
    let mut source = given.until(is_done).connect().unwrap();
    assert_eq!(told(&mut source).await, ["half", "half", "half", "error attempts"]);
    assert_eq!(count.get(), 3);
}

#[wasm_bindgen_test]
async fn end_overrides_the_default_of_until_in_any_order() {
    let made: [fn(Builder) -> Builder; 2] =
        [|given| given.until(is_done).end(EndOfBody::Close), |given| given.end(EndOfBody::Close).until(is_done)];
    for made in made {
        let (fetch, _) = answers(&["data: half\n\n"]);
        let mut source = made(builder(URL).method("POST").fetch_by(fetch)).connect().unwrap();
        assert_eq!(told(&mut source).await, ["half"]);
    }
}

#[wasm_bindgen_test]
async fn until_is_not_called_after_the_source_was_closed() {
    let (fetch, _) = fetch("untilClosed", &["data: 1\n\ndata: 2\n\n"], "{}");
    let asked = Rc::new(Cell::new(0));
    let until = {
        let asked = asked.clone();
        move |_: &Event| {
            asked.set(asked.get() + 1);
            false
        }
    };
    let mut source = builder(URL).fetch_by(fetch).until(until).connect().unwrap();
    assert!(source.next().await.unwrap().is_ok());
    source.close();
    assert!(source.next().await.is_none());
    assert_eq!(asked.get(), 1);
}

/// Awaits a source in its own task, and returns the list of its items. `None` becomes "end".
fn run(mut source: EventSource) -> Rc<RefCell<Vec<String>>> {
    let list = Rc::new(RefCell::new(vec![]));
    spawn_local({
        let list = list.clone();
        async move {
            while let Some(item) = source.next().await {
                let word = item.map_or_else(|error| error.to_string(), |event| event.data);
                list.borrow_mut().push(word);
            }
            let state = format!("end {:?}", source.ready_state());
            list.borrow_mut().push(state);
        }
    });
    list
}

// behavior 16.8
#[wasm_bindgen_test]
async fn closing_an_endless_stream_that_is_awaited_aborts_the_request_at_once() {
    let (fetch, log) = fetch("closerEndless", &["data: 1\n\n"], "return new Promise(() => {})");
    let source = builder(URL).method("POST").fetch_by(fetch).connect().unwrap();
    let closer = source.closer();
    let list = run(source);
    settle().await;
    assert_eq!(
        (list.borrow().clone(), said(&log)),
        (vec!["1".to_owned()], vec!["fetch".into(), "pull".into(), "pull".into()])
    );
    closer.clone().close();
    assert_eq!(said(&log)[3..], ["cancel", "abort"], "synchronously");
    settle().await;
    assert_eq!(*list.borrow(), ["1", "end Closed"]);
    closer.close();
    settle().await;
    assert_eq!(said(&log).len(), 5, "the second `close` does nothing");
}

#[wasm_bindgen_test]
async fn a_stream_of_a_real_server_is_closed_while_it_is_awaited() {
    for path in ["/silent", "/never-answers", "/numbered?count=1000000&pause=1"] {
        let Some(url) = scenario(path) else { return };
        let source = builder(&url).connect().unwrap();
        let closer = source.closer();
        let list = run(source);
        settle().await;
        closer.close();
        settle().await;
        assert_eq!(list.borrow().last().unwrap(), "end Closed", "{path}");
    }
}

#[wasm_bindgen_test]
async fn a_source_is_closed_while_it_connects_and_a_late_response_is_canceled() {
    let log = Array::new();
    js_sys::Reflect::set(&js_sys::global(), &"closerConnecting".into(), &log).unwrap();
    let code = "init.signal.addEventListener('abort', () => closerConnecting.push('abort'));
         return new Promise((resolve) => { globalThis.closerAnswer = () => resolve(new Response(
             new ReadableStream({ cancel() { closerConnecting.push('cancel') } }))); });";
    let source = builder(URL).fetch_by(Function::new_with_args("url, init", code)).connect().unwrap();
    let closer = source.closer();
    let list = run(source);
    settle().await;
    closer.close();
    assert_eq!(said(&log), ["abort"]);
    settle().await;
    assert_eq!(*list.borrow(), ["end Closed"]);
    js_sys::eval("closerAnswer()").unwrap();
    settle().await;
    assert_eq!(said(&log), ["abort", "cancel"]);
}

#[wasm_bindgen_test]
async fn a_source_is_closed_while_it_waits_for_the_next_attempt() {
    let count = Rc::new(Cell::new(0));
    let fetch = function({
        let count = count.clone();
        move |_, _| {
            count.set(count.get() + 1);
            Promise::reject(&"no".into()).into()
        }
    });
    let source = builder(URL).fetch_by(fetch).backoff(Backoff { delay: ms(1_000_000), ..SOON }).connect().unwrap();
    let closer = source.closer();
    let list = run(source);
    settle().await;
    assert!(list.borrow().is_empty(), "it waits");
    closer.close();
    settle().await;
    assert_eq!((list.borrow().clone(), count.get()), (vec!["end Closed".to_owned()], 1));
}

#[wasm_bindgen_test]
async fn closing_a_source_that_is_not_awaited_discards_the_remaining_events() {
    let (fetch, log) = fetch("closerIdle", &["id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n"], "{}");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    let closer = source.closer();
    assert_eq!(source.next().await.unwrap().unwrap().data, "1");
    closer.close();
    assert_eq!(said(&log), ["fetch", "pull", "cancel", "abort"]);
    assert_eq!((source.ready_state(), source.last_event_id()), (ReadyState::Closed, "1"));
    source.decide(Some(ms(0)));
    assert!(source.next().await.is_none() && source.notice().await.is_none());
    assert_eq!(source.last_event_id(), "1");

    // This source was never polled.
    let (fetch, count) = answers(&["data: 1\n\n"]);
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    source.closer().close();
    assert!(source.next().await.is_none() && source.notice().await.is_none());
    assert_eq!(count.get(), 0);
}

#[wasm_bindgen_test]
async fn closing_wakes_a_task_that_awaits_notices() {
    let (fetch, _) = fetch("closerNotices", &["data: 1\n\n"], "return new Promise(() => {})");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    let closer = source.closer();
    let is_over = Rc::new(Cell::new(false));
    spawn_local({
        let is_over = is_over.clone();
        async move {
            while let Some(notice) = source.notice().await {
                if let Notice::Messages(mut blocks) = notice {
                    while blocks.next_block().is_some() {}
                }
            }
            is_over.set(true);
        }
    });
    settle().await;
    assert!(!is_over.get());
    closer.close();
    settle().await;
    assert!(is_over.get());
}

#[wasm_bindgen_test]
async fn closing_a_source_that_has_ended_or_was_dropped_has_no_effect() {
    let (fetch, log) = fetch("closerDropped", &["data: 1\n\n"], "{}");
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    let closer = source.closer();
    assert!(source.next().await.unwrap().is_ok());
    drop(source);
    assert_eq!(said(&log), ["fetch", "pull", "cancel", "abort"]);
    closer.close();
    settle().await;
    assert_eq!(log.length(), 4);

    let (fetch, _) = answers(&["data: 1\n\n"]);
    let mut source = builder(URL).method("POST").fetch_by(fetch).connect().unwrap();
    let closer = source.closer();
    assert_eq!(told(&mut source).await, ["1"]);
    closer.close();
    assert!(source.next().await.is_none());

    let (fetch, _) = answers(&["data: 1\n\n"]);
    let mut source = builder(URL).fetch_by(fetch).connect().unwrap();
    drop(source.closer());
    assert!(source.next().await.unwrap().is_ok(), "a closer that is dropped closes nothing");
}

#[wasm_bindgen_test]
async fn a_callback_may_close_the_source_that_calls_it() {
    type Made = fn(Builder, Function) -> Builder;
    let made: [(&str, Made); 3] = [
        ("fetch", |given, close| given.fetch_by(close)),
        ("request", |given, close| given.request_by(close)),
        ("accept", |given, close| given.fetch_by(function(|_, _| response("data: 1\n\n"))).accept_by(close)),
    ];
    for (name, made) in made {
        let shared: Rc<RefCell<Option<Closer>>> = Rc::default();
        let close = function({
            let shared = shared.clone();
            move |_, _| {
                shared.borrow().as_ref().unwrap().close();
                if shared.borrow().is_some() { JsValue::UNDEFINED } else { JsValue::NULL }
            }
        });
        let mut source = made(builder(URL).reconnect(Reconnect::Allowed).backoff(SOON), close).connect().unwrap();
        *shared.borrow_mut() = Some(source.closer());
        assert!(source.next().await.is_none(), "{name}");
        assert_eq!(source.ready_state(), ReadyState::Closed, "{name}");
    }
    let shared: Rc<RefCell<Option<Closer>>> = Rc::default();
    let until = {
        let shared = shared.clone();
        move |_: &Event| {
            shared.borrow().as_ref().unwrap().close();
            false
        }
    };
    let (fetch, _) = answers(&["data: 1\n\ndata: 2\n\n"]);
    let mut source = builder(URL).fetch_by(fetch).until(until).connect().unwrap();
    *shared.borrow_mut() = Some(source.closer());
    assert_eq!(told(&mut source).await, ["1"]);
}

#[wasm_bindgen_test]
async fn a_closer_cancels_a_readable_stream_of_the_caller() {
    let log = Array::new();
    js_sys::Reflect::set(&js_sys::global(), &"closerStream".into(), &log).unwrap();
    let code = "new ReadableStream({ cancel() { closerStream.push('cancel') } })";
    let stream: web_sys::ReadableStream = js_sys::eval(code).unwrap().into();
    let mut source = EventSource::from_readable_stream(&stream).unwrap();
    let closer = source.closer();
    assert!(source.next().now_or_never().is_none());
    closer.close();
    assert_eq!(said(&log), ["cancel"]);
    assert!(source.next().await.is_none());
}

#[wasm_bindgen_test]
async fn a_decision_can_use_the_backoff_of_the_failure_for_a_post() {
    let (fetch, count) = answers(&["data: half\n\n"]);
    let given = builder(URL).method("POST").reconnect(Reconnect::Decided).backoff(Backoff { max_delay: ms(1), ..SOON });
    let mut source = given.fetch_by(fetch).until(is_done).connect().unwrap();
    for _ in 0..3 {
        assert!(source.next().await.unwrap().is_ok());
        let Some(Err(Error::Failed(attempt))) = source.next().await else { panic!("no error") };
        assert_eq!((attempt.failure.reason, attempt.failure.delay), (Reason::Interrupted, None));
        assert_eq!(attempt.failure.backoff, ms(1));
        source.decide(Some(attempt.failure.backoff));
    }
    source.close();
    assert!(source.next().await.is_none());
    assert_eq!(count.get(), 3);
}
