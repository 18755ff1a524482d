//! What follows from a failure, with a `fetch` of the test: the request of each attempt, decisions
//! and timeouts.

use std::{cell::RefCell, rc::Rc};

use futures_util::{
    StreamExt,
    future::{Either, select},
};
use headwater::{
    Backoff, EndOfBody, Reconnect,
    web::{Attempt, AttemptRequest, Builder},
};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, function, get, ms, read, read_until, response, settle};

const SOON: Backoff = Backoff { delay: ms(5), max_delay: ms(5), max_retries: None };

/// A `fetch` that always fails, and the list of the URLs it was called with.
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
async fn each_attempt_uses_the_result_of_the_request_closure() {
    let (fetch, asked) = failing();
    let mut source = builder("https://example.org/never")
        .fetch_by(fetch)
        .request(async |Attempt { number, last_event_id, .. }| {
            settle().await;
            Ok(AttemptRequest::new().url(&format!("https://example.org/{number}/{last_event_id}")))
        })
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
async fn an_error_of_the_request_closure_is_retried_and_an_invalid_request_is_final() {
    let (fetch, asked) = failing();
    let request = async |Attempt { number, .. }| match number {
        1 => Err("no token".into()),
        _ => Ok(AttemptRequest::new().method("a b")),
    };
    let story =
        read(builder("https://example.org/").fetch_by(fetch).request(request).backoff(SOON).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["request", "request"]);
    let causes: Vec<_> = story.errors.iter().map(|error| error.cause.as_ref().unwrap().to_string()).collect();
    assert_eq!(causes[0], "no token");
    assert!(causes[1].contains("`method`"), "{}", causes[1]);
    assert_eq!(story.errors[1].failure.delay, None);
    assert!(asked.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_running_request_closure_is_dropped_with_its_source() {
    let dropped = Rc::new(RefCell::new(0));
    struct Guard(Rc<RefCell<i32>>);
    impl Drop for Guard {
        fn drop(&mut self) {
            *self.0.borrow_mut() += 1;
        }
    }
    let source = builder("https://example.org/").request({
        let dropped = dropped.clone();
        async move |_| {
            let _guard = Guard(dropped.clone());
            std::future::pending().await
        }
    });
    let mut source = source.connect().unwrap();
    let waiting = Box::pin(source.next());
    let (_, waiting) = match select(waiting, Box::pin(settle())).await {
        Either::Left(_) => panic!("no event can have arrived"),
        Either::Right(both) => both,
    };
    drop(waiting);
    assert_eq!(*dropped.borrow(), 0, "dropping the future loses nothing");
    drop(source);
    assert_eq!(*dropped.borrow(), 1);
}

/// Sends a POST with the header `x-made: 1` and the body `made`, whose `request` closure returns
/// `given`. Returns the URL, method, `x-made`, body and content type of the request, or the reason
/// and the cause of the error.
async fn sent_by(given: impl Fn() -> Result<AttemptRequest, JsValue> + 'static) -> Vec<String> {
    let made = builder("https://example.org/made").method("POST").header("x-made", "1").body("made");
    sent(made.request(async move |_| given())).await
}

async fn sent(made: Builder) -> Vec<String> {
    let sent = Rc::new(RefCell::new(vec![]));
    let fetch = function({
        let sent = sent.clone();
        move |url, init| {
            let headers: web_sys::Headers = get(&init, "headers").unchecked_into();
            let header = |name| headers.get(name).unwrap().unwrap_or_default();
            let member = |name| get(&init, name).as_string().unwrap_or_default();
            let (method, body) = (member("method"), member("body"));
            *sent.borrow_mut() = vec![url.as_string().unwrap(), method, header("x-made"), body, header("content-type")];
            response("data: x\n\n")
        }
    });
    let story = read(made.end(EndOfBody::Close).fetch_by(fetch).connect().unwrap()).await;
    let mut sent = sent.take();
    for error in &story.errors {
        let cause = error.cause.as_ref().map(ToString::to_string).unwrap_or_default();
        sent.extend([error.failure.reason.as_str().to_owned(), cause]);
    }
    sent
}

#[wasm_bindgen_test]
async fn members_that_the_request_closure_does_not_set_come_from_the_source() {
    let (made, other) = ("https://example.org/made", "https://example.org/else");
    let location = get(&get(&js_sys::global(), "location"), "href").as_string().unwrap();
    let relative = web_sys::Url::new_with_base("else?x", &location).unwrap().href();
    let headers = || JsValue::from(web_sys::Headers::new_with_record_from_str_to_str(&record("X-Made", "3")).unwrap());
    let new = AttemptRequest::new;
    type Given = Box<dyn Fn() -> AttemptRequest>;
    let cases: [(Given, [&str; 5]); 11] = [
        (Box::new(new), [made, "POST", "1", "made", ""]),
        (Box::new(move || new().url(other)), [other, "POST", "1", "made", ""]),
        (Box::new(move || new().url("else?x")), [&relative, "POST", "1", "made", ""]),
        (Box::new(move || new().method("PUT")), [made, "PUT", "1", "made", ""]),
        (Box::new(move || new().header("X-Made", "2")), [made, "POST", "2", "made", ""]),
        (Box::new(move || new().init("headers", &headers())), [made, "POST", "3", "made", ""]),
        (Box::new(move || new().header("x-made", "4").init("headers", &headers())), [made, "POST", "4", "made", ""]),
        (Box::new(move || new().body("b")), [made, "POST", "1", "b", ""]),
        (Box::new(move || new().method("GET").url(other)), [other, "GET", "1", "", ""]),
        (Box::new(move || new().method("head")), [made, "head", "1", "", ""]),
        (Box::new(move || new().header("last-event-id", "9")), [made, "POST", "1", "made", ""]),
    ];
    for (index, (given, expected)) in cases.into_iter().enumerate() {
        assert_eq!(sent_by(move || Ok(given())).await, expected, "{index}");
    }
}

fn record(name: &str, value: &str) -> Object {
    let record = Object::new();
    Reflect::set(&record, &name.into(), &value.into()).unwrap();
    record
}

#[wasm_bindgen_test]
async fn the_content_type_of_a_json_body_is_removed_with_it() {
    let made = || builder("https://example.org/").json(&[1]).unwrap();
    let json = "application/json";
    let url = "https://example.org/";
    assert_eq!(sent(made()).await, [url, "POST", "", "[1]", json]);
    let other = made().request(async |_| Ok(AttemptRequest::new().body("text")));
    assert_eq!(sent(other).await, [url, "POST", "", "text", ""]);
    let resumed = made().request(async |_| Ok(AttemptRequest::new().method("GET")));
    assert_eq!(sent(resumed).await, [url, "GET", "", "", ""]);
    let again = made().request(async |_| Ok(AttemptRequest::new().json(&[2]).unwrap()));
    assert_eq!(sent(again).await, [url, "POST", "", "[2]", json]);
    let own = made().header("Content-Type", "x/y").request(async |_| Ok(AttemptRequest::new().body("text")));
    assert_eq!(sent(own).await, [url, "POST", "", "text", "x/y"]);
}

#[wasm_bindgen_test]
async fn a_request_that_cannot_be_made_is_reported_and_nothing_is_sent() {
    let new = AttemptRequest::new;
    type Given = Box<dyn Fn() -> Result<AttemptRequest, JsValue>>;
    let cases: [(Given, &str); 7] = [
        (Box::new(move || Ok(new().url("https://["))), "\"https://[\" is not a valid URL"),
        (Box::new(move || Ok(new().url("https://user:word@example.org/"))), "user name or password"),
        (Box::new(move || Ok(new().method("a b"))), "invalid `method`"),
        (Box::new(move || Ok(new().method("GET").body("x"))), "a body cannot be sent with GET"),
        (Box::new(move || Ok(new().header("a b", "1"))), "\"a b\" cannot be sent"),
        (Box::new(move || Ok(new().init("mode", &"navigate".into()))), "invalid `mode`"),
        (Box::new(|| Err("mine".into())), "mine"),
    ];
    for (given, expected) in cases {
        let sent = sent_by(given).await;
        let [reason, cause] = &sent[..] else { panic!("{expected}: {sent:?}") };
        assert!(reason == "request" && cause.contains(expected), "{expected}: {cause}");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_is_a_stream_is_not_sent_twice() {
    let fetch = "init.body.getReader(); return Promise.reject('no')";
    let body = "new ReadableStream()";
    let Ok(made) = builder("https://example.org/")
        .method("POST")
        .body(js_sys::eval(body).unwrap())
        .fetch_by(Function::new_with_args("url, init", fetch))
        .request(async |_| Ok(AttemptRequest::new()))
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
async fn the_last_event_id_is_sent_in_the_query_parameter() {
    let seen = Rc::new(RefCell::new(None));
    let fetch = function({
        let seen = seen.clone();
        move |url, init| {
            *seen.borrow_mut() = Some((url, Reflect::get(&init, &"headers".into()).unwrap()));
            Promise::reject(&"no".into()).into()
        }
    });
    let source = builder("https://example.org/?id=1&x=2#top").method("POST").last_event_id("a b&日");
    read(source.last_event_id_param("id").fetch_by(fetch).connect().unwrap()).await;
    let (url, headers) = seen.take().unwrap();
    assert_eq!(url, "https://example.org/?id=a+b%26%E6%97%A5&x=2#top");
    assert!(!web_sys::Headers::from(headers).has("last-event-id").unwrap());
}

#[wasm_bindgen_test]
async fn a_different_decision_is_possible_for_each_failure() {
    let (fetch, asked) = failing();
    let mut source =
        builder("https://example.org/").method("POST").fetch_by(fetch).reconnect(Reconnect::Decided).connect().unwrap();
    for delay in [Some(ms(1)), Some(ms(0)), None] {
        let story = read_until(&mut source, |story| story.errors.len() == 1).await;
        assert_eq!(story.errors[0].failure.delay, None);
        source.decide(delay);
    }
    assert!(source.notice().await.is_none());
    assert_eq!(asked.borrow().len(), 3);
}

#[wasm_bindgen_test]
async fn a_server_that_does_not_respond_in_time_fails_the_attempt() {
    let fetch = function(|_, _| Promise::new(&mut |_, _| {}).into());
    let story =
        read(builder("https://example.org/").method("POST").fetch_by(fetch).connect_timeout(ms(30)).connect().unwrap())
            .await;
    assert_eq!(story.reasons(), ["timeout"]);
}

#[wasm_bindgen_test]
async fn accept_replaces_the_check_of_status_and_type() {
    let answer = "new Response('data: x\\n\\n', { status: 201, headers: { 'content-type': 'text/plain' } })";
    let source = |accept: &str| {
        builder("https://example.org/")
            .method("POST")
            .fetch_by(Function::new_no_args(&format!("return {answer}")))
            .accept_by(Function::new_with_args("response", accept))
            .connect()
            .unwrap()
    };
    assert_eq!(read(source("return response.status === 201")).await.data(), ["x"]);
    assert_eq!(read(source("return false")).await.reasons(), ["status"]);
    assert_eq!(read(source("response.body.getReader(); return true")).await.reasons(), ["request"]);
}
