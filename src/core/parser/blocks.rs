//! Yields the blocks of a chunk, one by one.

use alloc::vec::Vec;

use super::{
    Block, Parser, RawBlock, buffer,
    field::{Field, is_id, split_field},
    kept::Kept,
    line::Line,
    text::{MOST_PER_BYTE, ascii, is_same, length_of_text, replace_text},
};

/// The values of a block's fields that lie within the chunk. They take precedence over the values
/// in [`Kept`].
#[derive(Clone, Copy, Debug, Default)]
struct Fields<'p> {
    data: Option<&'p [u8]>,
    event_type: Option<&'p [u8]>,
    id: Option<&'p [u8]>,
}

impl Parser {
    /// Takes the next bytes of the stream. Call [`Blocks::next_block`] until it returns `None`:
    /// only then does the parser keep the unfinished rest of the chunk for the next call.
    #[must_use = "a block is parsed when `next_block` is called"]
    pub fn handle_chunk<'p>(&'p mut self, chunk: &'p [u8]) -> Blocks<'p> {
        let fits = self.most_with(chunk) <= self.max_event_size;
        Blocks { parser: self, rest: chunk, fields: Fields::default(), last_event_id: None, handed_out: false, fits }
    }

    /// Returns an upper bound for the size of every event that begins or ends in this chunk.
    fn most_with(&self, chunk: &[u8]) -> usize {
        let Kept { data, event_type, id, .. } = &self.kept;
        let kept = data.bytes.len() + event_type.bytes.len() + id.bytes.len() + self.lines.kept();
        (kept + chunk.len()).saturating_mul(MOST_PER_BYTE).saturating_add(self.last_event_id.len())
    }
}

/// Yields the blocks that a chunk completes. Call [`Blocks::next_block`] until it returns `None`.
#[derive(Debug)]
pub struct Blocks<'p> {
    pub(super) parser: &'p mut Parser,
    pub(super) rest: &'p [u8],
    fields: Fields<'p>,
    /// The last event ID string, if it comes from this chunk and is ASCII. It takes precedence over
    /// the parser's ID, and is copied late, because another ID usually follows soon.
    last_event_id: Option<&'p str>,
    /// Whether the block of these fields was yielded.
    handed_out: bool,
    /// Whether no event of this chunk can exceed the limit.
    pub(super) fits: bool,
}

