//! Socket.IO packets, and the namespaces of one connection.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use bytes::Bytes;
use hearth_sio::{
    Frame, FrameKind,
    socket::{Args, Config, Decoder, Error, Event, Limits, Namespace, Output, Packet, Session, encode},
};
use proptest::prelude::*;

/// The text of the message in a frame, without the Engine.IO type.
fn message(frame: &Frame) -> Bytes {
    assert_eq!(frame.packet()[0], b'4');
    Bytes::copy_from_slice(&frame.packet()[1..])
}

fn decode(frames: &[Frame]) -> Result<Option<Packet>, Error> {
    let mut decoder = Decoder::default();
    let mut packet = None;
    for frame in frames {
        packet = match frame.kind() {
            FrameKind::Binary => decoder.decode_binary(&Limits::default(), Bytes::copy_from_slice(frame.packet()))?,
            FrameKind::Text | FrameKind::Control => decoder.decode_text(&Limits::default(), message(frame))?,
        };
    }
    Ok(packet)
}

fn decode_text(text: &str) -> Result<Option<Packet>, Error> {
    Decoder::default().decode_text(&Limits::default(), Bytes::copy_from_slice(text.as_bytes()))
}

#[test]
fn packets_are_written_as_the_protocol_shows_them() {
    let event = |ack| Packet::Event {
        namespace: Namespace::MAIN,
        ack,
        event: Event {
            name: "foo".to_owned(),
            args: Args::new("1"),
        },
    };
    let written = |packet: &Packet| String::from_utf8(encode(packet)[0].packet().to_vec()).unwrap();
    let admin = Namespace::new("/admin");

    assert_eq!(written(&event(None)), r#"42["foo",1]"#);
    assert_eq!(written(&event(Some(12))), r#"4212["foo",1]"#);
    assert_eq!(
        written(&Packet::Connect {
            namespace: admin.clone(),
            data: Some("{}".to_owned())
        }),
        "40/admin,{}"
    );
    assert_eq!(
        written(&Packet::Disconnect {
            namespace: admin.clone()
        }),
        "41/admin,"
    );
    assert_eq!(
        written(&Packet::Ack {
            namespace: admin,
            id: 3,
            args: Args::new("")
        }),
        "43/admin,3[]"
    );
}

#[test]
fn arguments_keep_the_text_they_came_with() {
    let packet = decode_text(r#"2["x", 1e2 ,{"a" : [ 1 ]}]"#).unwrap().unwrap();
    let Packet::Event {
        event: Event { args, .. },
        ..
    } = packet
    else {
        panic!("an event was sent")
    };

    assert_eq!(
        [args.get(0), args.get(1), args.get(2)],
        [Some("1e2"), Some(r#"{"a" : [ 1 ]}"#), None]
    );
    assert_eq!(args.list(), r#"1e2 ,{"a" : [ 1 ]}"#);
}

#[test]
fn a_placeholder_stands_for_its_attachment() {
    let args = Args::with_attachments(
        r#"{"_placeholder":true,"num":1},{"num":0}"#,
        vec![Bytes::from_static(b"zero"), Bytes::from_static(b"one")],
    );

    assert_eq!(args.binary(0).unwrap(), &b"one"[..]);
    assert_eq!(args.binary(1), None);
}

#[test]
fn each_malformed_packet_has_its_reason() {
    let table = [
        ("", Error::Empty),
        ("7", Error::UnknownType(b'7')),
        ("abc", Error::UnknownType(b'a')),
        ("2", Error::BadPayload),
        ("2{}", Error::BadPayload),
        (r#"2["x""#, Error::BadPayload),
        (r#"2["x"]]"#, Error::BadPayload),
        ("2[]", Error::NoName),
        ("2[1]", Error::NoName),
        ("2[null]", Error::NoName),
        (r#"2["connect"]"#, Error::ReservedName),
        (r#"2["disconnecting"]"#, Error::ReservedName),
        (r#"2["\u0063onnect"]"#, Error::ReservedName),
        (r#"2abc["x"]"#, Error::BadPayload),
        (r#"29007199254740992["x"]"#, Error::BadAckId),
        (r#"299999999999999999999999["x"]"#, Error::BadAckId),
        ("3[]", Error::BadAckId),
        ("31{}", Error::BadPayload),
        ("0[]", Error::BadPayload),
        (r#"0"token""#, Error::BadPayload),
        ("0{", Error::BadPayload),
        ("1{}", Error::BadPayload),
        ("4", Error::BadPayload),
        (r#"5["x"]"#, Error::BadAttachments),
        (r#"50-["x"]"#, Error::BadAttachments),
        (r#"5-["x"]"#, Error::BadAttachments),
        (r#"5-1-["x"]"#, Error::BadAttachments),
        (r#"51.5-["x"]"#, Error::BadAttachments),
        (r#"511-["x"]"#, Error::TooManyAttachments),
        (r#"599999999999999999999-["x"]"#, Error::BadAttachments),
        (r#"51-["x",{"_placeholder":true,"num":1}]"#, Error::BadPlaceholder),
        (
            r#"51-["x",[{"a":{"_placeholder":true,"num":-1}}]]"#,
            Error::BadPlaceholder,
        ),
        (r#"51-["x",{"_placeholder":true}]"#, Error::BadPlaceholder),
        (r#"61-[]"#, Error::BadAckId),
    ];

    let findings: Vec<_> = table
        .into_iter()
        .filter(|(text, error)| decode_text(text) != Err(*error))
        .collect();
    assert_eq!(findings, []);
}

#[test]
fn limits_are_kept_to_the_one() {
    let args = |count: usize| format!(r#"2["x"{}]"#, ",1".repeat(count));
    let deep = |depth: usize| format!(r#"2["x",{}{}]"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
    let namespace = |len: usize| format!("0/{}", "n".repeat(len - 1));

    assert!(decode_text(&args(32)).is_ok());
    assert_eq!(decode_text(&args(33)), Err(Error::TooManyArgs));
    assert!(decode_text(&deep(64)).is_ok());
    assert_eq!(decode_text(&deep(65)), Err(Error::TooDeep));
    assert!(decode_text(&namespace(128)).is_ok());
    assert_eq!(decode_text(&namespace(129)), Err(Error::LongNamespace));
    assert!(decode_text(r#"510-["x"]"#).is_ok());
}

#[test]
fn attachments_come_right_after_their_packet_and_only_then() {
    let limits = Limits {
        max_attachment_bytes: 10,
        ..Limits::default()
    };
    let mut decoder = Decoder::default();
    let announce = Bytes::from_static(br#"52-["x"]"#);

    assert_eq!(
        decoder.decode_binary(&limits, Bytes::from_static(b"?")),
        Err(Error::StrayAttachment)
    );
    assert_eq!(decoder.decode_text(&limits, announce.clone()), Ok(None));
    assert_eq!(decoder.decode_text(&limits, announce), Err(Error::TextInAttachments));
    assert_eq!(decoder.decode_binary(&limits, Bytes::from_static(b"12345")), Ok(None));
    assert_eq!(
        decoder.decode_binary(&limits, Bytes::from_static(b"123456")),
        Err(Error::TooManyAttachments)
    );
}

struct Bed {
    config: Config,
    now: Instant,
    session: Session,
}

impl Bed {
    fn new() -> Self {
        let config = Config {
            namespaces: vec![Namespace::MAIN, Namespace::new("/custom")],
            connect_timeout: Duration::from_secs(10),
            limits: Limits::default(),
        };
        let now = Instant::now();
        let session = Session::new(&config, now);
        Self { config, now, session }
    }

    fn connected() -> Self {
        let mut bed = Self::new();
        bed.text("0");
        bed.session.handle_accepted(&Namespace::MAIN, "sid");
        bed.outputs();
        bed
    }

    fn text(&mut self, text: &str) -> Vec<Output> {
        self.session
            .handle_text(&self.config, self.now, Bytes::copy_from_slice(text.as_bytes()));
        self.outputs()
    }

    fn pass(&mut self, time: Duration) -> Vec<Output> {
        self.now += time;
        self.session.handle_timeout(self.now);
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.session.poll_output()).collect()
    }
}

fn sent(packet: &str) -> Output {
    Output::Send(vec![Frame::text(packet)])
}

#[test]
fn a_namespace_is_asked_for_and_granted() {
    let mut bed = Bed::new();

    let asked = bed.text(r#"0{"token":"t"}"#);
    bed.session.handle_accepted(&Namespace::MAIN, "abc");

    assert_eq!(
        asked,
        [Output::Connect {
            namespace: Namespace::MAIN,
            auth: Some(r#"{"token":"t"}"#.to_owned())
        }]
    );
    assert_eq!(bed.outputs(), [sent(r#"40{"sid":"abc"}"#)]);
    assert_eq!(bed.pass(Duration::from_secs(100)), []);
}

#[test]
fn a_connection_without_a_namespace_ends_in_time() {
    let mut bed = Bed::new();
    bed.text("0");

    assert_eq!(bed.pass(Duration::from_millis(9_999)), []);
    assert_eq!(bed.pass(Duration::from_millis(1)), [Output::ConnectTimeout]);
}

#[test]
fn refused_and_unknown_namespaces_do_not_stop_the_clock() {
    let mut bed = Bed::new();
    bed.text("0");
    bed.session
        .handle_refused(&Namespace::MAIN, r#"{"message":"no"}"#.to_owned());

    assert_eq!(bed.outputs(), [sent(r#"44{"message":"no"}"#)]);
    assert_eq!(bed.text("0/nope"), [sent(r#"44/nope,{"message":"Invalid namespace"}"#)]);
    assert_eq!(bed.pass(Duration::from_secs(10)), [Output::ConnectTimeout]);
}

#[test]
fn a_client_that_left_everything_is_on_the_clock_again() {
    let mut bed = Bed::connected();
    bed.pass(Duration::from_secs(60));

    assert_eq!(bed.text("1"), [Output::Disconnected(Namespace::MAIN)]);
    assert_eq!(bed.pass(Duration::from_secs(10)), [Output::ConnectTimeout]);
}

#[test]
fn a_client_that_left_while_connecting_is_not_granted_anything() {
    let mut bed = Bed::new();
    bed.text("0");

    assert_eq!(bed.text("1"), [Output::Disconnected(Namespace::MAIN)]);
    assert!(!bed.session.handle_accepted(&Namespace::MAIN, "sid"));
    assert_eq!(bed.outputs(), []);
}

#[test]
fn packets_out_of_turn_end_the_connection() {
    let out_of_turn = [Output::OutOfTurn];

    assert_eq!(Bed::new().text(r#"2["early"]"#), out_of_turn);
    assert_eq!(Bed::connected().text("0"), out_of_turn);
    assert_eq!(Bed::connected().text(r#"2/custom,["x"]"#), out_of_turn);
    assert_eq!(Bed::connected().text(r#"4{"message":"x"}"#), out_of_turn);
    assert_eq!(
        Bed::connected().text("9"),
        [Output::ParseError(Error::UnknownType(b'9'))]
    );
}

#[test]
fn nothing_is_heard_after_the_end() {
    let mut bed = Bed::connected();
    bed.text("9");

    assert_eq!(bed.text(r#"2["x"]"#), []);
    assert_eq!(bed.session.poll_timeout(), None);
}

#[test]
fn a_final_end_disconnects_every_connected_namespace() {
    let mut bed = Bed::connected();
    bed.text("0/custom");
    bed.session.handle_accepted(&Namespace::new("/custom"), "sid");
    bed.outputs();

    bed.session.handle_disconnect();

    assert_eq!(bed.outputs(), [sent("41"), sent("41/custom,")]);
}

fn namespaces() -> impl Strategy<Value = Namespace> {
    prop_oneof![
        Just(Namespace::MAIN),
        "/[^,]{0,20}".prop_map(|name| Namespace::new(&name))
    ]
}

fn args() -> impl Strategy<Value = (String, Vec<Bytes>)> {
    let text = proptest::collection::vec(".{0,10}".prop_map(|text| format!("{text:?}").replace("\\'", "'")), 0..4)
        .prop_filter_map("Rust and JSON escape differently", |texts| {
            let list = texts.join(",");
            serde_json::from_str::<serde_json::Value>(&format!("[{list}]"))
                .is_ok()
                .then_some(list)
        });
    (
        text,
        proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9).prop_map(Bytes::from), 0..4),
    )
}

fn packets() -> impl Strategy<Value = Packet> {
    let data = prop_oneof![Just(None), Just(Some(r#"{"token":"ä"}"#.to_owned()))];
    let ack = prop_oneof![Just(None), (0..1_u64 << 53).prop_map(Some)];
    let name = ".{0,12}".prop_filter("reserved", |name| {
        !name.contains("connect") && !name.contains("Listener")
    });
    prop_oneof![
        (namespaces(), data).prop_map(|(namespace, data)| Packet::Connect { namespace, data }),
        namespaces().prop_map(|namespace| Packet::Disconnect { namespace }),
        (namespaces(), ack, name, args()).prop_map(|(namespace, ack, name, (list, attachments))| {
            let args = Args::with_attachments(&list, attachments);
            Packet::Event {
                namespace,
                ack,
                event: Event { name, args },
            }
        }),
        (namespaces(), 0..1_u64 << 53, args()).prop_map(|(namespace, id, (list, attachments))| {
            Packet::Ack {
                namespace,
                id,
                args: Args::with_attachments(&list, attachments),
            }
        }),
        namespaces().prop_map(|namespace| Packet::ConnectError {
            namespace,
            data: r#"{"message":"no"}"#.to_owned()
        }),
    ]
}

proptest! {
    #[test]
    fn what_was_encoded_decodes_to_the_same_packet(packet in packets()) {
        prop_assert_eq!(decode(&encode(&packet)), Ok(Some(packet)));
    }

    #[test]
    fn any_bytes_decode_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(Decoder::default().decode_text(&Limits::default(), text.into()));
    }

    #[test]
    fn any_text_of_the_protocol_s_own_characters_decodes_without_panic(text in r#"[0-6]{0,3}[-/,\[\]{}":0-9a-z_\\]{0,60}"#) {
        let mut bed = Bed::connected();
        bed.text(&text);
    }
}
