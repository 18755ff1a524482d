//! The events of a driver, with their payloads.

use crate::{
    core::{connection::Connection, parser::Blocks},
    web::error::FailedAttempt,
};

/// An event that a source reacts to.
#[derive(Debug)]
pub(crate) enum DriverEvent<'d> {
    /// A response was accepted (`Some`), or the source reads a stream that the caller has passed
    /// (`None`).
    Open(Option<&'d web_sys::Response>),
    /// A chunk has arrived.
    Chunk(Chunk<'d>),
    /// An attempt has failed.
    Error(FailedAttempt),
    /// The source is over.
    Over,
}

/// A chunk of a body. It is not [`Blocks`] yet, because `Blocks` implements `Drop`. An event that
/// contained it would borrow the driver until the event is dropped.
#[derive(Debug)]
pub(crate) struct Chunk<'d> {
    pub(super) connection: &'d mut Connection,
    pub(super) bytes: &'d [u8],
}

impl<'d> Chunk<'d> {
    /// Returns the blocks that the chunk completes. The caller must take all of them.
    pub(crate) fn blocks(self) -> Blocks<'d> {
        self.connection.handle_chunk(self.bytes)
    }
}
