//! Requests with a `fetch` of the test instead of the platform's: the arguments of this function,
//! and the values that it may return.

use std::{cell::RefCell, rc::Rc};

use headwater::{Backoff, EndOfBody};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, function, get, ms, read, response};

#[wasm_bindgen_test]
async fn fetch_receives_the_url_and_the_whole_request() {
    let seen = Rc::new(RefCell::new(None));
    let fetch = function({
        let seen = seen.clone();
        move |url, init| {
            *seen.borrow_mut() = Some((url, init));
            Promise::resolve(&response("data: x\n\n")).into()
        }
    });
    let source = builder("https://example.org/chat")
        .method("PUT")
        .body("body")
        .last_event_id("日本…")
        .fetch_by(fetch)
        .connect()
        .unwrap();
    assert_eq!(read(source).await.data(), ["x"]);
    let (url, init) = seen.take().unwrap();
    assert_eq!(url, "https://example.org/chat");
    assert_eq!(get(&init, "method"), "PUT");
    assert_eq!(get(&init, "body"), "body");
    assert_eq!(get(&init, "cache"), "no-store");
    assert!(get(&init, "signal").is_object());
    let headers: web_sys::Headers = get(&init, "headers").unchecked_into();
    assert_eq!(headers.get("accept").unwrap().unwrap(), "text/event-stream");
    // The ID in UTF-8, with one character for each byte.
    let bytes: Vec<u8> = headers.get("last-event-id").unwrap().unwrap().chars().map(|byte| byte as u8).collect();
    assert_eq!(bytes, "日本…".as_bytes());
}

#[wasm_bindgen_test]
async fn an_invalid_result_of_fetch_is_an_error_and_not_a_trap() {
    let number_stream = js_sys::eval(
        "new Response(new ReadableStream({ start(c) { c.enqueue(1) } }), { headers: { 'content-type': 'text/event-stream' } })",
    );
    let answers: [(&str, JsValue); 7] = [
        ("undefined", JsValue::UNDEFINED),
        ("null", JsValue::NULL),
        ("a number", 7.into()),
        ("an empty object", Object::new().into()),
        ("a rejected promise", Promise::reject(&"no".into()).into()),
        ("a promise of nothing", Promise::resolve(&JsValue::UNDEFINED).into()),
        ("a body of numbers", number_stream.unwrap()),
    ];
    for (name, answer) in answers {
        let source = builder("https://example.org/")
            .method("POST")
            .fetch_by(function(move |_, _| answer.clone()))
            .connect()
            .unwrap();
        let story = read(source).await;
        assert_eq!(story.messages.len(), 0, "{name}");
        let [error] = &story.errors[..] else { panic!("{name}: {:?}", story.errors) };
        assert!(matches!(error.failure.reason.as_str(), "network" | "interrupted" | "status"), "{name}");
    }
    let fetch = js_sys::Function::new_no_args("throw new Error('on purpose')");
    let story = read(builder("https://example.org/").method("POST").fetch_by(fetch).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["network"]);
    assert!(story.errors[0].cause.as_ref().is_some_and(|cause| cause.value().is_instance_of::<js_sys::Error>()));
}

// behavior 16.8
#[wasm_bindgen_test]
async fn a_source_that_is_dropped_cancels_the_body_and_aborts_the_request() {
    let log = Array::new();
    js_sys::Reflect::set(&js_sys::global(), &"dropLog".into(), &log).unwrap();
    let fetch = js_sys::Function::new_with_args(
        "url, init",
        "init.signal.addEventListener('abort', () => dropLog.push('aborted'));
         const body = new ReadableStream({
             start(controller) { controller.enqueue(new TextEncoder().encode('data: x\\n\\n')); },
             cancel() { dropLog.push('canceled'); },
         });
         return new Response(body, { headers: { 'content-type': 'text/event-stream' } });",
    );
    let mut source = builder("https://example.org/").fetch_by(fetch).connect().unwrap();
    crate::support::read_until(&mut source, |story| !story.messages.is_empty()).await;
    assert_eq!(log.length(), 0);
    drop(source);
    let said: Vec<String> = log.iter().filter_map(|entry| entry.as_string()).collect();
    assert_eq!(said, ["canceled", "aborted"]);
}

