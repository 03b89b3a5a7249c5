//! Health and figures: `/healthz`, `/readyz`, `/metrics`.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::App;
use crate::error::Error;
use crate::visitor::is_this_machine;

/// The process is there.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    match app.db.read(|_| Box::pin(async { Ok(()) })).await {
        Ok(()) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

/// Figures in Prometheus' text form, for loopback peers that no proxy stands before, and for who has the configured token.
pub async fn metrics(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !is_local(peer, &headers) && !has_token(&app, &headers) {
        return Error::not_found().into_response();
    }
    let Some(recorder) = recorder() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("hearth_users_online").set(app.hub.users_online() as f64);
    if let Some(figures) = app.socket_figures() {
        set_socket_figures(figures);
    }
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render()).into_response()
}

fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip"]
        .iter()
        .any(|name| headers.contains_key(*name));
    // A page of another site whose name was rebound to this machine would ask by that name.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    peer.ip().to_canonical().is_loopback() && !forwarded && host.is_some_and(is_this_machine)
}

fn has_token(app: &App, headers: &HeaderMap) -> bool {
    let Some(token) = &app.config.metrics.token else {
        return false;
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), token.as_bytes()).is_ok()
}

fn set_socket_figures(figures: crate::socket::Figures) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    let gauge = |transport, value| metrics::gauge!("hearth_connections", "transport" => transport).set(value as f64);
    gauge("websocket", figures.websocket);
    gauge("polling", figures.polling);
    metrics::counter!("hearth_frames_sent_total").absolute(figures.frames_out);
    metrics::counter!("hearth_bytes_sent_total").absolute(figures.bytes_out);
    metrics::counter!("hearth_slow_consumers_total").absolute(figures.slow_consumers);
}

/// One recorder for the process, however many servers the tests start in it.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| PrometheusBuilder::new().install_recorder().ok())
        .as_ref()
}

/// Starts counting; before it figures are dropped.
pub fn start() {
    let _ = recorder();
}

/// Requests after which the times that were recorded are summed up. Otherwise they wait, each by itself, until somebody asks for
/// the figures: on a site where nobody does, for ever.
const UPKEEP_AFTER: u64 = 1_024;

pub(super) fn count_request(method: &Method, status: StatusCode, took: Duration) {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let (method, status) = (method_label(method), status.as_u16().to_string());
    metrics::counter!("hearth_http_requests_total", "method" => method, "status" => status).increment(1);
    metrics::histogram!("hearth_http_request_seconds").record(took);
    let is_due = COUNT.fetch_add(1, Ordering::Relaxed).is_multiple_of(UPKEEP_AFTER);
    if let Some(recorder) = recorder().filter(|_| is_due) {
        recorder.run_upkeep();
    }
}

/// One of few: a client may make up methods without end, and every label is kept for ever.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1_024.0)
}
