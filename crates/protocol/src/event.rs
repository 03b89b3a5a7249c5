//! Durable events of streams, and signals, which are not stored.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Me, Member, Message, Room, RoomId, RoomSummary, Seq, UnixMs, UserId, UserRef};

/// A durable change of a room, with that room's next seq.
///
/// On the wire its name is the Socket.IO event and its payload the first argument; in `sync` it is `{event, data}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum RoomEvent {
    /// The room exists. Always seq 1.
    RoomCreated(RoomChanged),
    /// Somebody became a member.
    MemberJoined(MemberChanged),
    /// A member's role changed.
    MemberUpdated(MemberChanged),
    /// Somebody is no longer a member.
    MemberLeft(MemberLeft),
    /// Name or topic changed.
    RoomUpdated(RoomChanged),
    /// A message was sent.
    ReceiveMessage(Message),
}

impl RoomEvent {
    /// Its place in the room's stream.
    #[must_use]
    pub fn seq(&self) -> Seq {
        match self {
            Self::RoomCreated(change) | Self::RoomUpdated(change) => change.seq,
            Self::MemberJoined(change) | Self::MemberUpdated(change) => change.seq,
            Self::MemberLeft(left) => left.seq,
            Self::ReceiveMessage(message) => message.seq,
        }
    }
}

/// Payload of `room_created` and `room_updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RoomChanged {
    /// Which room.
    pub room_id: RoomId,
    /// Place in the room's stream.
    pub seq: Seq,
    /// When.
    pub timestamp: UnixMs,
    /// The whole room after the change.
    pub room: Room,
    /// Who did it.
    pub by: UserId,
}

/// Payload of `member_joined` and `member_updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberChanged {
    /// Which room.
    pub room_id: RoomId,
    /// Place in the room's stream.
    pub seq: Seq,
    /// When.
    pub timestamp: UnixMs,
    /// The member after the change.
    pub member: Member,
    /// Who did it, when somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub by: Option<UserId>,
}

/// Payload of `member_left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberLeft {
    /// Which room.
    pub room_id: RoomId,
    /// Place in the room's stream.
    pub seq: Seq,
    /// When.
    pub timestamp: UnixMs,
    /// Who is no longer a member.
    pub user_id: UserId,
    /// Who removed them, when somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub by: Option<UserId>,
}

/// A durable change that belongs to one user across devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "an event is made once and encoded at once")]
pub enum UserEvent {
    /// The user is now in this room.
    RoomAdded(RoomAdded),
    /// The user is no longer in this room.
    RoomRemoved(RoomRemoved),
    /// The user has read up to here.
    ReadCursorMoved(ReadCursorMoved),
    /// The account changed.
    ProfileUpdated(ProfileUpdated),
}

impl UserEvent {
    /// Its place in the user's stream.
    #[must_use]
    pub fn seq(&self) -> Seq {
        match self {
            Self::RoomAdded(added) => added.user_seq,
            Self::RoomRemoved(removed) => removed.user_seq,
            Self::ReadCursorMoved(moved) => moved.user_seq,
            Self::ProfileUpdated(updated) => updated.user_seq,
        }
    }
}

/// Payload of `room_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RoomAdded {
    /// Place in the user's stream.
    pub user_seq: Seq,
    /// The room as it was then.
    pub room: RoomSummary,
}

/// Payload of `room_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RoomRemoved {
    /// Place in the user's stream.
    pub user_seq: Seq,
    /// Which room.
    pub room_id: RoomId,
}

/// Payload of `read_cursor_moved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReadCursorMoved {
    /// Place in the user's stream.
    pub user_seq: Seq,
    /// In which room.
    pub room_id: RoomId,
    /// Everything up to this event is read.
    pub read_seq: Seq,
    /// Number of the latest message up to there.
    #[ts(type = "number")]
    pub read_number: i64,
}

/// Payload of `profile_updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProfileUpdated {
    /// Place in the user's stream.
    pub user_seq: Seq,
    /// The account after the change.
    pub me: Me,
}

/// Something momentary: told to those who are there, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Signal {
    /// Somebody began to type.
    #[serde(rename_all = "camelCase")]
    UserTyping {
        /// Where.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
        /// Their handle, for clients that keep no list of members.
        username: String,
    },
    /// Somebody stopped typing.
    #[serde(rename_all = "camelCase")]
    UserStopTyping {
        /// Where.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
    },
    /// The first device of somebody came.
    #[serde(rename_all = "camelCase")]
    UserConnected {
        /// Who.
        user_id: UserId,
    },
    /// The last device of somebody went.
    #[serde(rename_all = "camelCase")]
    UserDisconnected {
        /// Who.
        user_id: UserId,
        /// When.
        last_seen: UnixMs,
    },
    /// Somebody's name or picture changed.
    UserUpdated {
        /// The user after the change.
        user: UserRef,
    },
}
