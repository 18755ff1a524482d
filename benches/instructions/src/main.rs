//! Owns the program whose instructions scripts/instructions.mjs counts: without arguments it lists
//! what there is to measure, and with a workload and a chunk size it has that stream cross, once.
#![allow(clippy::unwrap_used, reason = "a bench may fail loudly")]

#[path = "../../support/crossing.rs"]
mod crossing;
#[path = "../../support/workloads.rs"]
mod workloads;

use std::env;

use crate::workloads::{LARGE_CHUNK, SEGMENT, WORKLOADS};

/// Enough for what happens once in a stream not to count, and no more: callgrind is fifty times as slow as the processor.
const SIZE: usize = 512 * 1024;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [name, chunk_size] = &arguments[..] {
        measure(name, chunk_size.parse().unwrap());
    } else {
        for workload in WORKLOADS {
            println!("{workload}\t{SEGMENT}\n{workload}\t{LARGE_CHUNK}");
        }
    }
}

/// Prints how many bytes and events have crossed.
fn measure(name: &str, chunk_size: usize) {
    let workload = WORKLOADS.into_iter().find(|workload| workload.name == name).unwrap();
    let stream = workload.stream(SIZE);
    let dispatched = crossing::cross(&stream.bytes, chunk_size);
    assert_eq!(dispatched, stream.events, "{workload}: each event crosses once");
    println!("{}\t{}", stream.bytes.len(), stream.events);
}
