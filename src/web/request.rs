//! Owns which code makes a request: in the npm package the facade does, so that one place there decides what a request is; for Rust
//! the library does.

#[cfg(feature = "bindings")]
mod facade;
#[cfg(not(feature = "bindings"))]
mod library;

#[cfg(feature = "bindings")]
pub(crate) use facade::Template;
#[cfg(feature = "bindings")]
pub(super) use facade::{Request, Target};
#[cfg(not(feature = "bindings"))]
pub(super) use library::{Request, Target, Template};
