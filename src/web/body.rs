//! Owns the reader of one body: cancelled when dropped before the end. Must not know what the bytes mean.

use alloc::vec::Vec;

use js_sys::{Promise, Reflect, Symbol, TypeError, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::sys::{ReadResult, Reader, Stream};

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    /// `None` at the end; and for a response without a body, which is one that has ended.
    reader: Option<Reader>,
    /// A read under way. Kept here, so that no chunk is lost when the waiting for it is given up.
    reading: Option<Promise>,
}

impl Body {
    /// Nothing is read before it is asked for.
    pub(super) fn from_reader(reader: Reader) -> Self {
        Self { reader: Some(reader), reading: None }
    }

    /// Locks the stream and asks for its first chunk. Fails if it is locked already.
    pub(super) fn of_response(stream: Option<&Stream>) -> Result<Self, JsValue> {
        let mut body = Self { reader: None, reading: None };
        if let Some(stream) = stream {
            let reader = body.reader.insert(stream.get_reader()?);
            // At once, before anybody is told of the response: a stream that fails throws away what was not yet asked
            // for.
            let reading = start_reading(reader);
            // Whoever reads comes later, and may find it failed: that is no unhandled rejection.
            settle(reading.clone());
            body.reading = Some(reading);
        }
        Ok(body)
    }

    /// Puts the next chunk at the front of `buffer`, which grows where needed, and answers the chunk's length. `None`
    /// at the end of the body.
    pub(super) async fn read(&mut self, buffer: &mut Vec<u8>) -> Result<Option<usize>, JsValue> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let reading = self.reading.get_or_insert_with(|| start_reading(reader)).clone();
        let result = JsFuture::from(reading).await;
        self.reading = None;
        let result = match result {
            Ok(result) => result.unchecked_into::<ReadResult>(),
            Err(error) => {
                self.reader = None;
                return Err(error);
            }
        };
        if result.done()? {
            self.reader = None;
            return Ok(None);
        }
        let chunk = bytes(result.value()?)?;
        let length = chunk.length() as usize;
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        if let Some(front) = buffer.get_mut(..length) {
            chunk.copy_to(front);
        }
        Ok(Some(length))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            settle(promise(reader.cancel_reader()));
        }
    }
}

/// A chunk of this realm or another: `instanceof` would know only the former.
fn bytes(chunk: JsValue) -> Result<Uint8Array, JsValue> {
    match Reflect::get(&chunk, &Symbol::to_string_tag()) {
        Ok(tag) if tag == "Uint8Array" => Ok(chunk.unchecked_into()),
        _ => Err(TypeError::new("a chunk of the stream is not a Uint8Array").into()),
    }
}

/// Cancels a body that nobody has begun to read.
pub(super) fn cancel(stream: &Stream) {
    settle(promise(stream.cancel()));
}

fn start_reading(reader: &Reader) -> Promise {
    promise(reader.read())
}

/// What a stream's method answers is a promise, unless the stream is no good one.
fn promise(answer: Result<JsValue, JsValue>) -> Promise {
    match answer {
        Ok(answer) => Promise::resolve(&answer),
        Err(error) => Promise::reject(&error),
    }
}

/// Lets a promise end as it may, so that its rejection is not an unhandled one. A stream that has failed rejects its
/// cancellation with the failure, which is known already.
fn settle(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
