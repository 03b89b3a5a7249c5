//! Packets as plain texts, for who counts many of them and looks into few.

use bytes::Bytes;
use hearth_sio::ws::{self, Item, Opcode};

use crate::{Broken, Error};

/// The reading side of an opened connection, below packets: heartbeats are the caller's to answer.
#[derive(Debug)]
pub struct Frames {
    decoder: ws::Decoder,
}

impl Frames {
    pub(crate) fn new(decoder: ws::Decoder) -> Self {
        Self { decoder }
    }

    /// Reads up to the next text and moves `input` past it; `None` asks for more input.
    ///
    /// Errors: [`Error::Closed`]; the server broke the protocol.
    pub fn next_text(&mut self, input: &mut &[u8]) -> Result<Option<Bytes>, Error> {
        while let Some(item) = self.decoder.decode(input).map_err(Broken::from)? {
            match item {
                Item::Text(text) => return Ok(Some(text)),
                Item::Close(_) => return Err(Error::Closed),
                Item::Binary(_) | Item::Ping(_) | Item::Pong(_) => {}
            }
        }
        Ok(None)
    }

    /// A text as a frame to write. Its mask is zero, which is a mask: this is for programs, which no proxy takes for pages.
    #[must_use]
    pub fn text(packet: &str) -> Vec<u8> {
        let mut frame = Vec::with_capacity(packet.len() + 14);
        ws::encode_client(&mut frame, Opcode::Text, packet.as_bytes(), [0; 4]);
        frame
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use hearth_sio::Frame;
    use hearth_sio::ws::Role;

    use super::*;

    #[test]
    fn texts_come_one_after_another_and_a_close_is_the_end() {
        let mut frames = Frames::new(ws::Decoder::new(Role::Client, 100));
        let bytes = [
            Frame::text("2"),
            Frame::binary(b"x"),
            Frame::text("40"),
            Frame::ws_close(None),
        ];
        let bytes: Vec<u8> = bytes.iter().flat_map(|frame| frame.ws_bytes().to_vec()).collect();
        let mut input = bytes.as_slice();

        assert_eq!(frames.next_text(&mut input).unwrap().unwrap(), "2");
        assert_eq!(frames.next_text(&mut input).unwrap().unwrap(), "40");
        assert!(matches!(frames.next_text(&mut input), Err(Error::Closed)));
    }

    #[test]
    fn a_server_reads_a_written_text() {
        let frame = Frames::text("3");
        let read = ws::Decoder::new(Role::Server, 100).decode(&mut frame.as_slice());

        assert_eq!(read, Ok(Some(Item::Text("3".into()))));
    }
}
