//! Feature `serde`: typed JSON of an event's data, and JSON request bodies.

use std::error::Error as _;

use futures_util::StreamExt;
use headwater::{
    EndOfBody,
    web::{Error, Event},
};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{ByFunction, builder, function, read, response, scenario};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Token {
    text: String,
    index: u32,
    stop: Option<bool>,
}

/// Returns the event that a server has sent with this text.
async fn event(text: &str) -> Event {
    let answer = response(text);
    let mut source = builder("https://example.org/").fetch_by(function(move |_, _| answer.clone())).connect().unwrap();
    source.next().await.unwrap().unwrap()
}

#[wasm_bindgen_test]
async fn data_is_parsed_into_a_type() {
    let token: Token =
        event("data: {\"text\":\"日本\",\"index\":7,\"stop\":null,\"more\":[1]}\n\n").await.json().unwrap();
    assert_eq!(token, Token { text: "日本".into(), index: 7, stop: None });
}

#[wasm_bindgen_test]
async fn data_that_is_not_json_or_not_of_the_type_causes_an_error_that_quotes_it() {
    let long = "日".repeat(80);
    for (data, quoted) in [
        ("{\"text\":1}", "{\"text\":1}"),
        ("[DONE]", "[DONE]"),
        ("", ""),
        (&*long, &*long),
        (&*format!("{long}x"), &*format!("{long}…")),
    ] {
        let error = event(&format!("event: token\nid: 7\ndata: {data}\n\n")).await.json::<Token>().unwrap_err();
        assert!(error.source().is_some_and(|cause| !cause.to_string().is_empty()), "{data}");
        let text = error.to_string();
        assert!(
            text.contains("\"token\"") && text.contains("\"7\"") && text.ends_with(&format!(": `{quoted}`")),
            "{text}"
        );
        let Error::Deserialize { event_type, last_event_id, data, .. } = error else { panic!("{error:?}") };
        assert_eq!((&*event_type, &*last_event_id, &*data), ("token", "7", quoted));
    }
}

#[wasm_bindgen_test]
fn a_value_that_cannot_be_serialized_is_an_error() {
    let error = builder("https://example.org/").json(&u64::MAX).unwrap_err();
    assert!(matches!(error, Error::Serialize { .. }) && error.source().is_some(), "{error:?}");
}

#[wasm_bindgen_test]
async fn json_keeps_the_method_and_the_content_type_that_were_set() {
    let Some(url) = scenario("/post-echo") else { return };
    let given = builder(&url).method("PUT").header("Content-Type", "application/x-chat").json("Hello").unwrap();
    let story = read(given.connect().unwrap()).await;
    let (_, request, _) = &story.messages[0];
    assert!(request.contains("application/x-chat") && request.contains("\"PUT\""), "{request}");
    assert!(!request.contains("application/json"), "{request}");
}

#[wasm_bindgen_test]
async fn a_json_body_makes_a_post_with_its_content_type() {
    let Some(url) = scenario("/post-echo") else { return };
    let token = Token { text: "a\"b".into(), index: 1, stop: Some(true) };
    let source = builder(&url).json(&token).unwrap().end(EndOfBody::Close).connect().unwrap();
    let story = read(source).await;
    let (_, request, _) = &story.messages[0];
    assert!(request.contains("application/json") && request.contains("\"POST\""), "{request}");
    // The body is a string within the echo's JSON.
    assert!(request.contains(r#"{\"text\":\"a\\\"b\",\"index\":1,\"stop\":true}"#), "{request}");
}
