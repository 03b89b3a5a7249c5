//! Identifiers and numbers. Opaque to clients: nothing may be read from their form.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person or a program with an account; also the id of that user's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, format = "uuid")]
pub struct UserId(pub Uuid);

/// A room; also the id of that room's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, format = "uuid")]
pub struct RoomId(pub Uuid);

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, format = "uuid")]
pub struct MessageId(pub Uuid);

/// One login session: what a log-in made and a log-out ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, format = "uuid")]
pub struct SessionId(pub Uuid);

/// Any stream: the id of its room or of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schema(value_type = String, format = "uuid")]
pub struct StreamId(pub Uuid);

impl From<RoomId> for StreamId {
    fn from(id: RoomId) -> Self {
        Self(id.0)
    }
}

impl From<UserId> for StreamId {
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}

/// The number of an event in its stream: 1, 2, 3 … without a gap; 0 is "before everything". Below 2^53.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "number")]
#[schema(value_type = i64, minimum = 0)]
pub struct Seq(pub i64);

impl Seq {
    /// The seq that follows this one; the greatest one follows itself, because callers may name any number.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A moment: Unix milliseconds, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
#[ts(type = "number")]
#[schema(value_type = i64)]
pub struct UnixMs(pub i64);

/// The sender's idempotency key: 1–64 characters of `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]{1,64}$")]
pub struct ClientMessageId(String);

impl ClientMessageId {
    /// Longest id, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientMessageId {
    type Error = BadClientMessageId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if text.is_empty() || text.len() > Self::MAX_BYTES || !text.bytes().all(allowed) {
            return Err(BadClientMessageId);
        }
        Ok(Self(text))
    }
}

impl From<ClientMessageId> for String {
    fn from(id: ClientMessageId) -> Self {
        id.0
    }
}

/// Not a [`ClientMessageId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("clientMessageId must be 1 to 64 letters, digits, - or _")]
pub struct BadClientMessageId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_message_id_takes_a_uuid_and_refuses_spaces_length_and_nothing() {
        let id = |text: &str| ClientMessageId::try_from(text.to_owned());

        assert!(id("0190b5a2-7c1e-7000-8000-000000000001").is_ok());
        assert_eq!(id(""), Err(BadClientMessageId));
        assert_eq!(id("a b"), Err(BadClientMessageId));
        assert!(id(&"a".repeat(64)).is_ok());
        assert_eq!(id(&"a".repeat(65)), Err(BadClientMessageId));
    }
}
