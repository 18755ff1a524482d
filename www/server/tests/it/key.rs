//! Tests that the key does not reach the page, wherever and however the endpoint writes it.

use serde_json::{Value, json};

use crate::spellings;
use crate::support::{Events, refusal};
use crate::upstream::{CHUNKED, KEY, Upstream, answer, assert_without_key, data, http_chunk};

#[tokio::test]
async fn the_key_does_not_reach_the_page_from_errors_comments_or_other_fields() {
    let (upstream, server) = Upstream::start().await;
    let spellings = spellings::of(KEY).into_iter().map(|key| key.replace('\\', "\\\\"));
    for key in spellings.chain(spelled_in_json()) {
        let evil = format!("<script>\\u001b[31m{key}");
        for event in [
            format!(r#"data: {{"error": {{"message": "{evil}", "code": "{evil}", "type": "{evil}"}}}}"#),
            format!(r#"data: {{"error": "{evil}"}}"#),
            format!(r#"data: {{"error": ["{evil}"], "choices": []}}"#),
            format!("event: error\ndata: {evil}"),
            format!("event: error\ndata: {{\"message\": \"{evil}\"}}"),
        ] {
            let response = upstream.ask(&server, &format!("{CHUNKED}{}", http_chunk(&format!("{event}\n\n")))).await;
            let events = Events::of(response).rest().await;
            assert_eq!(events.len(), 1, "{events:?}");
            let told = data(&events[0]);
            let told = told["error"]["message"].as_str().unwrap();
            assert!(
                told.starts_with("The model's server 127.0.0.1:") && told.ends_with(" reported an error."),
                "{told}"
            );
        }
        for event in [
            format!(": {evil}"),
            format!("data: {evil}"),
            format!("id: {evil}\nevent: {evil}\nretry: 7\n{evil}: {evil}\ndata: {evil}"),
            format!(
                r#"data: {{"id":"{evil}","model":"{evil}","object":"{evil}","{evil}":1,"system_fingerprint":"{evil}"}}"#
            ),
            format!(
                r#"data: {{"choices":[{{"finish_reason":"{evil}","delta":{{"role":"{evil}","{evil}":"{evil}"}}}}]}}"#
            ),
            format!(r#"data: {{"choices":[{{"delta":{{"tool_calls":[{{"id":"{evil}"}}],"reasoning":"{evil}"}}}}]}}"#),
            format!(r#"data: {{"usage":{{"total_tokens":"{evil}"}},"choices":"{evil}"}}"#),
        ] {
            let body = format!("{event}\n\ndata: [DONE]\n\n");
            let head = format!("Content-Type: text/event-stream\r\nX-Request-Id: {KEY}\r\nSet-Cookie: a={KEY}\r\n");
            let response = upstream.ask(&server, &answer("200 OK", &head, &body)).await;
            assert_without_key(&format!("{:?}", response.headers()));
            let received = response.text().await.unwrap();
            assert!(received.ends_with("data: [DONE]\n\n"), "{received}");
            assert_without_key(&received);
        }
    }
}

/// Returns the key as the text of a JSON string can write it.
fn spelled_in_json() -> Vec<String> {
    vec![KEY.replace("s", "\\u0073"), KEY.replace('-', "\\u002D").replace("e", "\\u0065")]
}

#[tokio::test]
async fn the_key_does_not_reach_the_page_from_any_part_of_a_refusal() {
    let (upstream, server) = Upstream::start().await;
    for key in spellings::of(KEY) {
        let json = json!({ "error": { "message": key, "type": key, "code": key, key.clone(): key }, key.clone(): key });
        for status_line in ["307 Temporary Redirect", "401 Unauthorized", "429 Too Many Requests", "500 Oops", "200 OK"]
        {
            let headers = format!(
                "Location: http://127.0.0.1/{key}?{key}\r\nRetry-After: {key}\r\nX-{}: {key}\r\nServer: {key}\r\n\
                 WWW-Authenticate: {key}\r\nContent-Type: text/{}\r\nConnection: close\r\n",
                KEY, KEY
            );
            for body in [json.to_string(), key.clone(), format!("<title>{key}</title>")] {
                let response = upstream.ask(&server, &answer(&format!("{status_line} {KEY}"), &headers, &body)).await;
                assert_ne!(response.status(), 200);
                assert_eq!(response.headers().get("retry-after"), None);
                assert_without_key(&format!("{:?}", response.headers()));
                assert_without_key(&refusal(response).await);
            }
        }
    }
}

#[tokio::test]
async fn the_key_in_the_text_of_an_answer_is_replaced_however_the_text_is_split() {
    let (upstream, server) = Upstream::start().await;
    let piece = |text: &str| format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": text } }] }));
    for key in spellings::of(KEY) {
        let text: Vec<char> = format!("It is {key}. Is it {key}?").chars().collect();
        for size in [1, 2, 3, 7, 20, 1000] {
            let pieces: String = text.chunks(size).map(|part| piece(&String::from_iter(part))).collect();
            let body = format!("{pieces}data: [DONE]\n\n");
            let response = upstream.ask(&server, &answer("200 OK", "Content-Type: text/event-stream\r\n", &body)).await;
            let mut events = Events::of(response).rest().await;
            assert_eq!(events.pop().as_deref(), Some("data: [DONE]"));
            let shown: String = events
                .iter()
                .filter_map(|event| Some(data(event)["choices"][0]["delta"]["content"].as_str()?.to_owned()))
                .collect();
            assert_eq!(shown.matches("[key]").count(), 2, "{key} in pieces of {size}: {shown}");
            assert_without_key(&shown);
        }
    }
}

/// Generates numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn pick<'a>(&mut self, texts: &'a [String]) -> &'a str {
        &texts[self.below(texts.len())]
    }
}

#[tokio::test]
async fn the_key_does_not_reach_the_page_from_random_responses() {
    let (upstream, server) = Upstream::start().await;
    let mut keys = spellings::of(KEY);
    keys.extend(spelled_in_json());
    let parts = [
        "data: ",
        "event: ",
        "event: error\n",
        "id: ",
        "retry: ",
        ": ",
        "\n",
        "\r\n",
        "\n\n",
        "{\"error\":",
        "{\"choices\":[",
        "{\"delta\":{\"content\":\"",
        "\"refusal\":\"",
        "\"}}]}\n\n",
        "\"}",
        "\"code\":\"",
        ",",
        "{",
        "}",
        "\"",
        "[DONE]",
        "ü",
        "\\",
    ]
    .map(str::to_owned);
    for seed in 1..=400 {
        let mut random = Random(seed);
        let mut body = if random.below(2) == 0 {
            "data: {\"choices\":[{\"delta\":{\"content\":\"".to_owned()
        } else {
            String::new()
        };
        for _ in 0..random.below(60) {
            body += if random.below(3) == 0 { random.pick(&keys) } else { random.pick(&parts) };
        }
        let status_line = random.pick(&["200 OK", "200 OK", "400 Bad Request"].map(str::to_owned)).to_owned();
        let head = format!("Content-Type: text/event-stream\r\nConnection: close\r\nX-Key: {}\r\n", random.pick(&keys));
        let response = upstream.ask(&server, &answer(&status_line, &head, &body)).await;
        assert_without_key_or(&format!("{:?}", response.headers()), seed);
        let received = response.text().await.unwrap();
        assert_without_key_or(&received, seed);
        // The key must not appear after the page has joined the pieces either.
        let shown: String = received
            .split("\n\n")
            .filter_map(|event| serde_json::from_str::<Value>(event.strip_prefix("data: ")?).ok())
            .filter_map(|event| Some(event["choices"][0]["delta"]["content"].as_str()?.to_owned()))
            .collect();
        assert_without_key_or(&shown, seed);
    }
}

fn assert_without_key_or(text: &str, seed: u64) {
    let lower = text.to_lowercase();
    for spelling in spellings::of(KEY).into_iter().chain(spelled_in_json()) {
        let inner = spelling.get(4..spelling.len() - 12).unwrap().to_lowercase();
        assert!(!lower.contains(&inner), "seed {seed}: {inner} is in {text}");
    }
}
