//! The program whose instructions scripts/instructions.mjs counts. Without arguments it lists the
//! measurements. With a workload and a chunk size, it runs that stream once through the measured
//! code (`crossing::cross`).
#![allow(clippy::unwrap_used, reason = "a bench may fail loudly")]

#[path = "../../support/crossing.rs"]
mod crossing;
#[path = "../../support/workloads.rs"]
mod workloads;

use std::env;

use crate::workloads::{LARGE_CHUNK, SEGMENT, WORKLOADS};

/// The size is large enough that one-time work per stream does not matter. It is no larger, because
/// a program runs fifty times slower under callgrind.
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

/// Runs the measured code once, and prints the number of bytes and of events in the stream.
fn measure(name: &str, chunk_size: usize) {
    let workload = WORKLOADS.into_iter().find(|workload| workload.name == name).unwrap();
    let stream = workload.stream(SIZE);
    let dispatched = crossing::cross(&stream.bytes, chunk_size);
    assert_eq!(dispatched, stream.events, "{workload}: each event crosses once");
    println!("{}\t{}", stream.bytes.len(), stream.events);
}
