//! Owns the description of a source before it begins: what to request, and how. Must not make the request.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
use core::{fmt, time::Duration};

use js_sys::{Function, Object};
use wasm_bindgen::JsValue;

use super::{
    checks, driver::Timeouts, error::Error, event::Event, event_source::EventSource, request::Template,
    session::Session, sys,
};
use crate::core::{
    millis::millis,
    options::{EndOfBody, Options, Reconnect},
    reconnection::Backoff,
};

/// What a source is to request, and how. What is wrong with it is told by [`Builder::connect`].
#[derive(Debug)]
#[must_use = "nothing is requested before `connect`"]
pub struct Builder {
    url: String,
    /// A RequestInit of our own.
    init: Object,
    /// In addition to those of `init`.
    headers: Vec<(String, String)>,
    fetch: Option<Function>,
    request: Option<Function>,
    last_event_id_param: Option<JsValue>,
    accept: Option<Function>,
    until: Option<Until>,
    options: Options,
    timeouts: Timeouts,
    pause_when_hidden: bool,
}

impl Builder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            init: Object::new(),
            headers: Vec::new(),
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

    /// The request's method. Default GET.
    pub fn method(self, method: &str) -> Self {
        self.init("method", &method.into())
    }

    /// A request header, in place of any of that name. `Last-Event-ID` is where to start from, as
    /// [`Builder::last_event_id`] is.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The request's body: anything that `fetch` takes. One that is a stream can be sent once.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// A JSON body, with its content type and the method POST where the builder has none yet.
    ///
    /// # Errors
    /// [`Error::Serialize`] if the value cannot be serialised.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Result<Self, Error> {
        let body = super::json::stringify(value).map_err(|source| Error::Serialize { source: source.into() })?;
        let has_type = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let this = if has_type { self } else { self.header("content-type", "application/json") };
        let has_method = !sys::get(&this.init, "method").is_undefined();
        let this = if has_method { this } else { this.method("POST") };
        Ok(this.body(body))
    }

    /// Any other member of a `RequestInit`, such as `credentials`; but not `signal`, which is the source's own: dropping it
    /// ends the request.
    pub fn init(self, member: &str, value: &JsValue) -> Self {
        sys::set(&self.init, member, value);
        self
    }

    /// What is called instead of the global `fetch`, with a URL and a `RequestInit`.
    pub fn fetch(mut self, fetch: Function) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// A function that is called before each attempt, with its number (from 1) and the last event ID string: for a token that
    /// expires, a body that is a stream, or the GET that goes on with the answer to a POST.
    ///
    /// It returns `undefined`, for a request as it was made; or an array of a URL and a `RequestInit`, which is used in place of
    /// the one that was made, or `undefined`; or an array of `undefined` and an error, if there can be no request. It may return
    /// a promise of any of these. If it throws or rejects, the attempt has failed as by a broken network. Anything else that it
    /// returns is an error that is final. It is no permission to repeat.
    pub fn request(mut self, request: Function) -> Self {
        self.request = Some(request);
        self
    }

    /// The query parameter in which the last event ID is sent, instead of the header that needs a server's permission when
    /// it is of another origin.
    pub fn last_event_id_param(mut self, parameter: impl Into<JsValue>) -> Self {
        self.last_event_id_param = Some(parameter.into());
        self
    }

    /// What is asked, with the unread response, whether it is read as an event stream: by what is truthy, and in place of the standard's rule
    /// of status 200 and type `text/event-stream`. Not asked of a 204, which is a server's last word; and if it throws, the
    /// attempt has failed as by a broken network.
    pub fn accept(mut self, accept: Function) -> Self {
        self.accept = Some(accept);
        self
    }

    /// The permission to repeat the request. Default: as the standard says for GET, never for another method.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.options.reconnect = reconnect;
        self
    }

    /// How long to wait before repeating it.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.options.backoff = backoff;
        self
    }

    /// Whether an event is the last one, such as `[DONE]` of a language model: it is delivered, and then the stream is over. A
    /// body that ends before such an event was cut, however cleanly: a GET is repeated, and for another method the stream ends
    /// with an error, unless [`Builder::end`] says something else. Called for each event of the stream, and not for what
    /// [`EventSource::notice`] tells.
    pub fn until(mut self, until: impl FnMut(&Event) -> bool + 'static) -> Self {
        self.until = Some(Until(Box::new(until)));
        self
    }

    /// What a clean end of the body means. Default: with [`Builder::until`] that the stream was cut; otherwise reconnect for
    /// GET, close for another method.
    pub fn end(mut self, end: EndOfBody) -> Self {
        self.options.end = Some(end);
        self
    }

    /// The last event ID string to start from.
    pub fn last_event_id(mut self, last_event_id: &str) -> Self {
        last_event_id.clone_into(&mut self.options.last_event_id);
        self
    }

    /// The largest event in bytes as they come: data, event type and last event ID together, an ID that is not ASCII three
    /// times, and an unfinished line counts with them. Default 64 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.options.max_event_size = bytes;
        self
    }

    /// How long a server may take to answer. Default: as long as the browser allows.
    ///
    /// This and [`Builder::silence_timeout`] are by the wall clock, and a limit that ends while the page is hidden or was
    /// suspended is extended once, by ten seconds at most.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = Some(millis(timeout));
        self
    }

    /// How long a stream may be silent; comments count as sounds. Default: for ever.
    pub fn silence_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.silence = Some(millis(timeout));
        self
    }

    /// Gives the request up while the page is hidden, and makes it again when it is visible. Nothing for a request that may
    /// not be repeated.
    pub fn pause_when_hidden(mut self, pause: bool) -> Self {
        self.pause_when_hidden = pause;
        self
    }

    /// The source. Its request is made when the first event is asked for.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Header`], [`Error::Init`] or [`Error::Body`]: if no such request can be made. The platform
    /// checks it here, so that nonsense is told at once and not by the first attempt.
    pub fn connect(self) -> Result<EventSource, Error> {
        let Self { url, init, headers, fetch, request, last_event_id_param, accept, until, .. } = self;
        let Self { mut options, timeouts, pause_when_hidden, .. } = self;
        let url = checks::absolute(&url)?;
        let headers = checks::headers(&init, &headers)?;
        if let Some(last_event_id) = checks::take_last_event_id(&headers)
            && options.last_event_id.is_empty()
        {
            options.last_event_id = last_event_id;
        }
        checks::check_last_event_id(&options.last_event_id)?;
        sys::set(&init, "headers", &headers);
        if checks::check(&init)? && request.is_none() {
            options.reconnect = Reconnect::Never;
        }
        if until.is_some() {
            options.end = options.end.or(Some(EndOfBody::Interrupted));
        }
        let template = Template { url, init, fetch, request, last_event_id_param, accept };
        Ok(EventSource::new(Session::request(template, timeouts, options, pause_when_hidden), until))
    }
}

/// What [`Builder::until`] was given.
pub(super) struct Until(Box<dyn FnMut(&Event) -> bool>);

impl Until {
    pub(super) fn is_last(&mut self, event: &Event) -> bool {
        (self.0)(event)
    }
}

impl fmt::Debug for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Until")
    }
}
