//! A response as a program, with head, framing, steps and ending. Also writes the program's bytes.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

/// The number of bytes that [`Program::repeat`] puts into one write: the capacity of a pipe on
/// Linux.
const JOINED_WRITE_SIZE: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The body ends when the connection ends.
    Raw,
    /// Every write is a chunk of its own.
    Chunked,
    /// The Content-Length, independent of the length that is really sent.
    Length(u64),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes the head if it is not written yet, then the payload `times` times, each time as a
    /// separate write with a pause after it.
    Send {
        payload: Vec<u8>,
        times: u64,
        pause: Duration,
    },
    Wait(Duration),
    /// Reports that the program has reached this number.
    Reach(Progress, u32),
}

/// The progress of programs that share it: the highest number that one of them has reached.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU32>);

impl Progress {
    pub fn reached(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub fn reach(&self, number: u32) {
        self.0.fetch_max(number, Ordering::Relaxed);
    }
}

/// Returns whether both are the same progress, not whether the numbers are equal.
impl PartialEq for Progress {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Progress {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Writes the head if it is not written yet, and ends the body properly.
    Clean,
    /// Closes the connection after the last step.
    Cut,
    /// Closes the connection with a TCP reset. The kernel discards unsent data.
    Reset,
    /// Shuts down the writing side only, and keeps the socket until the client disconnects.
    HalfClosed,
    /// Stays silent until the client disconnects.
    Hang,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    pub status: u16,
    pub headers: Vec<(String, Vec<u8>)>,
    pub framing: Framing,
    pub steps: Vec<Step>,
    pub ending: Ending,
}

impl Program {
    pub fn with_status(status: u16) -> Self {
        Self { status, headers: Vec::new(), framing: Framing::Raw, steps: Vec::new(), ending: Ending::Clean }
    }

    pub fn event_stream() -> Self {
        Self { framing: Framing::Chunked, ..Self::with_status(200).header("Content-Type", "text/event-stream") }
    }

    /// Returns a response with this body and its length.
    pub fn document(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let framing = Framing::Length(body.len() as u64);
        Self { framing, ..Self::with_status(status) }.header("Content-Type", content_type).send(body)
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a header unless the program has set it already.
    pub fn default_header(self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        let is_set = self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if is_set { self } else { self.header(name, value) }
    }

    pub fn send(self, payload: impl Into<Vec<u8>>) -> Self {
        self.send_paced(payload, 1, Duration::ZERO)
    }

    pub fn send_paced(mut self, payload: impl Into<Vec<u8>>, times: u64, pause: Duration) -> Self {
        self.steps.push(Step::Send { payload: payload.into(), times, pause });
        self
    }

    /// Sends the payload `times` times as one stream, in large writes.
    pub fn repeat(self, times: u64, payload: &[u8]) -> Self {
        let joined = (JOINED_WRITE_SIZE / payload.len().max(1)).max(1);
        let whole_writes = times / joined as u64;
        // The number is less than `joined`, so it fits.
        let remaining = (times % joined as u64) as usize;
        let most = payload.repeat(if whole_writes > 0 { joined } else { 0 });
        self.send_paced(most, whole_writes, Duration::ZERO).send(payload.repeat(remaining))
    }

    pub fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }

    /// Writes the response. The caller owns the socket, and does the reset.
    pub async fn perform(&self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let mut head = self.head();
        for step in &self.steps {
            match step {
                Step::Wait(duration) => sleep(*duration).await,
                Step::Reach(progress, number) => progress.reach(*number),
                Step::Send { payload, times, pause } => {
                    writer.write_all(&std::mem::take(&mut head)).await?;
                    let framed = self.frame(payload);
                    for _ in 0..*times {
                        writer.write_all(&framed).await?;
                        if !pause.is_zero() {
                            sleep(*pause).await;
                        }
                    }
                }
            }
        }
        match self.ending {
            Ending::Reset => Ok(()),
            Ending::Hang => pending().await,
            Ending::Clean => {
                if self.framing == Framing::Chunked {
                    head.extend_from_slice(b"0\r\n\r\n");
                }
                writer.write_all(&head).await?;
                writer.shutdown().await
            }
            Ending::Cut => writer.shutdown().await,
            Ending::HalfClosed => {
                writer.shutdown().await?;
                pending().await
            }
        }
    }

    fn head(&self) -> Vec<u8> {
        // There is no reason phrase, because HTTP/2 has none, and no test must depend on it.
        let mut head = format!("HTTP/1.1 {} \r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        match self.framing {
            Framing::Raw => {}
            Framing::Chunked => head.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            Framing::Length(length) => head.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes()),
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    fn frame(&self, payload: &[u8]) -> Vec<u8> {
        // An empty chunk would end the body.
        if self.framing != Framing::Chunked || payload.is_empty() {
            return payload.to_vec();
        }
        [format!("{:x}\r\n", payload.len()).as_bytes(), payload, b"\r\n"].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn written(program: Program) -> String {
        let mut wire = Vec::new();
        program.perform(&mut wire).await.unwrap();
        String::from_utf8(wire).unwrap()
    }

    #[tokio::test]
    async fn only_a_clean_end_ends_a_chunked_body() {
        let stream = || Program { framing: Framing::Chunked, ..Program::with_status(200) }.send("data: x\n\n").send("");
        let cut = "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\n\r\n";
        assert_eq!(written(stream()).await, format!("{cut}0\r\n\r\n"));
        assert_eq!(written(stream().ending(Ending::Cut)).await, cut);
    }

    #[tokio::test]
    async fn the_head_is_written_before_the_first_send_or_at_a_clean_end_but_not_at_a_cut_or_reset() {
        assert_eq!(written(Program::with_status(204)).await, "HTTP/1.1 204 \r\n\r\n");
        assert_eq!(written(Program::with_status(200).send("").ending(Ending::Cut)).await, "HTTP/1.1 200 \r\n\r\n");
        assert_eq!(written(Program::with_status(200).ending(Ending::Cut)).await, "");
        assert_eq!(written(Program::with_status(200).ending(Ending::Reset)).await, "");
    }

    #[tokio::test]
    async fn progress_is_recorded_when_a_step_is_performed_and_never_decreases() {
        let progress = Progress::default();
        let reaching = |number| Step::Reach(progress.clone(), number);
        let program = Program { steps: vec![reaching(3), reaching(2)], ..Program::with_status(200) };
        assert_eq!(progress.reached(), 0);
        written(program).await;
        assert_eq!(progress.reached(), 3);
    }

    #[tokio::test]
    async fn repeat_writes_the_payload_the_given_number_of_times() {
        for times in [0, 1, 6_553, 6_554, 20_000] {
            let wire = written(Program::with_status(200).repeat(times, b"0123456789")).await;
            assert_eq!(wire.matches("0123456789").count() as u64, times);
        }
        assert_eq!(written(Program::with_status(200).repeat(9, b"")).await, "HTTP/1.1 200 \r\n\r\n");
    }
}
