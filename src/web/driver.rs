//! Owns the driver: performs the actions of a [`Connection`] one at a time and says what came of them. Must not know
//! who asks, nor call anybody but the platform.

use alloc::{string::String, vec::Vec};

use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    body::Body,
    event_source::Error,
    race::{First, race},
    request::{Request, Template},
    sys::{FetchResponse, Reader},
    timer::Timer,
};
use crate::{
    connection::{Action, Connection, EndOfBody, Options, Reconnect, ResponseHead},
    error::Failure,
    parser::Blocks,
    reconnection::parse_time,
};

/// How much of a refused response is read for its reason, in bytes. Error pages of proxies are of some kilobytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// How long that may take, in milliseconds: an error body may be endless.
const ERROR_BODY_TIME: u64 = 1000;

/// How long a server may take to answer a probe, in milliseconds. Firefox hands such an answer over with its first byte,
/// for which a quiet stream may let us wait for ever.
const PROBE_TIME: u64 = 5000;

/// How long to wait before a probe, in milliseconds: browsers break the requests of a page that is being left, and nobody
/// is to be asked then.
const PROBE_DELAY: u64 = 200;

/// Who performs the actions.
#[derive(Debug)]
pub(super) struct Driver {
    connection: Connection,
    /// `None` for a stream that somebody else has requested.
    template: Option<Template>,
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

/// What there is to tell. What it is about is to be had from the driver, once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// [`Driver::response`] is there; or none, for a stream.
    Open,
    /// So many bytes arrived, for [`Driver::blocks`].
    Chunk(usize),
    /// For [`Driver::error`].
    Error(Failure),
    Over,
}

impl Driver {
    /// Begins with a request.
    pub(super) fn request(template: Template, options: Options) -> Self {
        Self::new(Connection::new(options), Action::Fetch, Some(template), None)
    }

    /// Begins with a stream.
    pub(super) fn read(reader: Reader) -> Self {
        let options = Options { reconnect: Reconnect::Never, end: Some(EndOfBody::Fail), ..Options::default() };
        let mut connection = Connection::new(options);
        let action = connection.handle_stream();
        Self::new(connection, action, None, Some(Body::from_reader(reader)))
    }

    fn new(connection: Connection, first: Action, template: Option<Template>, body: Option<Body>) -> Self {
        Self {
            connection,
            template,
            step: Step::Perform(first),
            body,
            request: None,
            response: None,
            cause: None,
            chunk: Vec::new(),
            error_body: Vec::new(),
            timer: None,
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The response that was accepted.
    pub(super) fn response(&self) -> Option<&web_sys::Response> {
        self.response.as_ref().map(JsCast::unchecked_ref)
    }

    /// The blocks of a chunk of this length, which is the last one that was read.
    pub(super) fn blocks(&mut self, length: usize) -> Blocks<'_> {
        self.connection.handle_chunk(self.chunk.get(..length).unwrap_or_default())
    }

    /// Goes on until there is something to tell.
    pub(super) async fn advance(&mut self) -> Told {
        loop {
            match self.step {
                Step::Perform(Action::Fetch) => self.step = Step::Perform(self.fetch().await),
                Step::Perform(Action::Probe) => self.step = Step::Perform(self.probe().await),
                Step::Perform(Action::AnnounceConnection) => {
                    self.step = Step::ReadBody;
                    return Told::Open;
                }
                Step::Perform(Action::ReestablishConnection(failure) | Action::FailConnection(failure)) => {
                    self.read_error_body().await;
                    self.step = failure.delay.map_or(Step::Perform(Action::Nothing), Step::Wait);
                    return Told::Error(failure);
                }
                Step::Perform(Action::CloseConnection) => {
                    self.drop_response();
                    self.step = Step::Perform(Action::Nothing);
                }
                Step::Perform(Action::Nothing) => return Told::Over,
                Step::ReadBody => match self.read_body().await {
                    Ok(length) => {
                        self.step = Step::CheckLimit;
                        return Told::Chunk(length);
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

    /// Gives the request up, as if the network had broken. A stream from elsewhere has none, and a failure that is being
    /// told stays what it is.
    pub(super) fn interrupt(&mut self) {
        if self.request.is_some() {
            self.drop_request();
            self.timer = None;
            if !matches!(self.step, Step::Perform(action) if is_failure(action)) {
                self.response = None;
                self.step = Step::Perform(self.connection.handle_interruption(js_sys::Math::random()));
            }
        }
    }

    async fn fetch(&mut self) -> Action {
        match self.attempt().await {
            Ok(action) => action,
            Err(cause) => {
                self.drop_request();
                self.cause = Some(cause);
                if self.template.as_ref().is_some_and(Template::can_be_repeated) {
                    self.connection.handle_network_error(js_sys::Math::random())
                } else {
                    self.connection.handle_request_error()
                }
            }
        }
    }

    async fn attempt(&mut self) -> Result<Action, JsValue> {
        let Some(template) = &self.template else { return Ok(Action::Nothing) };
        let request = match &mut self.request {
            Some(request) => request,
            none => none.insert(template.send(self.connection.last_event_id())?),
        };
        let response = request.response().await?;
        let headers = response.headers()?;
        let content_type = headers.get("content-type")?;
        let head = ResponseHead {
            status: response.status()?,
            content_type: content_type.as_deref(),
            retry_after: headers.get("retry-after")?.as_deref().map(retry_after),
        };
        self.body = Some(Body::of_response(response.body()?.as_ref())?);
        self.response = Some(response);
        self.cause = None;
        Ok(self.connection.handle_response(head, js_sys::Math::random()))
    }

    async fn probe(&mut self) -> Action {
        if self.request.is_none() {
            self.timer.get_or_insert_with(|| Timer::after(PROBE_DELAY)).await;
            self.timer = None;
        }
        let answered = self.is_answered().await.unwrap_or_default();
        self.drop_request();
        self.timer = None;
        self.connection.handle_probe(answered, js_sys::Math::random())
    }

    /// Whether there is an answer that is kept from us. One of our own origin would not be.
    async fn is_answered(&mut self) -> Result<bool, JsValue> {
        let Some(template) = &self.template else { return Ok(false) };
        let request = match &mut self.request {
            Some(request) => request,
            none => none.insert(template.send_probe()?),
        };
        let timer = self.timer.get_or_insert_with(|| Timer::after(PROBE_TIME));
        match race(request.response(), timer).await {
            // [spec] Fetch, opaque filtered response.
            First::Left(response) => Ok(response?.status()? == 0),
            First::Right(()) => Ok(false),
        }
    }

    /// The length of the next chunk, or what its absence calls for.
    async fn read_body(&mut self) -> Result<usize, Action> {
        let Some(body) = &mut self.body else { return Err(Action::Nothing) };
        match body.read(&mut self.chunk).await {
            Ok(Some(length)) => Ok(length),
            Ok(None) => Err(self.connection.handle_end_of_body(js_sys::Math::random())),
            Err(cause) => {
                self.cause = Some(cause);
                Err(self.connection.handle_network_error(js_sys::Math::random()))
            }
        }
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

    /// What there is to tell of a failure. Frees what is left of the request.
    pub(super) fn error(&mut self, failure: Failure) -> Error {
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
        self.drop_request();
        self.response.take()
    }

    fn drop_request(&mut self) {
        self.body = None;
        self.request = None;
    }
}

fn is_failure(action: Action) -> bool {
    matches!(action, Action::ReestablishConnection(_) | Action::FailConnection(_))
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
