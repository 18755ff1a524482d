//! Decides which requests are handled at all. A request must use one of this server's names. If the
//! route changes data or costs money, the request must not come from a foreign page. Does not
//! depend on the routes.
//!
//! A foreign page can point its own name at the address of this machine. Its requests are then
//! same-origin requests, which no browser blocks. But their `Host` header contains the foreign
//! name.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::answers::Refusal;
use crate::hosts::{AllowedHosts, Host};

/// Refuses every request under a name that is not this server's, and every change that a page of
/// another site requests. It applies to all routes, so that a new route cannot be left unprotected.
/// The other functions of this file are stricter.
pub async fn all_routes(state: State<Arc<AllowedHosts>>, request: Request, next: Next) -> Result<Response, Refusal> {
    check_host(&state, &request)?;
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => Ok(next.run(request).await),
        _ => own_names(state, request, next).await,
    }
}

/// Refuses requests from pages of other sites. Use it for routes that only this server's pages and
/// programs such as curl need.
pub async fn own_pages(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if is_from_another_site(&request) {
        return Err(foreign_page());
    }
    check_origin(&allowed, &request)?;
    Ok(next.run(request).await)
}

/// Lets a page under one name of this server send requests to another name of it, which browsers
/// treat as another site.
pub async fn own_names(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    // A browser sends no origin for an image or a link on another site's page.
    if is_from_another_site(&request) && !request.headers().contains_key(header::ORIGIN) {
        return Err(foreign_page());
    }
    check_origin(&allowed, &request)?;
    Ok(next.run(request).await)
}

/// Checks the host. The request target can contain a host too. In that case, both must be names of
/// this server, whichever of them HTTP gives precedence.
fn check_host(allowed: &AllowedHosts, request: &Request) -> Result<(), Refusal> {
    let bad_request = |sentence: &str| Refusal::new(StatusCode::BAD_REQUEST, sentence);
    let mut fields = request.headers().get_all(header::HOST).iter();
    let field = fields.next();
    if fields.next().is_some() {
        return Err(bad_request("The request has more than one Host header."));
    }
    let field = field.map(|value| value.to_str().unwrap_or_default());
    let target = request.uri().authority().map(|authority| authority.as_str());
    if field.is_none() && target.is_none() {
        return Err(bad_request("The request has no Host header."));
    }
    for text in [field, target].into_iter().flatten() {
        let host = Host::parse(text)
            .ok_or_else(|| bad_request("The request's host must be a host name, optionally followed by a port."))?;
        if !allowed.contains(&host) {
            return Err(Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                format!(
                    "This server does not accept requests for the host {text:?}. The operator of this server can add that name to ALLOWED_HOSTS."
                ),
            ));
        }
    }
    Ok(())
}

/// Checks the origin. Programs other than browsers send no origin. They are let through: an
/// attacker who can run a program here does not need a foreign page.
fn check_origin(allowed: &AllowedHosts, request: &Request) -> Result<(), Refusal> {
    let is_ours = |origin: &str| Host::of_origin(origin).is_some_and(|host| allowed.contains(&host));
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    if origins.all(|origin| origin.to_str().is_ok_and(is_ours)) { Ok(()) } else { Err(foreign_page()) }
}

/// Reads the header `Sec-Fetch-Site`. Browsers set it themselves, and no page can change it.
fn is_from_another_site(request: &Request) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    request.headers().get_all(SITE).iter().any(|site| site == "cross-site")
}

fn foreign_page() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "This route does not accept requests from pages of other sites.")
}
