//! The embedded model: its replies, their tokens, and resumption. A reply depends only on the
//! conversation, so any token can be sent again by its number, even by another process. Does not
//! use the network, the time of day or randomness.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::time::interval;

use crate::answers::{Refusal, event_stream};
use crate::conversation::Message;
use crate::{events, tokens};

pub const NAME: &str = "headwater-demo";

/// Maps words to replies. The reply is that of the first row with a word that starts a word of the
/// question. In languages without spaces between words, the word can be anywhere in the question.
const REPLIES: [(&[&str], &str); 6] = [
    (&["inject"], include_str!("replies/inject.md")),
    (&["code", "rust", "typescript"], include_str!("replies/code.md")),
    (&["table"], include_str!("replies/table.md")),
    (&["日本", "中文", "한국", "cjk", "emoji"], include_str!("replies/cjk.md")),
    (&["markdown"], include_str!("replies/markdown.md")),
    (&["hello"], include_str!("replies/hello.md")),
];
const OTHER_REPLY: &str = include_str!("replies/other.md");
/// Only this many characters of a question select the reply, so that a pasted book does not keep
/// the server busy.
const MAX_READ_CHARACTERS: usize = 10_000;
/// A quoted question is shortened to this length, so that a pasted page is not repeated as a whole.
const MAX_QUOTED_CHARACTERS: usize = 600;

/// Replies to the last message. With a `last_event_id`, continues with the token after it. Refuses
/// an ID that does not belong to the reply, because the client would otherwise show a part of the
/// reply twice.
pub fn answer(conversation: &[Message], pace: f64, last_event_id: Option<&HeaderValue>) -> Result<Response, Refusal> {
    let reply = Reply::new(conversation)?;
    let sent = match last_event_id.filter(|id| !id.is_empty()) {
        None => 0,
        Some(id) => reply.events_until(id).ok_or_else(|| {
            let most = reply.tokens.len() + 1;
            let sentence = format!("The Last-Event-ID must be a number from 0 to {most}, not {id:?}.");
            Refusal::new(StatusCode::BAD_REQUEST, sentence)
        })?,
    };
    Ok(event_stream(events::CONTENT_TYPE, reply.stream(sent, Duration::from_secs_f64(1.0 / pace))))
}

struct Reply {
    id: String,
    tokens: Vec<String>,
    /// The number of events after which the connection breaks, for a question with the word "cut".
    /// A reply that resumes from there continues to its end.
    cut_after: Option<usize>,
}

