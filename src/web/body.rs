//! Reads one body, and cancels it if it is dropped before its end.

use alloc::vec::Vec;
use core::task::{Context, Poll, ready};

use js_sys::{Object, TypeError};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    promise::Pending,
    sys::{self, Bytes, FetchResponse, ReadResult, Reader, Stream},
};

/// Size of the largest piece of a chunk that is copied into the module at a time, in bytes. It also
/// limits the text that is passed to JavaScript at a time. The first reason is that WebAssembly
/// memory never shrinks, and with `fromReadableStream` or a caller's `fetch` a chunk may have any
/// size. The second reason is that the data of one event is a slice of the whole text, so a caller
/// that keeps the data keeps the whole text in memory. The cost of other sizes is in
/// docs/decisions/0008-deliver-at-most-32-kib-at-a-time.md.
const MAX_PIECE: usize = 32 * 1024;

/// Initial size of the read buffer, in bytes. The buffer is reused (BYOB): allocating and
/// collecting a buffer for each chunk costs more than all other work for the chunk.
const QUIET: usize = 16 * 1024;

/// Size of the read buffer, in bytes, after a chunk has filled it. It shrinks back to [`QUIET`]
/// after a chunk of at most [`TRICKLE`] bytes.
const FLOOD: usize = 256 * 1024;

const TRICKLE: usize = 1024;

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    /// `None` at the end of the body, for a response without a body, and for a body that is read
    /// all at once.
    reader: Option<Reader>,
    /// Size of the read buffer, in bytes. It is 0 if the stream allocates its own chunks.
    room: usize,
    /// The read in progress.
    reading: Option<Pending>,
    /// The last chunk, until the next read.
    chunk: Option<Chunk>,
    getters: Getters,
}

#[derive(Debug)]
struct Chunk {
    bytes: JsValue,
    length: usize,
    /// The number of bytes that were copied.
    copied: usize,
}

impl Body {
    /// Creates a body that reads nothing before the first [`Body::poll_read`].
    pub(super) fn from_reader(reader: Reader) -> Self {
        Self::new(Some(reader))
    }

    /// Locks the stream and starts to read its first chunk. Returns an error if the stream is
    /// already locked. The responses of some polyfills have no stream, so their bytes are read all
    /// at once.
    pub(super) fn of_response(response: &FetchResponse, stream: JsValue) -> Result<Self, JsValue> {
        let mut body = Self::new(None);
        if stream.is_null() {
            return Ok(body);
        }
        if stream.is_undefined() {
            body.reading = Some(Pending::of(Ok(response.array_buffer()?)));
            return Ok(body);
        }
        let stream: Stream = stream.unchecked_into();
        let options = Object::new();
        sys::set(&options, "mode", &"byob".into());
        if let Ok(reader) = stream.get_reader(&options) {
            body.reader = Some(reader);
            body.room = QUIET;
        } else {
            // The stream is not a byte stream (WebKit has none), or it is locked.
            body.reader = Some(stream.get_reader(&JsValue::UNDEFINED)?);
        }
        // The read starts before the response is announced, because a stream that fails discards
        // the chunks that have not been requested yet.
        body.reading = body.read();
        Ok(body)
    }

    fn new(reader: Option<Reader>) -> Self {
        Self { reader, room: 0, reading: None, chunk: None, getters: Getters::new() }
    }

    fn read(&mut self) -> Option<Pending> {
        let place = self.place();
        let reader = self.reader.as_ref()?;
        Some(Pending::of(place.and_then(|place| reader.read(&place))))
    }

    /// Returns the view into which the next chunk is read. The view reuses the last buffer unless
    /// the size changes.
    fn place(&mut self) -> Result<JsValue, JsValue> {
        let last = self.chunk.take();
        if self.room == 0 {
            return Ok(JsValue::UNDEFINED);
        }
        let room = match &last {
            Some(chunk) if chunk.length == self.room => FLOOD,
            Some(chunk) if chunk.length > TRICKLE => self.room,
            _ => QUIET,
        };
        let of = match last {
            Some(chunk) if room == self.room => self.getters.buffer(&chunk.bytes)?,
            _ => room.into(),
        };
        self.room = room;
        Ok(Bytes::new(&of)?.into())
    }

