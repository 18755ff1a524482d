//! The table of routes and their responses.

use std::time::Duration;

use serde_json::json;

use crate::cors::Cors;
use crate::http::{Request, decode_hex};
use crate::program::{Ending, Framing, Program};
use crate::{Server, files, log, script};

/// Usually long enough for a browser to read one write before the next.
const GAP_BETWEEN_CHUNKS: Duration = Duration::from_millis(1);

struct Route {
    /// A path that ends with a slash includes everything below it.
    path: &'static str,
    parameters: &'static str,
    purpose: &'static str,
    cors: Cors,
    answer: Answer,
}

enum Answer {
    Script(&'static str),
    /// A program, or an error message for a faulty request.
    Computed(fn(&Visit) -> Result<Program, String>),
}

struct Visit<'a> {
    server: &'a Server,
    request: &'a Request,
    request_number: usize,
}

const fn scripted(path: &'static str, purpose: &'static str, text: &'static str) -> Route {
    Route { path, parameters: "", purpose, cors: Cors::Allowed, answer: Answer::Script(text) }
}

const fn computed(
    path: &'static str,
    parameters: &'static str,
    purpose: &'static str,
    answer: fn(&Visit) -> Result<Program, String>,
) -> Route {
    Route { path, parameters, purpose, cors: Cors::Allowed, answer: Answer::Computed(answer) }
}

impl Route {
    const fn with_cors(self, cors: Cors) -> Self {
        Self { cors, ..self }
    }

    fn matches(&self, path: &str) -> bool {
        path == self.path || self.path != "/" && self.path.ends_with('/') && path.starts_with(self.path)
    }
}

