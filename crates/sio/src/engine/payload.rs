//! Several packets in one polling body.

use bytes::Bytes;

use super::{Error, Packet, packet};
use crate::{Frame, FrameKind};

/// The most packets in one polling answer; `python-engineio` refuses more.
pub const MAX_POLL_PACKETS: usize = 16;

const SEPARATOR: u8 = 0x1E;

/// The packets of one POST body, read one after another.
#[derive(Clone, Debug)]
pub struct Payload {
    rest: Option<Bytes>,
}

/// Reads a POST body.
pub fn decode_payload(body: Bytes) -> Payload {
    Payload { rest: Some(body) }
}

impl Iterator for Payload {
    type Item = Result<Packet, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest.take()?;
        let packet = match memchr::memchr(SEPARATOR, &rest) {
            Some(end) => {
                let packet = rest.split_to(end);
                self.rest = Some(rest.slice(1..));
                packet
            }
            None => rest,
        };
        Some(Packet::decode_polling(&packet))
    }
}

/// Appends `frame` to a polling answer; a WebSocket control frame adds nothing.
pub fn encode_payload(frame: &Frame, out: &mut Vec<u8>) {
    if frame.kind() == FrameKind::Control {
        return;
    }
    if !out.is_empty() {
        out.push(SEPARATOR);
    }
    match frame.kind() {
        FrameKind::Binary => packet::encode_binary(frame.packet(), out),
        FrameKind::Text | FrameKind::Control => out.extend_from_slice(frame.packet()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = Bytes> {
        // The separator cannot be inside a packet: JSON escapes it, and nothing else is ever sent.
        "[^\u{1e}]{0,40}".prop_map(Bytes::from)
    }

    fn packets() -> impl Strategy<Value = Packet> {
        prop_oneof![
            texts().prop_map(Packet::Open),
            Just(Packet::Close),
            texts().prop_map(Packet::Ping),
            texts().prop_map(Packet::Pong),
            texts().prop_map(Packet::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Packet::Binary(bytes.into())),
            Just(Packet::Upgrade),
            Just(Packet::Noop),
        ]
    }

    fn encode(packets: &[Packet]) -> Bytes {
        let mut out = Vec::new();
        for (at, packet) in packets.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b"" } else { b"\x1e" });
            packet.encode_polling(&mut out);
        }
        out.into()
    }

    proptest! {
        #[test]
        fn a_payload_decodes_to_the_packets_it_was_made_of(packets in proptest::collection::vec(packets(), 1..20)) {
            let decoded: Result<Vec<_>, _> = decode_payload(encode(&packets)).collect();
            prop_assert_eq!(decoded, Ok(packets));
        }

        #[test]
        fn any_bytes_decode_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode_payload(body.into()).for_each(drop);
        }
    }

    #[test]
    fn frames_join_as_the_protocol_shows_it() {
        let mut out = Vec::new();
        for frame in [
            Frame::message("hello"),
            Frame::ws_pong(b"x"),
            Frame::binary(&[1, 2, 3, 4]),
        ] {
            encode_payload(&frame, &mut out);
        }
        assert_eq!(out, b"4hello\x1ebAQIDBA==");
    }

    #[test]
    fn each_malformed_packet_has_its_reason() {
        let reason = |body: &'static [u8]| decode_payload(Bytes::from_static(body)).find_map(Result::err);

        assert_eq!(reason(b""), Some(Error::Empty));
        assert_eq!(reason(b"4a\x1e"), Some(Error::Empty));
        assert_eq!(reason(b"abc"), Some(Error::UnknownType(b'a')));
        assert_eq!(reason(b"7"), Some(Error::UnknownType(b'7')));
        assert_eq!(reason(b"b==="), Some(Error::BadBase64));
        assert_eq!(reason(b"4\xff"), Some(Error::BadUtf8));
    }
}
