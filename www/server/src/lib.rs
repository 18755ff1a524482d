//! The chat page's server: maps routes to modules and adds the common response headers. Does not
//! depend on how a route works or where the configuration comes from.

mod answers;
mod bench;
mod body;
mod chat;
pub mod config;
mod connections;
mod conversation;
mod events;
mod guard;
pub mod hosts;
mod model;
mod pages;
mod passthrough;
mod tokens;
mod tutorials;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{any, get, post};

use answers::{Refusal, method_not_allowed};
use config::Config;
pub use connections::serve;

/// Builds all routes. `port` is the port on which the server really listens; the page's security
/// policy contains it.
///
/// # Errors
/// Returns one sentence if the connection to the model's server cannot be prepared.
pub fn router(config: &Config, port: u16) -> Result<Router, String> {
    let policy = content_security_policy(port)?;
    let hosts = Arc::new(config.settings.allowed_hosts.clone());
    let chat = Router::new()
        .route("/api/model", get(chat::model))
        .route("/api/chat", post(chat::chat))
        .route("/api/{*rest}", any(async || Refusal::new(StatusCode::NOT_FOUND, "There is no such route under /api.")))
        .with_state(Arc::new(chat::Chat::new(config)?))
        .layer(from_fn_with_state(Arc::clone(&hosts), guard::own_pages));
    Ok(chat
        .merge(tutorials::router(config, &hosts))
        .merge(bench::router(&hosts))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback_service(pages::router(&config.root))
        .layer(from_fn(bench::isolated))
        .layer(from_fn_with_state(hosts, guard::all_routes))
        .layer(map_response(move |response: Response| {
            let policy = policy.clone();
            async move { with_common_headers(response, policy) }
        })))
}

/// Allows connections to both names of this machine, because the page of the second tutorial talks
/// to its server across origins: the page uses one name, and the server the other.
fn content_security_policy(port: u16) -> Result<HeaderValue, String> {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self' http://localhost:{port} http://127.0.0.1:{port}; worker-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).map_err(|error| format!("the security policy is not a valid header value: {error}."))
}

fn with_common_headers(mut response: Response, policy: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // A rebuilt page must be visible at the next load. For unchanged files, the server still
    // responds only with 304.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}
