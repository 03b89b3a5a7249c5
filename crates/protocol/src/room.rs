//! Rooms, memberships and their snapshots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{Me, Message, Presence, RoomId, Seq, UnixMs, UserId, UserRef};

/// What kind of room it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomType {
    /// Named, any number of members.
    Group,
    /// Two people; one room for each pair.
    Direct,
}

/// How a room's content is protected; one-way from `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// The server can read it.
    None,
    /// End to end, MLS.
    Mls1,
}

/// What one may do in a room, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    /// Reads and writes, invites.
    Member,
    /// Also removes members.
    Moderator,
    /// Also renames and gives roles below their own.
    Admin,
    /// Everything.
    Owner,
}

/// A room as all of its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Which room.
    pub id: RoomId,
    /// Group or direct.
    #[serde(rename = "type")]
    pub kind: RoomType,
    /// Its name; empty for direct rooms.
    pub name: String,
    /// One line on what it is for; may be empty.
    pub topic: String,
    /// How its content is protected.
    pub encryption: Encryption,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: UnixMs,
}

/// A user's place in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Who.
    pub user: UserRef,
    /// What they may do there.
    pub role: RoomRole,
    /// Since when.
    pub joined_at: UnixMs,
}

/// A room in somebody's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomSummary {
    /// The room.
    pub room: Room,
    /// Head of its stream.
    pub seq: Seq,
    /// Number of its latest message; 0 without any.
    #[ts(type = "number")]
    pub last_number: i64,
    /// Its latest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_message: Option<Message>,
    /// The asking user's role.
    pub role: RoomRole,
    /// The asking user's read cursor.
    pub read_seq: Seq,
    /// Number of the latest message at the read cursor. Unread = `lastNumber − readNumber`.
    #[ts(type = "number")]
    pub read_number: i64,
    /// The other person of a direct room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub peer: Option<UserRef>,
    /// Whether the other person of a direct room is there: a signal's state as of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub peer_presence: Option<Presence>,
}

/// A room as of `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomSnapshot {
    /// The room.
    pub room: Room,
    /// Everyone in it, by time of joining.
    pub members: Vec<Member>,
    /// The latest messages, at most [`RoomSnapshot::MAX_MESSAGES`], ascending.
    pub messages: Vec<Message>,
    /// The state is as of this event.
    pub seq: Seq,
    /// Number of the latest message.
    #[ts(type = "number")]
    pub last_number: i64,
    /// The asking user's role.
    pub role: RoomRole,
    /// The asking user's read cursor.
    pub read_seq: Seq,
    /// Number of the latest message at the read cursor.
    #[ts(type = "number")]
    pub read_number: i64,
    /// Who is there: a signal's state as of now, not part of the fold.
    #[ts(type = "{ [userId in string]: Presence }")]
    pub presence: BTreeMap<UserId, Presence>,
}

impl RoomSnapshot {
    /// Most messages a snapshot carries.
    pub const MAX_MESSAGES: usize = 50;
}

/// Everything of one user's own as of `userSeq`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserSnapshot {
    /// The state is as of this event of the user's stream.
    pub user_seq: Seq,
    /// The account.
    pub me: Me,
    /// Every room of the user, by id.
    pub rooms: Vec<RoomSummary>,
}
