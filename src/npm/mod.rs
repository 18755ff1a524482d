//! The npm layer contains the exports of the npm package's WebAssembly module. The published crate
//! does not contain this layer: only `--cfg headwater_npm` compiles it, and no feature of a
//! dependent can enable it.

pub(crate) mod batch;
#[cfg(headwater_bench)]
mod bench;
#[cfg(headwater_npm)]
mod bindings;
#[cfg(all(headwater_npm, not(feature = "std")))]
mod runtime;
