//! The requests of the attempts. In the npm package the facade prepares and sends them, so that one place there decides what
//! a request is; for Rust the library does.

#[cfg(headwater_npm)]
mod facade;
#[cfg(not(headwater_npm))]
mod library;

#[cfg(not(headwater_npm))]
pub(super) use super::callbacks::Preparing;
#[cfg(headwater_npm)]
pub(super) use super::promise::Pending as Preparing;
#[cfg(headwater_npm)]
pub(crate) use facade::Template;
#[cfg(headwater_npm)]
pub(super) use facade::{Request, Target};
#[cfg(not(headwater_npm))]
pub(super) use library::{Request, Target, Template};