impl<'p> Blocks<'p> {
    /// Returns the next block, or `None` if the rest of the chunk completes no block.
    pub fn next_block(&mut self) -> Option<Block<'_>> {
        self.forget_handed_out();
        let decode = self.parser.decode;
        self.next_raw_block().map(|block| block.decode(decode))
    }

    #[inline(always)]
    pub(super) fn forget_handed_out(&mut self) {
        if self.handed_out {
            self.handed_out = false;
            self.forget_block();
        }
    }

    /// Like [`Blocks::next_block`], without decoding. Call `forget_handed_out` or `Blocks::plain`
    /// first: both clear the previous block.
    #[inline(always)]
    pub(crate) fn next_raw_block(&mut self) -> Option<RawBlock<'_>> {
        while !self.parser.too_large {
            match self.parser.lines.next_line(&mut self.rest, self.parser.max_event_size) {
                Some(Line::Whole([])) => {
                    if !self.fits {
                        self.enforce_limit(true);
                        if self.parser.too_large {
                            return None;
                        }
                    }
                    if self.dispatch() {
                        self.handed_out = true;
                        return Some(self.block());
                    }
                    self.forget_block();
                }
                Some(Line::Whole(line)) => self.process_line(line),
                // A joined line is the first line that ends in this chunk, so no value of the chunk
                // is borrowed yet.
                Some(Line::Joined(line)) => self.process_joined_line(line),
                None => {
                    self.keep();
                    return None;
                }
            }
        }
        None
    }

    /// [spec] 9.2.6 "process the field".
    #[inline(always)]
    fn process_line(&mut self, line: &'p [u8]) {
        match split_field(line) {
            (Field::Data, value) if self.fields.data.is_none() && !self.parser.kept.data.is_there => {
                self.fields.data = Some(value);
            }
            (Field::Data, value) => {
                self.keep_data();
                self.parser.kept.append_data(value, self.parser.max_event_size);
            }
            (Field::Event, value) => self.fields.event_type = Some(value),
            (Field::Id, value) if is_id(value) => self.fields.id = Some(value),
            (Field::Retry, value) => self.parser.set_reconnection_time(value),
            (Field::Id | Field::Unknown, _) => {}
        }
    }

    /// Like [`Blocks::process_line`], for a line that has its own buffer. Spare capacity is freed
    /// before anything is copied.
    fn process_joined_line(&mut self, mut line: Vec<u8>) {
        let parser = &mut *self.parser;
        let (field, value) = split_field(&line);
        let start = line.len() - value.len();
        buffer::drop_front(&mut line, start);
        line.shrink_to_fit();
        parser.kept.any = true;
        match field {
            Field::Data if parser.kept.data.is_there => parser.kept.append_data(&line, parser.max_event_size),
            Field::Data => parser.kept.data.set_owned(line),
            Field::Event => parser.kept.event_type.set_owned(line),
            Field::Id if is_id(&line) => parser.kept.id.set_owned(line),
            Field::Retry => parser.set_reconnection_time(&line),
            Field::Id | Field::Unknown => {}
        }
    }

    /// [spec] 9.2.6 "dispatch the event", the steps about the buffers. Returns whether there is a
    /// block to yield.
    #[inline(always)]
    fn dispatch(&mut self) -> bool {
        let Self { parser, fields, last_event_id, .. } = self;
        parser.id_changed = match fields.id {
            Some(id) => {
                if let Some(id) = ascii(id) {
                    let before = last_event_id.replace(id).unwrap_or(&parser.last_event_id);
                    !is_same(id.as_bytes(), before.as_bytes())
                } else {
                    parser.store_last_event_id(last_event_id.take());
                    replace_text(&mut parser.last_event_id, id.to_vec(), parser.decode)
                }
            }
            None if parser.kept.id.is_there => {
                // The buffer is moved, not copied: an ID may be large.
                let id = core::mem::take(&mut parser.kept.id).bytes;
                replace_text(&mut parser.last_event_id, id, parser.decode)
            }
            None => false,
        };
        let has_data = fields.data.is_some() || parser.kept.data.is_there;
        parser.dispatched += u64::from(has_data);
        has_data || parser.id_changed
    }

    #[inline(always)]
    fn block(&self) -> RawBlock<'_> {
        let Self { parser, fields, last_event_id, .. } = self;
        RawBlock {
            event_type: fields.event_type.or(parser.kept.event_type.get()).unwrap_or_default(),
            data: fields.data.or(parser.kept.data.get()),
            last_event_id: last_event_id.unwrap_or(&parser.last_event_id),
            last_event_id_changed: parser.id_changed,
        }
    }

    #[inline(always)]
    fn forget_block(&mut self) {
        self.fields = Fields::default();
        if self.parser.kept.any {
            self.parser.kept.clear();
        }
    }

    /// Keeps the values of an unfinished block, which continues in the next chunk.
    fn keep(&mut self) {
        self.keep_data();
        let Self { parser, fields, .. } = self;
        let kept = &mut parser.kept;
        for (field, kept_field) in [(fields.event_type, &mut kept.event_type), (fields.id, &mut kept.id)] {
            if let Some(value) = field {
                kept_field.set(value, parser.max_event_size);
                kept.any = true;
            }
        }
        *fields = Fields::default();
        self.enforce_limit(false);
    }

    fn keep_data(&mut self) {
        if let Some(value) = self.fields.data.take() {
            self.parser.kept.append_data(value, self.parser.max_event_size);
        }
    }

    /// Checks the limit at each blank line and at the end of each chunk. At the end of a chunk, an
    /// event counts with the smallest size that it can still turn out to have, except that an
    /// unfinished line counts with its field name. So the split into chunks can shift the limit
    /// only by the length of one field name. An ID from an earlier block counts as part of the
    /// event that carries it.
    fn enforce_limit(&mut self, ended: bool) {
        let Self { parser, fields, last_event_id, .. } = self;
        let id = match fields.id.or(parser.kept.id.get()) {
            Some(id) => length_of_text(id),
            None if ended => last_event_id.unwrap_or(&parser.last_event_id).len(),
            None => 0,
        };
        let data = fields.data.or(parser.kept.data.get()).unwrap_or_default();
        let event_type = fields.event_type.or(parser.kept.event_type.get()).unwrap_or_default();
        if id + data.len() + event_type.len() + parser.lines.kept() > parser.max_event_size {
            *fields = Fields::default();
            parser.start_stream();
            parser.too_large = true;
        }
    }
}

impl Drop for Blocks<'_> {
    fn drop(&mut self) {
        self.parser.store_last_event_id(self.last_event_id);
    }
}
