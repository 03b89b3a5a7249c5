//! What can go wrong.

use hearth_protocol::Refusal;

use crate::Broken;

/// Why something did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an address of a server, such as `http://localhost:3000`.
    #[error("{0:?} is not an http address of a server")]
    BadAddress(String),
    /// The network.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The other side does not speak HTTP, or stopped in the middle.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// An answer that docs/protocol.md does not know.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// The server broke the protocol of the connection.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The server refused the connection: `Authentication error` for a token that is missing, bad or expired.
    #[error("{message}")]
    ConnectRefused {
        /// The reason, for people.
        message: String,
    },
    /// The server understood and refused.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// No answer in time. What was asked may have happened.
    #[error("no answer in time")]
    TimedOut,
    /// The connection, or the client, has ended. What was asked may have happened.
    #[error("the connection has ended")]
    Closed,
    /// Too many messages wait to be sent.
    #[error("too many messages wait to be sent")]
    OutboxFull,
}

impl Error {
    /// The refusal, when the server gave one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}
