//! WebSocket frames (RFC 6455), for servers and clients, without extensions.
//!
//! [`Decoder`] turns bytes into [`Item`]s; [`Header`] and [`encode_client`] write frames. Answering pings and closes
//! is up to the caller, because only it knows its queue. There is no permessage-deflate: it costs more memory for
//! each connection than everything else together.

mod close;
mod decode;
mod encode;
mod handshake;
mod mask;

pub use close::Close;
pub use decode::{Decoder, Error, Item, Role};
pub use encode::{Header, MAX_SERVER_HEADER, encode_client};
pub use handshake::accept_key;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A further part of a fragmented message.
    Continuation = 0x0,
    /// UTF-8 text.
    Text = 0x1,
    /// Bytes.
    Binary = 0x2,
    /// Ends the connection.
    Close = 0x8,
    /// Asks for a pong.
    Ping = 0x9,
    /// Answers a ping.
    Pong = 0xA,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    fn is_control(self) -> bool {
        self as u8 & 0x8 != 0
    }
}
