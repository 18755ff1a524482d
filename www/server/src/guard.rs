//! Owns which requests are answered at all: those under a name of this server, and where a request changes something or
//! costs something, those that no foreign page has made. It must not know what the routes do.
//!
//! A foreign page can give its own name the address of this machine. Its requests then are requests to its own origin, which
//! no browser holds back; but they carry the foreign name.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::answers::Refusal;
use crate::hosts::{AllowedHosts, Host};

/// Refuses every request under another name than those of this server.
pub async fn known_host(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    check_host(&allowed, &request)?;
    Ok(next.run(request).await)
}

/// Refuses what pages of other sites ask for. For routes that only this server's pages and programs such as curl use.
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

/// As [`own_pages`], for what changes something; a request that only reads passes.
pub async fn own_changes(state: State<Arc<AllowedHosts>>, request: Request, next: Next) -> Result<Response, Refusal> {
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => Ok(next.run(request).await),
        _ => own_pages(state, request, next).await,
    }
}

/// Lets a page under one name of this server ask it under another name, which browsers call another site.
pub async fn own_names(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    // An image or a link of another site's page has no origin to check.
    if is_from_another_site(&request) && !request.headers().contains_key(header::ORIGIN) {
        return Err(foreign_page());
    }
    check_origin(&allowed, &request)?;
    Ok(next.run(request).await)
}

/// The target of a request may name a host too; then both must be right, whichever counts.
fn check_host(allowed: &AllowedHosts, request: &Request) -> Result<(), Refusal> {
    let bad_request = |sentence: &str| Refusal::new(StatusCode::BAD_REQUEST, sentence);
    let mut fields = request.headers().get_all(header::HOST).iter();
    let field = fields.next();
    if fields.next().is_some() {
        return Err(bad_request("The request names its host more than once."));
    }
    let field = field.map(|value| value.to_str().unwrap_or_default());
    let target = request.uri().authority().map(|authority| authority.as_str());
    if field.is_none() && target.is_none() {
        return Err(bad_request("The request does not name its host."));
    }
    for text in [field, target].into_iter().flatten() {
        let host =
            Host::parse(text).ok_or_else(|| bad_request("The request's host is not a host name with a port."))?;
        if !allowed.contains(&host) {
            return Err(Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                format!(
                    "This server does not answer under the name {text:?}. Its operator can add it to ALLOWED_HOSTS."
                ),
            ));
        }
    }
    Ok(())
}

/// Programs other than browsers send no origin; whoever can start those needs no foreign page.
fn check_origin(allowed: &AllowedHosts, request: &Request) -> Result<(), Refusal> {
    let is_ours = |origin: &str| Host::of_origin(origin).is_some_and(|host| allowed.contains(&host));
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    if origins.all(|origin| origin.to_str().is_ok_and(is_ours)) { Ok(()) } else { Err(foreign_page()) }
}

/// What browsers say of themselves, and no page can change.
fn is_from_another_site(request: &Request) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    request.headers().get_all(SITE).iter().any(|site| site == "cross-site")
}

fn foreign_page() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "This route does not take requests of pages from elsewhere.")
}
