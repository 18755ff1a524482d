//! The description of a source before it begins: what to request, and how.

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

/// What a source is to request, and how. What is wrong with it is told by [`Builder::connect`].
#[derive(Debug)]
#[must_use = "nothing is requested before `connect`"]
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
    /// Begins to describe a request to `url`, which is resolved against the base URL of the page or worker.
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

    /// The request's method. Default GET.
    pub fn method(self, method: &str) -> Self {
        self.init("method", &method.into())
    }

    /// A request header, in place of any of that name. `Last-Event-ID` is where to start from, as
    /// [`Builder::last_event_id`] is.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.members.header(name, value);
        self
    }

    /// The request's body: anything that `fetch` takes. One that is a stream can be sent once.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// A JSON body, with its content type and the method POST where the builder has none yet.
    ///
    /// # Errors
    /// [`Error::Serialize`] if the value cannot be serialized.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize + ?Sized>(mut self, value: &T) -> Result<Self, Error> {
        self.members.json(value)?;
        Ok(self)
    }

    /// Any other member of a `RequestInit`, such as `credentials`; but not `signal`, which is the source's own: dropping it
    /// ends the request.
    pub fn init(mut self, member: &str, value: &JsValue) -> Self {
        self.members.set(member, value);
        self
    }

    /// Replaces the global `fetch`. The closure gets the URL and a `RequestInit` with method, headers, body and signal. An `Err`
    /// is a network error.
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

    /// Sets a closure that is called before each attempt, for example for a token that expires, a body that is a stream, or the
    /// GET that goes on with the response to a POST. It returns how the request of this attempt differs from the request that
    /// the source was made with.
    ///
    /// An `Err` fails the attempt as a network error would. A request that cannot be made fails the source. The closure is no
    /// permission to repeat a request: see [`Builder::reconnect`].
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

    /// The query parameter in which the last event ID is sent, instead of the header that needs a server's permission when
    /// it is of another origin.
    pub fn last_event_id_param(mut self, parameter: impl Into<JsValue>) -> Self {
        self.last_event_id_param = Some(parameter.into());
        self
    }

    /// Decides whether a response is accepted as an event stream, in place of the standard's rule: status 200 and type
    /// `text/event-stream`. The response is unread, and the closure may read only a clone of it. It is not called for a 204,
    /// which always ends the source.
    ///
    /// ```no_run
    /// # use headwater::web::EventSource;
    /// let source = EventSource::builder("/prices").accept(|response| response.status() == 201);
    /// ```
    pub fn accept(mut self, accept: impl Fn(&Response) -> bool + 'static) -> Self {
        self.accept = Some(Accept::new(accept));
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
        self.until = Some(Until::new(until));
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
