//! Streams a chat answer into a page, written only in Rust. The question is sent with POST. An
//! OpenAI-compatible server streams the answer, and each token becomes a text node as soon as it
//! arrives.
//!
//! ```sh
//! cargo build --release
//! wasm-bindgen --target web --out-dir pkg target/wasm32-unknown-unknown/release/chat.wasm
//! ```
//!
//! Any static server can then serve `index.html`. The `action` of the form in that page is the URL
//! for the question.

use std::{cell::RefCell, error::Error as _, rc::Rc};

use futures_util::{
    StreamExt,
    future::{AbortHandle, abortable},
};
use headwater::web::{Error, EventSource};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, EventTarget, HtmlButtonElement, HtmlFormElement, HtmlInputElement};

/// The data of the event after the last token.
const DONE: &str = "[DONE]";

/// The request body of a chat completion API.
#[derive(Serialize)]
struct Question<'q> {
    model: &'q str,
    stream: bool,
    messages: [Message<'q>; 1],
}

#[derive(Serialize)]
struct Message<'m> {
    role: &'m str,
    content: &'m str,
}

/// The part of each event's JSON that this page uses.
#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

/// Sends the question, and shows the answer of the model while it arrives.
async fn ask(url: &str, prompt: &str, show: impl Fn(&str)) -> Result<(), Error> {
    let messages = [Message { role: "user", content: prompt }];
    let mut answer = EventSource::builder(url)
        .json(&Question { model: "gpt-4o", stream: true, messages })?
        // This is the last event. A stream that ends without it is incomplete, which is an error.
        .until(|event| event.data == DONE)
        .connect()?;
    while let Some(event) = answer.next().await {
        let event = event?;
        if event.data == DONE {
            break;
        }
        for choice in event.json::<Chunk>()?.choices {
            if let Some(content) = choice.delta.content {
                show(&content);
            }
        }
    }
    Ok(())
}

/// Describes an error in one line, with the server's text or the browser's error.
fn explain(error: &Error) -> String {
    match error {
        Error::Failed(attempt) if !attempt.body.is_empty() => format!("{error}: {}", attempt.text()),
        _ => match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// The elements of `index.html`.
struct Page {
    form: HtmlFormElement,
    prompt: HtmlInputElement,
    ask: HtmlButtonElement,
    stop: HtmlButtonElement,
    answer: Element,
    status: Element,
}

impl Page {
    fn find() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let find = |selector| document.query_selector(selector).ok().flatten();
        Some(Self {
            form: find("form")?.dyn_into().ok()?,
            prompt: find("input")?.dyn_into().ok()?,
            ask: find("#ask")?.dyn_into().ok()?,
            stop: find("#stop")?.dyn_into().ok()?,
            answer: find("#answer")?,
            status: find("[role=status]")?,
        })
    }

    async fn show_answer(self: Rc<Self>) -> Result<(), Error> {
        self.answer.set_text_content(None);
        // Each text becomes a text node, so HTML in the answer of the model is not interpreted.
        let show = |text: &str| self.answer.append_with_str_1(text).unwrap_throw();
        ask(&self.form.action(), &self.prompt.value(), show).await
    }

    fn set_busy(&self, busy: bool) {
        self.ask.set_disabled(busy);
        self.stop.set_disabled(!busy);
    }
}

fn main() {
    let page = Rc::new(Page::find().expect_throw("this is not index.html"));
    let asking = Rc::new(RefCell::new(None::<AbortHandle>));
    on(&page.form, "submit", {
        let (page, asking) = (page.clone(), asking.clone());
        move |event| {
            event.prevent_default();
            page.set_busy(true);
            page.status.set_text_content(Some("answering"));
            let page = page.clone();
            let (answer, handle) = abortable(page.clone().show_answer());
            asking.replace(Some(handle));
            spawn_local(async move {
                let status = match answer.await {
                    Ok(Ok(())) => "done".to_owned(),
                    Ok(Err(error)) => explain(&error),
                    // The future was dropped, and with it the source, which ended the request.
                    Err(_) => "stopped".to_owned(),
                };
                page.status.set_text_content(Some(&status));
                page.set_busy(false);
            });
        }
    });
    on(&page.stop, "click", move |_| {
        if let Some(handle) = asking.take() {
            handle.abort();
        }
    });
    // Until now the button was disabled, because submitting the form would have left the page.
    page.set_busy(false);
}

/// Adds a listener that stays until the page is left.
fn on(target: &EventTarget, name: &str, listener: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(listener).into_js_value();
    target.add_event_listener_with_callback(name, listener.unchecked_ref()).unwrap_throw();
}
