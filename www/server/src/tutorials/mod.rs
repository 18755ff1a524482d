//! Mounts the routes of the three tutorials. Does not depend on how they work.

mod clock;
mod cors;
mod spring;
mod streams;
mod subscribe;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use serde::Deserialize;

use streams::Streams;

use crate::answers::method_not_allowed;
use crate::body::{self, Bodies};
use crate::config::Config;
use crate::guard;
use crate::hosts::AllowedHosts;

/// The most bytes of a question or a pushed text, which is kept in memory as a whole.
const LONGEST_TEXT: usize = 64 * 1024;

/// Parses `?interval=ms`. Tests use it to shorten the waits.
#[derive(Deserialize)]
struct Spacing {
    interval: Option<u64>,
}

impl Spacing {
    fn period(&self) -> Duration {
        Duration::from_millis(self.interval.unwrap_or(1000).clamp(1, 60_000))
    }
}

/// Mounts all routes. If a model's server is configured, pages of other sites must not be able to
/// use its key. With such a server, only the second tutorial can be used across origins, and only
/// between this server's own names.
pub fn router(Config { settings, upstream, .. }: &Config, hosts: &Arc<AllowedHosts>) -> Router {
    let bodies = Arc::new(Bodies::new(LONGEST_TEXT, settings.body_timeout));
    let spring = Router::new()
        .route("/chat/send", post(spring::send))
        .route("/chat/conversation/{msg_id}", get(spring::conversation))
        .route("/chat/stream", post(spring::send_and_stream))
        .with_state(Arc::new(AtomicU64::new(0)))
        .layer(from_fn_with_state(Arc::clone(&bodies), body::whole))
        .layer(from_fn_with_state(Arc::clone(hosts), guard::own_pages));
    let subscribe = Router::new()
        .route("/message/sse/subscribe", get(subscribe::subscribe))
        .route("/message/sse/push", post(subscribe::push))
        .route("/message/sse/stats", get(subscribe::stats))
        .with_state(Arc::new(Streams::new(settings.max_streams.get() as usize)))
        // The fallback is set here, so that a preflight, whose method no route supports, reaches
        // the layers that are added after it.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(bodies, body::whole))
        .layer(from_fn(cors::echo_origin))
        .layer(from_fn_with_state(Arc::clone(hosts), guard::own_names));
    let clock = Router::new().route("/stream", get(clock::stream)).method_not_allowed_fallback(method_not_allowed);
    let clock = match upstream {
        None => clock.layer(from_fn(cors::any_origin)),
        Some(_) => clock.layer(from_fn_with_state(Arc::clone(hosts), guard::own_pages)),
    };
    spring.merge(subscribe).merge(clock)
}
