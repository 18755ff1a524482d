//! What follows from a failure, with a `fetch` of the test's own: the request of each attempt, decisions, timeouts.

use std::{cell::RefCell, rc::Rc};

use headwater::{Backoff, Reconnect};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{builder, function, get, ms, read, read_until, response};

const SOON: Backoff = Backoff { delay: ms(5), max_delay: ms(5), max_retries: None };

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

/// What is sent of a POST with the header `x-made: 1` and the body `made`, where `request` is this code: URL, method, `x-made` and
/// body; or the reason, and what the error says.
async fn sent_by(request: &str) -> Vec<String> {
    let sent = Rc::new(RefCell::new(vec![]));
    let fetch = function({
        let sent = sent.clone();
        move |url, init| {
            let headers: web_sys::Headers = get(&init, "headers").unchecked_into();
            let header = headers.get("x-made").unwrap().unwrap_or_default();
            let member = |name| get(&init, name).as_string().unwrap_or_default();
            *sent.borrow_mut() = vec![url.as_string().unwrap(), member("method"), header, member("body")];
            response("data: x\n\n")
        }
    });
    let made = builder("https://example.org/made").method("POST").header("x-made", "1").body("made");
    let request = Function::new_with_args("attempt, lastEventId", request);
    let story = read(made.fetch(fetch).request(request).connect().unwrap()).await;
    let mut sent = sent.take();
    for error in &story.errors {
        let cause = error.cause.as_ref().map(ToString::to_string).unwrap_or_default();
        sent.extend([error.failure.reason.as_str().to_owned(), cause]);
    }
    sent
}

#[wasm_bindgen_test]
async fn a_request_function_that_returns_nothing_asks_for_the_request_as_it_was_made() {
    let as_made = ["https://example.org/made", "POST", "1", "made"];
    for answer in
        ["undefined", "null", "Promise.resolve()", "Promise.resolve(null)", "new Promise((f) => setTimeout(f))"]
    {
        assert_eq!(sent_by(&format!("return {answer}")).await, as_made, "{answer}");
    }
    assert_eq!(sent_by("").await, as_made, "no return at all");
    let elsewhere = ["https://example.org/else", "POST", "1", "made"];
    for answer in ["[url]", "[url, undefined]", "[url, null]", "Promise.resolve([url])", "[new URL(url)]"] {
        let code = format!("const url = 'https://example.org/else'; return {answer}");
        assert_eq!(sent_by(&code).await, elsewhere, "{answer}");
    }
}

#[wasm_bindgen_test]
async fn what_a_request_function_returns_is_in_place_of_what_was_made_and_checked_as_that_is() {
    let other = "https://example.org/else";
    for (init, expected) in [
        ("{}", ["", "", ""]),
        ("{ method: 'PUT', headers: { 'X-Made': '2' }, body: 'b' }", ["PUT", "2", "b"]),
        ("{ method: 'PUT', headers: new Headers({ 'x-made': '2' }) }", ["PUT", "2", ""]),
    ] {
        let sent = sent_by(&format!("return ['{other}', {init}]")).await;
        assert_eq!(sent[0], other);
        assert_eq!(sent[1..], expected, "{init}");
    }
    let location = get(&get(&js_sys::global(), "location"), "href").as_string().unwrap();
    let relative = web_sys::Url::new_with_base("else?x", &location).unwrap().href();
    assert_eq!(sent_by("return ['else?x']").await[0], relative);
}

#[wasm_bindgen_test]
async fn what_cannot_be_an_answer_of_a_request_function_is_told_and_nothing_is_sent() {
    for (code, told) in [
        ("return 7", "`request` must return undefined, or an array of a URL and a RequestInit"),
        ("return 'https://example.org/'", "`request` must return undefined, or an array"),
        ("return { url: 'https://example.org/' }", "`request` must return undefined, or an array"),
        ("return []", "an array without a URL"),
        ("return [undefined, { method: 'GET' }]", "an array without a URL"),
        ("return [{ method: 'GET' }]", "the first item that `request` returned is no URL"),
        ("return [7, {}]", "the first item that `request` returned is no URL"),
        ("return ['https://[', {}]", "\"https://[\" is not a valid URL"),
        ("return ['/', 'POST']", "the second item that `request` returned is no RequestInit"),
        ("return ['/', { method: 'a b' }]", "\"method\" is not possible"),
        ("return ['/', { body: 'x' }]", "a body cannot be sent with GET"),
        ("return ['/', { headers: { 'a b': '1' } }]", "\"headers\" is not possible"),
        ("return [undefined, new Error('mine')]", "Error: mine"),
        ("return [undefined, 'mine']", "mine"),
        ("throw new Error('mine')", "Error: mine"),
        ("return Promise.reject(new Error('mine'))", "Error: mine"),
    ] {
        let sent = sent_by(code).await;
        let [reason, cause] = &sent[..] else { panic!("{code}: {sent:?}") };
        assert!(reason == "request" && cause.contains(told), "{code}: {cause}");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_is_a_stream_is_not_sent_twice_as_it_was_made() {
    let fetch = "init.body.getReader(); return Promise.reject('no')";
    let body = "new ReadableStream()";
    let Ok(made) = builder("https://example.org/")
        .method("POST")
        .body(js_sys::eval(body).unwrap())
        .fetch(Function::new_with_args("url, init", fetch))
        .request(Function::new_no_args(""))
        .reconnect(Reconnect::Allowed)
        .backoff(SOON)
        .connect()
    else {
        web_sys::console::warn_1(&"not tested: this browser cannot send a stream".into());
        return;
    };
    let story = read(made).await;
    assert_eq!(story.reasons(), ["network", "request"]);
    let cause = story.errors[1].cause.as_ref().unwrap().to_string();
    assert!(cause.contains("can be sent only once"), "{cause}");
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
    for delay in [Some(ms(1)), Some(ms(0)), None] {
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
        read(builder("https://example.org/").method("POST").fetch(fetch).connect_timeout(ms(30)).connect().unwrap())
            .await;
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
