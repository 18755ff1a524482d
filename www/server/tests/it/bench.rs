//! Tests the benchmark's streams over HTTP, their limits, and the headers for precise clocks.

use serde_json::Value;

use crate::support::{Events, Server, refusal};

const KINDS: [&str; 7] = ["llm", "small", "typed", "cjk", "long", "comments", "crlf"];

async fn expected(server: &Server, query: &str) -> Value {
    let response = server.get(&format!("/bench/expected?{query}")).await;
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_stream_has_the_announced_length_and_the_same_bytes_each_time() {
    let server = Server::start(&[]).await;
    for kind in KINDS {
        let query = format!("workload={kind}&events=300&seed=7");
        let told = expected(&server, &query).await;
        let read = async || server.get(&format!("/bench/stream?{query}")).await.bytes().await.unwrap();
        let bytes = read().await;
        assert_eq!((&told["events"], &told["bytes"]), (&300.into(), &bytes.len().into()), "{kind}");
        assert_eq!(bytes, read().await, "{kind}");
        let posted = server.post(&format!("/bench/stream?{query}"), "text/plain", "").await;
        assert_eq!(posted.headers()["content-type"], "text/event-stream");
        assert_eq!(posted.bytes().await.unwrap(), bytes, "{kind}");
    }
    let other = server.get("/bench/stream?workload=llm&events=300&seed=8").await.bytes().await.unwrap();
    let unsaid = server.get("/bench/stream?workload=llm&events=300").await.bytes().await.unwrap();
    let first = server.get("/bench/stream?workload=llm&events=300&seed=1").await.bytes().await.unwrap();
    assert_ne!(other, first);
    assert_eq!(unsaid, first);
}

#[tokio::test]
async fn a_stream_with_a_rate_has_the_same_bytes_and_begins_before_it_is_complete() {
    let server = Server::start(&[]).await;
    let whole = server.get("/bench/stream?workload=typed&events=200").await.bytes().await.unwrap();
    for rate in [500, 20_000] {
        let paced = server.get(&format!("/bench/stream?workload=typed&events=200&rate={rate}")).await;
        assert_eq!(paced.bytes().await.unwrap(), whole, "{rate}");
    }
    let mut events = Events::of(server.get("/bench/stream?workload=typed&events=200&rate=1").await);
    let first = events.next().await.unwrap();
    assert!(first.starts_with("id: 1000000\nevent: token\ndata: {\"t\":\""), "{first}");
}

#[tokio::test]
async fn invalid_parameters_and_streams_that_are_too_long_are_refused() {
    let server = Server::start(&[]).await;
    for query in [
        "",
        "workload=none&events=1",
        "workload=llm",
        "workload=llm&events=-1",
        "workload=small&events=1000001",
        "workload=llm&events=1000000",
        "workload=llm&events=1&rate=0",
    ] {
        let response = server.get(&format!("/bench/stream?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        refusal(response).await;
    }
}

#[tokio::test]
async fn only_the_pages_of_the_benchmark_are_isolated_from_other_origins() {
    let server = Server::start(&[]).await;
    for (path, isolated) in [("/bench/", true), ("/bench/assets/none.js", true), ("/", false), ("/benches/", false)] {
        let response = server.get(path).await;
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let expected = |value: &str| isolated.then(|| value.to_owned());
        assert_eq!(header("cross-origin-opener-policy"), expected("same-origin"), "{path}");
        assert_eq!(header("cross-origin-embedder-policy"), expected("require-corp"), "{path}");
    }
}
