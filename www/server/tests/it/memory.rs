//! Measures how much memory the real program uses for one question, for responses of any kind and
//! size.
#![cfg(target_os = "linux")]

use futures_util::future::join_all;
use serde_json::json;

use crate::abandoned::Program;
use crate::support::within_limit;
use crate::upstream::{Upstream, environment};

const MIB: usize = 1024 * 1024;
/// The most bytes that an endpoint sends if the server reads them. With a gigabyte, the figures are
/// the same.
const MOST_SENT: usize = 4 * MIB;
/// The number of questions at a time.
const QUESTIONS: usize = 4;
/// The bound in docs/reliability.md, for each question.
const MOST_MIB: u64 = 8;

/// A response: its start, and the text that follows and is repeated without end.
struct Response {
    name: &'static str,
    start: String,
    repeated: String,
}

impl Response {
    fn new(name: &'static str, start: impl Into<String>, repeated: &str) -> Self {
        Self { name, start: start.into(), repeated: repeated.repeat(64 * 1024 / repeated.len()) }
    }

    /// An event stream whose body repeats this text without end.
    fn stream(name: &'static str, start: &str, repeated: &str) -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        Self::new(name, format!("{head}{start}"), repeated)
    }
}

fn responses() -> Vec<Response> {
    let mut event = json!({ "choices": [{ "delta": { "content": "" } }] }).to_string();
    event.insert_str(event.find("\"\"}").unwrap() + 1, &"ü\\n".repeat(MIB / 4 - 40));
    vec![
        Response::new("a header without an end", "HTTP/1.1 200 OK\r\nX: ", "x"),
        Response::new("headers without an end", "HTTP/1.1 200 OK\r\n", "X: x\r\n"),
        Response::new("an error body without an end", "HTTP/1.1 500 Oops\r\n\r\n", "x"),
        Response::new("an error body of brackets", "HTTP/1.1 500 Oops\r\n\r\n", "["),
        Response::stream("a line without an end", "data: {}\n\ndata: ", "x"),
        Response::stream("lines without an end", "data: {}\n\n", "data: x\n"),
        Response::stream(
            "an event just below the limit, then a comment without an end",
            &format!("data: {event}\n\n"),
            ":",
        ),
        Response::stream("events that grow", "data: {}\n\n", "data:{}\n\n"),
        Response::stream("comments", "data: {}\n\n", ":\n"),
    ]
}

/// Responds to each question, until the server reads no more.
async fn serve(upstream: Upstream, response: &Response) {
    let connections = (0..QUESTIONS).map(async |_| {
        let mut received = upstream.receive().await;
        let mut sent = response.start.len();
        let mut text = &response.start;
        while sent < MOST_SENT && received.try_write(text).await.is_ok() {
            sent += response.repeated.len();
            text = &response.repeated;
        }
    });
    join_all(connections).await;
}

/// Asks a question and reads the headers of the response.
async fn ask(program: &Program, question: &str) -> reqwest::Response {
    let request = program.client.post(format!("http://127.0.0.1:{}/api/chat", program.port));
    let request = request.header("content-type", "application/json").body(question.to_owned());
    within_limit("the response", request.send()).await.unwrap()
}

#[tokio::test]
async fn a_question_takes_at_most_8_mib_whatever_the_endpoint_sends() {
    let question = json!({ "messages": [{ "role": "user", "content": "x".repeat(1000 * 1000) }] }).to_string();
    for response in responses() {
        let (upstream, base) = Upstream::listen("http").await;
        let program = Program::start_with(&environment(&base)).await;
        let before = program.status("VmHWM");
        // Half of the pages continue to read. The others read nothing until the end.
        let pages = (0..QUESTIONS).map(async |number| {
            let mut page = ask(&program, &question).await;
            let mut read = 0;
            while number % 2 == 0 && read < MOST_SENT {
                match within_limit(response.name, page.chunk()).await.unwrap() {
                    Some(piece) => read += piece.len(),
                    None => break,
                }
            }
            page
        });
        // Because of the pages that read nothing, their endpoints wait.
        let _pages = tokio::select! {
            pages = join_all(pages) => pages,
            never = async { serve(upstream, &response).await; std::future::pending().await } => never,
        };
        let each = (program.status("VmHWM") - before) / 1024 / QUESTIONS as u64;
        assert!(each <= MOST_MIB, "{}: {each} MiB for each question", response.name);
    }
}
