//! The program whose instructions scripts/instructions.mjs counts. Without arguments it lists the
//! measurements; with a workload and a chunk size it runs that stream through the crossing once.
#![allow(clippy::unwrap_used, reason = "a bench may fail loudly")]

#[path = "../../support/crossing.rs"]
mod crossing;
#[path = "../../support/workloads.rs"]
mod workloads;

use std::env;

use crate::workloads::{LARGE_CHUNK, SEGMENT, WORKLOADS};

/// Large enough that one-time work per stream does not count, and no larger: callgrind runs fifty
/// times slower than the processor.
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

/// Prints the numbers of bytes and events that have crossed.
fn measure(name: &str, chunk_size: usize) {
    let workload = WORKLOADS.into_iter().find(|workload| workload.name == name).unwrap();
    let stream = workload.stream(SIZE);
    let dispatched = crossing::cross(&stream.bytes, chunk_size);
    assert_eq!(dispatched, stream.events, "{workload}: each event crosses once");
    println!("{}\t{}", stream.bytes.len(), stream.events);
}
