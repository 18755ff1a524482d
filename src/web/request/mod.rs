//! The requests of the attempts. In the npm package the facade prepares and sends them, so that a
//! request is defined in only one place. In the Rust API this library does so.

#[cfg(not(headwater_npm))]
pub(super) mod attempt;
#[cfg(not(headwater_npm))]
pub(super) mod callbacks;
#[cfg(not(headwater_npm))]
pub(super) mod checks;
#[cfg(headwater_npm)]
mod facade;
#[cfg(not(headwater_npm))]
pub(super) mod init;
#[cfg(not(headwater_npm))]
mod library;

#[cfg(not(headwater_npm))]
pub(super) use self::callbacks::Preparing;
#[cfg(headwater_npm)]
pub(super) use super::promise::Pending as Preparing;
#[cfg(headwater_npm)]
pub(crate) use facade::Template;
#[cfg(headwater_npm)]
pub(super) use facade::{Request, Target};
#[cfg(not(headwater_npm))]
pub(super) use library::{Request, Target, Template};
