//! Encoded frames that many connections share.

use std::io;

use bytes::{Buf, Bytes};

use crate::ws;

/// What a [`Frame`] holds, and so how each transport carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// An Engine.IO packet in text form: a WebSocket text frame, or one packet of a polling answer as it is.
    Text,
    /// A binary Engine.IO message: a WebSocket binary frame, or base64 after `b` in a polling answer.
    Binary,
    /// A WebSocket control frame. Polling has nothing like it and leaves it out.
    Control,
}

/// One Engine.IO packet, encoded once as an unmasked WebSocket frame and shared by everyone who gets it.
///
/// The packet is a sub-slice of the frame, so that a polling receiver is served from the same allocation.
/// Cloning counts a reference and copies nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: Bytes,
    header_len: u8,
    kind: FrameKind,
}

impl Frame {
    /// Encodes an Engine.IO packet that is already in text form, such as `2` or `42["hello"]`.
    pub fn text(packet: &str) -> Self {
        Self::encode(ws::Opcode::Text, FrameKind::Text, packet.as_bytes())
    }

    /// Encodes a binary Engine.IO message.
    pub fn binary(message: &[u8]) -> Self {
        Self::encode(ws::Opcode::Binary, FrameKind::Binary, message)
    }

    /// Encodes a text Engine.IO message: the packet is `4` and then `message`.
    pub fn message(message: &str) -> Self {
        let mut builder = FrameBuilder::message(message.len());
        builder.push_str(message);
        builder.finish()
    }

    /// Encodes a WebSocket pong that answers a ping of the WebSocket layer.
    pub fn ws_pong(payload: &[u8]) -> Self {
        Self::encode(ws::Opcode::Pong, FrameKind::Control, payload)
    }

    /// Encodes a WebSocket close frame; `None` sends one without a code.
    pub fn ws_close(close: Option<&ws::Close>) -> Self {
        let payload = close.map(ws::Close::encode).unwrap_or_default();
        Self::encode(ws::Opcode::Close, FrameKind::Control, &payload)
    }

    /// Encodes `args`, comma separated JSON texts (`""` for none), as the event `name` of the main namespace.
    pub fn event(name: &str, args: &str) -> Self {
        crate::socket::event_frame("/", name, args)
    }

    /// The whole WebSocket frame.
    pub fn ws_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The Engine.IO packet alone.
    pub fn packet(&self) -> &[u8] {
        self.bytes.get(usize::from(self.header_len)..).unwrap_or_default()
    }

    /// What the frame holds.
    pub fn kind(&self) -> FrameKind {
        self.kind
    }

    /// Bytes that this frame occupies while it waits in a queue.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never true: a frame has at least its WebSocket header.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn encode(opcode: ws::Opcode, kind: FrameKind, payload: &[u8]) -> Self {
        let mut builder = FrameBuilder::with_capacity(payload.len());
        builder.buffer.extend_from_slice(payload);
        builder.finish_as(opcode, kind)
    }
}

/// Writes one text packet straight into the buffer that will be sent.
///
/// It is an [`io::Write`], so that a serializer can fill it without a copy in between.
#[derive(Debug)]
pub struct FrameBuilder {
    buffer: Vec<u8>,
}

impl FrameBuilder {
    /// Starts a text message (`4…`) for about `capacity` bytes.
    pub fn message(capacity: usize) -> Self {
        let mut builder = Self::with_capacity(capacity + 1);
        builder.push_str("4");
        builder
    }

    /// Starts the event `name` of `namespace`; arguments follow, each after [`FrameBuilder::comma`].
    pub fn event(namespace: &str, name: &str) -> Self {
        let mut builder = Self::message(64 + name.len());
        crate::socket::write_event_head(&mut builder, namespace, name);
        builder
    }

    /// Appends text as it is.
    pub fn push_str(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Appends the comma between two arguments.
    pub fn comma(&mut self) {
        self.push_str(",");
    }

    /// Closes the argument list of an event and makes the frame.
    pub fn finish_event(mut self) -> Frame {
        self.push_str("]");
        self.finish()
    }

    /// Makes the frame.
    pub fn finish(self) -> Frame {
        self.finish_as(ws::Opcode::Text, FrameKind::Text)
    }

    /// Room for the longest header stays free in front, so that the header can be put right before the packet.
    fn with_capacity(capacity: usize) -> Self {
        let mut buffer = Vec::with_capacity(ws::MAX_SERVER_HEADER + capacity);
        buffer.resize(ws::MAX_SERVER_HEADER, 0);
        Self { buffer }
    }

    fn finish_as(mut self, opcode: ws::Opcode, kind: FrameKind) -> Frame {
        let payload_len = self.buffer.len() - ws::MAX_SERVER_HEADER;
        let header = ws::Header::server(opcode, payload_len);
        let start = ws::MAX_SERVER_HEADER - header.as_bytes().len();
        self.buffer[start..ws::MAX_SERVER_HEADER].copy_from_slice(header.as_bytes());
        let mut bytes = Bytes::from(self.buffer);
        bytes.advance(start);
        let header_len = u8::try_from(header.as_bytes().len()).expect("a header has at most 10 bytes");
        Frame {
            bytes,
            header_len,
            kind,
        }
    }
}

impl io::Write for FrameBuilder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::ws::{Decoder, Item, Role};

    #[test]
    fn an_event_is_one_websocket_text_frame_around_the_packet() {
        let frame = Frame::event("hello", r#"1,"two""#);

        assert_eq!(frame.packet(), br#"42["hello",1,"two"]"#);
        assert_eq!(&frame.ws_bytes()[..2], &[0x81, 19]);
        assert_eq!(frame.kind(), FrameKind::Text);
    }

    #[test]
    fn a_builder_writes_what_the_one_call_form_writes() {
        let mut builder = FrameBuilder::event("/custom", "hello");
        builder.comma();
        builder.push_str("1");

        assert_eq!(
            builder.finish_event(),
            crate::socket::event_frame("/custom", "hello", "1")
        );
    }

    proptest! {
        #[test]
        fn every_frame_decodes_to_its_packet(payload in proptest::collection::vec(any::<u8>(), 0..70_000)) {
            let frame = Frame::binary(&payload);
            let mut decoder = Decoder::new(Role::Client, 1 << 20);

            let item = decoder.decode(&mut &frame.ws_bytes()[..]).unwrap();

            prop_assert_eq!(item, Some(Item::Binary(payload.clone().into())));
            prop_assert_eq!(frame.packet(), &payload[..]);
        }
    }
}
