//! Tests the second tutorial: one stream per user, a limited number in total, and a clean farewell
//! to evicted clients.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Events, Server, refusal, within_limit};

async fn subscribe(server: &Server, user: &str, session: &str) -> Events {
    let path = format!("/message/sse/subscribe?userId={user}&session={session}");
    let mut events = Events::of(server.get(&path).await);
    assert_eq!(events.next().await.unwrap(), format!("data: Welcome {user}"));
    let start = events.next().await.unwrap();
    let start = start.strip_prefix("event: connecttime\ndata: ").unwrap();
    assert!(httpdate::parse_http_date(start).is_ok(), "{start}");
    events
}

async fn push(server: &Server, user: &str, text: &str) -> Value {
    let response = server.post(&format!("/message/sse/push?userId={user}"), "text/plain", text.to_owned()).await;
    assert_eq!(response.status(), 200);
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

async fn stats(server: &Server) -> Value {
    serde_json::from_str(&server.get("/message/sse/stats").await.text().await.unwrap()).unwrap()
}

async fn assert_sent_away(mut events: Events, reason: &str) {
    let farewell = events.next().await.unwrap();
    let data: Value = serde_json::from_str(farewell.strip_prefix("event: evicted\ndata: ").unwrap()).unwrap();
    assert_eq!(data["reason"], reason);
    assert!(data["message"].as_str().unwrap().ends_with('.'));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_push_reaches_its_user_and_nobody_else() {
    let server = Server::start(&[]).await;
    let mut ann = subscribe(&server, "ann", "1").await;
    let mut ben = subscribe(&server, "ben", "1").await;
    assert_eq!(push(&server, "ann", "two\nlines").await, json!({ "delivered": true }));
    assert_eq!(push(&server, "ben", "").await, json!({ "delivered": true }));
    assert_eq!(push(&server, "nobody", "x").await, json!({ "delivered": false }));
    assert_eq!(ann.next().await.unwrap(), "data: two\ndata: lines");
    assert_eq!(ben.next().await.unwrap(), "data: ");
}

#[tokio::test]
async fn a_full_server_evicts_the_least_recently_active_client_which_cannot_reconnect() {
    let server = Server::start(&[("MAX_STREAMS", "3")]).await;
    let mut streams = Vec::new();
    for user in ["u0", "u1", "u2"] {
        streams.push(Some(subscribe(&server, user, "first").await));
    }
    // u0 came first, but is no longer the least recently active one.
    assert_eq!(push(&server, "u0", "hello").await, json!({ "delivered": true }));
    let u3 = subscribe(&server, "u3", "first").await;
    assert_sent_away(streams[1].take().unwrap(), "full").await;
    let u4 = subscribe(&server, "u4", "first").await;
    assert_sent_away(streams[2].take().unwrap(), "full").await;
    assert_eq!(stats(&server).await, json!({ "open": 3, "max": 3, "evicted": 2 }));

    // If a client ignores the event and reconnects, it is refused, and no other client is evicted.
    let back = server.get("/message/sse/subscribe?userId=u1&session=first").await;
    assert_eq!(back.status(), 204);
    assert_eq!(stats(&server).await, json!({ "open": 3, "max": 3, "evicted": 2 }));

    // If a client deliberately subscribes again, it is accepted, and the client that is then the
    // least recently active is evicted.
    let _u1 = subscribe(&server, "u1", "second").await;
    let mut u0 = streams[0].take().unwrap();
    assert_eq!(u0.next().await.unwrap(), "data: hello");
    assert_sent_away(u0, "full").await;
    assert_eq!(push(&server, "u0", "x").await, json!({ "delivered": false }));
    drop((u3, u4));
}

#[tokio::test]
async fn a_client_that_leaves_gets_no_push_and_its_place_becomes_free() {
    let server = Server::start(&[("MAX_STREAMS", "1")]).await;
    let ann = subscribe(&server, "ann", "1").await;
    drop(ann);
    within_limit("the place to be free", async { while stats(&server).await["open"] != 0 {} }).await;
    assert_eq!(push(&server, "ann", "x").await, json!({ "delivered": false }));
    let _ben = subscribe(&server, "ben", "1").await;
    assert_eq!(stats(&server).await, json!({ "open": 1, "max": 1, "evicted": 0 }));
}

#[tokio::test]
async fn a_second_subscription_of_a_user_ends_the_first_with_the_reason_replaced() {
    let server = Server::start(&[]).await;
    let first = subscribe(&server, "ann", "tab1").await;
    let mut second = subscribe(&server, "ann", "tab2").await;
    assert_sent_away(first, "replaced").await;
    assert_eq!(server.get("/message/sse/subscribe?userId=ann&session=tab1").await.status(), 204);
    assert_eq!(push(&server, "ann", "still here").await, json!({ "delivered": true }));
    assert_eq!(second.next().await.unwrap(), "data: still here");
    assert_eq!(stats(&server).await["open"], 1);
}

#[tokio::test]
async fn every_response_allows_pages_of_other_origins() {
    let server = Server::start(&[("MAX_STREAMS", "1")]).await;
    let origin = "http://localhost:1234";
    let path = "/message/sse/subscribe?userId=ann";
    let _open = [subscribe(&server, "ann", "").await, subscribe(&server, "ben", "").await];
    for (method, path, status) in [
        (Method::GET, path, 204),
        (Method::GET, path, 200),
        (Method::GET, "/message/sse/subscribe", 400),
        (Method::POST, "/message/sse/push?userId=ann", 200),
        (Method::GET, "/message/sse/stats", 200),
    ] {
        let request = server.client.request(method, server.url(path)).header("origin", origin);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["access-control-allow-origin"], origin, "{path}");
        assert_eq!(response.headers()["access-control-allow-credentials"], "true", "{path}");
    }
    let preflight = server
        .client
        .request(Method::OPTIONS, server.url(path))
        .header("origin", origin)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "last-event-id");
    let response = preflight.send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-origin"], origin);
    assert_eq!(response.headers()["access-control-allow-headers"], "last-event-id");
}

#[tokio::test]
async fn line_breaks_in_a_user_id_cannot_end_the_event() {
    let server = Server::start(&[]).await;
    let response = server.get("/message/sse/subscribe?userId=a%0A%0Aevent:%20evicted%0D%0Dx").await;
    let mut events = Events::of(response);
    assert_eq!(events.next().await.unwrap(), "data: Welcome a\ndata: \ndata: event: evicted\ndata: \ndata: x");
}

#[tokio::test]
async fn a_missing_or_too_long_user_id_and_a_too_long_text_are_refused() {
    let server = Server::start(&[]).await;
    let long = format!("/message/sse/subscribe?userId={}", "x".repeat(257));
    for path in ["/message/sse/subscribe", "/message/sse/subscribe?userId=", &long] {
        let response = server.get(path).await;
        assert_eq!(response.status(), 400, "{path}");
        refusal(response).await;
    }
    let response = server.post("/message/sse/push?userId=ann", "text/plain", "x".repeat(64 * 1024 + 1)).await;
    assert_eq!(response.status(), 413);
}
