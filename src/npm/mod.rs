//! The npm layer: the exports of the npm package's WebAssembly module. The published crate does not
//! contain it: it is compiled with `--cfg headwater_npm`, and no feature of a dependant can turn it
//! on.

pub(crate) mod batch;
#[cfg(headwater_bench)]
mod bench;
#[cfg(headwater_npm)]
mod bindings;
#[cfg(all(headwater_npm, not(feature = "std")))]
mod runtime;
