//! Describes a source before it starts: its request and its options.

use alloc::{borrow::ToOwned, string::String};
use core::time::Duration;

use wasm_bindgen::JsValue;
use web_sys::{RequestInit, Response};

use super::{
    driver::Timeouts,
    error::Error,
    event::{Event, Until},
    event_source::EventSource,
    page_session::PageSession,
    request::{
        Template,
        attempt::{Attempt, AttemptRequest},
        callbacks::{Accept, Fetch, Prepare},
        checks,
        init::{Members, OwnInit},
    },
};
use crate::core::{
    millis::millis,
    options::{EndOfBody, Options, Reconnect},
    reconnection::Backoff,
};

/// Describes the request and the options of a source. [`Builder::connect`] reports invalid values.
#[derive(Debug)]
#[must_use = "no request is sent before `connect`"]
pub struct Builder {
    url: String,
    members: Members,
    fetch: Option<Fetch>,
    request: Option<Prepare>,
    last_event_id_param: Option<JsValue>,
    accept: Option<Accept>,
    until: Option<Until>,
    options: Options,
    timeouts: Timeouts,
    pause_when_hidden: bool,
}

impl EventSource {
    /// Returns a builder for a request to `url`, which is resolved against the base URL of the page
    /// or worker.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }
}

impl Builder {
    fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            members: Members::default(),
            fetch: None,
            request: None,
            last_event_id_param: None,
            accept: None,
            until: None,
            options: Options::default(),
            timeouts: Timeouts::default(),
            pause_when_hidden: false,
        }
    }

    /// Sets the request's method. Default: GET.
    pub fn method(self, method: &str) -> Self {
        self.init("method", &method.into())
    }

    /// Sets a request header. It replaces any header of the same name. `Last-Event-ID` sets the ID
    /// to start from, unless [`Builder::last_event_id`] sets it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.members.header(name, value);
        self
    }

    /// Sets the request's body: any value that `fetch` accepts. A stream can be sent only once, so
    /// the request is not repeated unless [`Builder::request`] is set.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// Sets a JSON body. The method becomes POST, and the content type becomes `application/json`,
    /// unless the builder sets other values.
    ///
    /// # Errors
    /// [`Error::Serialize`] if the value cannot be serialized.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize + ?Sized>(mut self, value: &T) -> Result<Self, Error> {
        self.members.json(value)?;
        Ok(self)
    }

    /// Sets any other member of the `RequestInit`, such as `credentials`. `signal` is ignored,
    /// because the source uses its own: drop the source to abort the request.
    pub fn init(mut self, member: &str, value: &JsValue) -> Self {
        self.members.set(member, value);
        self
    }

    /// Replaces the global `fetch`. The closure receives the URL and a `RequestInit` with method,
    /// headers, body and signal. An `Err` is treated as a network error.
    ///
    /// ```no_run
    /// # use headwater::web::EventSource;
    /// use wasm_bindgen::JsCast;
    /// use wasm_bindgen_futures::JsFuture;
    ///
    /// let source = EventSource::builder("/prices").fetch(async |url, init| {
    ///     let window = web_sys::window().ok_or("no window")?;
    ///     JsFuture::from(window.fetch_with_str_and_init(&url, &init)).await?.dyn_into()
    /// });
    /// ```
    pub fn fetch<F>(mut self, fetch: F) -> Self
    where
        F: AsyncFn(String, RequestInit) -> Result<Response, JsValue> + 'static,
    {
        self.fetch = Some(Fetch::new(fetch));
        self
    }

    /// Sets a closure that is called before each attempt. It returns the changes that this attempt
    /// makes to the source's request. Use it to renew a token, to supply a new stream as the body,
    /// or to resume the response to a POST with a GET.
    ///
    /// An `Err` fails the attempt like a network error. A request that cannot be made fails the
    /// source. This closure does not allow repetitions by itself: use [`Builder::reconnect`] for
    /// that.
    ///
    /// ```no_run
    /// # use headwater::web::{AttemptRequest, EventSource};
    /// # async fn token() -> Result<String, wasm_bindgen::JsValue> { Ok(String::new()) }
    /// let source = EventSource::builder("/prices").request(async |_| {
    ///     Ok(AttemptRequest::new().header("authorization", &format!("Bearer {}", token().await?)))
    /// });
    /// ```
    pub fn request<F>(mut self, request: F) -> Self
    where
        F: AsyncFn(Attempt) -> Result<AttemptRequest, JsValue> + 'static,
    {
        self.request = Some(Prepare::new(request));
        self
    }

    /// Sends the last event ID in this query parameter instead of the `Last-Event-ID` header. A
    /// server of another origin has to permit the header. The parameter needs no permission.
    pub fn last_event_id_param(mut self, parameter: impl Into<JsValue>) -> Self {
        self.last_event_id_param = Some(parameter.into());
        self
    }

    /// Sets a closure that returns whether to accept a response as an event stream. The closure
    /// replaces the standard's rule: status 200 and content type `text/event-stream`.
    ///
    /// The response is unread, and the closure must read only a clone of it. The closure is not
    /// called for status 204, which always ends the source.
    ///
    /// ```no_run
    /// # use headwater::web::EventSource;
    /// let source = EventSource::builder("/prices").accept(|response| response.status() == 201);
    /// ```
    pub fn accept(mut self, accept: impl Fn(&Response) -> bool + 'static) -> Self {
        self.accept = Some(Accept::new(accept));
        self
    }

    /// Sets whether the request may be repeated. Default: a GET is repeated as the standard says,
    /// and other methods are never repeated.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.options.reconnect = reconnect;
        self
    }

    /// Sets the waits between attempts.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.options.backoff = backoff;
        self
    }

    /// Sets a closure that returns whether an event is the last one, such as the `[DONE]` that
    /// language models send. The source delivers that event and ends.
    ///
    /// If the response body ends before such an event, the response is incomplete, even after a
    /// clean end. In that case, a GET is repeated, and with another method the stream ends with an
    /// error, unless [`Builder::end`] is set. The closure is called for each event of the stream,
    /// but not for messages from [`EventSource::notice`].
    pub fn until(mut self, until: impl FnMut(&Event) -> bool + 'static) -> Self {
        self.until = Some(Until::new(until));
        self
    }

    /// Sets the reaction to a clean end of the response body. Default: with [`Builder::until`], the
    /// end is an interruption, because the last event is missing. Without it, a GET reconnects and
    /// other methods close.
    pub fn end(mut self, end: EndOfBody) -> Self {
        self.options.end = Some(end);
        self
    }

    /// Sets the last event ID string to start from.
    pub fn last_event_id(mut self, last_event_id: &str) -> Self {
        last_event_id.clone_into(&mut self.options.last_event_id);
        self
    }

    /// Limits the size of an event, in bytes as received. The limit applies to the sum of data,
    /// event type, last event ID and any unfinished line. A non-ASCII ID counts as three times its
    /// length. Default: 64 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.options.max_event_size = bytes;
        self
    }

    /// Limits the time until the head of the response arrives. Default: the browser's own limit.
    ///
    /// This limit and [`Builder::silence_timeout`] use the wall clock. A limit that expires while
    /// the page is hidden, or after the machine was suspended, is extended once, by at most ten
    /// seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = millis(timeout).max(1);
        self
    }

    /// Limits the time without data from the server. Comments count as data. Default: no limit.
    pub fn silence_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.silence = millis(timeout).max(1);
        self
    }

    /// Sets whether to abort the request while the page is hidden, and to repeat it when the page
    /// is visible. Has no effect on a request that must not be repeated. Default: `false`.
    pub fn pause_when_hidden(mut self, pause: bool) -> Self {
        self.pause_when_hidden = pause;
        self
    }

    /// Returns the source. The request is sent when the first event is polled.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Header`], [`Error::Init`] or [`Error::Body`] if the request cannot
    /// be made. The platform checks the request here, so that invalid values are reported at once
    /// and not by the first attempt.
    pub fn connect(self) -> Result<EventSource, Error> {
        let Self { url, members, fetch, request, last_event_id_param, accept, until, .. } = self;
        let Self { mut options, timeouts, pause_when_hidden, .. } = self;
        let url = checks::absolute(&url)?;
        let init = members.over(&OwnInit::new()?)?;
        if let Some(last_event_id) = checks::take_last_event_id(&init.headers)
            && options.last_event_id.is_empty()
        {
            options.last_event_id = last_event_id;
        }
        checks::check_last_event_id(&options.last_event_id)?;
        if init.is_stream && request.is_none() {
            options.reconnect = Reconnect::Never;
        }
        if until.is_some() {
            options.end = options.end.or(Some(EndOfBody::Interrupted));
        }
        let template = Template { url, init, fetch, request, last_event_id_param, accept };
        Ok(EventSource::new(PageSession::request(template, timeouts, options, pause_when_hidden), until))
    }
}
