//! Taking a connection over from HTTP.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use hearth_sio::ws::accept_key;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Version, header};
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How a request that asks for a WebSocket was malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpgradeError {
    /// It does not ask for a WebSocket at all.
    #[error("not a WebSocket request")]
    NotWebSocket,
    /// It asks for a version other than 13.
    #[error("unsupported WebSocket version")]
    Version,
    /// Its key is missing or not 16 bytes of base64.
    #[error("bad WebSocket key")]
    Key,
}

impl UpgradeError {
    /// The answer to such a request.
    pub fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_string()));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        if self == Self::Version {
            *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
            response
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_VERSION, http::HeaderValue::from_static("13"));
        }
        response
    }
}

/// Whether a request asks for a WebSocket, well-formed or not.
pub fn is_requested<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET
        && has_token(request.headers(), &header::CONNECTION, "upgrade")
        && has_token(request.headers(), &header::UPGRADE, "websocket")
}

/// Checks a request for a WebSocket; gives the answer and what [`take_over`] needs once the answer is written.
pub fn accept<B>(request: &mut Request<B>) -> Result<(Response, OnUpgrade), UpgradeError> {
    if !is_requested(request) || request.version() != Version::HTTP_11 {
        return Err(UpgradeError::NotWebSocket);
    }
    let headers = request.headers();
    if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != "13")
    {
        return Err(UpgradeError::Version);
    }
    let key = headers
        .get(header::SEC_WEBSOCKET_KEY)
        .ok_or(UpgradeError::Key)?
        .as_bytes();
    if !is_key(key) {
        return Err(UpgradeError::Key);
    }
    let accept = accept_key(key);
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .body(Body::empty())
        .expect("the header values are plain ASCII");
    Ok((response, hyper::upgrade::on(request)))
}

/// Waits until the answer is written; gives the connection and what was read beyond the request.
///
/// `None` when the client has gone, or when the server was not serving plain `TokioIo<TcpStream>`.
pub async fn take_over(upgrade: OnUpgrade) -> Option<(TcpStream, Bytes)> {
    let upgraded = upgrade.await.ok()?;
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(Parts { io, read_buf, .. }) => Some((io.into_inner(), read_buf)),
        Err(_) => {
            tracing::error!("a WebSocket arrived on something other than a TCP stream");
            None
        }
    }
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// Whether this is base64 of 16 bytes.
fn is_key(key: &[u8]) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}
