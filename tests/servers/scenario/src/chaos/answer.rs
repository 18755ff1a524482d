//! Builds the response to one request of a run: its events, and the faults of the schedule as steps
//! and an ending.

use std::time::Duration;

use super::random::Random;
use super::schedule::{Fault, Kind, Spot};
use super::{PARTITION, Run, events, wire};
use crate::program::{Ending, Program, Step};

const WIRE: u32 = 4;

/// This time is longer than any pause that is not a fault, and short enough for a thousand faults
/// in a few minutes.
const STALL: Duration = Duration::from_millis(300);

const BETWEEN_COMMENTS: Duration = Duration::from_millis(100);

/// Marks the target of a redirect, which is the same stream.
const REDIRECTED: &str = "redirected";

struct Answer<'a> {
    run: &'a Run,
    random: Random,
    steps: Vec<Step>,
    /// The next event to write.
    next: u32,
    /// Whether the next events are held back and written as one chunk.
    held_back: bool,
    begins_with_a_byte_order_mark: bool,
}

/// Returns the response to a request that continues with event `next`: up to the next fault that
/// ends it, or to the end of the run.
pub fn from(run: &Run, next: u32, target: &str) -> Result<Program, String> {
    let happened = run.happened.reached();
    let mut random = Random::of(&[run.seed, WIRE, happened, next]);
    let begins_with_a_byte_order_mark = random.one_in(4);
    let mut answer = Answer { run, random, steps: Vec::new(), next, held_back: false, begins_with_a_byte_order_mark };
    for (index, fault) in (1..).zip(&run.schedule).skip(happened as usize) {
        if fault.kind.is_met_by_a_request() {
            if let Some(refusal) = answer.meet_at_once(index, fault.kind, target) {
                return Ok(refusal);
            }
        } else if let Some(ending) = answer.meet(index, fault)? {
            return Ok(answer.stream(ending));
        }
    }
    answer.write_until(run.events + 1);
    answer.send(wire::chunk(&events::done(run.events)));
    // Waits for the client to disconnect. Firefox passes the end of a redirected fetch on to the
    // network only when more data arrives.
    let comments = Step::Send { payload: wire::chunk(b": over\n"), times: u64::MAX, pause: BETWEEN_COMMENTS };
    answer.steps.push(comments);
    Ok(answer.stream(Ending::Cut))
}

