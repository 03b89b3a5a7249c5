//! `RateLimit-*` headers, from what was noted while a request was answered.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::limits::noted;

/// Answers a request and writes where its limits stand on the response.
pub async fn with_headers(request: impl Future<Output = Response>) -> Response {
    let (mut response, limit) = noted::collect(request).await;
    if let Some(limit) = limit {
        let reset = u64::try_from(limit.reset.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("ratelimit-limit"), limit.limit.into());
        headers.insert(HeaderName::from_static("ratelimit-remaining"), limit.remaining.into());
        headers.insert(HeaderName::from_static("ratelimit-reset"), HeaderValue::from(reset));
    }
    response
}
