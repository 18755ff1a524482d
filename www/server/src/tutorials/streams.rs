//! Keeps the subscriptions: at most one stream per user and a limited number in total. To make
//! room, it ends the least recently active stream with a farewell event, and refuses that client
//! once if it reconnects right away. Does not depend on HTTP or on the format of events.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

/// The most events that can wait for a slow client. A push beyond this limit is reported as not
/// delivered.
const MAX_WAITING: usize = 64;
/// The most bytes of all waiting events, including those for evicted clients that do not read.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// By default, an EventSource reconnects after 3 to 5 seconds. In a background page, this can take
/// up to a minute longer. So a client that returns after this time has subscribed deliberately.
const RETURN_TIME: Duration = Duration::from_secs(90);
/// The most evicted clients that are remembered. The oldest are dropped first.
const MAX_REMEMBERED: usize = 1000;

/// The reason why the server ended a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Farewell {
    /// Another subscriber needed the place.
    Full,
    /// The same user subscribed again.
    Replaced,
}

/// Holds all open streams.
pub struct Streams {
    max: usize,
    table: Mutex<Table>,
    /// The part of [`MAX_WAITING_BYTES`] that is free.
    room: Arc<Semaphore>,
}

/// A waiting event, and its share of the memory.
type Waiting = (Bytes, OwnedSemaphorePermit);

#[derive(Default)]
struct Table {
    open: HashMap<String, OpenStream>,
    sent_away: VecDeque<SentAway>,
    /// Counts every activity, so that no two streams are equally recent.
    activities: u64,
    evicted: u64,
}

struct OpenStream {
    /// Distinguishes this stream from a later one of the same user.
    number: u64,
    session: String,
    last_activity: u64,
    events: mpsc::Sender<Waiting>,
    farewell: oneshot::Sender<Farewell>,
}

struct SentAway {
    user: String,
    session: String,
    at: Instant,
}

/// The numbers for `GET /message/sse/stats`.
#[derive(Debug, PartialEq, serde::Serialize)]
pub struct Stats {
    open: usize,
    max: usize,
    evicted: u64,
}

/// The receiving end of one user's stream. If it is dropped because the client disconnected, the
/// user is removed.
pub struct Subscription {
    streams: Arc<Streams>,
    user: String,
    number: u64,
    events: mpsc::Receiver<Waiting>,
    farewell: oneshot::Receiver<Farewell>,
}

/// The next item of a stream.
#[derive(Debug, PartialEq)]
pub enum Next {
    Event(Bytes),
    Farewell(Farewell),
    End,
}

impl Streams {
    pub fn new(max: usize) -> Self {
        Self { max, table: Mutex::default(), room: Arc::new(Semaphore::new(MAX_WAITING_BYTES)) }
    }

    /// Opens a stream, or returns `None` for an evicted client that reconnected by itself.
    /// `session` distinguishes a deliberate subscription from a reconnection: it is new for each
    /// subscription.
    pub fn subscribe(self: &Arc<Self>, user: &str, session: &str, now: Instant) -> Option<Subscription> {
        let mut table = self.table();
        if table.comes_straight_back(user, session, now) {
            return None;
        }
        if let Some(earlier) = table.open.remove(user) {
            // The same session is one client that lost its connection before the server noticed. It
            // must not be refused the next time. Clients without a session cannot be distinguished,
            // and two of them would otherwise keep replacing each other.
            if earlier.session != session || session.is_empty() {
                table.remember(user, &earlier.session, now);
            }
            // This fails if the client has already disconnected, which does no harm.
            let _ = earlier.farewell.send(Farewell::Replaced);
        }
        while table.open.len() >= self.max && table.evict_least_recently_active(now) {}

        let (events, waiting) = mpsc::channel(MAX_WAITING);
        let (farewell, end) = oneshot::channel();
        let number = table.next_activity();
        let stream = OpenStream { number, session: session.into(), last_activity: number, events, farewell };
        table.open.insert(user.into(), stream);
        Some(Subscription { streams: Arc::clone(self), user: user.into(), number, events: waiting, farewell: end })
    }

    /// Returns whether the user is connected and the event was queued.
    pub fn push(&self, user: &str, event: Bytes) -> bool {
        let mut table = self.table();
        let activity = table.next_activity();
        let Some(stream) = table.open.get_mut(user) else { return false };
        let room = u32::try_from(event.len()).ok().map(|bytes| Arc::clone(&self.room).try_acquire_many_owned(bytes));
        let Some(Ok(room)) = room else { return false };
        let delivered = stream.events.try_send((event, room)).is_ok();
        if delivered {
            stream.last_activity = activity;
        }
        delivered
    }

    pub fn max(&self) -> usize {
        self.max
    }

    pub fn stats(&self) -> Stats {
        let table = self.table();
        Stats { open: table.open.len(), max: self.max, evicted: table.evicted }
    }

