//! Reads the known fields of a chat completion's chunk from an event of the endpoint's stream, and
//! writes a new chunk with only these fields. Does not depend on how events are received or sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::complaint;
use super::failure::Failure;
use super::secret::{Redactor, Secret};

/// The finish reasons: the name that a server uses, and OpenAI's name for it.
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
    /// A part of the answer.
    Chunk {
        /// The chunk for the page.
        json: String,
        /// Whether the endpoint reports that its answer ends with this chunk.
        is_last: bool,
    },
    Done,
    Failure(Failure),
    Unreadable,
}

/// Each field is parsed separately, so that a field of an unexpected type does not affect the
/// others. Unknown fields are skipped and do not take memory.
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

/// Reads the events of one answer.
pub struct Chunks {
    model: String,
    content: Redactor,
    refusal: Redactor,
}

impl Chunks {
    pub fn new(model: String, secret: &Arc<Secret>) -> Self {
        Self { model, content: Redactor::new(Arc::clone(secret)), refusal: Redactor::new(Arc::clone(secret)) }
    }

    /// Reads the data of an event. If the text of the answer contains the key, the key is replaced.
    pub fn read(&mut self, data: &str) -> Said {
        let data = data.trim();
        if data == "[DONE]" {
            return Said::Done;
        }
        let Some(theirs) = object::<Theirs>(data) else { return Said::Unreadable };
        if let Some(error) = theirs.error {
            return Said::Failure(complaint::of_error(error.get()));
        }
        // The request asks for one choice, so the first one is the only one.
        let choices: Vec<&RawValue> = value(theirs.choices).unwrap_or_default();
        let choice = choices.first().and_then(|choice| object::<TheirChoice>(choice.get()));
        let choice = choice.map(|choice| self.our_choice(&choice));
        let is_last = choice.as_ref().is_some_and(|choice| choice.finish_reason.is_some());
        let usage = theirs.usage.and_then(|usage| object::<TheirUsage>(usage.get()));
        let usage = usage.map(|usage| OurUsage {
            prompt_tokens: value(usage.prompt_tokens),
            completion_tokens: value(usage.completion_tokens),
            total_tokens: value(usage.total_tokens),
        });
        self.write(value(theirs.created), choice, usage).map_or(Said::Unreadable, |json| Said::Chunk { json, is_last })
    }

    /// Returns a chunk with the text that was held back because it could have been the beginning of
    /// the key.
    pub fn rest(&mut self) -> Option<String> {
        let [content, refusal] =
            [&mut self.content, &mut self.refusal].map(|text| Some(text.finish()).filter(|text| !text.is_empty()));
        content.as_ref().or(refusal.as_ref())?;
        self.write(None, Some(OurChoice { index: 0, delta: OurDelta { content, refusal }, finish_reason: None }), None)
    }

    fn our_choice(&mut self, choice: &TheirChoice) -> OurChoice {
        let finish_reason = value::<String>(choice.finish_reason).map(|reason| {
            let known = FINISH_REASONS.iter().find(|(theirs, _)| *theirs == reason);
            known.map_or("unknown", |(_, ours)| *ours)
        });
        let write = |text: &mut Redactor, raw| {
            let written = value::<String>(raw).map(|piece| text.push(&piece));
            let rest = finish_reason.map(|_| text.finish()).filter(|rest| !rest.is_empty());
            match rest {
                Some(rest) => Some(written.unwrap_or_default() + &rest),
                None => written,
            }
        };
        let delta = choice.delta.and_then(|delta| object::<TheirDelta>(delta.get()));
        let [content, refusal] = delta.map_or([None, None], |delta| [delta.content, delta.refusal]);
        let delta = OurDelta { content: write(&mut self.content, content), refusal: write(&mut self.refusal, refusal) };
        OurChoice { index: 0, delta, finish_reason }
    }

    fn write(&self, created: Option<u64>, choice: Option<OurChoice>, usage: Option<OurUsage>) -> Option<String> {
        let choices = choice.into_iter().collect();
        let ours = Ours { object: "chat.completion.chunk", created, model: &self.model, choices, usage };
        serde_json::to_string(&ours).ok()
    }
}

