//! Reduces an event of the endpoint's stream to the known fields of a chat completion's chunk, and
//! writes them again. Does not know how events are received or sent.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::complaint::Complaint;

/// Shorter keys are placeholders for local servers, and are words that an answer may contain.
const SHORTEST_SECRET: usize = 16;
/// The finish reasons: OpenAI's name, and the names that other servers use.
const FINISH_REASONS: [(&str, &str); 8] = [
    ("stop", "stop"),
    ("length", "length"),
    ("content_filter", "content_filter"),
    ("tool_calls", "tool_calls"),
    ("function_call", "function_call"),
    ("eos", "stop"),
    ("end_turn", "stop"),
    ("max_tokens", "length"),
];

/// The meaning of an event.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// The JSON of a chunk, for the page.
    Chunk(String),
    Done,
    Failure(Complaint),
    Unreadable,
}

/// Each field is parsed separately, so that a field of an unexpected type does not affect the
/// others. Unknown fields are skipped and not held in memory.
#[derive(Deserialize)]
struct Theirs<'a> {
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created: Option<&'a RawValue>,
    #[serde(borrow, default)]
    choices: Option<&'a RawValue>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct TheirChoice<'a> {
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    finish_reason: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct TheirDelta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct TheirUsage<'a> {
    #[serde(borrow, default)]
    prompt_tokens: Option<&'a RawValue>,
    #[serde(borrow, default)]
    completion_tokens: Option<&'a RawValue>,
    #[serde(borrow, default)]
    total_tokens: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Ours<'a> {
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<u64>,
    model: &'a str,
    choices: Vec<OurChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<OurUsage>,
}

