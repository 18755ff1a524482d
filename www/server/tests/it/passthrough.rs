//! Tests `/api/chat` in front of an OpenAI-compatible endpoint that responds: which data reaches
//! each side, and when.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Events, refusal, within_limit};
use crate::upstream::{CHUNKED, KEY, QUESTION, Upstream, answer, asked, data, http_chunk};

#[tokio::test]
async fn the_upstream_request_has_only_the_key_the_model_and_the_messages() {
    let (upstream, server) = Upstream::start().await;
    let endpoint = async {
        let mut received = upstream.receive().await;
        received.write(&answer("200 OK", "Content-Type: text/event-stream\r\n", "data: [DONE]\n\n")).await;
        received
    };
    let (response, received) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    assert!(received.head.starts_with("post /v1/chat/completions http/1.1"), "{}", received.head);
    assert!(received.head.contains(&format!("authorization: bearer {KEY}")));
    assert!(received.head.contains("content-type: application/json"));
    let messages = json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "日本?" }]);
    assert_eq!(received.body, json!({ "model": "test/model", "stream": true, "messages": messages }));
    assert_eq!(Events::of(response).rest().await, ["data: [DONE]"]);

    let model: Value = serde_json::from_str(&server.get("/api/model").await.text().await.unwrap()).unwrap();
    assert_eq!(model, json!({ "model": "test/model", "resumable": false, "embedded": false, "maxBytes": 1_048_576 }));
}

/// Returns the event that the page receives for a piece of the answer.
fn piece(content: &str) -> String {
    let choice = json!({ "index": 0, "delta": { "content": content }, "finish_reason": null });
    let chunk: Value = json!({ "object": "chat.completion.chunk", "model": "test/model", "choices": [choice] });
    chunk.to_string()
}

#[tokio::test]
async fn each_piece_is_passed_on_before_the_endpoint_sends_the_next() {
    let (upstream, server) = Upstream::start().await;
    let (mut response, mut received) = asked(&upstream, &server, CHUNKED).await;
    assert_eq!(response.headers()["cache-control"], "no-cache, no-store");
    // Each piece is sent only after the result of the previous one has arrived. So no piece can
    // have been buffered.
    for (sent, expected) in [
        ("\u{feff}: OPENROUTER PROCESSING\n\ndata: 1\n\n", "data: null\n\n".into()),
        ("data: {\"choices\":[{\"delta\":{\"content\":\"流れ\"}}]}\r\n\r\n", format!("data: {}\n\n", piece("流れ"))),
        (
            "id: 7\nretry: 1\ndata: {\"choices\":[\ndata: {\"delta\":{\"content\":\"\"}}]}\n\n",
            format!("data: {}\n\n", piece("")),
        ),
        ("event: ping\ndata: {}\n\ndata:\n\n", "data: null\n\n".into()),
        ("data: [DONE]\n\n", "data: [DONE]\n\n".into()),
    ] {
        received.write(&http_chunk(sent)).await;
        let chunk = within_limit("the piece", response.chunk()).await.unwrap().unwrap();
        let (ours, expected) = (std::str::from_utf8(&chunk).unwrap(), expected.as_str());
        match expected.strip_prefix("data: {") {
            None => assert_eq!(ours, expected, "{sent}"),
            Some(_) => assert_eq!(data(ours), data(expected), "{sent}"),
        }
    }
    received.write("0\r\n\r\n").await;
    assert_eq!(within_limit("the end", response.chunk()).await.unwrap(), None);
}

#[tokio::test]
async fn an_incomplete_answer_is_reported_and_the_stream_to_the_page_ends_cleanly() {
    let (upstream, server) = Upstream::start().await;
    for (end, code) in [("", "cut"), ("0\r\n\r\n", "incomplete"), ("5\r\ndata", "cut"), ("z\r\n", "cut")] {
        let response = upstream.ask(&server, &format!("{CHUNKED}{}{end}", http_chunk("data: {}\n\n"))).await;
        let events = Events::of(response).rest().await;
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(data(&events[0])["object"], "chat.completion.chunk");
        assert_eq!(data(&events[1])["error"]["code"], code, "{end:?}");
    }
}

#[tokio::test]
async fn an_answer_with_a_finish_reason_is_complete_without_the_done_marker() {
    let (upstream, server) = Upstream::start().await;
    let last = r#"data: {"choices":[{"delta":{"content":"sk-s"},"finish_reason":"stop"}]}"#;
    let response = upstream.ask(&server, &format!("{CHUNKED}{}0\r\n\r\n", http_chunk(&format!("{last}\n\n")))).await;
    let events = Events::of(response).rest().await;
    assert_eq!(data(&events[0])["choices"][0]["delta"]["content"], "sk-s");
    assert_eq!(events[1..], ["data: [DONE]"]);
}

#[tokio::test]
async fn the_connection_is_closed_if_the_response_body_continues_after_the_done_marker() {
    let (upstream, server) = Upstream::start().await;
    let (response, mut received) = asked(&upstream, &server, CHUNKED).await;
    received.write(&http_chunk("data: [DONE]\n\ndata: {\"choices\":[]}\n\n")).await;
    assert_eq!(Events::of(response).rest().await, ["data: [DONE]"]);
    received.closed().await;
}

