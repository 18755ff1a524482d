//! What follows from a failure, with a `fetch` of the test's own: the request of each attempt, decisions, timeouts.

use std::{cell::RefCell, rc::Rc};

use headwater::{Reconnect, reconnection::Backoff};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{builder, function, read, read_until};

const SOON: Backoff = Backoff { delay: 5, max_delay: 5, max_attempts: None };

/// A `fetch` that always fails, and the URLs that it was asked for.
fn failing() -> (Function, Rc<RefCell<Vec<String>>>) {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let fetch = function({
        let asked = asked.clone();
        move |url, _| {
            asked.borrow_mut().extend(url.as_string());
            Promise::reject(&"no".into()).into()
        }
    });
    (fetch, asked)
}

#[wasm_bindgen_test]
async fn each_attempt_is_what_the_request_function_says() {
    let (fetch, asked) = failing();
    let request = function(|attempt, last_event_id| {
        let url = format!("https://example.org/{}/{}", attempt.as_f64().unwrap(), last_event_id.as_string().unwrap());
        Promise::resolve(&Array::of2(&url.into(), &Object::new())).into()
    });
    let mut source = builder("https://example.org/never")
        .fetch(fetch)
        .request(request)
        .last_event_id("7")
        .reconnect(Reconnect::Allowed)
        .backoff(SOON)
        .connect()
        .unwrap();
    let story = read_until(&mut source, |story| story.errors.len() == 2).await;
    assert_eq!(story.reasons(), ["network", "network"]);
    assert_eq!(*asked.borrow(), ["https://example.org/1/7", "https://example.org/2/7"]);
}

#[wasm_bindgen_test]
async fn a_request_function_that_fails_has_failed_the_attempt_and_an_impossible_answer_is_final() {
    let impossible = Array::of2(&JsValue::UNDEFINED, &"bad".into());
    let answers: [JsValue; 2] = [Promise::reject(&"no token".into()).into(), Promise::resolve(&impossible).into()];
    let request = function({
        let answers = RefCell::new(answers.into_iter());
        move |_, _| answers.borrow_mut().next().unwrap()
    });
    let (fetch, asked) = failing();
    let story =
        read(builder("https://example.org/").fetch(fetch).request(request).backoff(SOON).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["request", "request"]);
    let causes: Vec<_> = story.errors.iter().map(|error| error.cause.as_ref().unwrap().to_string()).collect();
    assert_eq!(causes, ["no token", "bad"]);
    assert_eq!(story.errors[1].failure.delay, None);
    assert!(asked.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn the_last_event_id_goes_into_the_parameter_that_is_named() {
    let seen = Rc::new(RefCell::new(None));
    let fetch = function({
        let seen = seen.clone();
        move |url, init| {
            *seen.borrow_mut() = Some((url, Reflect::get(&init, &"headers".into()).unwrap()));
            Promise::reject(&"no".into()).into()
        }
    });
    let source = builder("https://example.org/?id=1&x=2#top").method("POST").last_event_id("a b&日");
    read(source.last_event_id_param("id").fetch(fetch).connect().unwrap()).await;
    let (url, headers) = seen.take().unwrap();
    assert_eq!(url, "https://example.org/?id=a+b%26%E6%97%A5&x=2#top");
    assert!(!web_sys::Headers::from(headers).has("last-event-id").unwrap());
}

#[wasm_bindgen_test]
async fn who_is_asked_decides_and_may_decide_otherwise_each_time() {
    let (fetch, asked) = failing();
    let mut source =
        builder("https://example.org/").method("POST").fetch(fetch).reconnect(Reconnect::Decided).connect().unwrap();
    for delay in [Some(1), Some(0), None] {
        let story = read_until(&mut source, |story| story.errors.len() == 1).await;
        assert_eq!(story.errors[0].failure.delay, None);
        source.decide(delay);
    }
    assert!(source.notice().await.is_none());
    assert_eq!(asked.borrow().len(), 3);
}

#[wasm_bindgen_test]
async fn a_server_that_does_not_answer_in_time_has_failed_the_attempt() {
    let fetch = function(|_, _| Promise::new(&mut |_, _| {}).into());
    let story =
        read(builder("https://example.org/").method("POST").fetch(fetch).connect_timeout(30).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["timeout"]);
}

#[wasm_bindgen_test]
async fn what_an_accept_function_says_is_in_place_of_status_and_type() {
    let answer = "new Response('data: x\\n\\n', { status: 201, headers: { 'content-type': 'text/plain' } })";
    let source = |accept: &str| {
        builder("https://example.org/")
            .method("POST")
            .fetch(Function::new_no_args(&format!("return {answer}")))
            .accept(Function::new_with_args("response", accept))
            .connect()
            .unwrap()
    };
    assert_eq!(read(source("return response.status === 201")).await.data(), ["x"]);
    assert_eq!(read(source("return false")).await.reasons(), ["status"]);
    assert_eq!(read(source("response.body.getReader(); return true")).await.reasons(), ["request"]);
}
