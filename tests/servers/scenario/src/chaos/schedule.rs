//! The kinds of faults, and the random schedule of a run.

use std::collections::HashSet;

use super::events;
use super::random::Random;

const SCHEDULE: u32 = 3;

/// The place in the chunked form of an event where the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    Anywhere,
    /// Between two bytes of one character.
    Character,
    /// Between the CR and the LF of one line end.
    LineEnd,
    /// After the first byte of the line with a chunk's size and before its last.
    ChunkHeader,
    /// Between a chunk's data and the end of the CRLF that follows.
    ChunkEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Cut(Spot),
    Reset,
    /// The server shuts down its writing side, and the socket stays open until the client
    /// disconnects.
    HalfClose,
    /// Silence in the middle of an event, which then continues.
    Stall,
    StallThenCut,
    /// All events up to the next fault are held back. Then they are sent in one chunk and one
    /// write.
    BufferingProxy,
    /// Two seconds of silence in the middle of an event, for all requests, and then a reset.
    Partition,
    Unavailable,
    TooManyRequests,
    SlowHeaders,
    Redirect,
    ResetBeforeHeaders,
    /// For two seconds every request is reset.
    Outage,
}

/// All kinds except those that take two seconds.
const SHORT: [Kind; 15] = [
    Kind::Cut(Spot::Anywhere),
    Kind::Unavailable,
    Kind::Reset,
    Kind::Stall,
    Kind::Cut(Spot::Character),
    Kind::TooManyRequests,
    Kind::HalfClose,
    Kind::Cut(Spot::LineEnd),
    Kind::SlowHeaders,
    Kind::BufferingProxy,
    Kind::Cut(Spot::ChunkHeader),
    Kind::Redirect,
    Kind::StallThenCut,
    Kind::Cut(Spot::ChunkEnd),
    Kind::ResetBeforeHeaders,
];

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut(Spot::Anywhere) => "cut anywhere",
            Self::Cut(Spot::Character) => "cut in a character",
            Self::Cut(Spot::LineEnd) => "cut in a CRLF",
            Self::Cut(Spot::ChunkHeader) => "cut in a chunk header",
            Self::Cut(Spot::ChunkEnd) => "cut at a chunk's end",
            Self::Reset => "reset",
            Self::HalfClose => "half-close",
            Self::Stall => "stall",
            Self::StallThenCut => "stall, then cut",
            Self::BufferingProxy => "buffering proxy",
            Self::Partition => "partition",
            Self::Unavailable => "503",
            Self::TooManyRequests => "429",
            Self::SlowHeaders => "slow headers",
            Self::Redirect => "redirect",
            Self::ResetBeforeHeaders => "reset before headers",
            Self::Outage => "outage",
        }
    }

    /// Returns whether the fault happens before the stream of a request, or instead of it.
    pub fn is_met_by_a_request(self) -> bool {
        matches!(
            self,
            Self::Unavailable
                | Self::TooManyRequests
                | Self::SlowHeaders
                | Self::Redirect
                | Self::ResetBeforeHeaders
                | Self::Outage
        )
    }

    /// Returns whether the fault ends the stream.
    fn ends_the_stream(self) -> bool {
        !self.is_met_by_a_request() && !matches!(self, Self::Stall | Self::BufferingProxy)
    }

    fn can_happen_in(self, seed: u32, event: u32) -> bool {
        self != Self::Cut(Spot::LineEnd) || events::written(seed, event).windows(2).any(|pair| pair == b"\r\n")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    /// The event in whose bytes the fault happens, or 0 if the fault happens before the stream.
    pub event: u32,
}

