//! Generates the benchmark's streams and limits the memory that they take. Recent streams are kept
//! whole. A stream for which no memory is left is generated while it is read. Does not depend on
//! HTTP or on the rate at which a stream is read.
//!
//! Streams are generated in slices, so that the server can do other work in between. They are
//! generated only while a client waits: if the client leaves, the work is dropped. All whole
//! streams together take at most [`MOST_KEPT`] bytes, which includes streams that are still being
//! generated or read. Each stream that is not kept takes one or two pieces of memory, and at most
//! [`MOST_READERS`] clients can read such streams at a time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use serde::Deserialize;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

use super::workloads::{Expected, Generator, Kind};

/// In bytes. This is enough for all workloads of one row of the benchmark at the same time, or for
/// the longest stream.
pub const MOST_KEPT: usize = 128 * 1024 * 1024;
/// The maximum number of clients that can read streams that are not kept at the same time.
pub const MOST_READERS: usize = 64;
/// In bytes: the most that browsers read at once. Generating a piece takes less than a millisecond.
pub const PIECE: usize = 64 * 1024;

/// Identifies a stream.
#[derive(Clone, Copy, Deserialize, PartialEq)]
pub struct Wanted {
    pub workload: Kind,
    pub events: u32,
    #[serde(default = "first_seed")]
    pub seed: u32,
}

const fn first_seed() -> u32 {
    1
}

impl Wanted {
    /// Returns an upper bound of the stream's size in bytes.
    pub fn most_bytes(self) -> usize {
        (self.events as usize).saturating_mul(self.workload.largest_event())
    }

    fn generator(self) -> Generator {
        self.workload.generator(self.events, self.seed)
    }
}

/// A stream in memory, with its permit for that memory. The permit is returned when the last byte
/// has been written.
struct Whole {
    bytes: Vec<u8>,
    expected: Expected,
    _room: OwnedSemaphorePermit,
}

struct Readable(Arc<Whole>);

impl AsRef<[u8]> for Readable {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// A stream that is generated for the first waiting client. If that client leaves, it is generated
/// for the next one.
struct Entry {
    wanted: Wanted,
    whole: OnceCell<Arc<Whole>>,
}

/// Where the bytes of a stream come from.
pub enum Source {
    Kept { bytes: Bytes, sent: usize },
    Made { generator: Box<Generator>, wanted: Wanted, store: Arc<Store>, _place: OwnedSemaphorePermit },
}

/// [`MOST_READERS`] clients already read streams that are not kept.
#[derive(Debug)]
pub struct Busy;

pub struct Store {
    kept: Mutex<VecDeque<Arc<Entry>>>,
    /// The memory left for whole streams, counted in pieces. An empty stream counts as one piece,
    /// for its bookkeeping.
    room: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Slices are generated one at a time, and all other work gets a turn after each.
    turn: Semaphore,
}

impl Store {
    pub fn new(most_kept: usize, most_readers: usize) -> Self {
        Self {
            kept: Mutex::default(),
            room: Arc::new(Semaphore::new(most_kept / PIECE)),
            places: Arc::new(Semaphore::new(most_readers)),
            turn: Semaphore::new(1),
        }
    }

    pub async fn source(self: &Arc<Self>, wanted: Wanted) -> Result<Source, Busy> {
        if let Some(whole) = self.whole(wanted).await {
            return Ok(Source::Kept { bytes: Bytes::from_owner(Readable(whole)), sent: 0 });
        }
        let place = self.place()?;
        Ok(Source::Made { generator: Box::new(wanted.generator()), wanted, store: Arc::clone(self), _place: place })
    }

    pub async fn expected(&self, wanted: Wanted) -> Result<Expected, Busy> {
        if let Some(whole) = self.whole(wanted).await {
            return Ok(whole.expected.clone());
        }
        let _place = self.place()?;
        let mut generator = wanted.generator();
        while self.slice(|| generator.piece(PIECE, wanted.events)).await.is_some() {}
        Ok(generator.expected().clone())
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Busy> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)
    }

    /// Returns the stream if it is in memory or if there is enough memory for it.
    async fn whole(&self, wanted: Wanted) -> Option<Arc<Whole>> {
        let entry = self.entry(wanted);
        let whole = entry.whole.get_or_try_init(|| self.make(wanted)).await;
        whole.ok().map(Arc::clone)
    }

    fn entry(&self, wanted: Wanted) -> Arc<Entry> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = kept.iter().find(|entry| entry.wanted == wanted) {
            return Arc::clone(entry);
        }
        // Drops the entries without a stream for which no client waits: their client has left, or
        // there was not enough memory.
        kept.retain(|entry| entry.whole.initialized() || Arc::strong_count(entry) > 1);
        let entry = Arc::new(Entry { wanted, whole: OnceCell::new() });
        kept.push_back(Arc::clone(&entry));
        entry
    }

    async fn make(&self, wanted: Wanted) -> Result<Arc<Whole>, Busy> {
        let most = wanted.most_bytes();
        let mut room = self.reserve(rooms(most)).ok_or(Busy)?;
        let mut bytes = Vec::with_capacity(most);
        let mut generator = wanted.generator();
        while let Some(piece) = self.slice(|| generator.piece(PIECE, wanted.events)).await {
            bytes.extend_from_slice(&piece);
        }
        bytes.shrink_to_fit();
        drop(room.split(room.num_permits() - rooms(bytes.len())));
        Ok(Arc::new(Whole { bytes, expected: generator.expected().clone(), _room: room }))
    }

    /// Makes room by dropping the oldest stream that no client reads.
    fn reserve(&self, rooms: usize) -> Option<OwnedSemaphorePermit> {
        let rooms = u32::try_from(rooms).ok()?;
        loop {
            if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(rooms) {
                return Some(room);
            }
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let is_unread = |entry: &Arc<Entry>| entry.whole.get().is_some_and(|whole| Arc::strong_count(whole) == 1);
            let unread = kept.iter().position(is_unread)?;
            kept.remove(unread);
        }
    }

    async fn slice<T>(&self, work: impl FnOnce() -> T) -> T {
        // The semaphore is never closed.
        let _turn = self.turn.acquire().await;
        let made = work();
        yield_now().await;
        made
    }
}

