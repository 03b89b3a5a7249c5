//! Refusals as RFC 9457 problem bodies.

use axum::Json;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hearth_protocol::rest::Problem;
use hearth_protocol::{ErrorCode, Refusal};

use crate::error::Error;

impl IntoResponse for Error {
    /// Only the status and, as an extension, the [`Refusal`]: [`render`] makes the body where the request id is known.
    fn into_response(self) -> Response {
        let refusal = self.into_refusal();
        let mut response = status(&refusal).into_response();
        response.extensions_mut().insert(refusal);
        response
    }
}

/// The HTTP status of a refusal.
#[must_use]
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal.code {
        ErrorCode::Invalid if refusal.fields.is_empty() => StatusCode::BAD_REQUEST,
        ErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives a refused response its problem body. Other responses pass unchanged.
#[must_use]
pub fn render(mut response: Response, request_id: &str) -> Response {
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
        return response;
    };
    let status = response.status();
    let retry_after_ms = refusal.retry_after_ms;
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: refusal.message,
        code: refusal.code,
        fields: refusal.fields,
        retry_after_ms,
        request_id: request_id.to_owned(),
    };
    let mut rendered = (status, Json(problem)).into_response();
    let headers = rendered.headers_mut();
    headers.extend(
        response
            .headers()
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.remove(CONTENT_LENGTH);
    if let Some(wait_ms) = retry_after_ms {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait_ms.div_ceil(1_000)));
    }
    rendered
}
