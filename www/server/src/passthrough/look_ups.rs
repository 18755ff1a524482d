//! Resolves the endpoint's name. The system's look-up blocks a thread, possibly for a minute, and
//! cannot be interrupted. There are few such threads, and reading files needs them too. So only
//! some look-ups run at a time. The others wait without a thread, and are dropped when no request
//! needs them any more. Does not depend on the endpoint.

use std::error::Error;
use std::fmt;
use std::net::ToSocketAddrs;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

const MOST: usize = 4;

pub struct LookUps {
    places: Arc<Semaphore>,
}

/// The system found no address for the name.
#[derive(Debug)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name cannot be resolved")
    }
}

impl Error for UnknownName {}

impl Default for LookUps {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST)) }
    }
}

impl Resolve for LookUps {
    fn resolve(&self, name: Name) -> Resolving {
        let places = Arc::clone(&self.places);
        Box::pin(async move {
            let addresses = run(places, move || (name.as_str(), 0).to_socket_addrs()).await;
            match addresses {
                Some(Ok(addresses)) => Ok(Box::new(addresses) as Addrs),
                _ => Err(UnknownName.into()),
            }
        })
    }
}

/// Runs the work in one of the places. The place is taken until the work is done, even if the
/// caller stops waiting.
async fn run<T: Send + 'static>(places: Arc<Semaphore>, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let place = places.acquire_owned().await.ok()?;
    let work = move || {
        let _place = place;
        work()
    };
    spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn at_most_four_name_look_ups_run_at_a_time_and_abandoned_ones_never_begin() {
        let LookUps { places } = LookUps::default();
        let begun = Arc::new(AtomicUsize::new(0));
        let mut ends = Vec::new();
        let waiting: Vec<_> = (0..700)
            .map(|_| {
                let (end, ended) = mpsc::channel::<()>();
                ends.push(end);
                let begun = Arc::clone(&begun);
                tokio::spawn(run(Arc::clone(&places), move || {
                    begun.fetch_add(1, Ordering::Relaxed);
                    ended.recv().is_err()
                }))
            })
            .collect();
        while begun.load(Ordering::Relaxed) < MOST {
            tokio::task::yield_now().await;
        }
        for task in waiting {
            task.abort();
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        assert_eq!(places.available_permits(), 0);
        ends.clear();
        assert_eq!(run(places, || "done").await, Some("done"));
        assert_eq!(begun.load(Ordering::Relaxed), MOST);
    }
}