fn value<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// Parses a JSON object. The check is needed because serde also reads a struct from an array.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok().filter(|_| json.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEY: &str = "sk-0123456789-secret";

    fn read(data: &str) -> Said {
        Chunks::new("m".into(), &Arc::new(Secret::new(KEY))).read(data)
    }

    fn chunk(data: &str) -> Value {
        match read(data) {
            Said::Chunk { json, .. } => serde_json::from_str(&json).unwrap_or_default(),
            other => unreachable!("{data}: {other:?}"),
        }
    }

    fn content(data: &str) -> Value {
        chunk(data).pointer("/choices/0/delta/content").cloned().unwrap_or_default()
    }

    #[test]
    fn only_the_known_fields_of_a_chunk_are_passed_on() {
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
    fn a_field_of_an_unexpected_type_is_left_out_and_the_other_fields_are_kept() {
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
    fn finish_reasons_are_mapped_to_the_known_ones_and_any_other_becomes_unknown() {
        for (theirs, ours) in [("stop", json!("stop")), ("max_tokens", json!("length")), (KEY, json!("unknown"))] {
            let chunk = chunk(&json!({ "choices": [{ "delta": {}, "finish_reason": theirs }] }).to_string());
            assert_eq!(chunk.pointer("/choices/0/finish_reason"), Some(&ours));
        }
    }

    #[test]
    fn the_key_in_the_text_is_replaced_however_the_json_escapes_it() {
        for written in [KEY.to_owned(), KEY.replace("sk", "\\u0073\\u006b"), KEY.replace('-', "\\u002D")] {
            let data = format!(r#"{{"choices":[{{"delta":{{"content":"It is {written}, {written}."}}}}]}}"#);
            assert_eq!(content(&data), "It is [key], [key].");
        }
    }

    #[test]
    fn text_that_was_held_back_is_passed_on_before_the_answer_ends() {
        let mut chunks = Chunks::new("m".into(), &Arc::new(Secret::new(KEY)));
        let text = |json: Option<String>| {
            let json: Value = serde_json::from_str(&json.unwrap_or_default()).unwrap_or_default();
            json.pointer("/choices/0/delta").cloned().unwrap_or_default()
        };
        assert_eq!(chunks.rest(), None);
        let said = chunks.read(r#"{"choices":[{"delta":{"content":"It is sk-0","refusal":"sk-"}}]}"#);
        let Said::Chunk { json, is_last: false } = said else { unreachable!("{said:?}") };
        assert_eq!(text(Some(json)), json!({ "content": "It is ", "refusal": "" }));
        assert_eq!(text(chunks.rest()), json!({ "content": "sk-0", "refusal": "sk-" }));
        assert_eq!(chunks.rest(), None);
        chunks.read(r#"{"choices":[{"delta":{"content":"sk-"}}]}"#);
        let said = chunks.read(r#"{"choices":[{"finish_reason":"stop"}]}"#);
        let Said::Chunk { json, is_last: true } = said else { unreachable!("{said:?}") };
        assert_eq!(text(Some(json)), json!({ "content": "sk-" }));
    }

    #[test]
    fn unreadable_data_is_distinguished_from_failures_and_from_the_end_marker() {
        assert_eq!(read(" [DONE] "), Said::Done);
        for data in [r#"{"error":{"code":429}}"#, r#"{"error":"x","choices":[]}"#, r#"{"error":false}"#] {
            assert!(matches!(read(data), Said::Failure(_)), "{data}");
        }
        for data in ["", "{broken", "null", "7", "[]", r#"[{"x":1}]"#, r#""[DONE]""#, "{} {}", &"[".repeat(100_000)] {
            assert_eq!(read(data), Said::Unreadable, "{data:.20}");
        }
        let deep = format!(r#"{{"deep":{0}{1},"choices":[]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(read(&deep), Said::Chunk { .. } | Said::Unreadable));
    }
}
