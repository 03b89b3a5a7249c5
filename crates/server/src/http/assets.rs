//! The client, built into the binary.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use crate::error::Error;

/// `web/dist` as it was when the binary was built; a debug build reads it from disk.
#[derive(Embed)]
#[folder = "../../web/dist"]
struct Dist;

/// `make` names the client that it built, so that another client makes another binary: cargo sees no file that is new.
#[cfg(not(debug_assertions))]
const _: Option<&str> = option_env!("HEARTH_CLIENT");

const NOT_BUILT: &str = "<!doctype html><title>Hearth</title><p>The server runs, but was built without its client. \
    Build both with <code>make build</code>.";

/// A file of the client, or its page for every path that is a place in the client.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("socket.io") {
        return Error::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, Error::method_not_allowed()).into_response();
    }
    match file(path, request.headers()) {
        Some(response) => response,
        // Names with a dot are files; answering with the page would hide that one is missing.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => Error::not_found().into_response(),
        None => page(request.headers()),
    }
}

fn page(headers: &HeaderMap) -> Response {
    file("index.html", headers).unwrap_or_else(|| Html(NOT_BUILT).into_response())
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Dist::get(path)?;
    let etag = etag(&plain);
    if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
        return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let (body, encoding) = smallest(path, plain, headers);
    let mut response = Body::from(match body {
        Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes::Bytes::from(bytes),
    })
    .into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    answer.insert(header::ETAG, etag);
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(path)));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The build leaves compressed twins beside the files that gain by it.
fn smallest(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (Cow<'static, [u8]>, Option<&'static str>) {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(accepted, encoding)
            && let Some(twin) = Dist::get(&format!("{path}{suffix}"))
        {
            return (twin.data, Some(encoding));
        }
    }
    (plain.data, None)
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let (name, quality) = item.split_once(';').unwrap_or((item, ""));
        name.trim() == encoding && quality.trim().replace(' ', "") != "q=0"
    })
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    use base64::Engine as _;
    let hash = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]);
    HeaderValue::from_str(&format!("\"{hash}\"")).expect("base64 is a header value")
}

/// Files under `assets/` have their hash in their name.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_when_it_is_accepted() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.8", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "br"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn only_hashed_files_are_cached_for_ever() {
        assert!(caching("assets/index-B2x9.js").contains("immutable"));
        assert_eq!(caching("index.html"), "no-cache");
    }
}
