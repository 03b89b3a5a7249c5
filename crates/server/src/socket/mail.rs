//! What the HTTP side hands to a connection's task.

use bytes::Bytes;
use hearth_sio::engine::Refusal;
use tokio::sync::oneshot;

use super::websocket::WebSocket;

/// An input for the connection's task.
pub(super) enum Mail {
    /// A GET that waits for packets.
    Poll(oneshot::Sender<PollAnswer>),
    /// The body of a POST.
    Post(Bytes, oneshot::Sender<PostAnswer>),
    /// A POST began while another was being read.
    PostOverlap,
    /// A WebSocket that wants to become the transport.
    WebSocket(Box<WebSocket>),
}

/// The answer to a GET: a payload.
pub(super) type PollAnswer = Result<Vec<u8>, Refusal>;

/// The answer to a POST.
pub(super) type PostAnswer = Result<(), Refusal>;
