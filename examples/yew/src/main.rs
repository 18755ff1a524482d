//! Shows the events of a server in a Yew page as they arrive. The source exists as long as its
//! component.

use futures_util::StreamExt;
use headwater::web::{Error, EventSource};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

fn main() {
    let main = gloo_utils::document().query_selector("main").ok().flatten().expect("index.html has a <main>");
    let url = AttrValue::from(main.get_attribute("data-url").unwrap_or_default());
    yew::Renderer::<App>::with_root_and_props(main, Props { url }).render();
}

#[derive(PartialEq, Properties)]
struct Props {
    url: AttrValue,
}

#[component]
fn App(props: &Props) -> Html {
    let listening = use_state(|| true);
    let onclick = {
        let listening = listening.clone();
        move |_| listening.set(!*listening)
    };
    html! {
        <>
            <button {onclick}>{ if *listening { "Stop" } else { "Listen" } }</button>
            if *listening {
                <Events url={&props.url} />
            }
        </>
    }
}

/// The events of a source so far, and the reason why it ended.
#[derive(Clone, Default, PartialEq)]
struct Log {
    events: Vec<AttrValue>,
    ended: Option<AttrValue>,
}

enum Change {
    Event(String),
    End(String),
}

impl Reducible for Log {
    type Action = Change;

    fn reduce(self: std::rc::Rc<Self>, change: Change) -> std::rc::Rc<Self> {
        let mut log = std::rc::Rc::unwrap_or_clone(self);
        match change {
            Change::Event(data) => log.events.push(data.into()),
            Change::End(status) => log.ended = Some(status.into()),
        }
        log.into()
    }
}

/// Shows the events of a URL and the state of the connection.
#[component]
fn Events(props: &Props) -> Html {
    let log = use_reducer(Log::default);
    let dispatcher = log.dispatcher();
    use_effect_with(props.url.clone(), move |url| {
        let source = EventSource::builder(url).until(|event| event.event_type == "done").connect();
        let closer = source.as_ref().ok().map(EventSource::closer);
        spawn_local(async move {
            let shown = dispatcher.clone();
            let ended = read(source, |data| shown.dispatch(Change::Event(data))).await;
            dispatcher.dispatch(Change::End(ended.map_or_else(|error| error.to_string(), |()| String::from("done"))));
        });
        // This closure is called when the component is unmounted, and ends the request.
        move || closer.iter().for_each(|closer| closer.close())
    });
    html! {
        <>
            <ol>{ for log.events.iter().map(|data| html! { <li>{ data }</li> }) }</ol>
            <p role="status">{ log.ended.clone().unwrap_or("listening".into()) }</p>
        </>
    }
}

async fn read(source: Result<EventSource, Error>, mut show: impl FnMut(String)) -> Result<(), Error> {
    let mut source = source?;
    while let Some(event) = source.next().await {
        show(event?.data);
    }
    Ok(())
}
