//! Accepts connections, and limits their number, the time for each request's headers and the memory
//! of each connection. Ends all connections cleanly when the server stops. Does not depend on any
//! route.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header;
use axum::middleware::map_response;
use axum::response::Response;
use axum::serve::{Listener, ListenerExt};
use futures_util::StreamExt;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::events;

/// The most bytes of a request's headers. Browsers send less than 2 KiB to this server.
const LONGEST_HEADER: usize = 16 * 1024;
/// In bytes, for each connection: how much is read ahead, and how much can wait to be written
/// before the next piece of a body is taken.
const BUFFER: usize = 32 * 1024;

/// Serves until `stopped` is ready. Then ends event streams at once and lets other responses
/// complete. Returns when all connections are closed, or after `shutdown_timeout`.
pub async fn serve(listener: TcpListener, router: Router, settings: &Settings, stopped: impl Future<Output = ()>) {
    let mut listener = listener.tap_io(|connection| {
        // Without this option, Nagle's algorithm delays a token until the previous one is
        // acknowledged. If the option cannot be set, the stream is late but correct.
        let _ = connection.set_nodelay(true);
    });
    let stopping = CancellationToken::new();
    let router = router.layer(map_response({
        let stopping = stopping.clone();
        move |response| std::future::ready(ending_with(&stopping, response))
    }));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_header_size(LONGEST_HEADER)
        .max_buf_size(BUFFER);
    let places = Arc::new(Semaphore::new(settings.max_connections.get() as usize));
    let connections = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await.0)
        };
        let (place, stream) = tokio::select! {
            next = next => next,
            () = &mut stopped => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A connection fails if its client is slow, disconnects or does not speak HTTP.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    stopping.cancel();
    // The caller ends the process, which closes the connections that are still open.
    let _ = timeout(settings.shutdown_timeout, connections.shutdown()).await;
}

/// Makes the body of an event stream end when the server stops.
fn ending_with(stopping: &CancellationToken, response: Response) -> Response {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_none_or(|text| !text.starts_with(events::CONTENT_TYPE)) {
        return response;
    }
    let stopped = stopping.clone().cancelled_owned();
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(stopped)))
}
