//! The axum application of the interoperability tests: the features of `axum::response::Sse`, and
//! the ways in which a stream can end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tower_http::cors::{Any, CorsLayer};

/// The requests, by the key of the test that made them.
type Seen = Arc<Mutex<HashMap<String, Vec<Value>>>>;
type Parameters = Query<HashMap<String, String>>;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[tokio::main]
async fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let seen = Seen::default();
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers([RETRY_AFTER]);
    let app = Router::new()
        .route("/feed", get(feed))
        .route("/kinds", get(kinds))
        .route("/idle", get(idle))
        .route("/chat", post(chat))
        .route("/lost-marker", post(lost_marker))
        .route("/busy", any(busy))
        .route("/done", get(StatusCode::NO_CONTENT))
        .layer(middleware::from_fn_with_state(seen.clone(), note))
        .route("/seen", get(get_seen))
        .layer(cors)
        .with_state(seen);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await?;
    axum::serve(listener, app).await
}

async fn note(State(seen): State<Seen>, query: Parameters, request: Request, next: Next) -> Response {
    if let Some(key) = query.get("key") {
        let last_event_id = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
        let request = json!({
            "method": request.method().as_str(),
            "path": request.uri().path(),
            "lastEventId": last_event_id,
        });
        if let Ok(mut seen) = seen.lock() {
            seen.entry(key.clone()).or_default().push(request);
        }
    }
    next.run(request).await
}

async fn get_seen(State(seen): State<Seen>, query: Parameters) -> Json<Value> {
    let requests = seen.lock().ok().and_then(|seen| seen.get(query.get("key")?).cloned());
    Json(json!(requests.unwrap_or_default()))
}

/// Responds with these events and the requested end. The events must arrive before the connection
/// breaks.
fn events(events: Vec<Event>, query: &Parameters) -> Response {
    let cut = query.get("end").is_some_and(|end| end == "cut");
    let broken = stream::iter(cut.then_some(())).then(|()| async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        Err(io::Error::other("the stream fails"))
    });
    Sse::new(stream::iter(events.into_iter().map(Ok)).chain(broken)).into_response()
}

/// Sends three numbered events per request, and `stop` after the sixth.
async fn feed(query: Parameters, headers: HeaderMap) -> Response {
    let id = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let last: u32 = id.and_then(|id| id.parse().ok()).unwrap_or(0);
    let retry = Event::default().retry(Duration::from_millis(500));
    let numbered = (last + 1..last + 4).map(|n| Event::default().id(n.to_string()).data(format!("event {n}")));
    let stop = (last >= 3).then(|| Event::default().event("stop").data("6"));
    events([retry].into_iter().chain(numbered).chain(stop).collect(), &query)
}

async fn kinds(query: Parameters) -> Response {
    let kinds = vec![
        Event::default().comment("a comment"),
        Event::default().event("token").id("a1").data(r#"{"n":1}"#),
        Event::default().data("one\ntwo"),
        Event::default().data(""),
        Event::default().data("é 你 🚀"),
        Event::default().data(" indented"),
        Event::default().id("a2"),
    ];
    events(kinds, &query)
}

async fn idle() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let after = stream::once(async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(Event::default().data("after"))
    });
    let before = stream::iter([Ok(Event::default().data("before"))]);
    Sse::new(before.chain(after)).keep_alive(KeepAlive::new().interval(Duration::from_millis(100)).text("ka"))
}

fn tokens() -> Vec<Event> {
    ["Hel", "lo ", "你好"]
        .iter()
        .map(|content| Event::default().data(json!({ "content": content }).to_string()))
        .collect()
}

async fn chat(query: Parameters) -> Response {
    let mut answer = tokens();
    if !query.contains_key("end") {
        answer.push(Event::default().event("stop").data("end"));
    }
    events(answer, &query)
}

/// An event with empty data, as the Spring tutorials write it. axum writes no data line for it.
async fn lost_marker(query: Parameters) -> Response {
    let mut answer = tokens();
    answer.push(Event::default().event("stop").data(""));
    events(answer, &query)
}

async fn busy() -> impl IntoResponse {
    let headers = [(RETRY_AFTER, "7"), (CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(json!({ "error": "busy" })))
}
