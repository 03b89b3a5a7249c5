//! What a refused command or request is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ClientMessageId;

/// Why something was refused. The set is closed; docs/protocol.md §7 tells each one's meaning and HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Malformed, out of range or too long.
    Invalid,
    /// No token, a bad or an expired one; a wrong login or password.
    Unauthenticated,
    /// May know of it, but may not do it.
    Forbidden,
    /// Not there, or not for this caller: the two are never told apart.
    NotFound,
    /// Would break a rule of the product.
    Conflict,
    /// More bytes than allowed.
    TooLarge,
    /// Too often; carries `retryAfterMs`.
    RateLimited,
    /// Starting, stopping or overloaded.
    Unavailable,
    /// Our fault; details are in the log only.
    Internal,
}

impl ErrorCode {
    /// Whether the same thing may succeed later without being changed.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Internal)
    }
}

/// A refusal, as an ack's `error` and as the base of a REST problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The reason, for programs.
    pub code: ErrorCode,
    /// The reason, for people: a whole sentence.
    pub message: String,
    /// Whether the same command may succeed later.
    pub temporary: bool,
    /// Shortest wait before a retry, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub retry_after_ms: Option<u64>,
    /// What is wrong with which field of the request, by the field's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub fields: BTreeMap<String, String>,
}

/// The ack of a refused command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedAck {
    /// Why.
    pub error: Refusal,
}

/// `error`: a refusal of a command that asked for no ack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEvent {
    /// The name of the refused command.
    pub command: String,
    /// Why.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// Of a refused `send_message` that had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_message_id: Option<ClientMessageId>,
}

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GoodbyeCode {
    /// The server stops or restarts.
    ShuttingDown,
    /// Too much waited for this connection; reconnect and `sync`.
    SlowConsumer,
    /// The access token ran out.
    TokenExpired,
    /// The login session ended: log-out, revocation, password change, a reused refresh token.
    SessionEnded,
    /// The account was banned.
    Banned,
}

impl GoodbyeCode {
    /// Whether the client should come back by itself.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::SlowConsumer)
    }
}

/// `goodbye`: the last event of a connection that the server ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Goodbye {
    /// The reason, for programs.
    pub code: GoodbyeCode,
    /// The reason, for people.
    pub message: String,
    /// Whether the client should come back by itself.
    pub temporary: bool,
    /// How long to wait before coming back, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub reconnect_after_ms: Option<u64>,
}
