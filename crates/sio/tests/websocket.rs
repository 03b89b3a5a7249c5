//! The cases of the Autobahn suite that matter here, and what no bytes may do.

#![allow(clippy::unwrap_used)]

use hearth_sio::ws::{Close, Decoder, Error, Item, Opcode, Role, encode_client};
use proptest::prelude::*;

const MASK: [u8; 4] = [0x12, 0x34, 0x56, 0x78];
const MAX: usize = 100_000;

/// A client's frame with any first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_client(&mut out, Opcode::Text, payload, MASK);
    out[0] = first;
    out
}

/// Decodes everything, fed in pieces of `step` bytes; the items, and the error that ended it.
fn decode_in_steps(bytes: &[u8], step: usize) -> (Vec<Item>, Option<Error>) {
    let mut decoder = Decoder::new(Role::Server, MAX);
    let mut items = Vec::new();
    for mut piece in bytes.chunks(step) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => return (items, Some(error)),
            }
        }
    }
    (items, None)
}

fn decode(frames: &[Vec<u8>]) -> (Vec<Item>, Option<Error>) {
    decode_in_steps(&frames.concat(), usize::MAX)
}

fn text(content: &str) -> Item {
    Item::Text(content.as_bytes().to_vec().into())
}

fn error(frames: &[Vec<u8>]) -> Option<Error> {
    decode(frames).1
}

#[test]
fn messages_of_every_length_form_are_read() {
    for len in [0, 1, 125, 126, 127, 128, 65_535, 65_536, MAX] {
        let payload = vec![b'*'; len];
        let expected = vec![text(&"*".repeat(len)), Item::Binary(payload.clone().into())];
        assert_eq!(
            decode(&[frame(0x81, &payload), frame(0x82, &payload)]),
            (expected, None)
        );
    }
}

#[test]
fn pings_and_pongs_come_through_in_the_middle_of_a_fragmented_message() {
    let frames = [
        frame(0x01, b"frag"),
        frame(0x89, b"ping"),
        frame(0x00, b"men"),
        frame(0x8A, b""),
        frame(0x80, b"ted"),
    ];

    let expected = [
        Item::Ping(b"ping"[..].into()),
        Item::Pong(b""[..].into()),
        text("fragmented"),
    ];
    assert_eq!(decode(&frames), (expected.to_vec(), None));
}

#[test]
fn each_breach_of_the_protocol_has_its_error() {
    let long = vec![b'*'; 126];
    let mut unmasked = frame(0x81, b"");
    unmasked[1] = 0;

    assert_eq!(error(&[frame(0xC1, b"x")]), Some(Error::ReservedBits));
    assert_eq!(error(&[frame(0xA1, b"x")]), Some(Error::ReservedBits));
    assert_eq!(error(&[frame(0x99, b"x")]), Some(Error::ReservedBits));
    assert_eq!(error(&[frame(0x83, b"x")]), Some(Error::UnknownOpcode(3)));
    assert_eq!(error(&[frame(0x8F, b"x")]), Some(Error::UnknownOpcode(15)));
    assert_eq!(error(&[frame(0x09, b"x")]), Some(Error::FragmentedControl));
    assert_eq!(error(&[frame(0x89, &long)]), Some(Error::LongControl));
    assert_eq!(error(&[frame(0x88, &long)]), Some(Error::LongControl));
    assert_eq!(error(&[frame(0x80, b"x")]), Some(Error::StrayContinuation));
    assert_eq!(error(&[frame(0x00, b"x")]), Some(Error::StrayContinuation));
    assert_eq!(
        error(&[frame(0x01, b"a"), frame(0x81, b"b")]),
        Some(Error::InterruptedMessage)
    );
    assert_eq!(
        error(&[frame(0x01, b"a"), frame(0x80, b"b"), frame(0x80, b"c")]),
        Some(Error::StrayContinuation)
    );
    assert_eq!(error(&[unmasked]), Some(Error::WrongMasking));
}

#[test]
fn a_server_that_masks_is_refused_by_clients() {
    let masked = frame(0x81, b"x");
    let mut decoder = Decoder::new(Role::Client, MAX);
    assert_eq!(decoder.decode(&mut &masked[..]), Err(Error::WrongMasking));
}

#[test]
fn a_message_too_long_is_refused_when_its_header_arrives() {
    let too_big = Some(Error::TooBig { max_bytes: MAX });
    let whole = frame(0x82, &vec![0; MAX + 1]);
    let huge = [0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4].to_vec();

    assert_eq!(error(&[whole[..14].to_vec()]), too_big);
    assert_eq!(error(&[huge]), too_big);
    assert_eq!(error(&[frame(0x02, &vec![0; MAX]), frame(0x80, b"x")]), too_big);
    assert_eq!(Error::TooBig { max_bytes: MAX }.close_code(), 1009);
}

