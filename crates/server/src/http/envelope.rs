//! What surrounds every answer: request id, client address, security headers, problem bodies, time limit, figures.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hearth_protocol::ErrorCode;
use tracing::Instrument;

use super::{limits, problem};
use crate::app::App;
use crate::error::Error;
use crate::socket::ClientAddress;
use crate::visitor::address::client_address;

/// Identifies a request in the log and in problem bodies.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every request of the server.
pub async fn wrap(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = app.clock.instant();
    let id = uuid::Uuid::new_v4().simple().to_string();
    let method = request.method().clone();
    let route = route_of(&request);
    let origin = request.headers().get(header::ORIGIN).cloned();
    note_address(&app, &mut request);
    request.extensions_mut().insert(RequestId(id.clone()));

    let span = tracing::info_span!("request", id, %method);
    let response = limits::with_headers(answer(&app, request, next))
        .instrument(span.clone())
        .await;
    let mut response = span.in_scope(|| problem::render(response, &id));

    add_headers(response.headers_mut(), &app);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    allow_origin(&app, origin, response.headers_mut());
    let took = app.clock.instant().duration_since(started);
    super::figures::count_request(&method, response.status(), took);
    tracing::debug!(parent: &span, route, status = response.status().as_u16(), took_us = took.as_micros(), "answered");
    response
}

/// The route's pattern: what stands in a path may be an invite's secret.
fn route_of(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("-", MatchedPath::as_str).to_owned()
}

fn note_address(app: &App, request: &mut Request) {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else {
        return;
    };
    let address = client_address(peer, request.headers(), &app.config.http.trusted_proxies);
    request.extensions_mut().insert(address);
    request.extensions_mut().insert(ClientAddress(address.ip));
}

async fn answer(app: &App, request: Request, next: Next) -> Response {
    if request.method() == Method::TRACE || request.method() == Method::CONNECT {
        return (StatusCode::METHOD_NOT_ALLOWED, Error::method_not_allowed()).into_response();
    }
    if is_preflight(app, &request) {
        return preflight();
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        let error = Error::refused(ErrorCode::Invalid, "Send the request body without compression.");
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, error).into_response();
    }
    // A long poll waits for events, and an upgraded connection lives on by itself.
    if request.uri().path().starts_with("/socket.io") {
        return next.run(request).await;
    }
    // Refused by what it says of itself: its bytes are not waited for.
    if declared_bytes(request.headers()) > u64::from(app.config.http.max_body_bytes) {
        return Error::refused(ErrorCode::TooLarge, "The request is too large.").into_response();
    }
    match tokio::time::timeout(app.config.request_timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Error::refused(ErrorCode::Unavailable, "The request took too long. Please try again.").into_response()
        }
    }
}

fn declared_bytes(headers: &HeaderMap) -> u64 {
    let text = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn is_preflight(app: &App, request: &Request) -> bool {
    let origin = request.headers().get(header::ORIGIN);
    request.method() == Method::OPTIONS
        && request.uri().path().starts_with("/api/")
        && origin.is_some_and(|origin| is_allowed(app, origin))
}

fn preflight() -> Response {
    let methods = (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, PUT, DELETE");
    let headers = (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "authorization, content-type, idempotency-key",
    );
    let age = (header::ACCESS_CONTROL_MAX_AGE, "600");
    (StatusCode::NO_CONTENT, [methods, headers, age]).into_response()
}

fn is_allowed(app: &App, origin: &HeaderValue) -> bool {
    origin
        .to_str()
        .is_ok_and(|origin| app.config.http.allowed_origins.contains(origin))
}

/// Lets the pages of the configured other origins read the answer. The socket engine adds its own.
fn allow_origin(app: &App, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    let Some(origin) = origin.filter(|origin| is_allowed(app, origin)) else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// Nothing inline, nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const SECURITY_HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()",
    ),
];

fn add_headers(headers: &mut HeaderMap, app: &App) {
    for (name, value) in SECURITY_HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.config.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    // What a route does not say is cacheable holds somebody's data.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
