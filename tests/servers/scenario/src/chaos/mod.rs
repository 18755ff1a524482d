//! Keeps the chaos runs: the progress of each run, and the response to each of its requests, from
//! the client's last event ID up to the next fault of the schedule.

mod answer;
mod events;
mod random;
mod schedule;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Request;
use crate::program::{Ending, Program, Progress, Step};
use schedule::{Fault, Kind};

/// The duration of partitions and outages.
const PARTITION: Duration = Duration::from_secs(2);

/// A deliberate error in one event in the middle of a run, which the client must detect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoil {
    Lost,
    Twice,
    Changed,
    /// The event comes after the next one.
    Swapped,
}

#[derive(Default)]
pub struct Runs(Mutex<HashMap<String, Arc<Run>>>);

struct Run {
    seed: u32,
    events: u32,
    spoil: Option<Spoil>,
    schedule: Vec<Fault>,
    /// The number of the last event of which a part was written. The client may receive an event as
    /// soon as its blank line has begun.
    sent: Progress,
    /// The number of faults that have happened.
    happened: Progress,
    /// The number of faults that have happened or begun: a partition counts as soon as it begins.
    begun: Progress,
    outage_began: Mutex<Option<Instant>>,
}

impl Runs {
    pub fn answer(&self, request: &Request) -> Result<Program, String> {
        let key = request.parameter("key").ok_or("key is missing")?;
        let known = self.lock().get(&key).cloned();
        let run = match known {
            Some(run) => run,
            None => {
                let run = Arc::new(Run::of(request)?);
                Arc::clone(self.lock().entry(key).or_insert(run))
            }
        };
        run.answer(request)
    }

    pub fn report(&self, key: &str) -> Option<Value> {
        let run = self.lock().get(key).cloned()?;
        let happened = run.happened.reached() as usize;
        let mut faults = BTreeMap::new();
        for fault in run.schedule.iter().take(happened) {
            *faults.entry(fault.kind.name()).or_insert(0) += 1;
        }
        Some(json!({ "sent": run.sent.reached(), "faults": faults, "faultsToCome": run.schedule.len() - happened }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        // If code panicked while it held the lock, the data is still complete, because every change
        // is a single insertion.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    fn of(request: &Request) -> Result<Self, String> {
        let number = |name: &str| {
            let number = request.number(name)?.ok_or_else(|| format!("{name} is missing"))?;
            u32::try_from(number).map_err(|_| format!("{name} is too large"))
        };
        let spoil = match request.parameter("spoil").as_deref() {
            None => None,
            Some("lost") => Some(Spoil::Lost),
            Some("twice") => Some(Spoil::Twice),
            Some("changed") => Some(Spoil::Changed),
            Some("swapped") => Some(Spoil::Swapped),
            Some(other) => return Err(format!("{other:?} is not a way to spoil an event")),
        };
        let (seed, events) = (number("seed")?, number("events")?);
        Ok(Self {
            seed,
            events,
            spoil,
            schedule: schedule::draw(seed, events, number("faults")?)?,
            sent: Progress::default(),
            happened: Progress::default(),
            begun: Progress::default(),
            outage_began: Mutex::default(),
        })
    }

    fn answer(&self, request: &Request) -> Result<Program, String> {
        let received = self.received_by_the_client(request)?;
        let happened = self.happened.reached();
        if self.begun.reached() > happened {
            // The client of the request that began the partition may have disconnected.
            let after_it = vec![Step::Wait(PARTITION), Step::Reach(self.happened.clone(), happened + 1)];
            return Ok(Program { steps: after_it, ..Program::with_status(200).ending(Ending::Reset) });
        }
        let next = self.schedule.get(happened as usize);
        if next.is_some_and(|fault| fault.kind == Kind::Outage) {
            if self.is_out() {
                return Ok(Program::with_status(200).ending(Ending::Reset));
            }
            self.happened.reach(happened + 1);
        }
        answer::from(self, received + 1, &request.target)
    }

    /// Returns the last event that the client has received, according to the client itself.
    fn received_by_the_client(&self, request: &Request) -> Result<u32, String> {
        let Some(id) = request.header("last-event-id") else { return Ok(0) };
        let number = events::number_of(self.seed, id).filter(|number| *number <= self.sent.reached());
        number.ok_or_else(|| format!("{:?} is not an id that was sent", String::from_utf8_lossy(id)))
    }

    /// Returns whether the run is in an outage. The first request that meets the outage begins it.
    fn is_out(&self) -> bool {
        let mut began = self.outage_began.lock().unwrap_or_else(PoisonError::into_inner);
        let is_out = began.get_or_insert_with(Instant::now).elapsed() < PARTITION;
        if !is_out {
            *began = None;
        }
        is_out
    }

    /// Returns the events from `next` to `last` as they are written, each with its number.
    fn written(&self, next: u32, last: u32) -> Vec<(u32, Vec<u8>)> {
        let spoilt = self.events / 2;
        let mut written = Vec::new();
        for number in next..=last {
            let event = events::written(self.seed, number);
            match self.spoil.filter(|_| number == spoilt) {
                Some(Spoil::Lost) => {}
                Some(Spoil::Twice) => written.extend([(number, event.clone()), (number, event)]),
                Some(Spoil::Changed) => written.push((number, changed(event))),
                Some(Spoil::Swapped) => {
                    written.extend([(number, events::written(self.seed, number + 1)), (number, event)]);
                }
                None if number == spoilt + 1 && self.spoil == Some(Spoil::Swapped) => {}
                None => written.push((number, event)),
            }
        }
        written
    }
}

/// Flips one bit of the first four-byte character, which the data of every event contains.
fn changed(mut event: Vec<u8>) -> Vec<u8> {
    if let Some(at) = event.windows(4).position(|bytes| bytes == "😀".as_bytes()) {
        event[at + 3] ^= 1;
    }
    event
}
