//! A driver and its page: notifies the driver when the page changes.

use core::task::{Context, Poll};

use super::{
    driver::{Driver, Timeouts},
    page_events::{self, Change, Page},
    request::Template,
    sys::Reader,
};
use crate::core::options::{EndOfBody, Options};

/// The part that [`EventSource`](super::EventSource) and the bindings of the npm package share.
#[derive(Debug)]
pub(crate) struct PageSession {
    pub(crate) driver: Driver,
    page: Page,
    pause_when_hidden: bool,
}

impl PageSession {
    /// Creates a session that makes requests. The first poll makes the first request.
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

    /// Creates a session that reads a stream that the caller has passed.
    pub(crate) fn read(reader: Reader, end: EndOfBody) -> Self {
        Self::new(Driver::read(reader, end), false)
    }

    fn new(driver: Driver, pause_when_hidden: bool) -> Self {
        Self { driver, page: Page::new(), pause_when_hidden }
    }

    /// Waits for the next event, which [`Driver::next_event`] then returns.
    #[cfg(not(headwater_npm))]
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.handle_page_changes(context);
        // A session that is over is ready even while the page is in the back/forward cache.
        if self.driver.is_over() { Poll::Ready(()) } else { self.poll_driver(context) }
    }

    /// Like [`PageSession::poll`], but without [`PageSession::handle_page_changes`], for a caller
    /// that does something between the two.
    pub(crate) fn poll_driver(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.page.is_away() {
            return Poll::Pending;
        }
        self.driver.held = self.pause_when_hidden && page_events::is_hidden();
        self.driver.poll(context)
    }

    /// Notifies the driver when the page changes. A request is dropped when the page moves into the
    /// back/forward cache, not when the page is back.
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
}
