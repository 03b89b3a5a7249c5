//! People: who they are to others, to themselves, and where they are logged in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{SessionId, UnixMs, UserId};

/// What anyone who shares the site may know of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRef {
    /// Which user.
    pub id: UserId,
    /// The unique handle, without `@`.
    pub username: String,
    /// The name to show; the username when none was chosen.
    pub display_name: String,
    /// URL of the picture.
    pub avatar: Option<String>,
}

/// What one may do on the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteRole {
    /// A regular user.
    Member,
    /// Keeps order.
    Moderator,
    /// Runs the site.
    Admin,
    /// Claimed the site with the setup token; exactly one.
    Owner,
}

/// A user as that user sees the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Which user.
    pub id: UserId,
    /// The unique handle, without `@`.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// URL of the picture.
    pub avatar: Option<String>,
    /// The address for notices and log-in; not verified.
    pub email: String,
    /// What one may do on the whole site.
    pub role: SiteRole,
    /// When the account was made.
    pub created_at: UnixMs,
}

/// Whether somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// At least one device is connected.
    pub online: bool,
    /// When the last device went; absent while online or when never seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_seen: Option<UnixMs>,
}

/// One place where the user is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginSession {
    /// Which one.
    pub id: SessionId,
    /// Browser and system in words, from the user agent, e.g. "Firefox on Linux".
    pub device: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// When its tokens were last refreshed.
    pub last_used_at: UnixMs,
    /// Whether the request that asked belongs to it.
    pub current: bool,
}
