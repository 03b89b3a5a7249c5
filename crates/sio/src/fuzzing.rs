//! What must hold for any bytes at all; the fuzz targets and a property test call these.
//!
//! Each function panics when its decoder breaks a promise, and does nothing otherwise.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::{
    engine::{self, Lane, Packet, PollAnswer, Transport, decode_payload},
    socket::{self, Limits, Namespace},
    ws::{Decoder, Error, Item, Role},
};

const MAX_MESSAGE: usize = 1 << 16;

/// WebSocket: no message is longer than allowed, texts are UTF-8, and how the bytes were cut makes no difference.
pub fn websocket(data: &[u8]) {
    for role in [Role::Server, Role::Client] {
        let whole = read_frames(role, data, data.len().max(1));
        let cut = read_frames(role, data, 7);
        assert_eq!(whole, cut, "the way the bytes were cut made a difference");
    }
}

/// Engine.IO payloads: what decodes encodes to something that decodes to the same.
pub fn engine_payload(data: &[u8]) {
    for packet in decode_payload(Bytes::copy_from_slice(data)).flatten() {
        let mut encoded = Vec::new();
        packet.encode_polling(&mut encoded);
        assert_eq!(Packet::decode_polling(&encoded.into()), Ok(packet));
    }
}

/// Engine.IO sessions: any order of inputs ends a connection at most once.
pub fn engine_session(start: Instant, data: &[u8]) {
    let config = engine::Config::default();
    let mut session = engine::Session::new(&config, start, Transport::Polling, "fuzz");
    let mut now = start;
    let mut ends = 0;
    for (at, byte) in data.iter().enumerate() {
        let lane = if byte & 1 == 0 { Lane::Current } else { Lane::Candidate };
        match byte >> 1 & 7 {
            0 => drop(session.handle_poll()),
            1 => session.handle_poll_answered(if byte & 1 == 0 {
                PollAnswer::Queued
            } else {
                PollAnswer::Filler
            }),
            2 => drop(session.handle_candidate(&config, now)),
            3 => session.handle_websocket_lost(lane),
            4 => {
                now += Duration::from_millis(u64::from(*byte) * 100);
                session.handle_timeout(&config, now);
            }
            5 => session.handle_poll_lost(),
            6 => session.handle_close(&config, now),
            _ => match Packet::decode_text(&Bytes::copy_from_slice(&data[at + 1..])) {
                Ok(packet) => session.handle_packet(&config, now, (lane, packet)),
                Err(_) => session.handle_malformed(lane),
            },
        }
        while let Some(output) = session.poll_output() {
            ends += usize::from(matches!(output, engine::Output::Closed(_)));
        }
    }
    assert!(ends <= 1, "the connection ended {ends} times");
    assert_eq!(ends == 1, session.is_closed());
}

/// Socket.IO packets: what decodes encodes to something that decodes to the same.
pub fn socket_packet(data: &[u8]) {
    let limits = Limits::default();
    let text = Bytes::copy_from_slice(data);
    let Ok(Some(packet)) = socket::Decoder::default().decode_text(&limits, text) else {
        return;
    };
    let frames = socket::encode(&packet);
    let again = Bytes::copy_from_slice(&frames[0].packet()[1..]);
    assert_eq!(socket::Decoder::default().decode_text(&limits, again), Ok(Some(packet)));
}

/// Socket.IO connections: lines of input, the first byte of each saying whether it is binary; nothing follows an end.
pub fn socket_session(now: Instant, data: &[u8]) {
    let config = socket::Config {
        namespaces: vec![Namespace::MAIN],
        connect_timeout: Duration::from_secs(1),
        limits: Limits::default(),
    };
    let mut session = socket::Session::new(&config, now);
    session.handle_text(&config, now, Bytes::from_static(b"0"));
    session.handle_accepted(&Namespace::MAIN, "fuzz");
    let mut is_over = false;
    for line in data.split(|byte| *byte == b'\n') {
        match line.split_first() {
            Some((b'b', message)) => session.handle_binary(&config, now, Bytes::copy_from_slice(message)),
            _ => session.handle_text(&config, now, Bytes::copy_from_slice(line)),
        }
        while let Some(output) = session.poll_output() {
            assert!(!is_over, "something followed the end: {output:?}");
            is_over = matches!(output, socket::Output::ParseError(_) | socket::Output::OutOfTurn);
        }
    }
}

fn read_frames(role: Role, data: &[u8], step: usize) -> (Vec<Item>, Option<Error>) {
    let mut decoder = Decoder::new(role, MAX_MESSAGE);
    let mut items = Vec::new();
    for mut piece in data.chunks(step) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(None) => break,
                Ok(Some(item)) => items.push(item),
                Err(error) => return (items, Some(error)),
            }
        }
    }
    for item in &items {
        match item {
            Item::Text(text) => assert!(text.len() <= MAX_MESSAGE && std::str::from_utf8(text).is_ok()),
            Item::Binary(message) => assert!(message.len() <= MAX_MESSAGE),
            Item::Ping(payload) | Item::Pong(payload) => assert!(payload.len() <= 125),
            Item::Close(_) => {}
        }
    }
    (items, None)
}
