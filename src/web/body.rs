//! Owns the reader of one body: cancelled when dropped before the end. Must not know what the bytes mean.

use alloc::vec::Vec;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::sys::{ReadResult, Stream};

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    /// `None` for a response without a body, which is one that has ended.
    reader: Option<ReadableStreamDefaultReader>,
    /// A read under way. Kept here, so that no chunk is lost when the waiting for it is given up.
    reading: Option<Promise>,
}

impl Body {
    /// Locks the stream and asks for its first chunk. Fails if it is locked already.
    pub(super) fn new(stream: Option<&ReadableStream>) -> Result<Self, JsValue> {
        let Some(stream) = stream else { return Ok(Self { reader: None, reading: None }) };
        let reader = stream.unchecked_ref::<Stream>().get_reader()?;
        // At once, before anybody is told of the response: a stream that fails throws away what was not yet asked for.
        let reading = Some(reader.read());
        Ok(Self { reader: Some(reader), reading })
    }

    /// Puts the next chunk at the front of `buffer`, which grows where needed, and answers the chunk's length. `None`
    /// at the end of the body.
    pub(super) async fn read(&mut self, buffer: &mut Vec<u8>) -> Result<Option<usize>, JsValue> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let reading = self.reading.get_or_insert_with(|| reader.read()).clone();
        let result = JsFuture::from(reading).await;
        self.reading = None;
        let result = match result {
            Ok(result) => result.unchecked_into::<ReadResult>(),
            Err(error) => {
                self.reader = None;
                return Err(error);
            }
        };
        if result.done() {
            self.reader = None;
            return Ok(None);
        }
        let chunk = result
            .value()
            .dyn_into::<Uint8Array>()
            .map_err(|_| js_sys::TypeError::new("a chunk of the body is not a Uint8Array"))?;
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
            settle(reader.cancel());
        }
    }
}

/// Cancels a body that nobody has begun to read.
pub(super) fn cancel(stream: &ReadableStream) {
    settle(stream.cancel());
}

/// Lets a promise end as it may. A stream that has failed rejects its cancellation with the failure, which is known
/// already and must not become an unhandled rejection.
fn settle(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
