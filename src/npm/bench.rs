//! Exports only the parser, for the benchmark in a browser. Bytes go in and batches come out, as in
//! a source.

use alloc::vec::Vec;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::{Parser, npm::batch::Batch, web::sys::copy_bytes};

/// Parses chunks with the same parts that a source uses.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ChunkParser {
    parser: Parser,
    batch: Batch,
    chunk: Vec<u8>,
}

#[wasm_bindgen]
impl ChunkParser {
    /// Creates a parser at the beginning of a stream.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses `bytes`, which has this length, and calls `deliver` with the text of the batch.
    pub fn feed(&mut self, bytes: &JsValue, length: usize, deliver: &Function) {
        if self.chunk.len() < length {
            self.chunk.resize(length, 0);
        }
        let chunk = self.chunk.get_mut(..length).unwrap_or_default();
        if copy_bytes(chunk, bytes).is_ok() {
            self.batch.fill(self.parser.handle_chunk(chunk));
            // SAFETY: the view is read before any code of the module runs again.
            #[expect(unsafe_code, reason = "see above")]
            let text = unsafe { Uint8Array::view(self.batch.text()) };
            let _ = deliver.call1(&JsValue::UNDEFINED, &text);
        }
    }
}
