//! Owns the driver: performs the actions of a [`Connection`] one at a time and says what came of them. Must not know
//! who asks, nor call anybody but the platform.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use js_sys::{Date, Function, Object};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Headers;

use super::{
    body::Body,
    race::{First, race},
    request::{Request, Template},
    sys::FetchResponse,
    timer::Timer,
};
use crate::{
    connection::{Action, Connection, EndOfBody, Options, ReadyState, Reconnect, ResponseHead},
    error::Failure,
    parser::Blocks,
    reconnection::{Backoff, parse_time},
};

/// How much of a refused response is read for its reason, in bytes. Error pages of proxies are of some kilobytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// How long that may take, in milliseconds: an error body may be endless.
const ERROR_BODY_TIME: u64 = 1000;

/// An event source: asked for what happens next, it makes requests, reads and waits as long as that takes.
///
/// Nothing happens between two calls of [`EventSource::next`]: who is slow slows the server down. Dropping it ends the
/// request and frees the socket.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_bindgen::JsValue> {
/// use headwater::{Block, web::{EventSource, Notice}};
///
/// let mut source = EventSource::builder("/api/chat")?.method("POST").body("Hello").connect();
/// while let Some(notice) = source.next().await {
///     match notice {
///         Notice::Messages(mut blocks) => {
///             while let Some(Block::Message(message)) = blocks.next_block() {
///                 web_sys::console::log_1(&(&*message.data).into());
///             }
///         }
///         Notice::Error(error) => web_sys::console::warn_1(&error.failure.to_string().into()),
///         Notice::Open(_) => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct EventSource {
    connection: Connection,
    template: Template,
    step: Step,
    /// Before `request`, so that it is dropped before it: the stream is to end as cancelled, and not as failed.
    body: Option<Body>,
    request: Option<Request>,
    response: Option<FetchResponse>,
    /// What the platform threw at the attempt that has failed.
    cause: Option<JsValue>,
    chunk: Vec<u8>,
    error_body: Vec<u8>,
    timer: Option<Timer>,
}

/// What to do at the next call. Only left when it is done, so that a call whose future was dropped can be repeated.
#[derive(Clone, Copy, Debug)]
enum Step {
    Perform(Action),
    ReadBody,
    CheckLimit,
    Wait(u64),
}

