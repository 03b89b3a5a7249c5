//! Accounts: who somebody is, and proof of it.

pub mod people;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use hearth_protocol::{ErrorCode, SessionId, SiteRole, UnixMs, UserId};

use crate::app::App;
use crate::error::{Error, Result};

pub use people::{
    find_active, find_by_username_key, note_last_seen, parse_role, read_user, require_me, require_user, role_text,
};

/// Somebody who proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user_id: UserId,
    /// By which login session.
    pub session_id: SessionId,
    /// What they may do on the whole site.
    pub role: SiteRole,
}

/// Who a token belongs to, and until when it works.
///
/// Errors: `unauthenticated`.
pub async fn authenticate(_app: &App, _token: &str) -> Result<(Actor, UnixMs)> {
    Err(Error::refused(ErrorCode::Unauthenticated, "Log in first."))
}

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = Error;

    async fn from_request_parts(_parts: &mut Parts, app: &Arc<App>) -> Result<Self> {
        Ok(authenticate(app, "").await?.0)
    }
}
