//! JavaScript functions that store their arguments until the module reads them.

#[cfg(headwater_npm)]
pub(super) use facade::CallbackSlot;
#[cfg(not(headwater_npm))]
pub(super) use library::CallbackSlot;

/// For the npm package: a function of the facade. The module does not keep the function alive, and
/// the function may be called at any time.
#[cfg(headwater_npm)]
mod facade {
    use core::task::Poll;

    use js_sys::Function;
    use wasm_bindgen::prelude::*;

    use crate::web::task;

    #[wasm_bindgen(raw_module = "../js/module/callback-slot.js")]
    extern "C" {
        /// Returns a function that stores its argument and then polls the task with that number.
        #[wasm_bindgen(js_name = callbackSlot)]
        fn new(task: usize) -> Function;

        /// Returns the oldest value that has not been returned yet, in an array.
        #[wasm_bindgen(js_name = nextValue)]
        fn next_value(slot: &Function) -> Option<OneValue>;

        type OneValue;

        #[wasm_bindgen(method, indexing_getter)]
        fn at(this: &OneValue, index: u32) -> JsValue;
    }

    #[derive(Debug)]
    pub(crate) struct CallbackSlot(Function);

    impl CallbackSlot {
        /// Creates a slot for the task that is being polled or created.
        pub(crate) fn new() -> Self {
            Self(new(task::current()))
        }

        pub(crate) fn function(&self) -> &Function {
            &self.0
        }

        pub(crate) fn poll(&self, _: &core::task::Context<'_>) -> Poll<JsValue> {
            next_value(&self.0).map_or(Poll::Pending, |values| Poll::Ready(values.at(0)))
        }
    }
}

/// For the Rust API, where any executor may poll.
#[cfg(not(headwater_npm))]
mod library {
    use alloc::{collections::VecDeque, rc::Rc};
    use core::{
        cell::RefCell,
        task::{Context, Poll, Waker},
    };

    use js_sys::Function;
    use wasm_bindgen::{JsCast, prelude::*};

    #[derive(Debug, Default)]
    struct State {
        values: RefCell<VecDeque<JsValue>>,
        waker: RefCell<Option<Waker>>,
    }

    #[derive(Debug)]
    pub(crate) struct CallbackSlot {
        function: Function,
        state: Rc<State>,
    }

    impl CallbackSlot {
        pub(crate) fn new() -> Self {
            let state = Rc::new(State::default());
            let closure = Closure::<dyn Fn(JsValue)>::new({
                let state = Rc::clone(&state);
                move |value| {
                    state.values.borrow_mut().push_back(value);
                    let waker = state.waker.take();
                    if let Some(waker) = waker {
                        waker.wake();
                    }
                }
            });
            // The closure is freed when JavaScript can no longer call it, possibly long after this
            // slot was dropped.
            Self { function: closure.into_js_value().unchecked_into(), state }
        }

        pub(crate) fn function(&self) -> &Function {
            &self.function
        }

        pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<JsValue> {
            let value = self.state.values.borrow_mut().pop_front();
            value.map_or_else(
                || {
                    self.state.waker.replace(Some(context.waker().clone()));
                    Poll::Pending
                },
                Poll::Ready,
            )
        }
    }

    impl Drop for CallbackSlot {
        fn drop(&mut self) {
            self.state.waker.take();
        }
    }
}
