//! Tests the third tutorial's stream.

use reqwest::Method;

use crate::support::{Events, Server};

#[tokio::test]
async fn the_clock_sends_twenty_ticks_between_a_start_event_and_an_end_event() {
    let server = Server::start(&[]).await;
    let response = server.get("/stream?interval=1").await;
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let events = Events::of(response).rest().await;
    assert_eq!(events.len(), 22);

    assert_date(events[0].strip_prefix("retry: 10000\nevent: start\ndata: ").unwrap());
    for (number, event) in events[1..21].iter().enumerate() {
        let (date, count) = event.strip_prefix("data: ").unwrap().split_once(" count:").unwrap();
        assert_date(date);
        assert_eq!(count, number.to_string());
    }
    assert_date(events[21].strip_prefix("event: end\ndata: ").unwrap());
}

#[tokio::test]
async fn the_first_tick_is_sent_at_once() {
    let server = Server::start(&[]).await;
    let mut events = Events::of(server.get("/stream?interval=60000").await);
    assert!(events.next().await.unwrap().starts_with("retry: 10000\n"));
    assert!(events.next().await.unwrap().ends_with(" count:0"));
}

#[tokio::test]
async fn a_preflight_for_the_clock_allows_the_requested_headers() {
    let server = Server::start(&[]).await;
    let preflight = server.client.request(Method::OPTIONS, server.url("/stream"));
    let response = preflight.header("access-control-request-headers", "last-event-id").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-allow-headers"], "last-event-id");
}

fn assert_date(text: &str) {
    assert!(httpdate::parse_http_date(text).is_ok(), "{text:?} is not a date");
}
