//! Commands: what a client asks over a connection, and what it is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{ClientMessageId, RoomEvent, RoomId, RoomSummary, Seq, StreamId, UnixMs, UserEvent, UserSnapshot};

/// The payload of `join_room`, `typing` and `stop_typing`: `"ID"` or `{roomId: "ID"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum RoomTarget {
    /// The bare id.
    Id(RoomId),
    /// An object with the id.
    #[serde(rename_all = "camelCase")]
    Object {
        /// Which room.
        room_id: RoomId,
    },
}

impl RoomTarget {
    /// Which room is meant.
    #[must_use]
    pub fn room_id(self) -> RoomId {
        match self {
            Self::Id(room_id) | Self::Object { room_id } => room_id,
        }
    }
}

/// `send_message`. Fields that claim a sender are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    /// Where to.
    pub room_id: RoomId,
    /// Markdown source, 1–20,000 characters.
    pub content: String,
    /// What it holds; text when absent.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<crate::MessageType>,
    /// The sender's idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_message_id: Option<ClientMessageId>,
}

/// `mark_read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MarkRead {
    /// In which room.
    pub room_id: RoomId,
    /// Everything up to this event is read.
    pub seq: Seq,
}

/// The ack of `mark_read`: where the cursor is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadCursor {
    /// Everything up to this event is read.
    pub read_seq: Seq,
    /// Number of the latest message up to there.
    #[ts(type = "number")]
    pub read_number: i64,
}

/// `refresh_token`: goes on with this connection under a newer token of the same login session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RefreshToken {
    /// The newer access token.
    pub access_token: String,
}

/// The ack of `refresh_token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenRefreshed {
    /// When the connection will end unless refreshed again.
    pub expires_at: UnixMs,
}

/// `sync`: the last seq folded of each stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sync {
    /// At most [`Sync::MAX_CURSORS`].
    #[ts(type = "{ [streamId in string]: number }")]
    pub cursors: BTreeMap<StreamId, Seq>,
}

impl Sync {
    /// Most streams one call may name.
    pub const MAX_CURSORS: usize = 2_000;
    /// Most events of one stream in one answer.
    pub const MAX_EVENTS_PER_STREAM: usize = 200;
    /// Most events in one answer.
    pub const MAX_EVENTS: usize = 500;
    /// From how many missing events on a fresh snapshot is the cheaper way.
    pub const RESET_AFTER: i64 = 1_000;
}

/// The ack of `sync`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SyncResult {
    /// Given when the user's own stream had no cursor or needs a reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user: Option<UserSnapshot>,
    /// What is missing, by stream; streams without anything new are left out.
    #[ts(type = "{ [streamId in string]: StreamPage }")]
    pub streams: BTreeMap<StreamId, StreamPage>,
}

/// What is missing of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StreamPage {
    /// The events after the cursor, in order.
    pub events: Vec<StreamEvent>,
    /// Head of the stream.
    pub head: Seq,
    /// There are further events: ask again with the new cursor.
    pub more: bool,
    /// Take a fresh snapshot instead; `events` is empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub reset: bool,
    /// Not the caller's stream (any more): forget it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub gone: bool,
    /// With `reset` of a room: how it stands in the list now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub summary: Option<Box<RoomSummary>>,
}

/// An event of either kind of stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "an event is made once and encoded at once")]
pub enum StreamEvent {
    /// Of a room.
    Room(RoomEvent),
    /// Of a user.
    User(UserEvent),
}
