//! What goes into a session and comes out of it.

use std::time::Duration;

use bytes::Bytes;

use crate::Frame;

/// The parameters of every connection.
#[derive(Clone, Debug)]
pub struct Config {
    /// Time between a pong and the next ping.
    pub ping_interval: Duration,
    /// How long a client may take to answer a ping.
    pub ping_timeout: Duration,
    /// How long a probing WebSocket may take to become the transport.
    pub upgrade_timeout: Duration,
    /// How long a client may take to fetch what was queued before our side ended its connection.
    pub linger: Duration,
    /// The longest payload, in bytes: a message, a POST body, a polling answer of more than one packet.
    pub max_payload: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            linger: Duration::from_secs(1),
            max_payload: 1_000_000,
        }
    }
}

/// Which of a connection's links a packet came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The current transport.
    Current,
    /// A WebSocket that probes beside polling.
    Candidate,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The client said so.
    #[error("client closed")]
    Client,
    /// The transport broke or went away.
    #[error("transport closed")]
    Transport,
    /// A ping stayed unanswered.
    #[error("ping timeout")]
    PingTimeout,
    /// Malformed or out of turn packets.
    #[error("parse error")]
    Parse,
    /// Two GETs or two POSTs at once.
    #[error("overlapping requests")]
    Overlap,
    /// Our side ended it.
    #[error("server closed")]
    Server,
}

/// What the caller must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Queue this for the client.
    Send(Frame),
    /// Write this to the probing WebSocket, past the queue.
    SendCandidate(Frame),
    /// A text message for the layer above.
    Text(Bytes),
    /// A binary message for the layer above.
    Binary(Bytes),
    /// Answer the waiting poll now: with what is queued, else with `Session::filler`. Then
    /// `Session::handle_poll_answered`.
    ReleasePoll,
    /// The probing WebSocket is the transport now; the queue goes there.
    Upgraded,
    /// Close the probing WebSocket; polling goes on.
    DropCandidate,
    /// The connection is over. What is queued may still be delivered; nothing is received any more.
    Closed(CloseReason),
}

/// What a poll was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollAnswer {
    /// Packets that were queued.
    Queued,
    /// `Session::filler`.
    Filler,
}