#[derive(Serialize)]
struct OurChoice {
    index: u32,
    delta: OurDelta,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct OurDelta {
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

#[derive(Serialize)]
struct OurUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

/// Reads the data of an event. The text of the answer is passed on unchanged, except that a key
/// that appears verbatim within one chunk does not reach the page.
pub fn read(data: &str, model: &str, key: &str) -> Said {
    let data = data.trim();
    if data == "[DONE]" {
        return Said::Done;
    }
    let Some(theirs) = object::<Theirs>(data) else { return Said::Unreadable };
    if let Some(error) = theirs.error {
        return Said::Failure(Complaint::of_error(error.get()));
    }
    // The request asks for one choice, so the first one is the only one.
    let choices: Vec<&RawValue> = value(theirs.choices).unwrap_or_default();
    let choice = choices.first().and_then(|choice| object::<TheirChoice>(choice.get()));
    let usage = theirs.usage.and_then(|usage| object::<TheirUsage>(usage.get()));
    let ours = Ours {
        object: "chat.completion.chunk",
        created: value(theirs.created),
        model,
        choices: choice.map(|choice| our_choice(&choice, key)).into_iter().collect(),
        usage: usage.map(|usage| OurUsage {
            prompt_tokens: value(usage.prompt_tokens),
            completion_tokens: value(usage.completion_tokens),
            total_tokens: value(usage.total_tokens),
        }),
    };
    serde_json::to_string(&ours).map_or(Said::Unreadable, Said::Chunk)
}

fn our_choice(choice: &TheirChoice, key: &str) -> OurChoice {
    let text = |raw| value(raw).map(|text| without_key(text, key));
    let delta = choice.delta.and_then(|delta| object::<TheirDelta>(delta.get()));
    let finish_reason = value::<String>(choice.finish_reason).map(|reason| {
        let known = FINISH_REASONS.iter().find(|(theirs, _)| *theirs == reason);
        known.map_or("unknown", |(_, ours)| *ours)
    });
    let delta =
        delta.map(|delta| OurDelta { content: text(delta.content), refusal: text(delta.refusal) }).unwrap_or_default();
    OurChoice { index: 0, delta, finish_reason }
}

fn without_key(text: String, key: &str) -> String {
    if key.len() >= SHORTEST_SECRET && text.contains(key) { text.replace(key, "[key]") } else { text }
}

fn value<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// serde also reads a struct from an array.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok().filter(|_| json.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEY: &str = "sk-0123456789-secret";

    fn chunk(data: &str) -> Value {
        match read(data, "m", KEY) {
            Said::Chunk(json) => serde_json::from_str(&json).unwrap_or_default(),
            other => unreachable!("{data}: {other:?}"),
        }
    }

    fn content(data: &str) -> Value {
        chunk(data).pointer("/choices/0/delta/content").cloned().unwrap_or_default()
    }

    #[test]
    fn the_known_fields_of_a_chunk_are_passed_on_and_no_others() {
        let theirs = json!({
            "id": KEY, "object": KEY, "created": 1_700_000_000, "model": KEY, "system_fingerprint": KEY, KEY: KEY,
            "error": null,
            "choices": [
                { "index": KEY, "delta": { "role": KEY, "content": "Hi", "refusal": "No", KEY: KEY }, "logprobs": KEY,
                  "finish_reason": "length" },
                { "index": 1, "delta": { "content": KEY } },
            ],
            "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, KEY: KEY },
        });
        let ours = json!({
            "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "m",
            "choices": [{ "index": 0, "delta": { "content": "Hi", "refusal": "No" }, "finish_reason": "length" }],
            "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
        });
        assert_eq!(chunk(&theirs.to_string()), ours);
    }

    #[test]
    fn a_field_of_an_unexpected_type_is_left_out_and_the_others_stay() {
        for rest in [r#""usage":"x""#, r#""created":"x""#, r#""usage":{"total_tokens":"x"}"#, r#""created":1.5"#] {
            assert_eq!(content(&format!(r#"{{"choices":[{{"delta":{{"content":"Hi"}}}}],{rest}}}"#)), "Hi", "{rest}");
        }
        assert_eq!(content(r#"{"choices":[{"index":"x","finish_reason":7,"delta":{"role":1,"content":"Hi"}}]}"#), "Hi");
        for data in [
            "{}",
            r#"{"choices":"x"}"#,
            r#"{"choices":[]}"#,
            r#"{"choices":[7]}"#,
            r#"{"choices":[[{"content":"x"}]]}"#,
            r#"{"choices":[{"delta":"x"}]}"#,
            r#"{"choices":[{"delta":{"content":["x"]}}]}"#,
            r#"{"choices":[{"delta":{"content":null}}]}"#,
        ] {
            assert_eq!(content(data), Value::Null, "{data}");
        }
    }

    #[test]
    fn ways_to_end_that_are_not_known_are_called_so() {
        for (theirs, ours) in [("stop", json!("stop")), ("max_tokens", json!("length")), (KEY, json!("unknown"))] {
            let chunk = chunk(&json!({ "choices": [{ "delta": {}, "finish_reason": theirs }] }).to_string());
            assert_eq!(chunk.pointer("/choices/0/finish_reason"), Some(&ours));
        }
    }

    #[test]
    fn the_key_in_the_text_is_replaced_whatever_way_the_json_writes_it() {
        for written in [KEY.to_owned(), KEY.replace("sk", "\\u0073\\u006b"), KEY.replace('-', "\\u002D")] {
            let data = format!(r#"{{"choices":[{{"delta":{{"content":"It is {written}, {written}."}}}}]}}"#);
            assert_eq!(content(&data), "It is [key], [key].");
        }
        let Said::Chunk(json) = read(r#"{"choices":[{"delta":{"content":"ollama"}}]}"#, "m", "ollama") else {
            unreachable!("it is a chunk")
        };
        assert!(json.contains(r#""content":"ollama""#), "a placeholder is a word like others: {json}");
    }

    #[test]
    fn the_end_failures_and_what_is_no_chunk_are_told_apart() {
        assert_eq!(read(" [DONE] ", "m", KEY), Said::Done);
        for data in [r#"{"error":{"code":429}}"#, r#"{"error":"x","choices":[]}"#, r#"{"error":false}"#] {
            assert!(matches!(read(data, "m", KEY), Said::Failure(_)), "{data}");
        }
        for data in ["", "{broken", "null", "7", "[]", r#"[{"x":1}]"#, r#""[DONE]""#, "{} {}", &"[".repeat(100_000)] {
            assert_eq!(read(data, "m", KEY), Said::Unreadable, "{data:.20}");
        }
        let deep = format!(r#"{{"deep":{0}{1},"choices":[]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(read(&deep, "m", KEY), Said::Chunk(_) | Said::Unreadable));
    }
}
