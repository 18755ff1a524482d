//! The events of a driver, with all that belongs to each.

use wasm_bindgen::JsCast;

use super::{Driver, Step};
use crate::{
    core::{connection::Connection, parser::Blocks},
    web::{error::FailedAttempt, watch::Watch},
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
    connection: &'d mut Connection,
    bytes: &'d [u8],
}

impl<'d> Chunk<'d> {
    /// The blocks that the chunk completes. All of them are to be drawn.
    pub(crate) fn blocks(self) -> Blocks<'d> {
        self.connection.handle_chunk(self.bytes)
    }
}

impl Driver {
    /// The event that [`Driver::poll`] has found.
    pub(crate) fn next_event(&mut self) -> DriverEvent<'_> {
        match self.step {
            Step::Announce => {
                self.step = Step::ReadBody;
                self.watch = Watch::start(self.timeouts.silence);
                DriverEvent::Open(self.response.as_ref().map(JsCast::unchecked_ref))
            }
            Step::Deliver => {
                self.step = Step::CheckLimit;
                let bytes = self.chunk.get(..self.length).unwrap_or_default();
                DriverEvent::Chunk(Chunk { connection: &mut self.connection, bytes })
            }
            Step::TellError => {
                self.step = if self.connection.is_undecided() { Step::AwaitDecision } else { self.wait_or_end() };
                self.error().map_or(DriverEvent::Over, DriverEvent::Error)
            }
            _ => DriverEvent::Over,
        }
    }

    /// The last failure, with what the browser knows of it. Frees what is left of the request.
    fn error(&mut self) -> Option<FailedAttempt> {
        let response = self.drop_response();
        Some(FailedAttempt {
            failure: self.connection.failure()?,
            response: response.map(JsCast::unchecked_into),
            body: core::mem::take(&mut self.error_body),
            cause: self.cause.take().map(Into::into),
        })
    }
}
