//! Runs futures. Each future is polled at once, and again whenever one of its callback slots is
//! called.
//!
//! A future that waits only for callback slots needs no waker and no queue: an unnecessary poll
//! finds nothing new. An executor with wakers adds 0.8 kB to the package.

#![expect(unsafe_code, reason = "there is only one thread, so no lock is needed")]

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Waker},
};

type Task = Pin<Box<dyn Future<Output = ()>>>;

enum Place {
    Free,
    Waiting(Task),
    /// Whether a callback slot was called during the poll.
    Polled(bool),
}

struct Tasks {
    places: RefCell<Vec<Place>>,
    current: Cell<usize>,
}

#[cfg(target_feature = "atomics")]
compile_error!("the npm build is single-threaded: build without the target feature `atomics`");

// SAFETY: a module without the target feature `atomics` has one thread.
unsafe impl Sync for Tasks {}

static TASKS: Tasks = Tasks { places: RefCell::new(Vec::new()), current: Cell::new(0) };

/// Returns the number of the task that is being polled or created.
pub(crate) fn current() -> usize {
    TASKS.current.get()
}

/// Runs a future until it ends. The callback slots that the future or `make` creates belong to it.
pub(crate) fn run<F: Future<Output = ()> + 'static>(make: impl FnOnce() -> F) {
    let number = reserve();
    let before = TASKS.current.replace(number);
    let task = Box::pin(make());
    TASKS.current.set(before);
    set(number, Place::Waiting(task));
    poll(number);
}

/// Polls the task of that number, unless it has ended.
pub(crate) fn poll(number: usize) {
    let place = set(number, Place::Polled(false));
    let Place::Waiting(mut task) = place else {
        set(number, if matches!(place, Place::Polled(_)) { Place::Polled(true) } else { Place::Free });
        return;
    };
    let before = TASKS.current.replace(number);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if task.as_mut().poll(&mut context).is_ready() {
            set(number, Place::Free);
            break;
        }
        if let Place::Polled(true) = set(number, Place::Polled(false)) {
            continue;
        }
        set(number, Place::Waiting(task));
        break;
    }
    TASKS.current.set(before);
}

fn reserve() -> usize {
    let mut places = TASKS.places.borrow_mut();
    let free = places.iter().position(|place| matches!(place, Place::Free));
    free.unwrap_or_else(|| {
        places.push(Place::Free);
        places.len() - 1
    })
}

fn set(number: usize, place: Place) -> Place {
    let mut places = TASKS.places.borrow_mut();
    places.get_mut(number).map_or(Place::Free, |old| mem::replace(old, place))
}
