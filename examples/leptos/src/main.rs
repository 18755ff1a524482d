//! Shows the events of a server in a Leptos page as they arrive. The source exists as long as its
//! component.

use futures_util::StreamExt;
use headwater::web::EventSource;
use leptos::{mount::mount_to, prelude::*, task::spawn_local_scoped_with_cancellation, wasm_bindgen::JsCast};

fn main() {
    let main = document().query_selector("main").ok().flatten().expect("index.html has a <main>");
    let url = main.get_attribute("data-url").unwrap_or_default();
    mount_to(main.unchecked_into(), move || view! { <App url /> }).forget();
}

#[component]
fn App(url: String) -> impl IntoView {
    let listening = RwSignal::new(true);
    let label = move || if listening.get() { "Stop" } else { "Listen" };
    view! {
        <button on:click=move |_| listening.update(|listening| *listening = !*listening)>{label}</button>
        <Show when=move || listening.get()>
            <Events url=url.clone() />
        </Show>
    }
}

/// Shows the events of a URL and the state of the connection.
#[component]
fn Events(url: String) -> impl IntoView {
    let events = RwSignal::new(Vec::new());
    let status = RwSignal::new(String::from("listening"));
    // The future is dropped with the component, which ends the request.
    spawn_local_scoped_with_cancellation(async move {
        let ended = read(&url, |data| events.update(|events| events.push(data))).await;
        status.set(ended.map_or_else(|error| error.to_string(), |()| String::from("done")));
    });
    view! {
        <ol>
            <For each=move || events.get().into_iter().enumerate() key=|(index, _)| *index let((_, data))>
                <li>{data}</li>
            </For>
        </ol>
        <p role="status">{status}</p>
    }
}

async fn read(url: &str, mut show: impl FnMut(String)) -> Result<(), headwater::web::Error> {
    let mut source = EventSource::builder(url).until(|event| event.event_type == "done").connect()?;
    while let Some(event) = source.next().await {
        show(event?.data);
    }
    Ok(())
}
