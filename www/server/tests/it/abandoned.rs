//! Measures how much clients that disconnect or read slowly delay all other clients, and how much
//! memory they cost. Uses the real program.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;

use crate::process::{first_line, program};
use crate::support::within_limit;

/// When this test was written, a request under load took milliseconds. Before the server's work was
/// limited, it took minutes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The parameters of a stream that takes half a second to generate on an idle server, and 52 MB of
/// memory.
const LARGE: &str = "workload=comments&events=340000";

pub struct Program {
    child: Child,
    pub port: u16,
    pub client: Client,
}

impl Program {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts the program with these settings added.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let mut child = program(&[&[("PORT", "0")], settings].concat()).spawn().unwrap();
        let line = first_line(&mut child).await;
        let port = line.split(['/', ' ']).find_map(|part| part.strip_prefix("127.0.0.1:")).unwrap().parse().unwrap();
        Self { child, port, client: Client::builder().no_proxy().build().unwrap() }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.client.get(format!("http://127.0.0.1:{}{path}", self.port));
        within_limit(path, request.send()).await.unwrap()
    }

    async fn begin(&self, path: &str) -> TcpStream {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        connection
    }

    /// Starts a stream and reads only its beginning.
    async fn read_slowly(&self, path: &str) -> TcpStream {
        let mut connection = self.begin(path).await;
        let mut start = [0; 15];
        within_limit("the first bytes", connection.read_exact(&mut start)).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK");
        connection
    }

    /// Returns a number from `/proc/PID/status`.
    pub fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    fn peak_megabytes(&self) -> u64 {
        self.status("VmHWM") / 1024
    }

    async fn assert_quick(&self, path: &str, when: &str) {
        let start = Instant::now();
        assert_eq!(self.get(path).await.status(), 200, "{path} {when}");
        assert!(start.elapsed() < PATIENCE, "{path} took {:?} {when}", start.elapsed());
    }
}

#[tokio::test]
async fn a_thousand_abandoned_requests_do_not_slow_down_other_requests() {
    let program = Program::start().await;
    for (route, parameters) in [("stream", ""), ("expected", ""), ("stream", "&rate=1")] {
        for number in 0..1000 {
            let path = format!("/bench/{route}?{LARGE}&seed={number}{parameters}");
            let given_up = program.begin(&path).await;
            if number % 100 == 99 {
                program.assert_quick("/", &format!("after {number} of {route}{parameters}")).await;
                program.assert_quick("/api/model", &format!("after {number} of {route}{parameters}")).await;
            }
            drop(given_up);
        }
        program.assert_quick("/", "at the end").await;
        // No work is left for the clients that have disconnected: a new request is not queued
        // behind it.
        program.assert_quick("/bench/expected?workload=small&events=10&seed=3", "at the end").await;
    }
    assert!(program.status("Threads") <= 20, "{} threads", program.status("Threads"));
    assert!(program.peak_megabytes() < 250, "{} MB", program.peak_megabytes());
}

#[tokio::test]
async fn bodies_that_never_end_take_limited_memory_and_those_beyond_the_limit_get_503() {
    let program = Program::start().await;
    let head = "HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n";
    let almost_all = vec![b' '; 1_048_575];
    let mut held = Vec::new();
    for _ in 0..100 {
        let mut connection = TcpStream::connect(("127.0.0.1", program.port)).await.unwrap();
        connection.write_all(format!("POST /api/chat {head}").as_bytes()).await.unwrap();
        // The server refuses the bodies for which it has no memory, and closes their connections.
        let _ = within_limit("the body to be sent", connection.write_all(&almost_all)).await;
        held.push(connection);
    }
    program.assert_quick("/", "with a hundred bodies").await;
    // The server uses at most 64 MiB for bodies, so at least 36 of the connections are refused.
    let mut refused = 0;
    within_limit("the refusals", async {
        while refused < 36 {
            let mut start = [0; 12];
            refused += held
                .iter()
                .filter(|connection| {
                    connection.try_read(&mut start).is_ok_and(|length| length > 0 && &start == b"HTTP/1.1 503")
                })
                .count();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(program.peak_megabytes() < 150, "{} MB", program.peak_megabytes());
}

#[tokio::test]
async fn twenty_slow_readers_of_different_streams_take_less_than_250_mb() {
    let program = Program::start().await;
    let mut readers = Vec::new();
    for seed in 0..20 {
        let rate = if seed % 2 == 0 { "&rate=1" } else { "" };
        readers.push(program.read_slowly(&format!("/bench/stream?{LARGE}&seed={seed}{rate}")).await);
    }
    program.assert_quick("/", "with twenty readers").await;
    assert!(program.peak_megabytes() < 250, "{} MB", program.peak_megabytes());
}

#[tokio::test]
async fn a_reader_beyond_the_memory_limit_gets_503_with_retry_after() {
    let program = Program::start().await;
    let mut readers = Vec::new();
    // The first stream takes most of the memory for whole streams. Each of the others takes one of
    // the places for readers.
    for seed in 0..65 {
        let rate = if seed % 8 == 0 { "" } else { "&rate=1" };
        readers.push(program.read_slowly(&format!("/bench/stream?{LARGE}&seed={seed}{rate}")).await);
    }
    let refused = program.get(&format!("/bench/stream?{LARGE}&seed=65")).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    assert!(crate::support::refusal(refused).await.contains("Try again"));
    program.assert_quick("/bench/expected?workload=small&events=10", "with all places taken").await;
    readers.pop();
    within_limit("a place", async {
        while program.get(&format!("/bench/stream?{LARGE}&seed=65&rate=1")).await.status() != 200 {}
    })
    .await;
    assert!(program.peak_megabytes() < 250, "{} MB", program.peak_megabytes());
}
