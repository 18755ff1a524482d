//! Owns the waiting for whichever of two things comes first. Must not know what they are.

use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Which of the two came first.
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Waits for the first of two futures and drops the other. When both are ready the left one wins, also when it became
/// ready because of what the right one did.
pub(crate) async fn race<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> First<A, B> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(move |context| {
        if let Poll::Ready(value) = left.as_mut().poll(context) {
            return Poll::Ready(First::Left(value));
        }
        right.as_mut().poll(context).map(First::Right)
    })
    .await
}
