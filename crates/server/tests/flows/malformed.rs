//! Whatever one client sends, it is answered or its connection ends; nothing is stored and nobody else notices.

use std::time::Duration;

use hearth_server::socket::dispatch::COMMANDS;
use hearth_sio::ws::Opcode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::common::socket::{Packet, Socket};
use crate::common::{Person, TestServer};
use crate::scene::{code, generous, message, room};

const SOON: Duration = Duration::from_secs(10);

async fn kitchen() -> (TestServer, Person, String) {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    (server, alice, kitchen)
}

/// The server lives and the room is as it was made.
async fn assert_untouched(socket: &mut Socket, room: &str) {
    let snapshot = socket.ask("join_room", &json!(room)).await;
    assert_eq!((&snapshot["seq"], &snapshot["lastNumber"]), (&json!(2), &json!(0)));
}

/// Packets that no client library sends.
fn malformed_packets(room: &str) -> Vec<String> {
    let deep = format!(r#"42["send_message",{}{}]"#, "[".repeat(65), "]".repeat(65));
    let many = format!(r#"42["typing"{}]"#, r#","x""#.repeat(33));
    let mut packets: Vec<String> = [
        "4",
        "4x",
        "47",
        "42",
        "42{}",
        "42[]",
        "42[1]",
        "42[null]",
        "42[[]]",
        "42\"typing\"",
        "42[\"typing\"",
        "42[\"typing\",]",
        "42[\"typing\"]]",
        "42[\"connect\"]",
        "42[\"disconnect\"]",
        "42[\"connect_error\",{}]",
        "42-1[\"typing\"]",
        "4299999999999999999999[\"typing\"]",
        "43[]",
        "4399999999999999999999[]",
        "45-[\"x\"]",
        "451[\"x\"]",
        "4511-[\"x\"]",
        "451-[\"x\"]",
        "40{\"token\":",
        "42/admin,[\"typing\"]",
        "42/admin[\"typing\"]",
        "8",
        "x",
        "0{}",
    ]
    .map(str::to_owned)
    .into();
    packets.extend([deep, many, format!("42/{},[\"typing\",\"{room}\"]", "n".repeat(500))]);
    packets
}

#[tokio::test]
async fn malformed_packets_end_their_own_connection_at_most() {
    let (server, alice, kitchen) = kitchen().await;
    let mut witness = Socket::of(&server, &alice).await;

    for packet in malformed_packets(&kitchen) {
        let mut socket = Socket::of(&server, &alice).await;
        socket.send_text(&packet).await;
        // Where an attachment is announced, this is none.
        socket.send_text(r#"421["no_such_command"]"#).await;
        let outcome = socket.first_of_end_or_ack(1).await;
        let is_fine = match &outcome {
            Packet::Closed => true,
            Packet::Ack(1, ack) => code(ack) == "invalid",
            _ => false,
        };
        assert!(is_fine, "{packet}: {outcome:?}");
        assert_untouched(&mut witness, &kitchen).await;
    }
}

#[tokio::test]
async fn packets_that_break_the_protocol_do_end_their_connection() {
    let (server, alice, _) = kitchen().await;

    for packet in ["42[1]", "42[\"connect\"]", "42[\"typing\"", "4x", "8"] {
        let mut socket = Socket::of(&server, &alice).await;
        socket.send_text(packet).await;
        assert_eq!(socket.rest(SOON).await, [Packet::Closed], "{packet}");
    }
}

#[tokio::test]
async fn a_packet_that_is_too_big_ends_its_connection() {
    let (server, alice, kitchen) = kitchen().await;
    let mut witness = Socket::of(&server, &alice).await;
    let mut socket = Socket::of(&server, &alice).await;

    let huge = message(&kitchen, &"a".repeat(1_000_000), "client-1");
    socket.emit("send_message", &huge).await;

    assert_eq!(socket.rest(SOON).await.last(), Some(&Packet::Closed));
    assert_untouched(&mut witness, &kitchen).await;
}

/// Payloads that say nothing to any command.
fn nonsense() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1.5),
        json!(""),
        json!("not an id"),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!({"roomId": null}),
        json!({"roomId": 7}),
        json!({"roomId": ["x"]}),
        json!({"roomId": {"$ne": 1}}),
        json!({"roomId": "' or 1=1 --", "content": "x", "seq": 1}),
        json!({"cursors": []}),
        json!({"cursors": {"x": 1}}),
        json!({"cursors": {"0199a0a0-0000-7000-8000-000000000000": "1"}}),
        json!({"cursors": {"0199a0a0-0000-7000-8000-000000000000": 1.5}}),
        json!({"accessToken": 1}),
        json!({"content": "x".repeat(100_000)}),
    ]
}

