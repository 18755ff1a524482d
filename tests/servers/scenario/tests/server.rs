//! Tests the server as a process, over sockets.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(10);

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_headwater-scenario"))
            .args(["--until-stdin-closes", "--root", concat!(env!("CARGO_MANIFEST_DIR"), "/src")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("scenario server on http://").unwrap().to_owned();
        Self { process, address }
    }

    fn request(&self, method: &str, target: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        write!(stream, "{method} {target} HTTP/1.1\r\nHost: test\r\n{headers}\r\n").unwrap();
        stream
    }

    /// Returns all bytes until the end of the connection, and the error that ended it, if any.
    fn get(&self, target: &str, headers: &str) -> (String, Option<ErrorKind>) {
        read_to_end(self.request("GET", target, headers))
    }

    fn log(&self, key: &str) -> Value {
        let (answer, _) = self.get(&format!("/log?key={key}"), "");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn wait_for_log(&self, key: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let log = self.log(key);
            if condition(&log) {
                return log;
            }
            assert!(started.elapsed() < LIMIT, "the log stayed at {log}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn read_to_end(mut stream: TcpStream) -> (String, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let error = stream.read_to_end(&mut bytes).err().map(|error| error.kind());
    (String::from_utf8_lossy(&bytes).into_owned(), error)
}

#[test]
fn numbered_continues_after_the_last_event_id_and_responds_with_204_after_the_last_event() {
    let server = Server::start();
    let target = "/numbered?from=5&count=4&cut=3";
    let (first, error) = server.get(target, "");
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
    assert_eq!(first.matches("data: ").count(), 3);
    let (second, error) = server.get(target, "Last-Event-ID: 7\r\n");
    assert_eq!(error, None);
    assert!(second.ends_with("\r\n\r\nf\r\nid: 8\ndata: 8\n\n\r\n0\r\n\r\n"), "{second}");
    assert!(server.get(&format!("{target}&lastEventId=8"), "").0.starts_with("HTTP/1.1 204"));
}

#[test]
fn a_cut_and_a_reset_send_the_same_bytes_and_only_the_reset_causes_an_error() {
    let server = Server::start();
    let (cut, cut_error) = server.get("/cut-mid-event", "");
    let (reset, reset_error) = server.get("/rst-mid-event", "");
    assert!(cut.ends_with("id: 2\ndata: par\r\n"), "{cut}");
    assert_eq!(cut, reset);
    assert_eq!((cut_error, reset_error), (None, Some(ErrorKind::ConnectionReset)));
    assert_eq!(server.get("/rst-before-headers", ""), (String::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(server.get("/close-before-headers", ""), (String::new(), None));
}

#[test]
fn the_log_counts_open_sockets_and_detects_that_the_client_closed_a_silent_one() {
    let server = Server::start();
    let streams: Vec<_> =
        ["/never-answers?key=k", "/silent?key=k", "/script?key=k&do=wait=3600000", "/endless-comments?key=k"]
            .map(|target| server.request("GET", target, "Last-Event-ID: \u{65e5}\"\r\n"))
            .into();
    let log = server.wait_for_log("k", |log| log["open"] == 4);
    assert_eq!(log["requests"][0]["lastEventIdHex"], "e697a522");
    assert_eq!(log["requests"][0]["headers"]["last-event-id"], "\u{65e5}\"");
    drop(streams);
    let log = server.wait_for_log("k", |log| log["open"] == 0);
    assert_eq!((&log["opened"], log["closed"].as_array().unwrap().len()), (&Value::from(4), 4));
}

#[test]
fn a_half_closed_socket_stays_open_until_the_client_closes_it() {
    let server = Server::start();
    let mut stream = server.request("GET", "/script?key=half&do=send=x|half", "");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("\r\n\r\nx"));
    assert_eq!(server.log("half")["open"], 1);
    drop(stream);
    server.wait_for_log("half", |log| log["open"] == 0);
}

#[test]
fn each_request_of_a_key_runs_its_program_or_the_last_earlier_one_and_preflights_are_not_counted() {
    let server = Server::start();
    let target = "/script?key=s&do=status=201&do3=status=203";
    let preflight = "Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n";
    let (preflight, _) = read_to_end(server.request("OPTIONS", target, preflight));
    assert!(preflight.starts_with("HTTP/1.1 204"));
    for status in [201, 201, 203, 203] {
        let (answer, _) = server.get(target, "");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[test]
fn cors_headers_are_echoed_except_on_routes_that_refuse_them() {
    let server = Server::start();
    let preflight = "Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n\
                     Access-Control-Request-Headers: authorization,last-event-id\r\n";
    let ask = |path| read_to_end(server.request("OPTIONS", path, preflight)).0;
    assert!(ask("/numbered").contains("Access-Control-Allow-Headers: authorization, last-event-id\r\n"));
    assert!(ask("/preflight-refuses-last-event-id").contains("Access-Control-Allow-Headers: authorization\r\n"));
    assert!(!ask("/cors-refused").contains("Access-Control"));
    let (answer, _) = server.get("/404", "Origin: http://a\r\n");
    assert!(answer.contains("Access-Control-Allow-Origin: http://a\r\nAccess-Control-Allow-Credentials: true\r\n"));
}

#[test]
fn a_vector_is_sent_in_chunks_of_the_given_sizes() {
    let server = Server::start();
    let (answer, _) = server.get("/vector?hex=3a310a0a&sizes=1,2", "");
    assert!(answer.ends_with("\r\n\r\n1\r\n:\r\n2\r\n1\n\r\n1\r\n\n\r\n0\r\n\r\n"), "{answer}");
}

#[test]
fn a_gigantic_line_has_the_requested_length() {
    let server = Server::start();
    let (answer, _) = server.get("/gigantic-line?mib=2", "");
    assert_eq!(answer.matches('x').count(), 2 * 1024 * 1024 + "text".matches('x').count());
    assert!(answer.ends_with("data: after\n\n\r\n0\r\n\r\n"));
}

#[test]
fn only_files_below_the_root_are_served() {
    let server = Server::start();
    assert!(server.get("/files/main.rs?v=1", "").0.starts_with("HTTP/1.1 200"));
    assert!(server.get("/files/../Cargo.toml", "").0.starts_with("HTTP/1.1 404"));
}

/// Reads a chaos response until the text arrives, or until the connection ends.
fn read_until(mut stream: TcpStream, text: &str) -> String {
    let (mut wire, mut chunk) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&wire).contains(text) {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(length) => wire.extend_from_slice(&chunk[..length]),
        }
    }
    String::from_utf8_lossy(&wire).into_owned()
}

#[test]
fn chaos_continues_after_the_id_that_the_client_sends_and_not_after_the_last_sent_event() {
    let server = Server::start();
    let target = "/chaos?seed=1&events=30&faults=0&key=a";
    let all = read_until(server.request("GET", target, ""), "event: done");
    assert!(["id: 1", "1 é", "30 é", "event: done"].iter().all(|part| all.contains(part)), "{all}");
    let rest = read_until(server.request("GET", target, "Last-Event-ID: 20\r\n"), "event: done");
    assert!(!rest.contains("20 é") && rest.contains("21 é") && rest.contains("30 é"), "{rest}");
}

#[test]
fn chaos_refuses_an_id_that_it_has_not_sent() {
    let server = Server::start();
    let target = "/chaos?seed=1&events=30&faults=0&key=a";
    for id in ["1", "x", "30"] {
        let (answer, _) = server.get(target, &format!("Last-Event-ID: {id}\r\n"));
        assert!(answer.starts_with("HTTP/1.1 400"), "{id}: {answer}");
    }
}

#[test]
fn chaos_performs_every_fault_once_even_if_the_client_always_starts_from_the_beginning() {
    let server = Server::start();
    let target = "/chaos?seed=3&events=60&faults=15&key=a";
    let report = || {
        let (answer, _) = server.get("/chaos-report?run=a", "");
        serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let mut requests = 0;
    while !read_until(server.request("GET", target, ""), "event: done").contains("event: done") {
        requests += 1;
        assert!(requests < 100, "{}", report());
    }
    let report = report();
    assert_eq!((&report["sent"], &report["faultsToCome"]), (&Value::from(60), &Value::from(0)));
    let counts: Vec<_> = report["faults"].as_object().unwrap().values().collect();
    assert_eq!(counts, vec![1; 15], "fifteen kinds, one of each: {report}");
}

#[test]
fn the_index_lists_the_routes() {
    let server = Server::start();
    let (index, _) = server.get("/", "");
    assert!(index.contains("\n/numbered?from=1&count=10"), "{index}");
}