#[wasm_bindgen_test]
async fn a_late_response_to_an_aborted_request_is_canceled() {
    let cancelled = Promise::new(&mut |resolve, _| {
        Reflect::set(&js_sys::global(), &"lateCancel".into(), &resolve).unwrap();
    });
    let fetch = js_sys::Function::new_no_args(
        "return new Promise((resolve) => { globalThis.lateAnswer = () => resolve(new Response(
             new ReadableStream({ cancel() { lateCancel('canceled'); } }))); });",
    );
    let mut source = builder("https://example.org/").fetch_by(fetch).connect().unwrap();
    {
        // The source is polled once, so that the request is sent, and then dropped.
        let mut next = std::pin::pin!(source.notice());
        let pending = std::future::poll_fn(|context| std::task::Poll::Ready(next.as_mut().poll(context).is_pending()));
        assert!(pending.await);
    }
    drop(source);
    js_sys::eval("lateAnswer()").unwrap();
    assert_eq!(wasm_bindgen_futures::JsFuture::from(cancelled).await.unwrap(), "canceled");
}

#[wasm_bindgen_test]
async fn a_url_with_a_user_name_is_refused_at_once_and_permanently() {
    for url in ["https://user@example.org/", "https://user:secret@example.org"] {
        let story = read(builder(url).connect().unwrap()).await;
        assert_eq!(story.reasons(), ["request"], "{url}");
    }
    let source = builder("https://example.org/@path?a@b#c@d").fetch_by(function(|_, _| response("data: x\n\n")));
    assert_eq!(read(source.end(EndOfBody::Close).connect().unwrap()).await.data(), ["x"]);
}

#[wasm_bindgen_test]
async fn a_chunk_larger_than_any_before_is_read_whole() {
    let sizes = [1, 100_000, 10, 300_000];
    let chunks = Array::new();
    for size in sizes {
        let event = format!("data: {}\n\n", "x".repeat(size));
        chunks.push(&Uint8Array::from(event.as_bytes()));
    }
    Reflect::set(&js_sys::global(), &"manySizes".into(), &chunks).unwrap();
    let fetch = js_sys::Function::new_no_args(
        "const body = new ReadableStream({ start(controller) {
             for (const chunk of manySizes) controller.enqueue(chunk);
             controller.close();
         } });
         return new Response(body, { headers: { 'content-type': 'text/event-stream' } });",
    );
    let source = builder("https://example.org/").end(EndOfBody::Close).fetch_by(fetch).connect().unwrap();
    let lengths: Vec<usize> = read(source).await.data().iter().map(|data| data.len()).collect();
    assert_eq!(lengths, sizes);
}

#[wasm_bindgen_test]
async fn a_response_without_a_stream_is_read_as_a_whole() {
    let fetch = js_sys::Function::new_no_args(
        "const text = `\\uFEFFdata: a\\n\\ndata: ${'x'.repeat(100_000)}\\n\\n`;
         const headers = new Headers({ 'content-type': 'text/event-stream' });
         return { status: 200, headers, arrayBuffer: async () => new TextEncoder().encode(text).buffer };",
    );
    let source = builder("https://example.org/").end(EndOfBody::Close).fetch_by(fetch).connect().unwrap();
    let lengths: Vec<usize> = read(source).await.data().iter().map(|data| data.len()).collect();
    assert_eq!(lengths, [1, 100_000]);
    let fetch = js_sys::Function::new_no_args(
        "return { status: 200, headers: new Headers({ 'content-type': 'text/event-stream' }) };",
    );
    let story = read(builder("https://example.org/").fetch_by(fetch).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["request"]);
}

#[wasm_bindgen_test]
async fn a_custom_fetch_is_called_again_for_any_scheme() {
    for url in ["app://bundle/events", "ipc:events", "file:///events", "data:,x"] {
        let fetch = js_sys::Function::new_no_args(&format!(
            "globalThis.asked ??= {{}};
             asked['{url}'] = (asked['{url}'] ?? 0) + 1;
             if (asked['{url}'] === 1) throw new TypeError('no connection');
             return new Response('data: x\\n\\n', {{ headers: {{ 'content-type': 'text/event-stream' }} }});"
        ));
        let soon = Backoff { delay: ms(1), max_delay: ms(1), ..Backoff::default() };
        let source = builder(url).end(EndOfBody::Close).backoff(soon).fetch_by(fetch).connect().unwrap();
        let story = read(source).await;
        assert_eq!((story.reasons(), story.data()), (vec!["network"], vec!["x"]), "{url}");
    }
}

#[wasm_bindgen_test]
async fn a_request_whose_response_has_ended_or_is_refused_is_not_aborted() {
    for (status, chunk) in [(200, "data: x\\n\\n"), (500, "no")] {
        let fetch = js_sys::Function::new_with_args(
            "url, init",
            &format!(
                "globalThis.endedSignal = init.signal;
                 return new Response('{chunk}', {{ status: {status}, headers: {{ 'content-type': 'text/event-stream' }} }});"
            ),
        );
        read(builder("https://example.org/").method("POST").fetch_by(fetch).connect().unwrap()).await;
        let signal = get(&js_sys::global(), "endedSignal");
        assert_eq!(get(&signal, "aborted"), false, "{status}");
    }
}
