//! The actor of a request, from its bearer token; and its visitor, from the rest of it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{Actor, authenticate, sessions};
use crate::app::App;
use crate::error::Error;
use crate::visitor::Visitor;

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let token = bearer_token(parts).ok_or_else(sessions::unauthenticated)?;
        let (actor, _) = authenticate(app, token).await?;
        Ok(actor)
    }
}

impl OptionalFromRequestParts<Arc<App>> for Actor {
    type Rejection = Error;

    /// Nobody without a token. A token that does not work is refused all the same.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Self>, Error> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Arc<App>>>::from_request_parts(parts, app)
            .await
            .map(Some)
    }
}

/// The token, when there is exactly one `Authorization: Bearer` header.
fn bearer_token(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_only = values.next().is_none();
    (is_only && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ConnectInfo(peer) = peer.ok_or_else(|| anyhow::anyhow!("a request without the address of its peer"))?;
        Ok(Self::read(&app.config, *peer, &parts.headers))
    }
}