static ROUTES: &[Route] = &[
    computed("/", "", "This list.", |_| Ok(Program::document(200, "text/plain; charset=utf-8", index()))),
    computed(log::PATH, "?key=K", "JSON of the requests with key=K, and of the state of their sockets.", |visit| {
        let key = visit.request.parameter("key").ok_or("key is missing")?;
        Ok(Program::document(200, "application/json", visit.server.log.of_key(&key).to_string()))
    }),
    computed("/files/", "PATH", "A static file below --root.", |visit| {
        let path = visit.request.path().strip_prefix("/files/").unwrap_or_default();
        Ok(files::answer(visit.server.root.as_deref(), path))
    }),
    computed(
        "/script",
        "?do=STEPS&do2=STEPS…",
        "The response that STEPS describe (see src/script.rs); request n of a key uses the highest doN with N ≤ n.",
        dictated,
    ),
    scripted("/blank", "An empty page.", "type=text/html|send=<!doctype html><title>blank</title>"),
    computed(
        "/vector",
        "?hex=BYTES&sizes=1,2,3",
        "The bytes as an event stream in chunks of these sizes, repeated; without sizes in one chunk.",
        vector,
    ),
    computed(
        "/numbered",
        "?from=1&count=10&pause=0&cut=K&retry=MS",
        "Events from..from+count with their number as id and data, starting after Last-Event-ID (header or parameter \
         lastEventId), 204 when no event is left; cut: a reset after K events of each connection; retry: sent first.",
        numbered,
    ),
    scripted("/404", "404 with JSON.", "status=404|type=application/json|send={\"error\":\"not found\"}"),
    scripted("/500-html", "500 with HTML.", "status=500|type=text/html|send=<h1>Internal Server Error</h1>"),
    scripted("/200-html", "200 with HTML where an event stream is expected.", "type=text/html|send=<h1>Log in</h1>"),
    scripted("/204", "204.", "status=204"),
    computed("/503-retry-after", "?seconds=1", "503 with Retry-After.", |visit| {
        let seconds = visit.number("seconds", 1)?;
        Ok(Program::document(503, "text/plain", "busy").header("Retry-After", seconds.to_string()))
    }),
    scripted(
        "/429",
        "429 with JSON, without Retry-After.",
        "status=429|type=application/json|send={\"error\":\"slow down\"}",
    ),
    scripted(
        "/401-json",
        "401 with JSON and the header X-Reason: expired.",
        "status=401|type=application/json|header=X-Reason:expired|send={\"error\":\"expired\"}",
    ),
    scripted("/empty", "An event stream that ends at once.", "type=text/event-stream|chunked"),
    scripted("/no-body-type", "200 without Content-Type; the body is an event stream.", "send=data: x%0A%0A"),
    scripted(
        "/cut-mid-event",
        "Event 1, half of event 2, and a close that breaks off the chunked body.",
        "type=text/event-stream|chunked|send=id: 1%0Adata: whole%0A%0Aid: 2%0Adata: par|cut",
    ),
    scripted(
        "/rst-mid-event",
        "Event 1, half of event 2, and a reset.",
        "type=text/event-stream|chunked|send=id: 1%0Adata: whole%0A%0Aid: 2%0Adata: par|rst",
    ),
    scripted("/rst-before-headers", "A reset once the request is read.", "rst"),
    scripted("/close-before-headers", "A close once the request is read.", "cut"),
    scripted("/never-answers", "Silence once the request is read.", "hang"),
    scripted("/silent", "The head of an event stream, then silence.", "type=text/event-stream|chunked|send=|hang"),
    computed(
        "/gigantic-line",
        "?mib=1",
        "An event with one data line of this many MiB in writes of 1,400 bytes, an event with data `after`, a clean end.",
        gigantic_line,
    ),
    computed("/endless-comments", "?ms=100", "A comment every ms, and nothing else.", |visit| {
        Ok(Program::event_stream().send_paced(": comment\n\n", u64::MAX, visit.milliseconds("ms", 100)?))
    }),
    computed("/endless-error-body", "?ms=10", "500 with an endless text, 1 KiB every ms.", |visit| {
        let program = Program::with_status(500).header("Content-Type", "text/plain");
        Ok(program.send_paced("error ".repeat(171), u64::MAX, visit.milliseconds("ms", 10)?))
    }),
    scripted(
        "/error-event-stream",
        "500 with the type of an event stream, and an event.",
        "status=500|type=text/event-stream|chunked|send=data: {\"error\":\"x\"}%0A%0A",
    ),
    computed("/redirect", "?status=307&to=TARGET", "A redirect.", |visit| {
        let status = u16::try_from(visit.number("status", 307)?).map_err(|_| "status is not a valid status")?;
        let target = visit.request.parameter("to").ok_or("to is missing")?;
        Ok(Program::document(status, "text/plain", "").header("Location", target))
    }),
    scripted(
        "/cors-refused",
        "An event stream without any CORS header, not even on preflights.",
        "type=text/event-stream|chunked|send=data: x%0A%0A|hang",
    )
    .with_cors(Cors::Refused),
    computed(
        "/preflight-refuses-last-event-id",
        "?…",
        "As /numbered, but preflights allow every header except Last-Event-ID.",
        numbered,
    )
    .with_cors(Cors::WithoutLastEventId),
    computed(
        "/post-echo",
        "",
        "An event `request` with JSON of method, headers and body, an event `stop` with empty data, a clean end.",
        |visit| {
            let request = log::request_to_json(visit.request);
            Ok(Program::event_stream()
                .send(format!("event: request\ndata: {request}\n\n"))
                .send("event: stop\ndata:\n\n"))
        },
    ),
    computed(
        "/post-llm",
        "?count=5&pause=10",
        "Chunks of a chat completion as OpenAI writes them, [DONE], a clean end.",
        post_llm,
    ),
    computed(
        "/flood",
        "?count=1000&size=100",
        "`count` events with `size` bytes of data each, in large writes.",
        |visit| {
            let event = format!("data: {}\n\n", "x".repeat(visit.size("size", 100)?));
            Ok(Program::event_stream().repeat(visit.number("count", 1000)?, event.as_bytes()))
        },
    ),
    computed(
        "/trickle",
        "?count=10&pause=10",
        "Events with their number from 1 as data, one per write, without ids.",
        |visit| {
            let pause = visit.milliseconds("pause", 10)?;
            let events = 1..=visit.number("count", 10)?;
            Ok(events
                .fold(Program::event_stream(), |program, n| program.send_paced(format!("data: {n}\n\n"), 1, pause)))
        },
    ),
    computed(
        "/chaos",
        "?seed=S&events=N&faults=F&key=K&spoil=lost|twice|changed|swapped",
        "Events from 1 to N with their number as id, starting after Last-Event-ID, with F faults drawn from the seed; \
         then the event done. The parameters of a key's first request hold for all. spoil: one event is wrong.",
        |visit| visit.server.chaos.answer(visit.request),
    ),
    computed("/chaos-report", "?run=K", "JSON of the progress of the run with key=K: events and faults.", |visit| {
        let key = visit.request.parameter("run").ok_or("run is missing")?;
        let report = visit.server.chaos.report(&key).ok_or("there is no such run")?;
        Ok(Program::document(200, "application/json", report.to_string()))
    }),
    computed("/spring", "", "The chunks of a real Spring server, which writes three for each event.", |_| Ok(spring())),
];

