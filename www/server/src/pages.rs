//! Serves the files of the built pages, compressed if the build has compressed them. Responds with
//! 304 to a browser that already has the file. Does not depend on any other route.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use headers::{ContentLength, ETag, HeaderMapExt, IfNoneMatch, LastModified};
use tower_http::services::ServeDir;

/// The most bytes of a path. File systems do not accept much longer names, and no page of this
/// server has a path near this length.
const LONGEST_PATH: usize = 240;

pub fn router(root: &Path) -> Router {
    let files = ServeDir::new(root)
        .precompressed_br()
        .precompressed_gzip()
        .not_found_service((async || (StatusCode::NOT_FOUND, "There is no such page here.\n")).into_service());
    Router::new().fallback_service(files).layer(from_fn(validated))
}

/// Adds an entity tag to the response, and compares it with the tags that the browser sent.
async fn validated(mut request: Request, next: Next) -> Response {
    if request.uri().path().len() > LONGEST_PATH {
        return (StatusCode::URI_TOO_LONG, "No page of this server has a path that long.\n").into_response();
    }
    let fields = request.headers_mut();
    let known = fields.typed_get::<IfNoneMatch>();
    if known.is_some() {
        // [RFC 9110, 13.1.3](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.3)
        fields.remove(header::IF_MODIFIED_SINCE);
    }
    // HTTP requires that a server ignores unknown range units, but `ServeDir` refuses them.
    if fields.get(header::RANGE).is_some_and(|value| !value.as_bytes().starts_with(b"bytes=")) {
        fields.remove(header::RANGE);
    }
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if response.status() != StatusCode::OK {
        return response;
    }
    let Some(tag) = entity_tag(&response) else { return response };
    response.headers_mut().typed_insert(tag.clone());
    if known.is_none_or(|known| known.precondition_passes(&tag)) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING, header::ACCEPT_RANGES] {
        parts.headers.remove(name);
    }
    (parts, ()).into_response()
}

/// Returns a tag made of the file's time and size. The tag is weak, because two versions of a file
/// from the same second can have the same size. A compressed file has its own time and size.
fn entity_tag(response: &Response) -> Option<ETag> {
    let fields = response.headers();
    let changed: std::time::SystemTime = fields.typed_get::<LastModified>()?.into();
    let seconds = changed.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let ContentLength(bytes) = fields.typed_get()?;
    format!("W/\"{seconds:x}-{bytes:x}\"").parse().ok()
}
