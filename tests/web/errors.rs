//! Invalid requests are reported by `connect`, before a request is sent. Errors implement the
//! traits of Rust errors.

use std::{cell::RefCell, error::Error as _, rc::Rc};

use headwater::{
    Backoff,
    web::{Builder, Error, Thrown},
};
use js_sys::{Object, Promise, TypeError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, function, get, ms, read, read_until, response};

const URL: &str = "https://example.org/";

fn error(builder: Builder) -> Error {
    builder.connect().unwrap_err()
}

fn thrown(error: &Error) -> &Thrown {
    error.source().unwrap().downcast_ref().unwrap()
}

// behavior 16.7
#[wasm_bindgen_test]
fn an_invalid_url_is_reported() {
    for url in ["https://", "https://[", "https://exa mple.org/", "http://example.org:99999/"] {
        let error = error(builder(url));
        assert_eq!(error.to_string(), format!("{url:?} is not a valid URL"));
        assert!(matches!(&error, Error::Url { url: given, .. } if given == url), "{error:?}");
    }
}

// behavior 16.7
#[wasm_bindgen_test]
fn an_invalid_header_is_reported_by_name_and_without_its_value() {
    for (name, value) in [("a b", "secret"), ("x-a", "secret\nx"), ("x-a", "secret日")] {
        let error = error(builder(URL).header("x-good", "1").header(name, value));
        assert!(matches!(&error, Error::Header { name: given, .. } if given == name), "{error:?}");
        assert_eq!(error.to_string(), format!("the header {name:?} cannot be sent"));
        assert!(thrown(&error).value().is_instance_of::<TypeError>());
    }
    for last_event_id in ["a\nb", "a\rb", "a\0b"] {
        let error = error(builder(URL).last_event_id(last_event_id));
        assert!(matches!(&error, Error::Header { name, .. } if name == "last-event-id"), "{error:?}");
    }
}

// behavior 16.7
#[wasm_bindgen_test]
fn a_member_that_the_platform_refuses_is_reported_by_name() {
    for (member, value) in
        [("method", "a b"), ("method", "TRACE"), ("mode", "no"), ("credentials", "no"), ("headers", "no")]
    {
        let error = error(builder(URL).init("redirect", &"error".into()).init(member, &value.into()));
        assert!(matches!(&error, Error::Init { member: given, .. } if given == member), "{error:?}");
        assert_eq!(error.to_string(), format!("invalid `{member}`"));
        assert!(thrown(&error).to_string().starts_with("TypeError: "), "{}", thrown(&error));
    }
}

// behavior 16.7
#[wasm_bindgen_test]
fn a_body_needs_a_method_that_allows_one() {
    for (method, name) in [(None, "GET"), (Some("get"), "GET"), (Some("HEAD"), "HEAD")] {
        let builder = builder(URL).body("x");
        let error = error(if let Some(method) = method { builder.method(method) } else { builder });
        assert!(matches!(&error, Error::Body { method, .. } if method == name), "{error:?}");
        assert!(error.source().is_none());
    }
}

#[wasm_bindgen_test]
async fn headers_may_also_be_a_member_of_the_init() {
    let given = js_sys::eval("({ 'x-a': '1', 'x-b': '1' })").unwrap();
    let seen = Rc::new(RefCell::new(JsValue::UNDEFINED));
    let fetch = function({
        let seen = seen.clone();
        move |_, init| {
            *seen.borrow_mut() = get(&init, "headers");
            response("")
        }
    });
    let builder = builder(URL).init("headers", &given).header("X-A", "2").header("x-a", "3").method("POST");
    read(builder.fetch_by(fetch).connect().unwrap()).await;
    let headers: web_sys::Headers = seen.take().unchecked_into();
    let values = ["x-a", "x-b"].map(|name| headers.get(name).unwrap().unwrap());
    assert_eq!(values, ["3", "1"]);
}

#[wasm_bindgen_test]
async fn a_last_event_id_header_sets_the_id_to_start_from() {
    let source = builder(URL).header("Last-Event-ID", "7").fetch_by(function(|_, _| response("id: 8\ndata: x\n\n")));
    let mut source = source.connect().unwrap();
    assert_eq!(source.last_event_id(), "7");
    let story = read_until(&mut source, |story| !story.messages.is_empty()).await;
    assert_eq!(story.last_event_id, "8");
}

#[wasm_bindgen_test]
async fn a_relative_url_is_resolved_against_the_page_in_each_attempt() {
    // A page of wasm-bindgen's test runner, or its worker.
    let asked = Rc::new(RefCell::new(Vec::new()));
    let fetch = function({
        let asked = asked.clone();
        move |url, _| {
            asked.borrow_mut().push(url.as_string().unwrap());
            Promise::reject(&"no".into()).into()
        }
    });
    let soon = Backoff { delay: ms(1), max_delay: ms(1), ..Backoff::default() };
    let mut source = builder("stream?x#y").fetch_by(fetch).backoff(soon).connect().unwrap();
    read_until(&mut source, |story| story.errors.len() == 2).await;
    let location = get(&get(&js_sys::global(), "location"), "href").as_string().unwrap();
    let expected = web_sys::Url::new_with_base("stream?x#y", &location).unwrap().href();
    assert_eq!(*asked.borrow(), [expected.clone(), expected]);
}

#[wasm_bindgen_test]
async fn a_failed_connection_is_an_error_with_the_thrown_value_as_its_source() {
    let fetch = function(|_, _| Promise::reject(&TypeError::new("on purpose")).into());
    let story = read(builder(URL).method("POST").fetch_by(fetch).connect().unwrap()).await;
    let error = Error::Failed(story.errors.into_iter().next().unwrap());
    assert!(error.to_string().starts_with("the server is unreachable"), "{error}");
    assert_eq!(thrown(&error).to_string(), "TypeError: on purpose");
    // The conversion that `?` does in a function that is exported to JavaScript.
    assert!(JsValue::from(wasm_bindgen::JsError::from(error)).is_instance_of::<js_sys::Error>());
}

#[wasm_bindgen_test]
fn every_thrown_value_is_converted_to_text() {
    let symbol = js_sys::eval("Symbol('s')").unwrap();
    let nothing = js_sys::eval("Object.create(null)").unwrap();
    for (value, text) in [
        (JsValue::UNDEFINED, "undefined"),
        (7.into(), "7"),
        ("x".into(), "x"),
        (symbol, "Symbol(s)"),
        (Object::new().into(), "[object Object]"),
        (nothing, "a value that cannot be converted to a string was thrown"),
    ] {
        let thrown = Thrown::from(value.clone());
        assert_eq!(thrown.to_string(), text);
        assert_eq!(JsValue::from(thrown), value);
    }
}
