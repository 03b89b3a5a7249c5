//! Close frames' payload.

use super::decode::Error;

/// Why one side ends the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// A code that may appear on the wire: 1000–1003, 1007–1014 or 3000–4999.
    pub code: u16,
    /// Text for people, at most 123 bytes.
    pub reason: String,
}

impl Close {
    /// A normal end.
    pub const NORMAL: u16 = 1000;
    /// The server goes away.
    pub const GOING_AWAY: u16 = 1001;
    /// The other side broke the protocol.
    pub const PROTOCOL_ERROR: u16 = 1002;
    /// A text message was not UTF-8.
    pub const INVALID_DATA: u16 = 1007;
    /// A message breaks a rule of the application.
    pub const POLICY: u16 = 1008;
    /// A message was longer than allowed.
    pub const TOO_BIG: u16 = 1009;

    /// A close with this code and no text.
    pub fn new(code: u16) -> Self {
        Self {
            code,
            reason: String::new(),
        }
    }

    /// The payload of the close frame; a reason beyond 123 bytes is cut at a character.
    pub fn encode(&self) -> Vec<u8> {
        let mut end = self.reason.len().min(123);
        while !self.reason.is_char_boundary(end) {
            end -= 1;
        }
        let mut payload = self.code.to_be_bytes().to_vec();
        payload.extend_from_slice(&self.reason.as_bytes()[..end]);
        payload
    }

    /// Reads a close frame's payload; an empty one carries no code.
    pub(super) fn decode(payload: &[u8]) -> Result<Option<Self>, Error> {
        let (code, reason) = match payload {
            [] => return Ok(None),
            [_] => return Err(Error::ShortClose),
            [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
        };
        if !is_sendable(code) {
            return Err(Error::BadCloseCode(code));
        }
        let reason = simdutf8::basic::from_utf8(reason).map_err(|_| Error::BadUtf8)?;
        Ok(Some(Self {
            code,
            reason: reason.to_owned(),
        }))
    }
}

/// Whether a peer may send this code: 1004–1006 and 1015 only describe what happened locally.
fn is_sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
