//! Requests that act by a cookie alone must come from the site's own pages.

use http::HeaderMap;

use crate::app::App;
use crate::error::{Error, Result};
use crate::socket::OriginPolicy;

/// Refuses a request that another site's page may have caused. Browsers say where a request comes from; programs, which have
/// no cookies to steal, need not. The JSON content type that every body needs keeps plain forms out besides.
///
/// Errors: `forbidden`.
pub fn require_own_page(app: &App, headers: &HeaderMap) -> Result<()> {
    let listed = app.config.http.allowed_origins.iter().cloned();
    let own = app.config.site.public_url.clone();
    let policy = OriginPolicy::SameHostAnd(listed.chain(own).collect());
    let site = headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes);
    let is_foreign = site == Some(b"cross-site".as_slice()) && !headers.contains_key(http::header::ORIGIN);
    if is_foreign || !policy.allows(headers) {
        return Err(Error::forbidden("This request must come from the site's own pages."));
    }
    Ok(())
}
