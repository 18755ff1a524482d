//! Typed JSON (feature `serde`), by the browser's own `JSON`.

use alloc::string::String;

use js_sys::{JSON, TypeError};
use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// Fails with what `JSON.parse` threw if the text is not JSON; if the JSON is not of the type, with where it differs.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, JsValue> {
    Ok(serde_wasm_bindgen::from_value(JSON::parse(text)?)?)
}

/// Fails if the value cannot be serialised.
pub(super) fn stringify<T: Serialize + ?Sized>(value: &T) -> Result<String, JsValue> {
    let text = JSON::stringify(&value.serialize(&Serializer::json_compatible())?)?;
    // Of `undefined`, which `()` is not here, there would be no text.
    text.as_string().ok_or_else(|| TypeError::new("there is no JSON of it").into())
}
