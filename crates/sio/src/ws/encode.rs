//! Writing frames.

use super::{Opcode, mask};

/// The longest header a server writes: two bytes and a length of eight; servers do not mask.
pub const MAX_SERVER_HEADER: usize = 10;

/// The header of an unfragmented frame.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    bytes: [u8; 14],
    len: usize,
}

impl Header {
    /// The header a server writes.
    pub fn server(opcode: Opcode, payload_len: usize) -> Self {
        Self::new(opcode, payload_len, None)
    }

    /// The header's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn new(opcode: Opcode, payload_len: usize, mask: Option<[u8; 4]>) -> Self {
        let mut header = Self { bytes: [0; 14], len: 0 };
        header.push(&[0x80 | opcode as u8]);
        let mask_bit = if mask.is_some() { 0x80 } else { 0 };
        if let Ok(short @ 0..=125) = u8::try_from(payload_len) {
            header.push(&[mask_bit | short]);
        } else if let Ok(medium) = u16::try_from(payload_len) {
            header.push(&[mask_bit | 126]);
            header.push(&medium.to_be_bytes());
        } else {
            header.push(&[mask_bit | 127]);
            header.push(&(payload_len as u64).to_be_bytes());
        }
        header.push(&mask.unwrap_or_default()[..if mask.is_some() { 4 } else { 0 }]);
        header
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

/// Appends a masked frame, as clients must send it, to `out`; `mask` should be random for each frame.
pub fn encode_client(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: [u8; 4]) {
    out.extend_from_slice(Header::new(opcode, payload.len(), Some(mask)).as_bytes());
    let start = out.len();
    out.extend_from_slice(payload);
    mask::apply(&mut out[start..], mask, 0);
}
