//! The driver's part in a body: reading its chunks, reading the text of a rejected response, and
//! releasing a request without an abort.

use core::task::{Context, Poll, ready};

use super::{Driver, Step};
use crate::web::request::Template;

/// How much of a rejected response is read, in bytes. The error pages of proxies have a few
/// kilobytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// The longest time in which this text is read, in milliseconds, because the body may be endless.
const ERROR_BODY_TIME: u64 = 1000;

impl Driver {
    /// Reads the next chunk.
    pub(super) fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        let Some(body) = &mut self.body else { return Poll::Ready(Step::Over) };
        if !body.is_reading() {
            // Time that the page has spent on its own work since the last chunk does not count as
            // silence of the server.
            self.watch.feed();
        }
        let action = match body.poll_read(&mut self.chunk, context) {
            Poll::Ready(Ok(Some(length))) => {
                self.length = length;
                return Poll::Ready(Step::Deliver);
            }
            Poll::Ready(Ok(None)) => {
                self.release_request();
                self.connection.handle_end_of_body()
            }
            Poll::Ready(Err(cause)) => {
                self.cause = Some(cause);
                self.connection.handle_network_error()
            }
            Poll::Pending => {
                ready!(self.watch.poll_expired(context));
                self.connection.handle_timeout()
            }
        };
        Poll::Ready(self.perform(action))
    }

    /// Reads the text of a rejected response.
    pub(super) fn poll_error_body(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.error_body.len() < MAX_ERROR_BODY
            && let Some(body) = &mut self.body
        {
            match body.poll_read(&mut self.chunk, context) {
                Poll::Ready(Ok(Some(length))) => {
                    let room = MAX_ERROR_BODY - self.error_body.len();
                    let text = self.chunk.get(..length.min(room)).unwrap_or_default();
                    // Reserve the full size at once: a buffer that grows leaves gaps in memory.
                    self.error_body.reserve_exact(room);
                    self.error_body.extend_from_slice(text);
                }
                Poll::Ready(_) => break,
                Poll::Pending => return self.poll_timer(ERROR_BODY_TIME, context),
            }
        }
        self.timer = None;
        Poll::Ready(())
    }

    /// Marks the request as finished, so that dropping it does not abort it.
    pub(super) fn release_request(&mut self) {
        if let Some(request) = &mut self.request {
            request.is_running = false;
        }
    }

    /// Releases the request of a rejected response in two cases: its body has ended, or a callback
    /// has received the response and may be reading it or a clone. In both cases, canceling the
    /// body is enough, although Firefox closes the socket only at the next byte.
    pub(super) fn release_refused(&mut self) {
        let is_seen = self.template.as_ref().is_some_and(Template::is_seen);
        if self.body.as_ref().is_none_or(|body| body.has_ended() || is_seen && body.is_stream()) {
            self.release_request();
        }
    }
}
