//! Accounts: who somebody is, and proof of it.

pub mod people;

use hearth_protocol::{SessionId, SiteRole, UserId};

pub use people::{find_active, find_by_username_key, parse_role, require_me, require_user, role_text};

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