#[tokio::test]
async fn a_connection_whose_response_body_has_ended_is_used_again() {
    let (upstream, server) = Upstream::start().await;
    let (response, mut received) = asked(&upstream, &server, CHUNKED).await;
    received.write(&format!("{}0\r\n\r\n", http_chunk("data: [DONE]\n\n"))).await;
    assert_eq!(Events::of(response).rest().await, ["data: [DONE]"]);
    let endpoint = async {
        let mut byte = [0; 4];
        within_limit("the next question", received.connection.read_exact(&mut byte)).await.unwrap();
        assert_eq!(&byte, b"POST");
        received.write(&answer("503 Service Unavailable", "", "")).await;
    };
    let (response, ()) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    assert_eq!(response.status(), 503);
}

#[tokio::test]
async fn an_error_within_the_stream_is_reported_by_type_or_code_and_ends_the_stream() {
    let (upstream, server) = Upstream::start().await;
    for (error, words) in [
        (r#"{"message":"x","code":"insufficient_quota"}"#, "has no quota left"),
        (r#"{"message":"x","type":"overloaded_error"}"#, "is overloaded"),
        (r#"{"message":"x","code":429}"#, "too many requests"),
        (r#"{"message":"x","code":"context_length_exceeded"}"#, "does not accept a conversation of this length"),
    ] {
        let (response, mut received) = asked(&upstream, &server, CHUNKED).await;
        received.write(&http_chunk(&format!("data: {{}}\n\ndata: {{\"error\":{error}}}\n\ndata: {{}}\n\n"))).await;
        let events = Events::of(response).rest().await;
        assert_eq!(events.len(), 2, "{events:?}");
        let told = data(&events[1])["error"]["message"].as_str().unwrap().to_owned();
        assert!(told.contains(words) && told.ends_with('.'), "{told}");
        received.closed().await;
    }
}

#[tokio::test]
async fn a_line_or_an_event_that_never_ends_is_reported_as_too_large() {
    let (upstream, server) = Upstream::start().await;
    for (start, piece) in
        [("data: ", "x"), ("", ":"), ("", "x"), ("", "data: xxxxxxxx\n"), ("", "id: xxxxxxxx\ndata:\n")]
    {
        let (response, mut received) = asked(&upstream, &server, CHUNKED).await;
        let piece = piece.repeat(64 * 1024 / piece.len());
        let endpoint = async {
            received.write(&http_chunk(&format!("data: {{}}\n\n{start}"))).await;
            let mut sent = 0;
            // Fails when the server stops reading.
            while received.connection.write_all(http_chunk(&piece).as_bytes()).await.is_ok() {
                sent += piece.len();
                assert!(sent < 64 * 1024 * 1024, "the server keeps reading");
            }
        };
        let (mut events, ()) = tokio::join!(async { Events::of(response).rest().await }, endpoint);
        events.retain(|event| event.starts_with("data: "));
        assert_eq!(events.len(), 2, "{events:?}");
        let told = data(&events[1]);
        assert!(told["error"]["message"].as_str().unwrap().ends_with("sent an event that is too large."), "{told}");
    }
}

#[tokio::test]
async fn the_report_about_a_stream_without_events_depends_on_its_content() {
    let (upstream, server) = Upstream::start().await;
    for (body, words) in [
        ("", "ended its response without any text."),
        ("\n\n", "ended its response without any text."),
        (": only a comment\n\n", "ended its response without any text."),
        ("\u{feff}\n <!doctype html>", "responded with a web page instead of an event stream."),
        ("{\"error\":", "responded with JSON instead of an event stream."),
        ("\u{1f}\u{8b}", "compressed its response, although the chat server asked it not to."),
    ] {
        let response = upstream.ask(&server, &answer("200 OK", "Content-Type: text/event-stream\r\n", body)).await;
        let mut events = Events::of(response).rest().await;
        events.retain(|event| !event.starts_with(':'));
        assert_eq!(events.len(), 1, "{body}: {events:?}");
        let told = data(&events[0]);
        assert!(told["error"]["message"].as_str().unwrap().ends_with(words), "{body}: {told}");
    }
}

#[tokio::test]
async fn the_upstream_request_is_aborted_if_the_browser_leaves() {
    let (upstream, server) = Upstream::start().await;
    let asked = tokio::spawn(
        server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(QUESTION).send(),
    );
    let before_headers = upstream.receive().await;
    asked.abort();
    before_headers.closed().await;

    let endpoint = async {
        let mut received = upstream.receive().await;
        let start = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        received.write(start).await;
        received
    };
    let (response, mid_stream) = tokio::join!(server.post("/api/chat", "application/json", QUESTION), endpoint);
    drop(response);
    mid_stream.closed().await;
}

#[tokio::test]
async fn invalid_input_is_refused_without_a_request_to_the_endpoint() {
    let (_upstream, server) = Upstream::start().await;
    let response = server.post("/api/chat", "application/json", r#"{"messages":[]}"#).await;
    assert_eq!(response.status(), 400);
    refusal(response).await;
}