/// Returns the number of pieces that hold these bytes. It is at least 1, so that the number of
/// streams is limited too.
fn rooms(bytes: usize) -> usize {
    bytes.div_ceil(PIECE).max(1)
}

impl Source {
    /// Returns the next piece of the first `share` of `shares` equal parts of the stream, or `None`
    /// when those parts are sent.
    pub async fn next(&mut self, share: u64, shares: u64) -> Option<Bytes> {
        match self {
            Self::Kept { bytes, sent } => {
                let due = part(bytes.len() as u64, share, shares) as usize;
                let start = *sent;
                *sent = due.min(start + PIECE);
                (start < *sent).then(|| bytes.slice(start..*sent))
            }
            Self::Made { generator, wanted, store, .. } => {
                let due = part(wanted.events.into(), share, shares) as u32;
                store.slice(|| generator.piece(PIECE, due)).await
            }
        }
    }
}

fn part(whole: u64, share: u64, shares: u64) -> u64 {
    whole * share / shares.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(events: u32, seed: u32) -> Wanted {
        Wanted { workload: Kind::Small, events, seed }
    }

    async fn read(mut source: Source) -> (bool, Vec<u8>) {
        let is_kept = matches!(source, Source::Kept { .. });
        let mut bytes = Vec::new();
        for share in 1..=3 {
            while let Some(piece) = source.next(share, 3).await {
                assert!(piece.len() <= PIECE);
                bytes.extend(piece);
            }
        }
        (is_kept, bytes)
    }

    #[tokio::test]
    async fn a_stream_that_does_not_fit_into_memory_is_not_kept_but_has_the_same_bytes() -> Result<(), Busy> {
        let store = Arc::new(Store::new(3 * PIECE, 1));
        // Each stream takes two pieces and a bit.
        let wanted = small(10_000, 1);
        let Source::Kept { bytes, .. } = store.source(wanted).await? else { unreachable!("it was not kept") };
        let (is_kept, _) = read(store.source(small(10_000, 2)).await?).await;
        assert!(!is_kept, "the bytes of the first are still in use");
        let expected = store.expected(small(10_000, 2)).await?;
        let whole = bytes.to_vec();
        drop(bytes);

        let (is_kept, kept) = read(store.source(small(10_000, 2)).await?).await;
        assert!(is_kept, "the first is not in use any more");
        assert_eq!((kept.len(), expected.bytes), (140_000, 140_000));
        let _in_use = store.source(small(10_000, 2)).await?;
        let (is_kept, made) = read(store.source(wanted).await?).await;
        assert!(!is_kept);
        assert_eq!(made, whole);
        Ok(())
    }

    #[tokio::test]
    async fn a_stream_keeps_all_its_memory_reserved_until_its_last_bytes_are_dropped() -> Result<(), Busy> {
        let store = Arc::new(Store::new(3 * PIECE, 1));
        let mut source = store.source(small(10_000, 1)).await?;
        let mut last = Bytes::new();
        while let Some(piece) = source.next(1, 1).await {
            last = piece;
        }
        drop(source);
        assert_eq!(store.room.available_permits(), 0);
        assert!(!read(store.source(small(10_000, 2)).await?).await.0);
        drop(last);
        assert!(read(store.source(small(10_000, 2)).await?).await.0);
        Ok(())
    }

    #[tokio::test]
    async fn a_reader_beyond_the_limit_for_streams_that_are_not_kept_is_refused() -> Result<(), Busy> {
        let store = Arc::new(Store::new(PIECE, 2));
        let first = store.source(small(10_000, 1)).await?;
        let _second = store.source(small(10_000, 2)).await?;
        assert!(store.source(small(10_000, 3)).await.is_err());
        assert!(store.expected(small(10_000, 3)).await.is_err());
        drop(first);
        assert!(store.expected(small(10_000, 3)).await.is_ok());
        Ok(())
    }

    #[tokio::test]
    async fn streams_without_events_are_evicted_like_all_others() -> Result<(), Busy> {
        let store = Arc::new(Store::new(4 * PIECE, 1));
        for seed in 0..1000 {
            assert!(read(store.source(small(0, seed)).await?).await.1.is_empty());
        }
        assert_eq!(store.kept.lock().unwrap_or_else(PoisonError::into_inner).len(), 4);
        Ok(())
    }

    #[tokio::test]
    async fn abandoned_work_releases_its_memory_and_its_stream_is_not_kept() -> Result<(), Busy> {
        let store = Arc::new(Store::new(MOST_KEPT, 1));
        let wanted = Wanted { workload: Kind::Long, events: 6000, seed: 1 };
        let abandoned = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.source(wanted).await.is_ok() }
        });
        while store.room.available_permits() == MOST_KEPT / PIECE {
            yield_now().await;
        }
        abandoned.abort();
        assert!(abandoned.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(store.room.available_permits(), MOST_KEPT / PIECE);
        let wanted = small(10, 1);
        assert!(read(store.source(wanted).await?).await.0);
        let kept = store.kept.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(kept.iter().all(|entry| entry.wanted == wanted), "the abandoned one is still there");
        Ok(())
    }
}
