//! Feature `serde`: typed JSON of an event's data, and JSON request bodies.

use headwater::{EndOfBody, web::json};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{builder, read, scenario};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Token {
    text: String,
    index: u32,
    stop: Option<bool>,
}

#[wasm_bindgen_test]
fn data_is_read_as_a_type() {
    let token: Token = json::parse(r#"{"text":"日本","index":7,"stop":null,"more":[1]}"#).unwrap();
    assert_eq!(token, Token { text: "日本".into(), index: 7, stop: None });
}

#[wasm_bindgen_test]
fn data_that_is_not_that_type_or_not_json_is_an_error() {
    assert!(json::parse::<Token>(r#"{"text":1}"#).is_err());
    assert!(json::parse::<Token>("[DONE]").is_err());
    assert!(json::parse::<Token>("").is_err());
}

#[wasm_bindgen_test]
async fn a_json_body_makes_a_post_with_its_content_type() {
    let Some(url) = scenario("/post-echo") else { return };
    let token = Token { text: "a\"b".into(), index: 1, stop: Some(true) };
    let source = builder(&url).json(&token).unwrap().end(EndOfBody::Close).connect();
    let story = read(source).await;
    let (_, request, _) = &story.messages[0];
    assert!(request.contains("application/json") && request.contains("\"POST\""), "{request}");
    // The body is a string within the echo's JSON.
    assert!(request.contains(r#"{\"text\":\"a\\\"b\",\"index\":1,\"stop\":true}"#), "{request}");
}
