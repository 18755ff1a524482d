//! The third tutorial: a clock that sends twenty ticks. When the client disconnects, the stream is
//! dropped, and its timer with it. Does not depend on its clients.

use std::convert::Infallible;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::Query;
use axum::response::Response;
use futures_util::stream;
use httpdate::fmt_http_date;
use tokio::time::interval;

use super::Spacing;
use crate::answers::event_stream;
use crate::events;

const STRIKES: u32 = 20;

/// Serves `GET /stream`. The `end` event comes one second after the last tick.
pub async fn stream(Query(spacing): Query<Spacing>) -> Response {
    let ticks = stream::unfold((0, interval(spacing.period())), |(number, mut seconds)| async move {
        let event = match number {
            0 => Bytes::from(format!("retry: 10000\nevent: start\ndata: {}\n\n", now())),
            1..=STRIKES => {
                seconds.tick().await;
                events::message(&format!("{} count:{}", now(), number - 1))
            }
            _ if number == STRIKES + 1 => {
                seconds.tick().await;
                events::named("end", &now())
            }
            _ => return None,
        };
        Some((Ok::<_, Infallible>(event), (number + 1, seconds)))
    });
    event_stream(events::CONTENT_TYPE, ticks)
}

fn now() -> String {
    fmt_http_date(SystemTime::now())
}
