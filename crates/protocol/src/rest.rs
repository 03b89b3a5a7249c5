//! Bodies of the REST API that are not already types of the socket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{ErrorCode, Me, Message, Room, RoomRole, RoomSummary, RoomType, Seq, SiteRole, UnixMs, UserId};

/// A problem body. Source: RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always `about:blank`: `code` tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for people: a whole sentence.
    pub detail: String,
    /// What happened, for programs.
    pub code: ErrorCode,
    /// What is wrong with which field of the request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub fields: BTreeMap<String, String>,
    /// Shortest wait before a retry, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub retry_after_ms: Option<u64>,
    /// To find it in the log.
    pub request_id: String,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signup {
    /// Anyone.
    Open,
    /// Whoever has an invite link.
    Invite,
    /// Nobody.
    Closed,
}

/// What anyone may know of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Who may make an account.
    pub signup: Signup,
    /// Nobody has claimed it yet.
    pub setup_required: bool,
}

/// `PATCH /site`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateSite {
    /// 1–60 characters.
    #[ts(optional)]
    pub name: Option<String>,
    /// Who may make an account.
    #[ts(optional)]
    pub signup: Option<Signup>,
}

/// `POST /setup`: claims the site with the token of the first start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// From the printed link.
    pub token: String,
    /// As in [`Register`].
    pub username: String,
    /// As in [`Register`].
    pub email: String,
    /// As in [`Register`].
    pub password: String,
    /// What to call the site.
    #[ts(optional)]
    pub site_name: Option<String>,
    /// Who may make an account; closed when absent.
    #[ts(optional)]
    pub signup: Option<Signup>,
}

/// `POST /auth/register`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// 2–32 letters, digits, `_`, `.` or `-`; unique without regard to case.
    pub username: String,
    /// An address.
    pub email: String,
    /// 8–256 characters, not one of the common ones.
    pub password: String,
    /// 1–64 characters; the username when absent.
    #[serde(default)]
    #[ts(optional)]
    pub display_name: Option<String>,
    /// Code of an invite link: opens the door when sign-up is by invite, and joins its room.
    #[serde(default)]
    #[ts(optional)]
    pub invite: Option<String>,
}

/// `POST /auth/login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// Username or e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
}

/// `POST /auth/refresh` and `POST /auth/logout` of programs; browsers use the cookie.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefreshRequest {
    /// The refresh token.
    #[serde(default)]
    #[ts(optional)]
    pub refresh_token: Option<String>,
}

/// Tokens of a login session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// JWT for `Authorization: Bearer` and the socket's `auth.token`.
    pub access_token: String,
    /// For the next refresh; works once.
    pub refresh_token: String,
    /// Seconds until the access token expires.
    #[ts(type = "number")]
    pub expires_in: u64,
    /// Who logged in.
    pub user: Me,
}

/// `PATCH /users/me`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateMe {
    /// As in [`Register`].
    #[ts(optional)]
    pub username: Option<String>,
    /// As in [`Register`].
    #[ts(optional)]
    pub display_name: Option<String>,
    /// As in [`Register`].
    #[ts(optional)]
    pub email: Option<String>,
}

/// `POST /users/me/password`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    /// The one so far.
    pub current_password: String,
    /// As in [`Register`].
    pub new_password: String,
}

/// `PUT /users/{id}/role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetSiteRole {
    /// Not `owner`.
    pub role: SiteRole,
}

/// `POST /rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRoom {
    /// Group or direct.
    #[serde(rename = "type")]
    pub kind: RoomType,
    /// 1–80 characters; groups need one, direct rooms have none.
    #[serde(default)]
    #[ts(optional)]
    pub name: Option<String>,
    /// At most 250 characters.
    #[serde(default)]
    #[ts(optional)]
    pub topic: Option<String>,
    /// Ids or usernames of the others; exactly one for a direct room, at most 100.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub members: Vec<String>,
}

/// A room's own fields beside its summary: the answer of routes about one room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomDetails {
    /// `id`, `type`, `name` …, at the top level.
    #[serde(flatten)]
    pub fields: Room,
    /// The same room in the asking user's list.
    #[serde(flatten)]
    pub summary: RoomSummary,
}

impl From<RoomSummary> for RoomDetails {
    fn from(summary: RoomSummary) -> Self {
        Self {
            fields: summary.room.clone(),
            summary,
        }
    }
}

/// `PATCH /rooms/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRoom {
    /// As in [`CreateRoom`].
    #[ts(optional)]
    pub name: Option<String>,
    /// As in [`CreateRoom`].
    #[ts(optional)]
    pub topic: Option<String>,
}

/// `POST /rooms/{id}/members`: one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddMember {
    /// Whom, by id.
    #[serde(default)]
    #[ts(optional)]
    pub user_id: Option<UserId>,
    /// Whom, by username.
    #[serde(default)]
    #[ts(optional)]
    pub username: Option<String>,
}

/// `PUT /rooms/{id}/members/{userId}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetRoomRole {
    /// At most the caller's own; giving `owner` away makes the caller an admin.
    pub role: RoomRole,
}

/// `POST /rooms/{id}/invites`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateInvite {
    /// 1–1,000; once when absent.
    #[serde(default)]
    #[ts(optional)]
    pub max_uses: Option<u32>,
    /// 60–2,592,000; one hour when absent.
    #[serde(default)]
    #[ts(optional)]
    pub expires_in_seconds: Option<u32>,
}

/// A new invite link. Its code is told only once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// The secret.
    pub code: String,
    /// The link for people.
    pub url: String,
    /// Until when it works.
    pub expires_at: UnixMs,
    /// How often it works.
    pub max_uses: u32,
}

/// What the holder of an invite link may know before accepting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitePreview {
    /// The room's name.
    pub room_name: String,
    /// Display name of who made the link.
    pub invited_by: String,
    /// How many are in the room.
    pub member_count: u32,
}

/// `POST /rooms/{id}/messages`; the same idempotency as `send_message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostMessage {
    /// Markdown source, 1–20,000 characters.
    pub content: String,
    /// What it holds; text when absent.
    #[serde(default, rename = "type")]
    #[ts(optional)]
    pub kind: Option<crate::MessageType>,
    /// The sender's idempotency key.
    #[serde(default)]
    #[ts(optional)]
    pub client_message_id: Option<crate::ClientMessageId>,
}

/// `POST /rooms/{id}/read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadUpTo {
    /// Everything up to this event is read.
    pub seq: Seq,
}

/// A page of history, ascending by seq.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<Message>,
    /// There are older ones.
    pub has_before: bool,
    /// There are newer ones.
    pub has_after: bool,
}

/// A page of anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Pass as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next_cursor: Option<String>,
}