/// What happened.
#[derive(Debug)]
pub enum Notice<'s> {
    /// A response was accepted; its messages follow.
    Open(&'s web_sys::Response),
    /// A chunk arrived. It may complete any number of blocks, also none; all are to be drawn.
    Messages(Blocks<'s>),
    /// An attempt failed. With a `failure.delay` the next call waits that long and tries again; without, it is the end.
    Error(Error),
}

/// An attempt that failed, with what the browser knows of it.
#[derive(Debug)]
pub struct Error {
    /// What happened and what follows.
    pub failure: Failure,
    /// The response that was refused.
    pub response: Option<web_sys::Response>,
    /// Its text, at most 64 KiB of it, as far as it came within a second.
    pub body: String,
    /// What `fetch` or the stream threw.
    pub cause: Option<JsValue>,
}

impl EventSource {
    /// Begins to describe a request to `url`, which is resolved against the base URL of the page or worker.
    ///
    /// # Errors
    /// If the platform has no `Headers`.
    pub fn builder(url: &str) -> Result<Builder, JsValue> {
        Ok(Builder::new(url.to_owned(), Object::new(), Headers::new()?, None, Options::default()))
    }

    /// What happens next. `None` when the stream is over: after a clean end that closes it, or after a final error.
    pub async fn next(&mut self) -> Option<Notice<'_>> {
        loop {
            match self.step {
                Step::Perform(Action::Fetch) => self.step = Step::Perform(self.fetch().await),
                Step::Perform(Action::AnnounceConnection) => {
                    self.step = Step::ReadBody;
                    return self.response.as_ref().map(|response| Notice::Open(response.unchecked_ref()));
                }
                Step::Perform(Action::ReestablishConnection(failure) | Action::FailConnection(failure)) => {
                    self.read_error_body().await;
                    self.step = failure.delay.map_or(Step::Perform(Action::Nothing), Step::Wait);
                    return Some(Notice::Error(self.error(failure)));
                }
                Step::Perform(Action::CloseConnection) => {
                    self.drop_response();
                    self.step = Step::Perform(Action::Nothing);
                }
                Step::Perform(Action::Nothing) => return None,
                Step::ReadBody => match self.read().await {
                    Ok(length) => {
                        self.step = Step::CheckLimit;
                        let chunk = self.chunk.get(..length).unwrap_or_default();
                        return Some(Notice::Messages(self.connection.handle_chunk(chunk)));
                    }
                    Err(action) => self.step = Step::Perform(action),
                },
                Step::CheckLimit => self.step = self.connection.check_limit().map_or(Step::ReadBody, Step::Perform),
                Step::Wait(milliseconds) => {
                    self.timer.get_or_insert_with(|| Timer::after(milliseconds)).await;
                    self.timer = None;
                    self.step = Step::Perform(self.connection.handle_timeout());
                }
            }
        }
    }

    /// The state of the connection, as it is for who receives the last notice.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.connection.ready_state()
    }

    /// The last event ID string: that of the last block drawn.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.connection.last_event_id()
    }

    /// The server's reconnection time in milliseconds, as it sent it.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<u64> {
        self.connection.reconnection_time()
    }

    async fn fetch(&mut self) -> Action {
        if has_credentials(&self.template.url) {
            self.cause = Some(js_sys::TypeError::new("fetch takes no URL with a user name or password").into());
            return self.connection.handle_request_error();
        }
        match self.attempt().await {
            Ok(action) => action,
            Err(cause) => self.network_error(cause),
        }
    }

    async fn attempt(&mut self) -> Result<Action, JsValue> {
        let request = match &mut self.request {
            Some(request) => request,
            none => none.insert(Request::send(&self.template, self.connection.last_event_id())?),
        };
        let response = request.response().await?;
        let headers = response.headers()?;
        let content_type = headers.get("content-type")?;
        let head = ResponseHead {
            status: response.status()?,
            content_type: content_type.as_deref(),
            retry_after: headers.get("retry-after")?.as_deref().map(retry_after),
        };
        self.body = Some(Body::new(response.body()?.as_ref())?);
        self.response = Some(response);
        Ok(self.connection.handle_response(head, js_sys::Math::random()))
    }

    /// The length of the next chunk, or what its absence calls for.
    async fn read(&mut self) -> Result<usize, Action> {
        let Some(body) = &mut self.body else { return Err(Action::Nothing) };
        match body.read(&mut self.chunk).await {
            Ok(Some(length)) => Ok(length),
            Ok(None) => Err(self.connection.handle_end_of_body(js_sys::Math::random())),
            Err(cause) => Err(self.network_error(cause)),
        }
    }

    fn network_error(&mut self, cause: JsValue) -> Action {
        self.cause = Some(cause);
        self.connection.handle_network_error(js_sys::Math::random())
    }

    /// Reads the text of a refused response. An accepted one whose body has failed or ended has nothing to tell.
    async fn read_error_body(&mut self) {
        let Self { body: Some(body), cause: None, error_body, chunk, timer, step, .. } = self else { return };
        if !matches!(step, Step::Perform(action) if is_refusal(*action)) {
            return;
        }
        let read = async {
            while error_body.len() < MAX_ERROR_BODY
                && let Ok(Some(length)) = body.read(chunk).await
            {
                let room = MAX_ERROR_BODY - error_body.len();
                error_body.extend(chunk.iter().take(length.min(room)));
            }
        };
        let (First::Left(()) | First::Right(())) =
            race(read, timer.get_or_insert_with(|| Timer::after(ERROR_BODY_TIME))).await;
        *timer = None;
    }

    fn error(&mut self, failure: Failure) -> Error {
        let response = self.drop_response();
        let error_body = core::mem::take(&mut self.error_body);
        Error {
            failure,
            response: response.map(JsCast::unchecked_into),
            body: String::from_utf8_lossy(&error_body).into_owned(),
            cause: self.cause.take(),
        }
    }

    fn drop_response(&mut self) -> Option<FetchResponse> {
        self.body = None;
        self.request = None;
        self.response.take()
    }
}

