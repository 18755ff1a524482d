//! Tests `/api/chat` in front of an endpoint that is slower than the operator allows, and the end of
//! its connection in each state.

use crate::support::{Events, refusal, within_limit};
use crate::upstream::{CHUNKED, QUESTION, Received, Upstream, asked, data, http_chunk};

const SHORT: &str = "0.5";

async fn assert_gone(received: Received) {
    within_limit("the end of the upstream connection", received.closed()).await;
}

#[tokio::test]
async fn an_endpoint_that_does_not_respond_in_time_causes_504_and_is_disconnected() {
    let (upstream, server) = Upstream::start_with(&[("UPSTREAM_RESPONSE_TIMEOUT", SHORT)]).await;
    for head in ["", "HTTP/1.1 200 OK\r\nContent-Ty"] {
        let (response, received) = asked(&upstream, &server, head).await;
        assert_eq!(response.status(), 504);
        let told = refusal(response).await;
        assert!(told.ends_with(" did not respond in time."), "{told}");
        assert_gone(received).await;
    }
}

#[tokio::test]
async fn the_response_timeout_also_applies_to_headers_that_arrive_byte_by_byte() {
    let (upstream, server) = Upstream::start_with(&[("UPSTREAM_RESPONSE_TIMEOUT", SHORT)]).await;
    let endpoint = async {
        let mut received = upstream.receive().await;
        let drops = "HTTP/1.1 200 OK\r\nX: ".chars().chain(std::iter::repeat('x'));
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(20));
        for drop in drops {
            pause.tick().await;
            let mut bytes = [0; 4];
            if received.try_write(drop.encode_utf8(&mut bytes)).await.is_err() {
                break;
            }
        }
    };
    let question = server.post("/api/chat", "application/json", QUESTION);
    let (response, ()) = within_limit("the refusal", async { tokio::join!(question, endpoint) }).await;
    assert_eq!(response.status(), 504);
}

#[tokio::test]
async fn a_silent_endpoint_is_reported_to_the_page_and_its_connection_is_closed() {
    let (upstream, server) = Upstream::start_with(&[("UPSTREAM_SILENCE_TIMEOUT", SHORT)]).await;
    for (sent, count) in [("", 0), ("data: {}\n\n", 1), ("data: {}\n\ndata: {", 1), (": comment\n\n", 0)] {
        let (response, mut received) = asked(&upstream, &server, CHUNKED).await;
        if !sent.is_empty() {
            received.write(&http_chunk(sent)).await;
        }
        let events = Events::of(response).rest().await;
        assert_eq!(events.len(), count + 1, "{events:?}");
        assert_eq!(data(&events[count])["error"]["code"], "silence");
        assert_gone(received).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_causes_504() {
    let (upstream, server) = Upstream::start_tls(&[("UPSTREAM_CONNECT_TIMEOUT", SHORT)]).await;
    // Accepts the connection, but never continues the TLS handshake.
    let (response, accepted) =
        tokio::join!(server.post("/api/chat", "application/json", QUESTION), upstream.listener.accept());
    assert_eq!(response.status(), 504);
    let told = refusal(response).await;
    assert!(told.ends_with(" cannot be reached: no connection could be made in time."), "{told}");
    assert_gone(Received::of(accepted.unwrap().0)).await;
}

#[tokio::test]
async fn a_browser_that_leaves_during_the_handshake_ends_the_connection_to_the_endpoint() {
    let (upstream, server) = Upstream::start_tls(&[]).await;
    let asked = tokio::spawn(
        server.client.post(server.url("/api/chat")).header("content-type", "application/json").body(QUESTION).send(),
    );
    let (connection, _) = within_limit("the connection", upstream.listener.accept()).await.unwrap();
    asked.abort();
    assert_gone(Received::of(connection)).await;
}
