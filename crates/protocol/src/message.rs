//! Messages, as rooms see them and as their sender hears of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{ClientMessageId, MessageId, RoomId, Seq, UnixMs, UserRef};

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageType {
    /// Markdown source in `content`.
    Text,
}

/// A message: the payload of `receive_message` and an item of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Which message.
    pub id: MessageId,
    /// Its place in the room's stream.
    pub seq: Seq,
    /// Which message of the room it is: 1, 2, 3 …
    #[ts(type = "number")]
    pub number: i64,
    /// Where it was sent.
    pub room_id: RoomId,
    /// Markdown source, NFC, without control characters.
    pub content: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// Who sent it, as they are called now.
    pub sender: UserRef,
    /// When the server took it.
    pub timestamp: UnixMs,
    /// The sender's idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_message_id: Option<ClientMessageId>,
}

/// `message_saved` and the ack of `send_message`: it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MessageSaved {
    /// As given; absent when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_message_id: Option<ClientMessageId>,
    /// The message's id.
    pub id: MessageId,
    /// Its place in the room's stream.
    pub seq: Seq,
    /// Which message of the room it is.
    #[ts(type = "number")]
    pub number: i64,
    /// Where it was sent.
    pub room_id: RoomId,
    /// When the server took it.
    pub timestamp: UnixMs,
}

impl From<&Message> for MessageSaved {
    fn from(message: &Message) -> Self {
        Self {
            client_message_id: message.client_message_id.clone(),
            id: message.id,
            seq: message.seq,
            number: message.number,
            room_id: message.room_id,
            timestamp: message.timestamp,
        }
    }
}
