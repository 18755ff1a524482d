//! Reads one body, and cancels it when it is dropped before its end.

use alloc::vec::Vec;
use core::task::{Context, Poll, ready};

use js_sys::{Object, TypeError};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    promise::Pending,
    sys::{self, Bytes, FetchResponse, ReadResult, Reader, Stream},
};

/// The most bytes of a chunk that are copied at a time, and so of a text that crosses. Memory of
/// the module's is kept for as long as the page is there, and with `fromReadableStream` or a
/// caller's `fetch` a chunk may be of any size; and who keeps the data of one event keeps the text
/// that it is a part of. docs/benchmarks.md has what other sizes cost.
const MAX_PIECE: usize = 32 * 1024;

/// Where chunks are put, one after another: a reader that brings its own memory brings new memory
/// for each chunk, which costs more than all that becomes of it, the collection of garbage
/// included. Of so many bytes it is while a stream is quiet.
const QUIET: usize = 16 * 1024;

/// And of so many from when a chunk fills it until one is as small as [`TRICKLE`].
const FLOOD: usize = 256 * 1024;

const TRICKLE: usize = 1024;

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    /// `None` at the end, for a response without a body, which is one that has ended, and for a
    /// body that comes as a whole.
    reader: Option<Reader>,
    /// How many bytes there is room for where chunks are put; 0 if the stream has chunks of its
    /// own.
    room: usize,
    /// A read under way.
    reading: Option<Pending>,
    /// What was read last, until the next read.
    chunk: Option<Chunk>,
    getters: Getters,
}

#[derive(Debug)]
struct Chunk {
    bytes: JsValue,
    length: usize,
    /// How much of it was handed on.
    copied: usize,
}

impl Body {
    /// Nothing is read before it is asked for.
    pub(super) fn from_reader(reader: Reader) -> Self {
        Self::new(Some(reader))
    }

    /// Locks the stream and asks for its first chunk. Fails if it is locked already. The responses
    /// of some polyfills have no stream, and hand over all bytes at once.
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
            // A stream of anything, or WebKit's; or it is locked.
            body.reader = Some(stream.get_reader(&JsValue::UNDEFINED)?);
        }
        // At once, before anybody is told of the response: a stream that fails throws away what was not yet
        // asked for.
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

    /// Where the next chunk is to be put: where the last one is, unless that has shown that there
    /// should be more room, or less.
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

    /// It is cancelled when it is dropped, which nothing can do with a body that comes as a whole.
    pub(super) fn is_stream(&self) -> bool {
        self.reader.is_some()
    }

    /// Puts the next bytes at the front of `buffer`, which grows where needed, and answers how
    /// many. `None` at the end of the body.
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

/// What tells chunks of bytes, of this realm or another, whatever they say of themselves: the
/// getters of typed arrays, which look at what only these have. With the strings that it takes,
/// since each costs as much as all else for a chunk.
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
        // ECMAScript: a length is below 2⁵³, and what fits into memory into a usize.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        Ok(length.unwrap_or_default() as usize)
    }
}

/// Cancels a body, by its reader or, if nobody has begun to read it, by itself. A stream that has
/// failed rejects that with the failure, which is known already.
pub(super) fn cancel(stream: &Stream) {
    drop(Pending::of(stream.cancel()));
}