impl Answer<'_> {
    /// Applies a fault that happens before the stream. Returns the response that replaces the
    /// stream, if any.
    fn meet_at_once(&mut self, index: u32, kind: Kind, target: &str) -> Option<Program> {
        let refusal = match kind {
            Kind::SlowHeaders => {
                let delay = Duration::from_millis(50 + u64::from(self.random.below(350)));
                self.steps.push(Step::Wait(delay));
                self.happens(index);
                return None;
            }
            // An outage begins with the next request, which finds it first in the schedule.
            Kind::Outage => Program::with_status(200).ending(Ending::Reset),
            Kind::ResetBeforeHeaders => {
                self.happens(index);
                Program::with_status(200).ending(Ending::Reset)
            }
            Kind::Redirect => {
                self.happens(index);
                let marker = if target.contains(REDIRECTED) { "" } else { "&redirected" };
                Program::document(307, "text/plain", "over there").header("Location", format!("{target}{marker}"))
            }
            Kind::TooManyRequests => {
                self.happens(index);
                let refusal = Program::document(429, "application/json", "{\"error\":\"slow down\"}");
                if self.random.one_in(2) { refusal } else { self.with_retry_after(refusal) }
            }
            _ => {
                self.happens(index);
                let refusal = Program::document(503, "text/html", "<h1>Unavailable</h1>");
                self.with_retry_after(refusal)
            }
        };
        let mut steps = std::mem::take(&mut self.steps);
        steps.extend(refusal.steps);
        Some(Program { steps, ..refusal })
    }

    fn with_retry_after(&mut self, refusal: Program) -> Program {
        let when = match self.random.below(12) {
            0 => "1",
            1..4 => "Thu, 01 Jan 1970 00:00:00 GMT",
            _ => "0",
        };
        refusal.header("Retry-After", when)
    }

    /// Applies a fault in the middle of a stream. Returns how it ends the stream, if it does.
    fn meet(&mut self, index: u32, fault: &Fault) -> Result<Option<Ending>, String> {
        self.write_until(fault.event);
        if fault.kind == Kind::BufferingProxy {
            self.happens(index);
            self.steps.push(Step::Wait(Duration::from_millis(50 + u64::from(self.random.below(150)))));
            self.held_back = true;
            return Ok(None);
        }
        let spot = if let Kind::Cut(spot) = fault.kind { spot } else { Spot::Anywhere };
        let (stream, _) = self.stream_until(fault.event + 1);
        let ranges = wire::split(&mut self.random, stream.len());
        let (mut wire, offset) = wire::with_spot(&mut self.random, &stream, &ranges, spot);
        let offset = offset.ok_or_else(|| format!("event {} has no offset for {:?}", fault.event, fault.kind))?;
        let rest = wire.split_off(offset);
        self.steps.push(Step::Reach(self.run.sent.clone(), fault.event));
        self.send(wire);
        self.next = fault.event + 1;
        let ending = match fault.kind {
            Kind::Stall => {
                self.happens(index);
                self.steps.push(Step::Wait(STALL));
                self.send(rest);
                return Ok(None);
            }
            Kind::Partition => {
                self.steps.push(Step::Reach(self.run.begun.clone(), index));
                self.steps.push(Step::Wait(PARTITION));
                Ending::Reset
            }
            Kind::StallThenCut => {
                self.steps.push(Step::Wait(STALL));
                Ending::Cut
            }
            Kind::Reset => Ending::Reset,
            Kind::HalfClose => Ending::HalfClosed,
            _ => Ending::Cut,
        };
        if self.random.one_in(2) {
            // Without this pause, a browser may discard the data that arrived just before.
            self.steps.push(Step::Wait(Duration::from_millis(5 + u64::from(self.random.below(15)))));
        }
        self.happens(index);
        Ok(Some(ending))
    }

    fn happens(&mut self, index: u32) {
        self.steps.push(Step::Reach(self.run.happened.clone(), index));
    }

    /// Writes the events before `end`.
    fn write_until(&mut self, end: u32) {
        if self.next >= end {
            return;
        }
        let (stream, starts) = self.stream_until(end);
        let held_back = std::mem::take(&mut self.held_back);
        let ranges = if held_back { wire::join(stream.len()) } else { wire::split(&mut self.random, stream.len()) };
        for range in ranges {
            let begun = starts.partition_point(|(start, _)| *start < range.end);
            if let Some((_, number)) = begun.checked_sub(1).and_then(|last| starts.get(last)) {
                self.steps.push(Step::Reach(self.run.sent.clone(), *number));
            }
            let pause = Duration::from_millis(u64::from(self.random.one_in(8)));
            self.steps.push(Step::Send { payload: wire::chunk(&stream[range]), times: 1, pause });
        }
        self.next = end;
    }

    /// Returns the stream from `next` to the event before `end`, and the offset of each event in
    /// it.
    fn stream_until(&mut self, end: u32) -> (Vec<u8>, Vec<(usize, u32)>) {
        let mut stream = Vec::new();
        if std::mem::take(&mut self.begins_with_a_byte_order_mark) {
            stream.extend_from_slice("\u{FEFF}".as_bytes());
        }
        let mut starts = Vec::new();
        for (number, event) in self.run.written(self.next, end - 1) {
            starts.push((stream.len(), number));
            stream.extend(event);
        }
        (stream, starts)
    }

    fn send(&mut self, payload: Vec<u8>) {
        self.steps.push(Step::Send { payload, times: 1, pause: Duration::ZERO });
    }

    fn stream(self, ending: Ending) -> Program {
        let head = Program::with_status(200)
            .header("Content-Type", "text/event-stream")
            .header("Transfer-Encoding", "chunked");
        Program { steps: self.steps, ending, ..head }
    }
}
