//! Streams from the scenario server, in a window: the events that are delivered, and how each end
//! is reported.

use headwater::{
    Backoff, EndOfBody, ReadyState, Reconnect,
    web::{Error, EventSource},
};
use js_sys::TypeError;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{builder, ms, read, read_until, scenario};

#[wasm_bindgen_test]
async fn a_post_gets_a_stream_and_the_source_ends_with_the_stream() {
    let Some(url) = scenario("/post-echo") else { return };
    let source = builder(&url).method("POST").header("x-test", "1").body("Hello").connect().unwrap();
    let story = read(source).await;
    assert_eq!((story.opened, story.errors.len()), (1, 0));
    let (event_type, request, _) = &story.messages[0];
    assert_eq!(event_type, "request");
    assert!(request.contains("\"POST\"") && request.contains("Hello") && request.contains("text/event-stream"));
    assert_eq!(story.messages[1], ("stop".into(), String::new(), String::new()));
}

#[wasm_bindgen_test]
async fn a_stream_of_single_bytes_gives_the_same_messages() {
    // "data: 日本\r\n\r\nid: 1\ndata: x\n\n" after a byte order mark.
    let bytes = "efbbbf646174613a20e697a5e69cac0d0a0d0a69643a20310a646174613a20780a0a";
    for sizes in ["1", "2", "3", "1000"] {
        let Some(url) = scenario(&format!("/vector?hex={bytes}&sizes={sizes}")) else { return };
        let story = read(builder(&url).end(EndOfBody::Close).connect().unwrap()).await;
        assert_eq!(story.data(), ["日本", "x"], "in chunks of {sizes}");
        assert_eq!(story.last_event_id, "1");
    }
}

#[wasm_bindgen_test]
async fn a_get_that_is_reset_repeatedly_loses_and_repeats_no_event() {
    let Some(url) = scenario("/numbered?count=10&cut=3&retry=1") else { return };
    let backoff = Backoff { delay: ms(1), max_delay: ms(20), ..Backoff::default() };
    let mut source = builder(&url).backoff(backoff).connect().unwrap();
    let story = read_until(&mut source, |_| false).await;
    assert_eq!(story.data(), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    // A reset can discard bytes that the browser has not read yet. So more than four connections
    // may be needed.
    let (last, before) = story.errors.split_last().unwrap();
    assert!(before.len() >= 4);
    assert!(before.iter().all(|error| error.failure.delay.is_some()));
    assert_eq!((last.failure.reason.as_str(), last.failure.status), ("status", Some(204)));
    assert_eq!(source.ready_state(), ReadyState::Closed);
}

#[wasm_bindgen_test]
async fn a_post_that_is_reset_is_not_repeated_and_loses_only_the_unfinished_event() {
    // There is a pause before the reset, because Chromium discards bytes that arrive together with
    // it. The connection is not simply closed, because WebKitGTK would treat that as a clean end.
    let steps =
        "chunked|type=text/event-stream|send=id%3A%201%0Adata%3A%20whole%0A%0Aid%3A%202%0Adata%3A%20par|wait=300|rst";
    let Some(url) = scenario(&format!("/script?do={steps}")) else { return };
    let story = read(builder(&url).method("POST").connect().unwrap()).await;
    assert_eq!(story.data(), ["whole"]);
    assert_eq!(story.last_event_id, "1");
    assert_eq!(story.reasons(), ["interrupted"]);
    assert_eq!(story.errors[0].failure.delay, None);
}

#[wasm_bindgen_test]
async fn refusals_are_reported_with_their_text() {
    for (path, reason, status, text) in [
        ("/404", "status", 404, "{"),
        ("/500-html", "status", 500, "<"),
        ("/200-html", "content-type", 200, "<"),
        ("/error-event-stream", "status", 500, "data:"),
    ] {
        let Some(url) = scenario(path) else { return };
        let story = read(builder(&url).connect().unwrap()).await;
        assert_eq!(story.reasons(), [reason], "{path}");
        let error = &story.errors[0];
        assert_eq!(error.failure.status, Some(status), "{path}");
        assert!(error.text().contains(text), "{path}: {}", error.text());
    }
}

#[wasm_bindgen_test]
async fn an_endless_error_body_is_read_for_a_second_at_most() {
    let Some(url) = scenario("/endless-error-body") else { return };
    let story = read(builder(&url).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["status"]);
    assert!(!story.errors[0].text().is_empty());
}

#[wasm_bindgen_test]
async fn retry_after_is_respected() {
    let Some(url) = scenario("/503-retry-after?seconds=1") else { return };
    let backoff = Backoff { delay: ms(1), ..Backoff::default() };
    let mut source = builder(&url).reconnect(Reconnect::Allowed).backoff(backoff).connect().unwrap();
    let story = read_until(&mut source, |story| !story.errors.is_empty()).await;
    assert!(story.errors[0].failure.delay.unwrap() >= ms(1000));
    assert_eq!(source.ready_state(), ReadyState::Connecting);
}

#[wasm_bindgen_test]
async fn an_event_beyond_the_limit_fails_the_connection() {
    let Some(url) = scenario("/gigantic-line?mib=2") else { return };
    let story = read(builder(&url).max_event_size(1024 * 1024).connect().unwrap()).await;
    assert_eq!(story.reasons(), ["too-large"]);
    let story = read(builder(&url).end(EndOfBody::Close).connect().unwrap()).await;
    assert_eq!(story.messages.len(), 2);
    assert_eq!(story.data().last(), Some(&"after"));
}

// behavior 16.9
#[wasm_bindgen_test]
async fn a_readable_stream_of_the_caller_is_read_and_its_end_is_not_an_error() {
    let response = web_sys::Response::new_with_opt_str(Some("id: 1\ndata: a\n\ndata: lost")).unwrap();
    let stream = response.body().unwrap();
    let mut source = EventSource::from_readable_stream(&stream).unwrap();
    let Err(Error::Stream { source: thrown, .. }) = EventSource::from_readable_stream(&stream) else {
        panic!("a locked stream")
    };
    assert!(thrown.value().is_instance_of::<TypeError>());
    let story = read_until(&mut source, |_| false).await;
    assert_eq!((story.opened, story.data(), story.reasons()), (1, vec!["a"], vec![]));
    assert_eq!((source.ready_state(), story.last_event_id.as_str()), (ReadyState::Closed, "1"));
}