    /// No code panics while it holds the lock. If it did, the table of streams would still be
    /// valid.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn next_activity(&mut self) -> u64 {
        self.activities += 1;
        self.activities
    }

    /// Looks at each stream. With as many streams as one process can hold, this takes less time
    /// than opening a connection.
    fn evict_least_recently_active(&mut self, now: Instant) -> bool {
        let Some(user) = self.open.iter().min_by_key(|(_, stream)| stream.last_activity).map(|(user, _)| user.clone())
        else {
            return false;
        };
        if let Some(stream) = self.open.remove(&user) {
            self.evicted += 1;
            self.remember(&user, &stream.session, now);
            let _ = stream.farewell.send(Farewell::Full);
        }
        true
    }

    fn remember(&mut self, user: &str, session: &str, at: Instant) {
        if self.sent_away.len() >= MAX_REMEMBERED {
            self.sent_away.pop_front();
        }
        self.sent_away.push_back(SentAway { user: user.into(), session: session.into(), at });
    }

    fn comes_straight_back(&mut self, user: &str, session: &str, now: Instant) -> bool {
        self.sent_away.retain(|earlier| now.duration_since(earlier.at) < RETURN_TIME);
        let position = self.sent_away.iter().position(|earlier| earlier.user == user && earlier.session == session);
        position.and_then(|position| self.sent_away.remove(position)).is_some()
    }
}

impl Subscription {
    /// Waits for the next event. Events that were pushed before the farewell come before it.
    pub async fn next(&mut self) -> Next {
        match self.events.recv().await {
            Some((event, _room)) => Next::Event(event),
            None => self.farewell.try_recv().map_or(Next::End, Next::Farewell),
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut table = self.streams.table();
        if table.open.get(&self.user).is_some_and(|stream| stream.number == self.number) {
            table.open.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribe(streams: &Arc<Streams>, user: &str, session: &str, now: Instant) -> Subscription {
        streams.subscribe(user, session, now).unwrap_or_else(|| unreachable!("{user} was turned away"))
    }

    #[tokio::test]
    async fn an_evicted_user_can_subscribe_again_after_the_return_time() {
        let streams = Arc::new(Streams::new(1));
        let now = Instant::now();
        let _ann = subscribe(&streams, "ann", "", now);
        let _ben = subscribe(&streams, "ben", "", now);
        assert!(streams.subscribe("ann", "", now + RETURN_TIME - Duration::from_millis(1)).is_none());
        let _ann = subscribe(&streams, "ann", "", now);
        subscribe(&streams, "ben", "", now + RETURN_TIME);
    }

    #[tokio::test]
    async fn a_client_that_reconnects_before_the_server_notices_the_disconnection_is_accepted() {
        let streams = Arc::new(Streams::new(2));
        let now = Instant::now();
        let mut earlier = subscribe(&streams, "ann", "tab", now);
        for _ in 0..3 {
            let later = subscribe(&streams, "ann", "tab", now);
            assert_eq!(earlier.next().await, Next::Farewell(Farewell::Replaced));
            assert_eq!(earlier.next().await, Next::End);
            // Dropping the earlier one now must not remove the later one.
            earlier = later;
            assert!(streams.push("ann", Bytes::from("x")));
            assert_eq!(earlier.next().await, Next::Event(Bytes::from("x")));
        }
    }

    #[tokio::test]
    async fn a_push_is_not_delivered_if_too_many_events_wait_for_the_subscriber() {
        let streams = Arc::new(Streams::new(1));
        let mut ann = subscribe(&streams, "ann", "", Instant::now());
        assert!((0..MAX_WAITING).all(|_| streams.push("ann", Bytes::from("x"))));
        assert!(!streams.push("ann", Bytes::from("one too many")));
        let _ben = subscribe(&streams, "ben", "", Instant::now());
        for _ in 0..MAX_WAITING {
            assert_eq!(ann.next().await, Next::Event(Bytes::from("x")));
        }
        assert_eq!(ann.next().await, Next::Farewell(Farewell::Full));
    }

    #[tokio::test]
    async fn the_waiting_events_of_all_subscribers_together_are_limited_in_bytes() {
        const LARGE: usize = MAX_WAITING_BYTES / 100;
        let streams = Arc::new(Streams::new(1));
        let large = Bytes::from(vec![b'x'; LARGE]);
        // Each subscriber evicts the previous one. That client stays connected and does not read,
        // so its events wait.
        let mut all: Vec<_> = ["ann", "ben", "cleo"]
            .map(|user| {
                let subscription = subscribe(&streams, user, "", Instant::now());
                let delivered = (0..MAX_WAITING).filter(|_| streams.push(user, large.clone())).count();
                (subscription, delivered)
            })
            .into();
        assert_eq!(all.iter().map(|(_, delivered)| *delivered).collect::<Vec<_>>(), [64, 36, 0]);
        assert!(!streams.push("cleo", large.clone()));
        all.remove(0);
        assert!(streams.push("cleo", large));
    }

    #[tokio::test]
    async fn the_list_of_evicted_users_is_limited() {
        let streams = Arc::new(Streams::new(1));
        let now = Instant::now();
        let mut last = subscribe(&streams, "first", "", now);
        for number in 0..MAX_REMEMBERED + 1 {
            last = subscribe(&streams, &number.to_string(), "", now);
        }
        assert_eq!(streams.table().sent_away.len(), MAX_REMEMBERED);
        drop(last);
        drop(subscribe(&streams, "first", "", now));
        assert!(streams.subscribe("0", "", now).is_none());
    }
}
