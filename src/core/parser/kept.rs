//! Keeps values of an unfinished block beyond their chunk.

use alloc::vec::Vec;

use super::buffer;

/// [spec] 9.2.6: the data, event type and last event ID buffers. They hold values from earlier
/// chunks, and data of several lines.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Whether any of the three buffers has a value.
    pub(crate) any: bool,
    pub(crate) data: Value,
    pub(crate) event_type: Value,
    pub(crate) id: Value,
}

/// A buffer that may be unset. Its memory is reused.
#[derive(Debug, Default)]
pub(crate) struct Value {
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_there: bool,
}

impl Kept {
    /// [spec] 9.2.6 "process the field", for the field `data`.
    pub(crate) fn append_data(&mut self, value: &[u8], most: usize) {
        if self.data.is_there {
            buffer::append(&mut self.data.bytes, b"\n", most);
        }
        buffer::append(&mut self.data.bytes, value, most);
        self.data.is_there = true;
        self.any = true;
    }

    pub(crate) fn clear(&mut self) {
        for value in [&mut self.data, &mut self.event_type, &mut self.id] {
            buffer::clear(&mut value.bytes);
            value.is_there = false;
        }
        self.any = false;
    }
}

impl Value {
    pub(crate) fn get(&self) -> Option<&[u8]> {
        self.is_there.then_some(&self.bytes)
    }

    pub(crate) fn set(&mut self, value: &[u8], most: usize) {
        self.bytes.clear();
        buffer::append(&mut self.bytes, value, most);
        self.is_there = true;
    }

    /// Like [`Value::set`], without a copy.
    pub(crate) fn set_owned(&mut self, value: Vec<u8>) {
        *self = Self { bytes: value, is_there: true };
    }
}