/// Returns the response to this request of its key.
pub fn answer(server: &Server, request: &Request, request_number: usize) -> Program {
    let route = ROUTES.iter().find(|route| route.matches(request.path()));
    let cors = route.map_or(Cors::Allowed, |route| route.cors);
    let program = match route.map(|route| &route.answer) {
        _ if request.is_preflight() => cors.answer_preflight(request),
        Some(Answer::Script(text)) => or_bad_request(script::parse(text)),
        Some(Answer::Computed(compute)) => or_bad_request(compute(&Visit { server, request, request_number })),
        None => Program::document(404, "text/plain", "no such route; GET / lists them\n"),
    };
    // If the response were cached, later requests would be missing in the log.
    let program = program.default_header("Connection", "close").default_header("Cache-Control", "no-store");
    cors.allow(request, program)
}

fn or_bad_request(program: Result<Program, String>) -> Program {
    program.unwrap_or_else(|reason| Program::document(400, "text/plain; charset=utf-8", reason))
}

fn index() -> String {
    ROUTES.iter().map(|route| format!("{}{}\n    {}\n", route.path, route.parameters, route.purpose)).collect()
}

impl Visit<'_> {
    fn number(&self, name: &str, default: u64) -> Result<u64, String> {
        Ok(self.request.number(name)?.unwrap_or(default))
    }

    fn size(&self, name: &str, default: u64) -> Result<usize, String> {
        usize::try_from(self.number(name, default)?).map_err(|_| format!("{name} is too large"))
    }

    fn milliseconds(&self, name: &str, default: u64) -> Result<Duration, String> {
        self.number(name, default).map(Duration::from_millis)
    }
}

fn dictated(visit: &Visit) -> Result<Program, String> {
    let later = (2..=visit.request_number).rev().map(|n| format!("do{n}"));
    let text = later.chain(["do".to_owned()]).find_map(|name| visit.request.raw_parameter(&name));
    script::parse(text.ok_or("do is missing")?)
}

fn vector(visit: &Visit) -> Result<Program, String> {
    let hex = visit.request.parameter("hex").ok_or("hex is missing")?;
    let bytes = decode_hex(&hex).ok_or("hex must be pairs of hexadecimal digits")?;
    let sizes = match visit.request.parameter("sizes") {
        Some(sizes) => {
            sizes.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>().map_err(|e| e.to_string())?
        }
        None => vec![bytes.len().max(1)],
    };
    if sizes.contains(&0) {
        return Err("no chunk can have the size 0".to_owned());
    }
    let mut program = Program::event_stream();
    let mut rest = bytes.as_slice();
    for size in sizes.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        program = program.send_paced(chunk, 1, GAP_BETWEEN_CHUNKS);
        rest = after;
    }
    Ok(program)
}