fn is_refusal(action: Action) -> bool {
    use crate::error::Reason::{Attempts, ContentType, Status};
    let (Action::ReestablishConnection(failure) | Action::FailConnection(failure)) = action else { return false };
    failure.status.is_some() && matches!(failure.reason, Status | ContentType | Attempts)
}

/// Spec: RFC 9110, 10.2.3: seconds, or a date. In milliseconds from now; a date that has passed is no wait.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and NaN is 0")]
fn retry_after(value: &str) -> u64 {
    match parse_time(value.as_bytes()) {
        Some(seconds) => seconds.saturating_mul(1000),
        None => (Date::parse(value) - Date::now()) as u64,
    }
}

/// `fetch` refuses such a URL each time, with an error that looks like a broken network.
fn has_credentials(url: &str) -> bool {
    // In a serialised URL the authority is what follows the first two slashes, up to the next one.
    let mut parts = url.as_bytes().split(|byte| matches!(byte, b'/' | b'?' | b'#'));
    parts.nth(2).is_some_and(|authority| authority.contains(&b'@'))
}

/// What a source is to request, and how.
#[derive(Debug)]
#[must_use = "nothing is requested before `connect`"]
pub struct Builder {
    template: Template,
    options: Options,
}

impl Builder {
    pub(crate) fn new(url: String, init: Object, headers: Headers, fetch: Option<Function>, options: Options) -> Self {
        Self { template: Template { url, init, headers, fetch }, options }
    }

    /// The request's method. Default GET.
    pub fn method(mut self, method: &str) -> Self {
        self.options.is_get = method.eq_ignore_ascii_case("GET");
        self.init("method", &method.into())
    }

    /// A request header, in place of any of that name.
    ///
    /// # Errors
    /// If name or value are not those of a header.
    pub fn header(self, name: &str, value: &str) -> Result<Self, JsValue> {
        self.template.headers.set(name, value)?;
        Ok(self)
    }

    /// The request's body: anything that `fetch` takes.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// A JSON body: with it the method is POST and the content type `application/json`.
    ///
    /// # Errors
    /// If the value cannot be serialised.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize>(self, value: &T) -> Result<Self, JsValue> {
        let body = super::json::stringify(value)?;
        self.method("POST").header("content-type", "application/json").map(|this| this.body(body))
    }

    /// Any other member of a `RequestInit`, such as `credentials`.
    pub fn init(self, member: &str, value: &JsValue) -> Self {
        // Setting a property of a plain object does not fail.
        let _ = js_sys::Reflect::set(&self.template.init, &member.into(), value);
        self
    }

    /// What is called instead of the global `fetch`, with a URL and a `RequestInit`.
    pub fn fetch(mut self, fetch: Function) -> Self {
        self.template.fetch = Some(fetch);
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

    /// What a clean end of the body means. Default: reconnect for GET, close for another method.
    pub fn end(mut self, end: EndOfBody) -> Self {
        self.options.end = Some(end);
        self
    }

    /// The last event ID string to start from.
    pub fn last_event_id(mut self, last_event_id: &str) -> Self {
        last_event_id.clone_into(&mut self.options.last_event_id);
        self
    }

    /// The largest event in bytes. Default 64 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.options.max_event_size = bytes;
        self
    }

    /// The source. Its request is made when it is first asked.
    #[must_use]
    pub fn connect(self) -> EventSource {
        EventSource {
            connection: Connection::new(self.options),
            template: self.template,
            step: Step::Perform(Action::Fetch),
            body: None,
            request: None,
            response: None,
            cause: None,
            chunk: Vec::new(),
            error_body: Vec::new(),
            timer: None,
        }
    }
}
