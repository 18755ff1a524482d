//! Owns the running of futures: each is polled at once, and whenever one of its signals is called. Must not know what they do.
//!
//! A future that only waits for what signals tell needs no waker, no queue, and nobody who remembers whom to wake: who is
//! polled without need finds nothing new. An executor and closures that do are 0.8 kB of the package more.

#![expect(unsafe_code, reason = "the only thread there is needs no lock")]

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
    /// And whether a signal was called meanwhile.
    Polled(bool),
}

struct Tasks {
    places: RefCell<Vec<Place>>,
    current: Cell<usize>,
}

// SAFETY: a module without threads.
unsafe impl Sync for Tasks {}

static TASKS: Tasks = Tasks { places: RefCell::new(Vec::new()), current: Cell::new(0) };

/// The number of the task that is being polled, or made.
pub(crate) fn current() -> usize {
    TASKS.current.get()
}

/// Runs a future until it ends. The signals that it makes are its own, those made with it too.
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
