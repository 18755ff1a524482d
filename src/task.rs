//! Owns the running of a future: polled in a microtask after it was woken. Must not know what it does.
//!
//! As `wasm_bindgen_futures::spawn_local` does it, whose queue for any number of futures is a thirtieth of the package.

#![expect(unsafe_code, reason = "a waker that is no `Send` can only be made of its parts")]

use alloc::rc::{Rc, Weak};
use core::{
    cell::{Cell, RefCell},
    future::Future,
    mem::ManuallyDrop,
    pin::Pin,
    task::{Context, RawWaker, RawWakerVTable, Waker},
};

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(callback: &JsValue);
}

/// Kept alive by its wakers, which are in its future, and by itself while it is queued.
struct Task<F> {
    /// `None` when it has ended.
    future: RefCell<Option<F>>,
    queued: Cell<Option<Rc<Self>>>,
    /// The callback of the microtask, of the type that promises' callbacks have too.
    poll: Closure<dyn FnMut(JsValue) -> Result<(), JsError>>,
}

/// Runs a future until it ends. It is polled at once for the first time.
pub(crate) fn run<F: Future<Output = ()> + Unpin + 'static>(future: F) {
    let task = Rc::new_cyclic(|task: &Weak<Task<F>>| Task {
        future: RefCell::new(Some(future)),
        queued: Cell::default(),
        poll: Closure::new({
            let task = Weak::clone(task);
            move |_| {
                if let Some(task) = task.upgrade() {
                    task.queued.take();
                    poll(&task);
                }
                Ok(())
            }
        }),
    });
    poll(&task);
}

fn poll<F: Future<Output = ()> + Unpin + 'static>(task: &Rc<Task<F>>) {
    // A microtask never runs within another, so that it is there to be borrowed.
    if let Ok(mut slot) = task.future.try_borrow_mut()
        && let Some(future) = &mut *slot
    {
        // SAFETY: the functions of the table keep to what `RawWaker` demands, for a pointer out of `Rc::into_raw`; all of it is
        // on the only thread that there is.
        let waker = unsafe { Waker::from_raw(raw(Rc::clone(task))) };
        if Pin::new(future).poll(&mut Context::from_waker(&waker)).is_ready() {
            *slot = None;
        }
    }
}

fn queue<F>(task: &Rc<Task<F>>) {
    if task.queued.replace(Some(Rc::clone(task))).is_none() {
        queue_microtask(task.poll.as_ref());
    }
}

fn raw<F: 'static>(task: Rc<Task<F>>) -> RawWaker {
    RawWaker::new(
        Rc::into_raw(task).cast(),
        const { &RawWakerVTable::new(clone::<F>, wake::<F>, wake_by_ref::<F>, release::<F>) },
    )
}

/// # Safety
/// The pointer is one out of `Rc::into_raw`, and who calls holds a count of it.
unsafe fn borrowed<F>(pointer: *const ()) -> ManuallyDrop<Rc<Task<F>>> {
    // SAFETY: see above.
    ManuallyDrop::new(unsafe { Rc::from_raw(pointer.cast()) })
}

unsafe fn clone<F: 'static>(pointer: *const ()) -> RawWaker {
    // SAFETY: the waker that is cloned holds it.
    raw(Rc::clone(&*unsafe { borrowed::<F>(pointer) }))
}

unsafe fn wake<F>(pointer: *const ()) {
    // SAFETY: the waker that is used up held it.
    queue(&unsafe { Rc::<Task<F>>::from_raw(pointer.cast()) });
}

unsafe fn wake_by_ref<F>(pointer: *const ()) {
    // SAFETY: the waker holds it.
    queue(&*unsafe { borrowed::<F>(pointer) });
}

unsafe fn release<F>(pointer: *const ()) {
    // SAFETY: the waker that is dropped held it.
    drop(unsafe { Rc::<Task<F>>::from_raw(pointer.cast()) });
}