/// A chunk of a streamed reply, in OpenAI's format.
#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    model: &'static str,
    choices: [Choice<'a>; 1],
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    delta: Delta<'a>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

impl Reply {
    fn new(conversation: &[Message]) -> Result<Self, Refusal> {
        let question = conversation.last().map_or("", |message| &message.content);
        let words: Vec<String> = words(question);
        if let Some(status) = status_asked_for(&words) {
            return Err(Refusal::new(status, format!("You asked for an error, and this is it: {status}.")));
        }
        let mut hasher = DefaultHasher::new();
        conversation.hash(&mut hasher);
        let tokens = tokens::split(&text(conversation, question, &words));
        let cut_after = words.iter().any(|word| word == "cut").then_some(tokens.len() / 2);
        Ok(Self { id: format!("chatcmpl-{:016x}", hasher.finish()), tokens, cut_after })
    }

    /// Returns the number of events up to this ID. IDs count the tokens from 1, and the chunk with
    /// `stop` has the next number. Returns `None` for anything else.
    fn events_until(&self, id: &HeaderValue) -> Option<usize> {
        let digits = id.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse().ok().filter(|&number| number <= self.tokens.len() + 1)
    }

    fn stream(self, sent: usize, period: Duration) -> impl Stream<Item = io::Result<Bytes>> {
        // A browser can lose the data that arrived right before the connection was lost. After such
        // a loss, it resumes from an earlier event.
        let cut_after = self.cut_after.filter(|_| sent == 0);
        stream::unfold(Some((self, sent, interval(period))), move |state| async move {
            let (reply, sent, mut pace) = state?;
            if sent < reply.tokens.len() {
                pace.tick().await;
            }
            if Some(sent) == cut_after {
                // If the body returns an error, the server drops the connection without the
                // terminating chunk.
                return Some((Err(io::ErrorKind::ConnectionAborted.into()), None));
            }
            let event = reply.event(sent)?;
            Some((Ok(event), Some((reply, sent + 1, pace))))
        })
    }

    fn event(&self, index: usize) -> Option<Bytes> {
        let end = self.tokens.len();
        let (content, finish_reason) = match self.tokens.get(index) {
            Some(token) => (Some(token.as_str()), None),
            None if index == end => (None, Some("stop")),
            None if index == end + 1 => return Some(events::message("[DONE]")),
            None => return None,
        };
        let choices = [Choice { index: 0, delta: Delta { content }, finish_reason }];
        let chunk = Chunk { id: &self.id, object: "chat.completion.chunk", model: NAME, choices };
        let chunk = serde_json::to_string(&chunk).ok()?;
        Some(Bytes::from(format!("id: {}\ndata: {chunk}\n\n", index + 1)))
    }
}

fn text(conversation: &[Message], question: &str, words: &[String]) -> String {
    let asks_for = |sought: &&str| {
        if sought.is_ascii() { words.iter().any(|word| word.starts_with(sought)) } else { question.contains(sought) }
    };
    match REPLIES.iter().find(|(sought, _)| sought.iter().any(asks_for)) {
        Some((_, reply)) => (*reply).to_owned(),
        None => {
            let turn = conversation.len().div_ceil(2);
            OTHER_REPLY.replace("{turn}", &turn.to_string()).replace("{question}", &quote(question))
        }
    }
}

fn quote(question: &str) -> String {
    let mut shown: String = question.trim().chars().take(MAX_QUOTED_CHARACTERS).collect();
    if shown.len() < question.trim().len() {
        shown.push('…');
    }
    shown.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

fn words(question: &str) -> Vec<String> {
    let end = question.char_indices().nth(MAX_READ_CHARACTERS).map_or(question.len(), |(index, _)| index);
    let words = question.get(..end).unwrap_or_default().split(|character: char| !character.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Parses a request such as "error 503" in the question, with which a user can see how the page
/// displays an error.
fn status_asked_for(words: &[String]) -> Option<StatusCode> {
    let after_error = words.iter().skip_while(|word| *word != "error").nth(1)?;
    let status: u16 = after_error.parse().ok().filter(|number| (400..600).contains(number))?;
    StatusCode::from_u16(status).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_status(question: &str) -> Option<StatusCode> {
        status_asked_for(&words(question))
    }

    #[test]
    fn every_reply_has_at_least_150_tokens() {
        for reply in REPLIES.iter().map(|(_, reply)| *reply).chain([OTHER_REPLY]) {
            let tokens = tokens::split(reply);
            assert!(tokens.len() >= 150, "{} tokens: {reply}", tokens.len());
        }
    }

    #[test]
    fn the_word_error_followed_by_a_status_requests_that_status() {
        assert_eq!(refused_status("Show me error 503, please"), Some(StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(refused_status("ERROR: 404"), Some(StatusCode::NOT_FOUND));
        for question in ["error 200", "error 5030", "an error", "503 error", "terror 503"] {
            assert_eq!(refused_status(question), None, "{question}");
        }
    }

    #[test]
    fn only_the_start_of_a_long_question_is_read() {
        assert_eq!(words(&"é ".repeat(1_000_000)).len(), MAX_READ_CHARACTERS / 2);
        assert_eq!(words(&"x".repeat(1_000_000)).concat().len(), MAX_READ_CHARACTERS);
    }

    #[test]
    fn a_quoted_question_keeps_its_line_breaks_and_is_truncated_if_it_is_long() {
        assert_eq!(quote("one\n\ntwo\n"), "> one\n> \n> two");
        assert_eq!(quote(&"é".repeat(1000)).chars().count(), "> ".len() + MAX_QUOTED_CHARACTERS + 1);
    }
}