#[test]
fn bad_text_fails_before_its_frame_ends() {
    // Autobahn 6.4: valid, then a code point beyond U+10FFFF, then more.
    let payload = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited";
    let whole = frame(0x81, payload);
    let up_to_the_bad_byte = &whole[..6 + 13];

    assert_eq!(decode_in_steps(up_to_the_bad_byte, 1).1, Some(Error::BadUtf8));
    assert_eq!(decode_in_steps(&whole[..6 + 12], 1).1, None);
    assert_eq!(Error::BadUtf8.close_code(), 1007);
}

#[test]
fn text_may_be_cut_inside_a_character_but_not_end_there() {
    assert_eq!(
        decode(&[frame(0x01, b"\xf0\x9f"), frame(0x80, b"\x8e\x89")]),
        (vec![text("🎉")], None)
    );
    assert_eq!(error(&[frame(0x81, b"\xf0\x9f\x8e")]), Some(Error::BadUtf8));
    assert_eq!(error(&[frame(0x01, b"\xed\xa0\x80")]), Some(Error::BadUtf8));
    assert_eq!(error(&[frame(0x81, b"\xc0\xaf")]), Some(Error::BadUtf8));
}

#[test]
fn binary_may_hold_anything() {
    let payload = [0xFF, 0xFE, 0x00, 0xC0];
    assert_eq!(
        decode(&[frame(0x82, &payload)]),
        (vec![Item::Binary(payload.to_vec().into())], None)
    );
}

#[test]
fn codes_that_may_be_sent_close_and_others_are_refused() {
    let close = |code: u16| decode(&[frame(0x88, &code.to_be_bytes())]);

    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ] {
        assert_eq!(close(code), (vec![Item::Close(Some(Close::new(code)))], None));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        assert_eq!(close(code), (vec![], Some(Error::BadCloseCode(code))));
    }
}

#[test]
fn a_close_payload_is_empty_or_a_code_and_utf8() {
    let with_reason = Close {
        code: 1000,
        reason: "tschüß".to_owned(),
    };

    assert_eq!(decode(&[frame(0x88, b"")]), (vec![Item::Close(None)], None));
    assert_eq!(
        decode(&[frame(0x88, &with_reason.encode())]),
        (vec![Item::Close(Some(with_reason))], None)
    );
    assert_eq!(error(&[frame(0x88, b"\x03")]), Some(Error::ShortClose));
    assert_eq!(error(&[frame(0x88, b"\x03\xe8\xff")]), Some(Error::BadUtf8));
}

#[test]
fn nothing_is_read_after_a_close() {
    let frames = [frame(0x88, b""), frame(0x81, b"late"), vec![0xFF; 100]];
    assert_eq!(decode(&frames), (vec![Item::Close(None)], None));
}

#[test]
fn a_long_reason_is_cut_at_a_character() {
    let close = Close {
        code: 1000,
        reason: "ü".repeat(100),
    };
    assert_eq!(close.encode().len(), 2 + 122);
}

fn messages() -> impl Strategy<Value = Vec<(bool, String, usize)>> {
    proptest::collection::vec((any::<bool>(), ".{0,300}", 1..50_usize), 1..6)
}

proptest! {
    #[test]
    fn messages_survive_any_fragmentation_and_any_reads(messages in messages(), step in 1..64_usize) {
        let mut bytes = Vec::new();
        for (is_text, content, fragment) in &messages {
            let opcode = if *is_text { 1 } else { 2 };
            let parts: Vec<&[u8]> = content.as_bytes().chunks(*fragment).collect();
            for (at, part) in parts.iter().enumerate() {
                let first = if at == 0 { opcode } else { 0 } | if at + 1 == parts.len() { 0x80 } else { 0 };
                bytes.extend(frame(first, part));
                bytes.extend(frame(0x89, b"between"));
            }
        }
        let expected: Vec<Item> = messages
            .iter()
            .filter(|(_, content, _)| !content.is_empty())
            .map(|(is_text, content, _)| {
                let payload = content.as_bytes().to_vec().into();
                if *is_text { Item::Text(payload) } else { Item::Binary(payload) }
            })
            .collect();

        let (mut items, error) = decode_in_steps(&bytes, step);
        items.retain(|item| !matches!(item, Item::Ping(_)));

        prop_assert_eq!((items, error), (expected, None));
    }

    #[test]
    fn any_bytes_in_any_pieces_end_the_same_way(bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1..40_usize) {
        prop_assert_eq!(decode_in_steps(&bytes, step), decode_in_steps(&bytes, usize::MAX));
    }

    #[test]
    fn text_is_refused_exactly_when_it_is_not_utf8(payload in proptest::collection::vec(any::<u8>(), 0..12), step in 1..4_usize) {
        let is_refused = decode_in_steps(&frame(0x81, &payload), step).1 == Some(Error::BadUtf8);
        prop_assert_eq!(is_refused, std::str::from_utf8(&payload).is_err());
    }
}
