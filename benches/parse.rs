//! Measures natively how fast a stream is parsed and prepared for JavaScript: `cargo bench --bench
//! parse`. Throughput is in bytes of the stream, and in events. The throughput depends on the
//! machine and its load. `npm run bench:instructions` counts instructions instead.
//!
//! `workload` measures streams like those of real servers. The other benches measure inputs that
//! only some servers send. `one_large_event` shows that the time is linear in bytes: all sizes have
//! the same throughput, if the allocator keeps freed memory as WebAssembly does. To make glibc do
//! so: `MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "benches are not an API")]

#[path = "support/crossing.rs"]
mod crossing;
#[path = "support/workloads.rs"]
mod workloads;

use divan::{
    Bencher, black_box,
    counter::{BytesCount, ItemsCount},
};

use crate::workloads::{LARGE_CHUNK, SEGMENT, Stream, WORKLOADS, Workload};

const SIZE: usize = 1024 * 1024;

/// Longer than a TCP segment, and than any register.
const LONG_LINE: usize = 16 * 1024;

/// The line length of MIME, and of many base64 encoders.
const BASE64_LINE: usize = 76;

fn main() {
    divan::main();
}

fn bench(bencher: Bencher<'_, '_>, stream: &[u8], chunk_size: usize) {
    bencher.counter(BytesCount::new(stream.len())).bench(|| crossing::cross(black_box(stream), chunk_size));
}

/// Returns as many copies of `event` as fit in [`SIZE`].
fn repeated(event: &str) -> Vec<u8> {
    event.repeat(SIZE / event.len()).into_bytes()
}

#[divan::bench(args = WORKLOADS, consts = [SEGMENT, LARGE_CHUNK])]
fn workload<const CHUNK_SIZE: usize>(bencher: Bencher<'_, '_>, workload: Workload) {
    let Stream { bytes, events } = workload.stream(SIZE);
    bench(bencher.counter(ItemsCount::new(events)), &bytes, CHUNK_SIZE);
}

#[divan::bench(args = [1, 4, 16])]
fn one_large_event(bencher: Bencher<'_, '_>, mebibytes: usize) {
    let data = "x".repeat(mebibytes * 1024 * 1024);
    bench(bencher, format!("data: {data}\n\n").as_bytes(), SEGMENT);
}

#[divan::bench(consts = [SEGMENT, LARGE_CHUNK])]
fn one_large_event_of_many_lines<const CHUNK_SIZE: usize>(bencher: Bencher<'_, '_>) {
    let line = format!("data: {}\n", "x".repeat(BASE64_LINE));
    bench(bencher, &[repeated(&line), vec![b'\n']].concat(), CHUNK_SIZE);
}

#[divan::bench(consts = [SEGMENT, LARGE_CHUNK])]
fn long_lines<const CHUNK_SIZE: usize>(bencher: Bencher<'_, '_>) {
    let data = "x".repeat(LONG_LINE);
    bench(bencher, &repeated(&format!("data: {data}\n\n")), CHUNK_SIZE);
}

#[divan::bench]
fn a_hundred_thousand_cr_lines_in_one_chunk(bencher: Bencher<'_, '_>) {
    let stream = "data: x\r".repeat(100_000);
    bench(bencher, stream.as_bytes(), stream.len());
}

#[divan::bench(consts = [SEGMENT, LARGE_CHUNK])]
fn events_with_cr_lines<const CHUNK_SIZE: usize>(bencher: Bencher<'_, '_>) {
    bench(bencher, &repeated("event: tick\rid: 1\rdata: 123456\r\r"), CHUNK_SIZE);
}
