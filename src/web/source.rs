//! Owns a source: a driver, and what becomes of it with the page. Must not know who asks, nor what messages are made into.

use alloc::string::String;
use core::task::{Context, Poll};

#[cfg(headwater_npm)]
use wasm_bindgen::JsValue;

#[cfg(not(headwater_npm))]
use super::closer::Running;
use super::{
    driver::{Driver, DriverEvent, Timeouts},
    error::FailedAttempt,
    page::{self, Change, Page},
    request::Template,
    sys::Reader,
};
use crate::core::{
    action::ReadyState,
    options::{EndOfBody, Options},
    parser::Blocks,
};

/// What [`EventSource`](super::EventSource) and the bindings have in common.
#[derive(Debug)]
pub(crate) struct Source {
    driver: Driver,
    page: Page,
    pause_when_hidden: bool,
}

impl Source {
    /// A source that makes requests, the first one when it is first polled.
    pub(crate) fn request(
        template: Template,
        timeouts: Timeouts,
        mut options: Options,
        pause_when_hidden: bool,
    ) -> Self {
        options.can_probe = template.can_be_probed();
        options.is_get = template.is_get();
        Self::new(Driver::request(template, timeouts, options), pause_when_hidden)
    }

    /// A source that reads a stream from elsewhere.
    pub(crate) fn read(reader: Reader, end: EndOfBody) -> Self {
        Self::new(Driver::read(reader, end), false)
    }

    fn new(driver: Driver, pause_when_hidden: bool) -> Self {
        Self { driver, page: Page::new(), pause_when_hidden }
    }

    #[cfg(not(headwater_npm))]
    /// What happens next.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<DriverEvent> {
        self.handle_page_changes(context);
        // Wherever the page is.
        if self.is_over() { Poll::Ready(DriverEvent::Over) } else { self.poll_told(context) }
    }

    /// [`Source::poll`] for whoever has something to do behind [`Source::handle_page_changes`].
    pub(crate) fn poll_told(&mut self, context: &mut Context<'_>) -> Poll<DriverEvent> {
        if self.page.is_away() {
            return Poll::Pending;
        }
        self.driver.held = self.pause_when_hidden && page::is_hidden();
        self.driver.poll(context)
    }

    /// Does what has become of the page calls for: what was open is dropped as it is put away, not when it comes back.
    pub(crate) fn handle_page_changes(&mut self, context: &Context<'_>) {
        while let Poll::Ready(change) = self.page.poll_change(context) {
            match change {
                Change::PutAway => self.driver.interrupt(),
                Change::Thawed => self.driver.renew(),
                Change::Hidden if self.pause_when_hidden => self.driver.pause(),
                Change::Hidden => {}
                Change::Back => self.driver.shorten_wait(),
            }
        }
    }

    /// What [`DriverEvent::Open`] is about.
    pub(crate) fn response(&self) -> Option<&web_sys::Response> {
        self.driver.response()
    }

    /// What [`DriverEvent::Chunk`] is about.
    pub(crate) fn blocks(&mut self, length: usize) -> Blocks<'_> {
        self.driver.blocks(length)
    }

    /// What [`DriverEvent::Error`] is about.
    pub(crate) fn error(&mut self) -> Option<FailedAttempt> {
        self.driver.error()
    }

    /// Gives the request up as if the network had broken, with that as the cause, behind the event with that last
    /// event ID.
    #[cfg(headwater_npm)]
    pub(crate) fn break_off(&mut self, cause: JsValue, last_event_id: Option<String>) {
        self.driver.break_off(cause, last_event_id);
    }

    #[cfg(not(headwater_npm))]
    pub(super) fn running(&self) -> Running {
        self.driver.running()
    }

    #[cfg(not(headwater_npm))]
    pub(super) fn close(&mut self, last_event_id: Option<String>) {
        self.driver.close(last_event_id);
    }

    #[cfg(not(headwater_npm))]
    pub(super) fn is_over(&self) -> bool {
        self.driver.is_over()
    }

    /// The error that was told last is one to decide about.
    pub(crate) fn is_undecided(&self) -> bool {
        self.driver.is_undecided()
    }

    pub(crate) fn decide(&mut self, delay: Option<u64>) {
        self.driver.decide(delay);
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.driver.connection().ready_state()
    }

    #[cfg(not(headwater_npm))]
    pub(crate) fn last_event_id(&self) -> &str {
        self.driver.connection().last_event_id()
    }

    pub(crate) fn reconnection_time(&self) -> Option<u64> {
        self.driver.connection().reconnection_time()
    }
}
