//! Helpers for the tests: the scenario server's address, and functions that read a source to its
//! end.

use std::time::Duration;

use headwater::{
    Block,
    web::{Attempt, AttemptRequest, Builder, EventSource, FailedAttempt, Notice},
};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// Returns a duration in milliseconds.
pub const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// Returns the address of a scenario. Without a server, logs a warning and returns `None`.
pub fn scenario(path: &str) -> Option<String> {
    let Some(origin) = option_env!("HEADWATER_SCENARIO") else {
        web_sys::console::warn_1(&format!("not tested, no scenario server: {path} (run `npm test`)").into());
        return None;
    };
    Some(format!("{origin}{path}"))
}

pub fn builder(url: &str) -> Builder {
    EventSource::builder(url)
}

/// Sets callbacks that are JavaScript functions.
pub trait ByFunction {
    fn fetch_by(self, fetch: Function) -> Self;
    fn request_by(self, request: Function) -> Self;
    fn accept_by(self, accept: Function) -> Self;
}

impl ByFunction for Builder {
    fn fetch_by(self, fetch: Function) -> Self {
        self.fetch(async move |url, init| {
            let answer = fetch.call2(&JsValue::UNDEFINED, &url.into(), &init)?;
            Ok(JsFuture::from(Promise::resolve(&answer)).await?.unchecked_into())
        })
    }

    /// The function receives the arguments of the closure. It returns a promise of the URL, or of
    /// `undefined` if the URL does not change.
    fn request_by(self, request: Function) -> Self {
        self.request(async move |Attempt { number, last_event_id, .. }| {
            let answer = request.call2(&JsValue::UNDEFINED, &number.into(), &last_event_id.into())?;
            let url = JsFuture::from(Promise::resolve(&answer)).await?.as_string();
            Ok(url.map_or_else(AttemptRequest::new, |url| AttemptRequest::new().url(&url)))
        })
    }

    fn accept_by(self, accept: Function) -> Self {
        self.accept(move |response| {
            accept.call1(&JsValue::UNDEFINED, response).is_ok_and(|accepted| accepted.is_truthy())
        })
    }
}

/// Everything that a source reports until its end.
#[derive(Debug, Default)]
pub struct Story {
    pub opened: usize,
    /// Type, data and last event ID.
    pub messages: Vec<(String, String, String)>,
    pub errors: Vec<FailedAttempt>,
    pub last_event_id: String,
}

impl Story {
    pub fn data(&self) -> Vec<&str> {
        self.messages.iter().map(|(_, data, _)| data.as_str()).collect()
    }

    pub fn reasons(&self) -> Vec<&'static str> {
        self.errors.iter().map(|error| error.failure.reason.as_str()).collect()
    }
}

/// Reads to the end, or until `stop` returns `true`.
pub async fn read_until(source: &mut EventSource, mut stop: impl FnMut(&Story) -> bool) -> Story {
    let mut story = Story::default();
    while !stop(&story)
        && let Some(notice) = source.notice().await
    {
        match notice {
            Notice::Open(_) => story.opened += 1,
            Notice::Messages(mut blocks) => {
                while let Some(block) = blocks.next_block() {
                    if let Block::Message(message) = block {
                        story.messages.push((
                            message.event_type.into_owned(),
                            message.data.into_owned(),
                            message.last_event_id.to_owned(),
                        ));
                    }
                }
            }
            Notice::Error(error) => story.errors.push(error),
            notice => panic!("{notice:?}"),
        }
    }
    source.last_event_id().clone_into(&mut story.last_event_id);
    story
}

pub async fn read(mut source: EventSource) -> Story {
    read_until(&mut source, |_| false).await
}

/// Waits for all work that is not blocked: 20 tasks of the event loop.
pub async fn settle() {
    for _ in 0..20 {
        let task = Promise::new(&mut |resolve, _| {
            let set_timeout: Function = get(&js_sys::global(), "setTimeout").into();
            set_timeout.call1(&JsValue::UNDEFINED, &resolve).unwrap();
        });
        JsFuture::from(task).await.unwrap();
    }
}

/// Returns a `fetch` and the log of its calls, which JavaScript finds under the name `log`. The
/// body of its response enqueues one of `chunks` at each pull, and then runs the code `end`.
pub fn fetch(log: &str, chunks: &[&str], end: &str) -> (Function, Array) {
    let (entries, given) = (Array::new(), Array::new());
    for chunk in chunks {
        given.push(&(*chunk).into());
    }
    for (name, value) in [(log.to_owned(), &entries), (format!("{log}Chunks"), &given)] {
        Reflect::set(&js_sys::global(), &name.into(), value).unwrap();
    }
    let code = format!(
        "{log}.push('fetch');
         init.signal.addEventListener('abort', () => {log}.push('abort'));
         const chunks = [...{log}Chunks];
         const body = new ReadableStream({{
             pull(controller) {{
                 {log}.push('pull');
                 const chunk = chunks.shift();
                 if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
                 else {end};
             }},
             cancel() {{ {log}.push('cancel'); }},
         }}, {{ highWaterMark: 0 }});
         return new Response(body, {{ headers: {{ 'content-type': 'text/event-stream' }} }});"
    );
    (Function::new_with_args("url, init", &code), entries)
}

pub fn said(log: &Array) -> Vec<String> {
    log.iter().map(|entry| entry.as_string().unwrap()).collect()
}

/// Returns a JavaScript function that lives as long as the page.
pub fn function<F>(callback: F) -> js_sys::Function
where
    F: Fn(JsValue, JsValue) -> JsValue + 'static,
{
    Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(callback).into_js_value().unchecked_into()
}

pub fn get(object: &JsValue, member: &str) -> JsValue {
    Reflect::get(object, &member.into()).unwrap()
}

/// Returns a Response with this text as its event stream.
pub fn response(text: &str) -> JsValue {
    let headers = Array::of2(&"content-type".into(), &"text/event-stream".into());
    let init = Object::new();
    Reflect::set(&init, &"headers".into(), &Array::of1(&headers)).unwrap();
    let constructor: js_sys::Function = get(&js_sys::global(), "Response").unchecked_into();
    Reflect::construct(&constructor, &Array::of2(&text.into(), &init)).unwrap()
}
