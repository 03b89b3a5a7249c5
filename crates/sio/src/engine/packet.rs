//! Engine.IO packets.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;

/// How a packet was malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A packet has at least its type.
    #[error("empty packet")]
    Empty,
    /// No packet has this type.
    #[error("unknown packet type {0:#04x}")]
    UnknownType(u8),
    /// Binary over polling is base64, and this was not.
    #[error("invalid base64")]
    BadBase64,
    /// Packets other than `b…` are UTF-8.
    #[error("invalid UTF-8")]
    BadUtf8,
}

/// One packet. Texts are valid UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// `0`: the server's first packet, with the parameters of the connection as JSON.
    Open(Bytes),
    /// `1`: the end of the connection.
    Close,
    /// `2`: the server asks whether the client lives; `probe` when a client tries a WebSocket.
    Ping(Bytes),
    /// `3`: the answer to a ping.
    Pong(Bytes),
    /// `4`: a text message.
    Text(Bytes),
    /// A binary message: a binary frame, or `b` and base64 over polling.
    Binary(Bytes),
    /// `5`: the client moves to the WebSocket it probed.
    Upgrade,
    /// `6`: nothing; it ends a waiting poll.
    Noop,
}

impl Packet {
    /// Reads a packet in text form; the caller vouches that `text` is UTF-8.
    pub fn decode_text(text: &Bytes) -> Result<Self, Error> {
        let kind = *text.first().ok_or(Error::Empty)?;
        let rest = text.slice(1..);
        Ok(match kind {
            b'0' => Self::Open(rest),
            b'1' => Self::Close,
            b'2' => Self::Ping(rest),
            b'3' => Self::Pong(rest),
            b'4' => Self::Text(rest),
            b'5' => Self::Upgrade,
            b'6' => Self::Noop,
            unknown => return Err(Error::UnknownType(unknown)),
        })
    }

    /// Reads one packet of a polling payload, where binary is base64.
    pub fn decode_polling(packet: &Bytes) -> Result<Self, Error> {
        if packet.first() == Some(&b'b') {
            let message = STANDARD.decode(&packet[1..]).map_err(|_| Error::BadBase64)?;
            return Ok(Self::Binary(message.into()));
        }
        simdutf8::basic::from_utf8(packet).map_err(|_| Error::BadUtf8)?;
        Self::decode_text(packet)
    }

    /// Appends the packet in the form that polling carries.
    pub fn encode_polling(&self, out: &mut Vec<u8>) {
        let (kind, data): (u8, &[u8]) = match self {
            Self::Open(data) => (b'0', data),
            Self::Close => (b'1', b""),
            Self::Ping(data) => (b'2', data),
            Self::Pong(data) => (b'3', data),
            Self::Text(data) => (b'4', data),
            Self::Binary(data) => return encode_binary(data, out),
            Self::Upgrade => (b'5', b""),
            Self::Noop => (b'6', b""),
        };
        out.push(kind);
        out.extend_from_slice(data);
    }
}

/// Appends a binary message as `b` and base64.
pub(super) fn encode_binary(message: &[u8], out: &mut Vec<u8>) {
    out.push(b'b');
    let start = out.len();
    out.resize(
        start + base64::encoded_len(message.len(), true).expect("a message is far below the address space"),
        0,
    );
    STANDARD
        .encode_slice(message, &mut out[start..])
        .expect("the room was made to measure");
}
