//! Owns which code makes a request: in the npm package the facade does, so that one place there decides what a request is; for Rust
//! the library does.

#[cfg(headwater_npm)]
mod facade;
#[cfg(not(headwater_npm))]
mod library;

#[cfg(headwater_npm)]
pub(crate) use facade::Template;
#[cfg(headwater_npm)]
pub(super) use facade::{Request, Target};
#[cfg(not(headwater_npm))]
pub(super) use library::{Request, Target, Template};
