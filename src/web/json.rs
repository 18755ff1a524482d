//! Typed JSON (feature `serde`), using the browser's own `JSON`.

use alloc::string::String;

use js_sys::{JSON, TypeError};
use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// Parses JSON into a `T`. Returns the error of `JSON.parse` if the text is not JSON, or an error
/// that says where the JSON does not match the type.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, JsValue> {
    Ok(serde_wasm_bindgen::from_value(JSON::parse(text)?)?)
}

/// Returns the JSON text of a value, or an error if the value cannot be serialized.
pub(super) fn stringify<T: Serialize + ?Sized>(value: &T) -> Result<String, JsValue> {
    let text = JSON::stringify(&value.serialize(&Serializer::json_compatible())?)?;
    // `JSON.stringify(undefined)` returns `undefined`. (`()` serializes to `null`.)
    text.as_string().ok_or_else(|| TypeError::new("the value cannot be serialized").into())
}
