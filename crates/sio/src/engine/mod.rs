//! Engine.IO, protocol revision 4: one connection over long-polling, WebSocket, or the first and then the second.
//!
//! [`Packet`] and [`decode_payload`] are the codecs, [`Session`] the server's side of one connection and [`Refusal`]
//! the answers to requests that belong to no connection. Bytes of HTTP and the queue of what waits for the client
//! belong to the caller.

mod packet;
mod parts;
mod payload;
mod refusal;
mod session;

pub use packet::{Error, Packet};
pub use parts::{CloseReason, Config, Lane, Output, PollAnswer};
pub use payload::{MAX_POLL_PACKETS, Payload, decode_payload, encode_payload};
pub use refusal::Refusal;
pub use session::Session;

/// The two ways that bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP requests: a GET waits for packets, a POST brings some.
    Polling,
    /// One WebSocket.
    WebSocket,
}

impl Transport {
    /// Reads the `transport` parameter of a request.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "polling" => Some(Self::Polling),
            "websocket" => Some(Self::WebSocket),
            _ => None,
        }
    }
}
