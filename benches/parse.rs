//! How fast the parser is, natively: `cargo bench --bench parse`. Throughput is in bytes of the stream.
//!
//! `one_large_event` shows that time is linear in bytes: both sizes have the same throughput. `many_events` has the
//! shapes of real streams.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "benches are not an API")]

use divan::{Bencher, black_box, counter::BytesCount};
use headwater::Parser;

/// What a TCP segment carries on an ordinary network, and so what a slow stream is read in.
const SEGMENT: usize = 1400;
/// What browsers read at most at once.
const LARGE_CHUNK: usize = 64 * 1024;

fn main() {
    divan::main();
}

fn parse(stream: &[u8], chunk_size: usize) -> u64 {
    let mut parser = Parser::new();
    for chunk in stream.chunks(chunk_size) {
        let mut blocks = parser.handle_chunk(chunk);
        while let Some(block) = blocks.next_block() {
            black_box(block);
        }
    }
    parser.dispatched()
}

fn bench(bencher: Bencher<'_, '_>, stream: &[u8], chunk_size: usize) {
    bencher.counter(BytesCount::new(stream.len())).bench(|| parse(black_box(stream), chunk_size));
}

#[divan::bench(args = [1, 16])]
fn one_large_event(bencher: Bencher<'_, '_>, mebibytes: usize) {
    let data = "x".repeat(mebibytes * 1024 * 1024);
    bench(bencher, format!("data: {data}\n\n").as_bytes(), SEGMENT);
}

#[divan::bench(args = [SEGMENT, LARGE_CHUNK])]
fn language_model(bencher: Bencher<'_, '_>, chunk_size: usize) {
    let event = r#"data: {"id":"chatcmpl-123","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}"#;
    bench(bencher, format!("{event}\n\n").repeat(10_000).as_bytes(), chunk_size);
}

#[divan::bench(args = [SEGMENT, LARGE_CHUNK])]
fn typed_with_ids(bencher: Bencher<'_, '_>, chunk_size: usize) {
    let stream: String = (0..30_000).map(|id| format!("event: tick\nid: {id}\ndata: {{\"price\":{id}}}\n\n")).collect();
    bench(bencher, stream.as_bytes(), chunk_size);
}

#[divan::bench]
fn a_hundred_thousand_cr_lines_in_one_chunk(bencher: Bencher<'_, '_>) {
    let stream = "data: x\r".repeat(100_000);
    bench(bencher, stream.as_bytes(), stream.len());
}
