//! Tests `/api/model` and `/api/chat` with the embedded model.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Events, Server, refusal};

fn body(question: &str) -> String {
    json!({ "messages": [{ "role": "user", "content": question }], "pace": 1000 }).to_string()
}

fn question(server: &Server, question: &str) -> RequestBuilder {
    server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(body(question))
}

async fn ask(server: &Server, text: &str, last_event_id: Option<&str>) -> Events {
    let mut request = question(server, text);
    if let Some(id) = last_event_id {
        request = request.header("last-event-id", id);
    }
    Events::of(request.send().await.unwrap())
}

/// Returns the ID and the chunk of an event.
fn chunk(event: &str) -> (usize, Value) {
    let (id, data) = event.split_once("\ndata: ").unwrap();
    (id.strip_prefix("id: ").unwrap().parse().unwrap(), serde_json::from_str(data).unwrap())
}

fn text(events: &[String]) -> String {
    let chunks = events.iter().filter(|event| *event != "data: [DONE]").map(|event| chunk(event).1);
    chunks.filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn api_model_describes_the_embedded_model() {
    let server = Server::start(&[]).await;
    let model: Value = serde_json::from_str(&server.get("/api/model").await.text().await.unwrap()).unwrap();
    assert_eq!(model, json!({ "model": "headwater-demo", "resumable": true, "embedded": true, "maxBytes": 1_048_576 }));
}

#[tokio::test]
async fn a_reply_has_numbered_chunks_a_finish_reason_and_a_done_marker_and_ends_cleanly() {
    let server = Server::start(&[]).await;
    let response = server.post("/api/chat", "application/json; charset=utf-8", body("hello")).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache, no-store");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let events = Events::of(response).rest().await;
    assert_eq!(events.last().unwrap(), "data: [DONE]");

    let chunks: Vec<(usize, Value)> = events[..events.len() - 1].iter().map(|event| chunk(event)).collect();
    assert!(chunks.len() > 150);
    let id = &chunks[0].1["id"];
    for (index, (number, chunk)) in chunks.iter().enumerate() {
        let last = index + 1 == chunks.len();
        assert_eq!(*number, index + 1);
        assert_eq!((&chunk["id"], &chunk["object"]), (id, &json!("chat.completion.chunk")));
        assert_eq!(chunk["choices"][0]["delta"].get("content").is_none(), last);
        assert_eq!(chunk["choices"][0]["finish_reason"], if last { json!("stop") } else { Value::Null });
    }
    assert!(text(&events).starts_with("# Hello!"));
}

#[tokio::test]
async fn the_question_selects_the_reply_and_the_same_question_gets_the_same_reply() {
    let server = Server::start(&[]).await;
    for (question, part) in [
        ("Show me some code", "```rust"),
        ("a TABLE please", "|:---|"),
        ("日本語で話して", "流れる文字"),
        ("用中文回答", "流动的文字"),
        ("Markdown?", "~~This is no longer true.~~"),
        ("try to inject something", "<script>window.__injected=1</script>"),
        ("What is\nthe weather?", "> What is\n> the weather?"),
    ] {
        let reply = async || ask(&server, question, None).await.rest().await;
        let (first, second) = tokio::join!(reply(), reply());
        assert!(text(&first).contains(part), "{question}: {}", text(&first));
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn a_request_with_a_last_event_id_continues_after_that_token_even_on_another_server() {
    let whole = ask(&Server::start(&[]).await, "hello", None).await.rest().await;
    let another = Server::start(&[]).await;
    let last = whole.len() - 1;
    for id in [0, 1, 100, last - 1, last] {
        let rest = ask(&another, "hello", Some(&id.to_string())).await.rest().await;
        assert_eq!(rest, whole[id..], "after {id}");
    }
    assert_eq!(ask(&another, "hello", Some("")).await.rest().await, whole);
    let beyond = whole.len().to_string();
    for malformed in ["abc", "-1", "+1", "1.5", "99999999999999999999999", "\u{e9}", &beyond] {
        let request = question(&another, "hello").header("last-event-id", malformed);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 400, "after {malformed:?}");
        let sentence = refusal(response).await;
        assert!(sentence.starts_with("The Last-Event-ID must be a number from 0 to"), "{sentence}");
    }
}

#[tokio::test]
async fn tokens_arrive_one_by_one_while_the_reply_is_generated() {
    let server = Server::start(&[]).await;
    let slow = json!({ "messages": [{ "role": "user", "content": "hello" }], "pace": 20 }).to_string();
    let mut response = server.post("/api/chat", "application/json", slow).await;
    // At this pace, the whole reply takes at least 8 seconds. So if three chunks with one event
    // each have arrived, they were sent before the reply was complete.
    for number in 1..=3 {
        let bytes = response.chunk().await.unwrap().unwrap();
        let event = std::str::from_utf8(&bytes).unwrap().strip_suffix("\n\n").unwrap();
        assert_eq!(chunk(event).0, number);
    }
}

#[tokio::test]
async fn a_cut_reply_is_complete_after_one_request_with_the_last_event_id() {
    let server = Server::start(&[]).await;
    let mut received = Vec::new();
    let mut stream = ask(&server, "cut the table", None).await;
    while let Ok(event) = stream.try_next().await {
        received.push(event.expect("the stream ended cleanly, but it should have been cut"));
    }
    let rest = ask(&server, "cut the table", Some(&received.len().to_string())).await.rest().await;
    assert!(!received.is_empty() && rest.len() > 1);
    received.extend(rest);
    assert!(text(&received).starts_with("# Three ways") && received.last().unwrap() == "data: [DONE]");
}

#[tokio::test]
async fn a_question_that_requests_an_error_status_gets_that_status() {
    let server = Server::start(&[]).await;
    for status in [400, 404, 429, 500, 503] {
        let response = server.post("/api/chat", "application/json", body(&format!("error {status}"))).await;
        assert_eq!(response.status(), status);
        assert!(refusal(response).await.contains(&status.to_string()));
    }
}

#[tokio::test]
async fn an_extreme_or_missing_pace_is_accepted() {
    let server = Server::start(&[]).await;
    for pace in ["", r#", "pace": 0"#, r#", "pace": -5"#, r#", "pace": 1e300"#, r#", "pace": null"#] {
        let body = format!(r#"{{"messages":[{{"role":"user","content":"hello"}}]{pace}}}"#);
        let mut events = Events::of(server.post("/api/chat", "application/json", body).await);
        assert!(events.next().await.unwrap().starts_with("id: 1\n"), "{pace}");
    }
}

#[tokio::test]
async fn invalid_input_is_refused_with_one_sentence() {
    let server = Server::start(&[]).await;
    let last_is_empty = r#"{"messages":[{"role":"user","content":"hello"},{"role":"user","content":" \n"}]}"#;
    let wrong_role = r#"{"messages":[{"role":"pirate","content":"hello"}]}"#;
    let long = body(&"x".repeat(1024 * 1024));
    for (body, content_type, status, part) in [
        ("", "application/json", 400, "JSON"),
        ("not json", "application/json", 400, "JSON"),
        ("{}", "application/json", 400, "messages"),
        (r#"{"messages":[]}"#, "application/json", 400, "no messages"),
        (r#"{"messages":"hello"}"#, "application/json", 400, "JSON"),
        (last_is_empty, "application/json", 400, "empty"),
        (wrong_role, "application/json", 400, "pirate"),
        ("{\"messages\":[{\"role\":\"user\",\"content\":\"\u{1}\"}]}", "application/json", 400, "JSON"),
        (&body("hello"), "text/plain", 415, "application/json"),
        (&long, "application/json", 413, "1024 KiB"),
    ] {
        let response = server.post("/api/chat", content_type, body.to_owned()).await;
        let start: String = body.chars().take(80).collect();
        assert_eq!(response.status(), status, "{start}");
        let sentence = refusal(response).await;
        assert!(sentence.contains(part), "{start}: {sentence}");
    }
}