    #[cfg(not(headwater_npm))]
    pub(super) fn reader(&self) -> Option<&Reader> {
        self.reader.as_ref()
    }

    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.reader.is_none() && self.reading.is_none()
    }

    /// Whether dropping the body cancels it. A body that is read all at once cannot be canceled.
    pub(super) fn is_stream(&self) -> bool {
        self.reader.is_some()
    }

    /// Copies the next bytes to the front of `buffer`, which grows if necessary, and returns their
    /// number. Returns `None` at the end of the body.
    pub(super) fn poll_read(
        &mut self,
        buffer: &mut Vec<u8>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<usize>, JsValue>> {
        if self.chunk.as_ref().is_none_or(|chunk| chunk.copied == chunk.length) {
            if self.reading.is_none() {
                self.reading = self.read();
            }
            let Some(reading) = &mut self.reading else { return Poll::Ready(Ok(None)) };
            let result = ready!(reading.poll(context));
            self.reading = None;
            if result.is_err() {
                self.reader = None;
            }
            match result.and_then(|result| self.chunk_of(result)) {
                Ok(chunk) => self.chunk = chunk,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(self.chunk.as_mut().map(|chunk| chunk.copy_piece(buffer)).transpose())
    }

    fn chunk_of(&mut self, result: JsValue) -> Result<Option<Chunk>, JsValue> {
        let bytes = if self.reader.is_none() {
            Bytes::new(&result)?.into()
        } else {
            let result: ReadResult = result.unchecked_into();
            if result.done()?.is_truthy() {
                self.reader = None;
                return Ok(None);
            }
            result.value()?
        };
        let length = self.getters.length(&bytes)?;
        Ok(Some(Chunk { bytes, length, copied: 0 }))
    }
}

impl Chunk {
    fn copy_piece(&mut self, buffer: &mut Vec<u8>) -> Result<usize, JsValue> {
        let Self { bytes, length, copied } = self;
        let size = (*length - *copied).min(MAX_PIECE);
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        if let Some(front) = buffer.get_mut(..size) {
            if size == *length {
                sys::copy_bytes(front, bytes)?;
            } else {
                sys::copy_bytes(front, &sys::subarray(bytes, *copied, *copied + size)?)?;
            }
        }
        *copied += size;
        Ok(size)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            cancel(reader.unchecked_ref());
        }
    }
}

/// Recognizes chunks of bytes, even if they come from another realm. It calls the getters of typed
/// arrays, which check internal slots that a chunk cannot fake. The names of the getters are stored
/// here as JavaScript strings, since each conversion costs as much as all other work for a chunk.
#[derive(Debug)]
struct Getters {
    prototype: JsValue,
    tag: JsValue,
    name: JsValue,
    length: JsValue,
    buffer: JsValue,
}

impl Getters {
    fn buffer(&self, chunk: &JsValue) -> Result<JsValue, JsValue> {
        sys::get_of(&self.prototype, &self.buffer, chunk)
    }

    fn new() -> Self {
        let global = sys::global();
        Self {
            prototype: sys::get(&sys::get(&global, "Uint8Array"), "prototype"),
            tag: sys::get(&sys::get(&global, "Symbol"), "toStringTag"),
            name: "Uint8Array".into(),
            length: "length".into(),
            buffer: "buffer".into(),
        }
    }

    fn length(&self, chunk: &JsValue) -> Result<usize, JsValue> {
        if sys::get_of(&self.prototype, &self.tag, chunk)? != self.name {
            return Err(TypeError::new("a chunk of the stream is not a Uint8Array").into());
        }
        let length = sys::get_of(&self.prototype, &self.length, chunk)?.as_f64();
        // In ECMAScript a length is below 2⁵³. A length that fits into memory fits into a `usize`.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        Ok(length.unwrap_or_default() as usize)
    }
}

/// Cancels a body by its reader, or by its stream if it has no reader. If the stream has failed,
/// `cancel()` rejects with that error, which is already known.
pub(super) fn cancel(stream: &Stream) {
    drop(Pending::of(stream.cancel()));
}