#[tokio::test]
async fn payloads_that_mean_nothing_are_refused_for_every_command() {
    let (server, alice, kitchen) = kitchen().await;
    let mut one = Socket::of(&server, &alice).await;

    for command in COMMANDS {
        for payload in nonsense() {
            let answer = one.ask(command, &payload).await;
            assert_eq!(code(&answer), "invalid", "{command} {payload}");
        }
        one.send_text(&format!(r#"429{}["{command}"]"#, "0")).await;
        assert_eq!(code(&one.ack(90).await), "invalid", "{command} without a payload");
    }
    assert_untouched(&mut one, &kitchen).await;
}

#[tokio::test]
async fn parts_of_a_message_that_are_wrong_are_refused() {
    let (server, alice, kitchen) = kitchen().await;
    let mut one = Socket::of(&server, &alice).await;
    let with = |field: &str, value: Value| {
        let mut payload = message(&kitchen, "hi", "client-1");
        payload[field] = value;
        payload
    };

    for payload in [
        with("content", Value::Null),
        with("content", json!(5)),
        with("content", json!(["hi"])),
        with("content", json!({"text": "hi"})),
        with("type", json!("image")),
        with("type", json!(1)),
        with("clientMessageId", json!("")),
        with("clientMessageId", json!("x".repeat(65))),
        with("clientMessageId", json!("a b")),
        with("clientMessageId", json!("é")),
        with("clientMessageId", json!(5)),
        with("roomId", json!(format!("{kitchen}0"))),
    ] {
        let answer = one.ask("send_message", &payload).await;
        assert_eq!(code(&answer), "invalid", "{payload}");
    }
    assert_untouched(&mut one, &kitchen).await;
}

#[tokio::test]
async fn binary_where_none_belongs_is_refused() {
    let (server, alice, kitchen) = kitchen().await;
    let mut one = Socket::of(&server, &alice).await;

    let placeholder = json!({"_placeholder": true, "num": 0});
    let payload = json!(["send_message", {"roomId": kitchen, "content": placeholder}]);
    one.send_text(&format!("451-7{payload}")).await;
    one.send_frame(Opcode::Binary, b"hi").await;
    let refused = one.ack(7).await;
    let mut stray = Socket::of(&server, &alice).await;
    stray.send_frame(Opcode::Binary, b"hi").await;

    assert_eq!(code(&refused), "invalid");
    assert_eq!(stray.rest(SOON).await, [Packet::Closed]);
    assert_untouched(&mut one, &kitchen).await;
}

#[tokio::test]
async fn a_command_nobody_knows_is_refused_in_both_ways() {
    let (server, alice, _) = kitchen().await;
    let mut one = Socket::of(&server, &alice).await;
    let long = "x".repeat(1_000);

    let acked = one.ask(&long, &json!({})).await;
    one.emit(&long, &json!({})).await;
    let error = one.event("error").await;

    assert_eq!(code(&acked), "invalid");
    assert_eq!(
        (&error["code"], error["command"].as_str().unwrap().len()),
        (&json!("invalid"), 64)
    );
}

/// Any JSON, with the names of our fields likely.
fn any_payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(json!("0199a0a0-0000-7000-8000-000000000000")),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let field = prop_oneof![
            Just("roomId"),
            Just("content"),
            Just("clientMessageId"),
            Just("type"),
            Just("seq"),
            Just("cursors"),
            Just("accessToken"),
        ];
        let name = prop_oneof![field.prop_map(str::to_owned), "[a-zA-Z0-9_]{0,10}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

#[test]
fn no_payload_is_ever_our_fault() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (server, alice, kitchen) = runtime.block_on(kitchen());
    let commands = prop::collection::vec((prop::sample::select(&COMMANDS[..]), any_payload()), 1..20);

    let mut runner = TestRunner::new(Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&commands, |commands| {
        runtime.block_on(async {
            let mut socket = Socket::of(&server, &alice).await;
            for (command, payload) in &commands {
                let answer = socket.ask(command, payload).await;
                prop_assert_ne!(code(&answer), "internal");
            }
            assert_untouched(&mut socket, &kitchen).await;
            Ok(())
        })
    });

    outcome.unwrap();
}
