//! Lets pages of other origins read every response of a route. Otherwise a 204 or an error would
//! look like a network error to the page, which would then reconnect forever. Does not depend on
//! any route.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Allows every origin, and repeats its name in the response, which browsers require for a request
/// with cookies.
pub async fn echo_origin(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = answer(request, next).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    response
}

/// Allows every origin, without cookies.
pub async fn any_origin(request: Request, next: Next) -> Response {
    let mut response = answer(request, next).await;
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn answer(request: Request, next: Next) -> Response {
    if request.method() != Method::OPTIONS {
        return next.run(request).await;
    }
    let mut allowed = HeaderMap::new();
    allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    // A `fetch` that resumes a stream sends Last-Event-ID. Browsers send this header to another
    // origin only with permission.
    if let Some(names) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    (StatusCode::NO_CONTENT, allowed).into_response()
}