/// Generates a random schedule with exactly this many faults. No event has two faults. Otherwise a
/// client that has received the whole event in spite of the first fault would skip the second
/// fault. A fault that happens before a stream follows a fault that makes the client reconnect.
pub fn draw(seed: u32, events: u32, faults: u32) -> Result<Vec<Fault>, String> {
    if faults > events {
        return Err(format!("{faults} faults are too many for {events} events"));
    }
    let mut random = Random::of(&[seed, SCHEDULE]);
    let (met_by_requests, in_streams): (Vec<_>, Vec<_>) =
        kinds(faults).into_iter().partition(|kind| kind.is_met_by_a_request());

    let mut taken = HashSet::new();
    let mut in_streams = in_streams
        .into_iter()
        .map(|kind| {
            let first = random.below(events);
            let event = (0..events)
                .map(|further| (first + further) % events + 1)
                .find(|event| !taken.contains(event) && kind.can_happen_in(seed, *event))
                .ok_or_else(|| format!("no event is left for the fault \"{}\"", kind.name()))?;
            taken.insert(event);
            Ok(Fault { kind, event })
        })
        .collect::<Result<Vec<_>, String>>()?;
    in_streams.sort_unstable_by_key(|fault| fault.event);

    let endings = in_streams.iter().filter(|fault| fault.kind.ends_the_stream()).count();
    let mut behind_endings = vec![Vec::new(); endings + 1];
    for kind in met_by_requests {
        let place = random.index(endings + 1);
        behind_endings[place].push(Fault { kind, event: 0 });
    }
    for faults in &mut behind_endings {
        random.shuffle(faults);
    }
    let mut behind_endings = behind_endings.into_iter();
    let mut schedule = behind_endings.next().unwrap_or_default();
    for fault in in_streams {
        schedule.push(fault);
        if fault.kind.ends_the_stream() {
            schedule.extend(behind_endings.next().unwrap_or_default());
        }
    }
    Ok(schedule)
}

/// Generates about equally many faults of each kind, but few of those that take two seconds.
fn kinds(faults: u32) -> Vec<Kind> {
    let long =
        if faults > SHORT.len() as u32 { [(faults / 300).clamp(1, 3), (faults / 400).clamp(1, 2)] } else { [0; 2] };
    let [partitions, outages] = long.map(|count| count as usize);
    let long = std::iter::repeat_n(Kind::Partition, partitions).chain(std::iter::repeat_n(Kind::Outage, outages));
    long.chain(SHORT.into_iter().cycle()).take(faults as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_has_exactly_the_requested_number_of_faults_and_depends_only_on_the_seed() {
        for (events, faults) in [(10, 0), (10, 1), (100, 16), (400, 40), (10_000, 1000), (50, 50)] {
            let schedule = draw(1, events, faults).unwrap();
            assert_eq!(schedule.len(), faults as usize);
            assert_eq!(draw(1, events, faults).unwrap(), schedule);
        }
        assert_ne!(draw(1, 400, 40), draw(2, 400, 40));
        assert!(draw(1, 10, 11).is_err());
    }

    #[test]
    fn every_kind_of_fault_happens_in_a_small_run_and_about_equally_often_in_a_large_run() {
        let count = |schedule: &[Fault], kind| schedule.iter().filter(|fault| fault.kind == kind).count();
        let (small, large) = (draw(1, 400, 40).unwrap(), draw(1, 10_000, 1000).unwrap());
        for kind in SHORT {
            assert!((2..=3).contains(&count(&small, kind)), "{kind:?}");
            assert!((66..=67).contains(&count(&large, kind)), "{kind:?}");
        }
        assert_eq!([Kind::Partition, Kind::Outage].map(|kind| count(&small, kind)), [1, 1]);
        assert_eq!([Kind::Partition, Kind::Outage].map(|kind| count(&large, kind)), [3, 2]);
    }

    #[test]
    fn no_event_has_two_faults_and_request_faults_come_at_the_start_or_after_a_fault_that_ends_a_stream() {
        for seed in 0..50 {
            let mut last_event = 0;
            let mut a_request_comes = true;
            for Fault { kind, event } in draw(seed, 1000, 500).unwrap() {
                if kind.is_met_by_a_request() {
                    assert!(a_request_comes, "{kind:?}");
                } else {
                    assert!(event > last_event && event <= 1000);
                    assert!(kind.can_happen_in(seed, event));
                    last_event = event;
                    a_request_comes = kind.ends_the_stream();
                }
            }
        }
    }
}
