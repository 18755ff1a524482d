//! The events of a driver, with all that belongs to each.

use crate::{
    core::{connection::Connection, parser::Blocks},
    web::error::FailedAttempt,
};

/// Something that a source reacts to.
#[derive(Debug)]
pub(crate) enum DriverEvent<'d> {
    /// A response was accepted. It is `None` for a stream that somebody else has requested.
    Open(Option<&'d web_sys::Response>),
    /// A chunk has arrived.
    Chunk(Chunk<'d>),
    /// An attempt has failed.
    Error(FailedAttempt),
    /// Nothing follows.
    Over,
}

/// A chunk of a body. It is not [`Blocks`] yet because those do something when they are dropped,
/// and so would an event: its receiver could not use the driver while it has one.
#[derive(Debug)]
pub(crate) struct Chunk<'d> {
    pub(super) connection: &'d mut Connection,
    pub(super) bytes: &'d [u8],
}

impl<'d> Chunk<'d> {
    /// The blocks that the chunk completes. All of them are to be drawn.
    pub(crate) fn blocks(self) -> Blocks<'d> {
        self.connection.handle_chunk(self.bytes)
    }
}
