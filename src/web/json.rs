//! Owns typed JSON (feature `serde`): of an event's data, and of request bodies. Must not know events or requests.

use alloc::string::String;

use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

/// Reads an event's data as JSON of a type, by the browser's own `JSON.parse`.
///
/// # Errors
/// If the text is not JSON, with what `JSON.parse` threw; if the JSON is not of the type, with where it differs.
pub fn parse<T: DeserializeOwned>(data: &str) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(data)?)
}

/// Writes a value as JSON.
///
/// # Errors
/// If the value cannot be serialised.
pub fn stringify<T: Serialize>(value: &T) -> Result<String, Error> {
    let value = value.serialize(&Serializer::json_compatible())?;
    let text = js_sys::JSON::stringify(&value)?;
    text.as_string().ok_or_else(|| Error::from(JsValue::from_str("the value has no JSON form")))
}
