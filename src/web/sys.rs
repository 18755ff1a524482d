//! Bindings to the web platform. Unlike those of web-sys, they can be called in windows and in
//! workers, and are safe with any value that a caller's own `fetch` returns.

#[cfg(headwater_npm)]
use alloc::string::String;

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The `fetch` of the global scope, looked up at each call.
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(super) fn global_fetch(url: &str, init: &Object) -> Result<JsValue, JsValue>;

    /// Throws if the `constructor` of a promise does.
    #[wasm_bindgen(catch, js_namespace = Promise, js_name = resolve)]
    pub(super) fn resolve(value: &JsValue) -> Result<Thenable, JsValue>;

    /// A promise, whose `then` a caller may have replaced.
    pub(super) type Thenable;

    #[wasm_bindgen(method, catch)]
    pub(super) fn then(this: &Thenable, fulfilled: &Function, rejected: &Function) -> Result<JsValue, JsValue>;

    /// Returns the global object: `globalThis.valueOf()` is the object itself.
    #[wasm_bindgen(js_namespace = globalThis, js_name = valueOf)]
    pub(super) fn global() -> JsValue;

    /// Converts a value to text. Throws if that is not possible.
    #[wasm_bindgen(catch, js_name = String)]
    pub(super) fn text_of(value: &JsValue) -> Result<JsValue, JsValue>;

    /// Returns an ID: a number in browsers, an object in Node.
    #[wasm_bindgen(js_name = setTimeout)]
    pub(super) fn set_timeout(handler: &Function, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub(super) fn clear_timeout(id: &JsValue);

    /// Throws if the global object is not an EventTarget.
    #[wasm_bindgen(catch, js_name = addEventListener)]
    pub(super) fn add_event_listener(name: &str, listener: &Function, capture: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = removeEventListener)]
    pub(super) fn remove_event_listener(name: &str, listener: &Function, capture: bool) -> Result<(), JsValue>;

    /// The value that `fetch` returned: a Response, if the caller's own `fetch` is correct. Its
    /// members are returned as `JsValue`s, because wasm-bindgen converts values outside of `catch`,
    /// where a BigInt or a symbol would cause a trap.
    #[derive(Clone, Debug)]
    pub(super) type FetchResponse;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn status(this: &FetchResponse) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = headers)]
    pub(super) fn response_headers(this: &FetchResponse) -> Result<HeaderList, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn body(this: &FetchResponse) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    pub(super) fn array_buffer(this: &FetchResponse) -> Result<JsValue, JsValue>;

    /// A Headers object, or the value that a response from a caller's own `fetch` has instead.
    pub(super) type HeaderList;

    /// Returns a string or `null`.
    #[wasm_bindgen(method, catch)]
    pub(super) fn get(this: &HeaderList, name: &str) -> Result<JsValue, JsValue>;

    /// A URLSearchParams.
    pub(super) type Query;

    #[wasm_bindgen(method)]
    pub(super) fn set(this: &Query, name: &JsValue, value: &str);

    /// A response's body. Its reader does not come from `new ReadableStreamDefaultReader`, which
    /// rejects the streams of polyfills and of other realms. So each method of the stream and the
    /// reader may throw or return anything.
    #[derive(Debug)]
    pub(super) type Stream;

    /// With `undefined` as `options`, it returns a reader for chunks of any type.
    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub(super) fn get_reader(this: &Stream, options: &JsValue) -> Result<Reader, JsValue>;

    /// Readers have this method too.
    #[wasm_bindgen(method, catch)]
    pub(super) fn cancel(this: &Stream) -> Result<JsValue, JsValue>;

    #[derive(Clone, Debug)]
    pub(crate) type Reader;

    /// Reads a chunk. A default reader ignores `into`.
    #[wasm_bindgen(method, catch)]
    pub(super) fn read(this: &Reader, into: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(extends = Object, js_name = Uint8Array)]
    pub(super) type Bytes;

    /// Returns an array of zeros for a number, or a view of a buffer.
    #[wasm_bindgen(constructor, catch, js_class = Uint8Array)]
    pub(super) fn new(of: &JsValue) -> Result<Bytes, JsValue>;

    /// The result of a reader's `read()`.
    pub(super) type ReadResult;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn done(this: &ReadResult) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn value(this: &ReadResult) -> Result<JsValue, JsValue>;

    /// Calls a getter of the object `getters` on another object.
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    pub(super) fn get_of(getters: &JsValue, name: &JsValue, object: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = set)]
    fn set_of(object: &JsValue, name: &JsValue, value: &JsValue) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    pub(crate) fn copy_bytes(to: &mut [u8], from: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["Uint8Array", "prototype", "subarray"], js_name = call)]
    pub(super) fn subarray(of: &JsValue, start: usize, end: usize) -> Result<JsValue, JsValue>;
}

/// Returns a member of an object, or `undefined`. A binding for each member would be faster, but
/// would make the package larger. Do not call this function for each chunk.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    get_of(object, &name.into(), object).unwrap_or_default()
}

/// Sets a member of a plain object, which cannot fail.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = set_of(object, &name.into(), value);
}

#[cfg(headwater_npm)]
#[wasm_bindgen(raw_module = "../js/module/text.js")]
extern "C" {
    /// Decodes UTF-8 with the platform's decoder. Keeps a byte order mark, and replaces invalid
    /// bytes with U+FFFD. This saves 0.7 kB in the package: it does not contain Rust's own decoder,
    /// and each chunk is decoded as one text.
    pub(super) fn decode(bytes: &[u8]) -> String;
}

#[cfg(not(headwater_npm))]
pub(super) use crate::core::parser::text::decode_lossy as decode;
