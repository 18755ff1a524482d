//! Options and events that proptest generates.

use headwater::{Backoff, EndOfBody, Options, Reconnect, RequestHead};
use proptest::{option, prelude::*, sample::select};

use crate::{contract::LONGEST, happening::Happening, times::ms};

pub fn happening() -> impl Strategy<Value = Happening> {
    const STATUSES: &[u16] = &[200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 301, 404, 408, 425, 429, 500, 503];
    const CONTENT_TYPES: &[Option<&str>] =
        &[Some("text/event-stream"), Some("text/event-stream"), Some("text/event-stream"), Some("text/html"), None];
    const TIMES: &[u64] = &[0, 1000, 60_000, LONGEST, u64::MAX];
    const CHUNKS: &[&str] = &[
        "data: x\n\n",
        "id: 1\ndata: x\n\n",
        "id: 2\n\n",
        "id\n\n",
        ": c\n\n",
        "retry: 0\n",
        "retry: 1500\n",
        "retry: 70000\n",
        "retry: 99999999999999999999\n",
        "event: e\n",
        "data: cut",
        "id: cut",
        "\n\n",
        "\r",
        "data\n\ndata\n\n",
        "",
    ];
    let request = (prop::bool::weighted(0.8), any::<bool>())
        .prop_map(|(is_get, preflights_last_event_id)| RequestHead { is_get, preflights_last_event_id });
    let response = (select(STATUSES), select(CONTENT_TYPES), option::of(select(TIMES)))
        .prop_map(|(status, content_type, retry_after)| Happening::Response { status, content_type, retry_after });
    prop_oneof![
        8 => request.prop_map(Happening::Request),
        12 => response,
        12 => select(CHUNKS).prop_map(|chunk| Happening::Chunk(chunk.into())),
        6 => Just(Happening::EndOfBody),
        8 => Just(Happening::NetworkError),
        4 => any::<bool>().prop_map(|answered| Happening::Probe { answered }),
        16 => Just(Happening::WaitIsOver),
        4 => option::of(select(TIMES)).prop_map(Happening::Decide),
        4 => select(&[Happening::Silence, Happening::Pause, Happening::ShortenWait, Happening::ShortenWait][..]),
        1 => select(&[Happening::UnknownRequest, Happening::Interruption][..]),
        1 => select(&[Happening::RequestError, Happening::Close][..]),
    ]
}

pub fn any_options() -> impl Strategy<Value = Options> {
    let backoff = (
        select(&[0, 100, 3000, 3000, 45_000, u64::MAX][..]),
        select(&[0, 30_000, 30_000, u64::MAX][..]),
        select(&[None, None, Some(0), Some(1), Some(3)][..]),
    )
        .prop_map(|(delay, max_delay, max_retries)| Backoff {
            delay: ms(delay),
            max_delay: ms(max_delay),
            max_retries,
        });
    const ENDS: &[EndOfBody] = &[EndOfBody::Reconnect, EndOfBody::Close, EndOfBody::Interrupted, EndOfBody::Fail];
    (
        prop::bool::weighted(0.7),
        select(
            &[Reconnect::Standard, Reconnect::Standard, Reconnect::Allowed, Reconnect::Decided, Reconnect::Never][..],
        ),
        backoff,
        option::weighted(0.4, select(ENDS)),
        select(&["", "0"][..]),
        any::<bool>(),
    )
        .prop_map(|(is_get, reconnect, backoff, end, last_event_id, can_probe)| {
            let options = Options { is_get, reconnect, backoff, end, can_probe, ..Options::default() };
            Options { last_event_id: last_event_id.to_owned(), ..without_limit_where_decided(options) }
        })
}

/// Removes the limit if the caller decides, because a caller that decides needs no limit, and a
/// decision does not count as a try.
fn without_limit_where_decided(mut options: Options) -> Options {
    if options.reconnect == Reconnect::Decided {
        options.backoff.max_retries = None;
    }
    options
}

/// Generates random numbers for the spread of waits: the bounds, values in between, and invalid
/// values.
pub fn random() -> impl Strategy<Value = f64> {
    prop_oneof![3 => Just(0.0), 3 => Just(0.999_999), 3 => 0.0..1.0, 1 => select(&[f64::NAN, f64::INFINITY, -1.0, 2.0][..])]
}
