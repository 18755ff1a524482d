//! Keeps the log of each key: its requests, and the times at which its sockets were opened and
//! closed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::http::{Request, encode_hex};

/// The path of the log. Requests for it are not recorded, so that reading the log does not change
/// it.
pub const PATH: &str = "/log";

pub struct Log {
    started: Instant,
    journals: Mutex<HashMap<String, Journal>>,
}

#[derive(Default)]
struct Journal {
    /// Each request also opens a socket: a socket serves one request.
    requests: Vec<(u64, Arc<Request>)>,
    closed_at: Vec<u64>,
}

/// A recorded request whose socket is open until this is dropped.
#[must_use]
pub struct Entry {
    log: Arc<Log>,
    key: String,
    /// Counts from 1 within the key, without preflights.
    pub request_number: usize,
}

/// Records the request if it has a key.
pub fn record(log: &Arc<Log>, request: &Arc<Request>) -> Option<Entry> {
    let key = request.parameter("key").filter(|_| request.path() != PATH)?;
    let mut journals = log.lock();
    let requests = &mut journals.entry(key.clone()).or_default().requests;
    requests.push((log.now(), Arc::clone(request)));
    let request_number = requests.iter().filter(|(_, request)| !request.is_preflight()).count();
    Some(Entry { log: Arc::clone(log), key, request_number })
}

impl Drop for Entry {
    fn drop(&mut self) {
        let now = self.log.now();
        if let Some(journal) = self.log.lock().get_mut(&self.key) {
            journal.closed_at.push(now);
        }
    }
}

impl Log {
    pub fn new() -> Self {
        Self { started: Instant::now(), journals: Mutex::default() }
    }

    pub fn of_key(&self, key: &str) -> Value {
        self.lock().entry(key.to_owned()).or_default().to_json()
    }

    /// Milliseconds since the server started.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Journal>> {
        // If code panicked while it held the lock, the data is still complete, because every change
        // is a single push.
        self.journals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    fn to_json(&self) -> Value {
        let requests = self.requests.iter().map(|(at, request)| {
            let mut described = request_to_json(request);
            described["at_ms"] = json!(at);
            described
        });
        json!({
            "requests": requests.collect::<Vec<_>>(),
            "open": self.requests.len() - self.closed_at.len(),
            "opened": self.requests.len(),
            "closed": self.closed_at,
        })
    }
}

/// Returns the request as JSON. `lastEventIdHex` is null without the header. The values of a
/// repeated header are joined by `, `.
pub fn request_to_json(request: &Request) -> Value {
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value);
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.into_owned(),
        };
        headers.insert(name.clone(), joined.into());
    }
    json!({
        "method": request.method,
        "target": request.target,
        "headers": headers,
        "lastEventIdHex": request.header("last-event-id").map(encode_hex),
        "body": String::from_utf8_lossy(&request.body),
    })
}