fn numbered(visit: &Visit) -> Result<Program, String> {
    let first = visit.number("from", 1)?;
    let end = first.saturating_add(visit.number("count", 10)?);
    let pause = visit.milliseconds("pause", 0)?;
    let next = last_event_id(visit.request)?.map_or(first, |id| id.saturating_add(1));
    if next >= end {
        return Ok(Program::with_status(204));
    }
    let mut program = Program::event_stream();
    if let Some(milliseconds) = visit.request.number("retry")? {
        program = program.send(format!("retry: {milliseconds}\n\n"));
    }
    let cut = visit.request.number("cut")?.map(|events| next.saturating_add(events)).filter(|cut| *cut <= end);
    for n in next..cut.unwrap_or(end) {
        program = program.send_paced(format!("id: {n}\ndata: {n}\n\n"), 1, pause);
    }
    Ok(program.ending(if cut.is_some() { Ending::Reset } else { Ending::Clean }))
}

/// Returns the number in the Last-Event-ID header or, without the header, in the parameter
/// lastEventId. An empty ID is treated like a missing one.
fn last_event_id(request: &Request) -> Result<Option<u64>, String> {
    let header = request.header("last-event-id").map(|value| String::from_utf8_lossy(value).into_owned());
    match header.or_else(|| request.parameter("lastEventId")).filter(|id| !id.is_empty()) {
        Some(id) => id.parse().map(Some).map_err(|_| format!("{id:?} is not an id of this server")),
        None => Ok(None),
    }
}

fn gigantic_line(visit: &Visit) -> Result<Program, String> {
    const WRITE_SIZE: usize = 1400;
    let length = visit.size("mib", 1)?.checked_mul(1024 * 1024).ok_or("mib is too large")?;
    let program = Program::event_stream()
        .send("data: ")
        .send_paced([b'x'; WRITE_SIZE], (length / WRITE_SIZE) as u64, Duration::ZERO)
        .send("x".repeat(length % WRITE_SIZE));
    Ok(program.send("\n\n").send("data: after\n\n"))
}

fn post_llm(visit: &Visit) -> Result<Program, String> {
    let pause = visit.milliseconds("pause", 10)?;
    let tokens = 1..=visit.number("count", 5)?;
    let program = tokens.fold(Program::event_stream(), |program, n| {
        let chunk = json!({ "choices": [{ "delta": { "content": format!("token {n} ") } }] });
        program.send_paced(format!("data: {chunk}\n\n"), 1, pause)
    });
    Ok(program.send("data: [DONE]\n\n"))
}

/// Recorded from Spring MVC's SseEmitter in Jetty 9.4.
fn spring() -> Program {
    let events = (0..5).map(|n| (format!("id:{n}\ndata:"), format!(r#"{{"role":"test","content":"{n}"}}"#)));
    let chunks = events.flat_map(|(fields, data)| [fields, data, "\n\n".to_owned()]);
    let chunks = chunks.chain(["event:stop\ndata:".to_owned(), "\n\n".to_owned()]);
    let head = Program { framing: Framing::Chunked, ..Program::with_status(200) }
        .header("Content-Type", "text/event-stream;charset=UTF-8");
    chunks.fold(head, |program, chunk| program.send_paced(chunk, 1, GAP_BETWEEN_CHUNKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_of_the_table_can_be_read() {
        for route in ROUTES {
            if let Answer::Script(text) = route.answer {
                assert!(script::parse(text).is_ok(), "{}", route.path);
            }
        }
    }

    #[test]
    fn no_route_matches_the_path_of_a_later_route() {
        for (position, route) in ROUTES.iter().enumerate() {
            assert_eq!(ROUTES.iter().position(|other| other.matches(route.path)), Some(position), "{}", route.path);
        }
    }
}
