//! The client's side of one connection: bytes in, packets out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hearth_sio::engine::Packet as EnginePacket;
use hearth_sio::socket::{self, Args, Limits, Namespace, Packet};
use hearth_sio::ws::{self, Item, Opcode, Role};
use serde::Deserialize;

use crate::Frames;

/// A server may send whole snapshots; it is trusted more than a client, but not without a bound.
const MAX_MESSAGE_BYTES: usize = 16 << 20;
/// Until the server has told its heartbeat.
const OPEN_WITHIN: Duration = Duration::from_secs(20);

/// Whatever heartbeat the server tells.
const LONGEST_PATIENCE: Duration = Duration::from_secs(600);

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Engine.IO is open; [`Wire::connect`] is due.
    Opened,
    /// The main namespace is connected: the token was accepted.
    Connected {
        /// Id of the connection.
        sid: String,
    },
    /// The main namespace was refused.
    ConnectRefused {
        /// The reason, for people.
        message: String,
    },
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// Its first argument as JSON text, `null` when it has none.
        payload: String,
    },
    /// The answer to [`Wire::call`].
    Ack {
        /// The call's number.
        id: u64,
        /// The first argument as JSON text, `null` when it has none.
        payload: String,
    },
    /// The server ended the namespace for good: do not come back by yourself.
    Disconnected,
    /// The connection is over; nothing follows.
    Closed,
}

/// How the server broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// WebSocket frames.
    #[error(transparent)]
    WebSocket(#[from] ws::Error),
    /// Engine.IO packets.
    #[error(transparent)]
    Engine(#[from] hearth_sio::engine::Error),
    /// Socket.IO packets.
    #[error(transparent)]
    Socket(#[from] socket::Error),
    /// The first packet, or one that only clients send.
    #[error("unexpected packet")]
    Unexpected,
    /// No heartbeat in time.
    #[error("no heartbeat in time")]
    Silent,
}

/// The heartbeat, from the server's first packet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    ping_interval: u64,
    ping_timeout: u64,
}

#[derive(Deserialize)]
struct Sid {
    sid: String,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

/// Engine.IO and Socket.IO of the main namespace over a WebSocket whose HTTP upgrade is done.
///
/// Answers heartbeats by itself. After every input call [`Wire::poll_incoming`] until `None`, and write [`Wire::take_output`].
#[derive(Debug)]
pub struct Wire {
    frames: ws::Decoder,
    packets: socket::Decoder,
    limits: Limits,
    /// The longest silence of a living server.
    patience: Duration,
    silent_at: Instant,
    mask_state: u64,
    next_call: u64,
    output: Vec<u8>,
    incoming: VecDeque<Incoming>,
}

impl Wire {
    /// A connection whose upgrade was just answered; `seed` is random and feeds the masks of frames.
    #[must_use]
    pub fn new(now: Instant, seed: u64) -> Self {
        Self {
            frames: ws::Decoder::new(Role::Client, MAX_MESSAGE_BYTES),
            packets: socket::Decoder::default(),
            limits: Limits::default(),
            patience: OPEN_WITHIN,
            silent_at: now + OPEN_WITHIN,
            mask_state: seed,
            next_call: 0,
            output: Vec::new(),
            incoming: VecDeque::new(),
        }
    }

    /// Bytes arrived.
    ///
    /// Errors: the connection cannot be read any further.
    pub fn handle_bytes(&mut self, now: Instant, mut bytes: &[u8]) -> Result<(), Broken> {
        while let Some(item) = self.frames.decode(&mut bytes)? {
            match item {
                Item::Text(text) => self.handle_packet(now, EnginePacket::decode_text(&text)?)?,
                Item::Binary(message) => self.handle_packet(now, EnginePacket::Binary(message))?,
                Item::Ping(payload) => self.write(Opcode::Pong, &payload),
                Item::Pong(_) => {}
                Item::Close(close) => {
                    let payload = close.map(|close| close.encode()).unwrap_or_default();
                    self.write(Opcode::Close, &payload);
                    self.incoming.push_back(Incoming::Closed);
                }
            }
        }
        Ok(())
    }

    /// Time passed.
    ///
    /// Errors: the server was silent for too long.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Broken> {
        if now < self.silent_at {
            return Ok(());
        }
        Err(Broken::Silent)
    }

    /// When [`Wire::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Instant {
        self.silent_at
    }

    /// What arrived, one after another.
    pub fn poll_incoming(&mut self) -> Option<Incoming> {
        self.incoming.pop_front()
    }

    /// Bytes to write, since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Asks for the main namespace with an access token.
    pub fn connect(&mut self, token: &str) {
        let data = serde_json::json!({ "token": token }).to_string();
        self.write_text(&format!("40{data}"));
    }

    /// Sends an event that wants no answer; `payload` is a JSON text.
    pub fn emit(&mut self, name: &str, payload: &str) {
        let name = serde_json::Value::from(name);
        self.write_text(&format!("42[{name},{payload}]"));
    }

    /// Sends an event and gives the number under which its ack will come; `payload` is a JSON text.
    pub fn call(&mut self, name: &str, payload: &str) -> u64 {
        let id = self.next_call;
        self.next_call += 1;
        let name = serde_json::Value::from(name);
        self.write_text(&format!("42{id}[{name},{payload}]"));
        id
    }

    /// Says that this side ends the connection.
    pub fn close(&mut self) {
        self.write_text("41");
        self.write(Opcode::Close, &ws::Close::new(ws::Close::NORMAL).encode());
    }

    /// Gives up everything but the reading of frames, for who reads them in an own way.
    #[must_use]
    pub fn into_frames(self) -> Frames {
        Frames::new(self.frames)
    }

    fn handle_packet(&mut self, now: Instant, packet: EnginePacket) -> Result<(), Broken> {
        self.silent_at = now + self.patience;
        match packet {
            EnginePacket::Open(open) => self.handle_open(now, &open)?,
            EnginePacket::Ping(data) => self.write_text(&format!("3{}", String::from_utf8_lossy(&data))),
            EnginePacket::Text(text) => {
                if let Some(packet) = self.packets.decode_text(&self.limits, text)? {
                    self.handle_message(packet)?;
                }
            }
            EnginePacket::Binary(message) => {
                if let Some(packet) = self.packets.decode_binary(&self.limits, message)? {
                    self.handle_message(packet)?;
                }
            }
            EnginePacket::Close => self.incoming.push_back(Incoming::Closed),
            EnginePacket::Noop => {}
            EnginePacket::Pong(_) | EnginePacket::Upgrade => return Err(Broken::Unexpected),
        }
        Ok(())
    }

    fn handle_open(&mut self, now: Instant, open: &Bytes) -> Result<(), Broken> {
        let open: Open = serde_json::from_slice(open).map_err(|_| Broken::Unexpected)?;
        let patience = Duration::from_millis(open.ping_interval.saturating_add(open.ping_timeout));
        self.patience = patience.min(LONGEST_PATIENCE);
        self.silent_at = now + self.patience;
        self.incoming.push_back(Incoming::Opened);
        Ok(())
    }

    fn handle_message(&mut self, packet: Packet) -> Result<(), Broken> {
        let incoming = match packet {
            Packet::Connect { data, .. } => Incoming::Connected {
                sid: read::<Sid>(data.as_deref())?.sid,
            },
            Packet::ConnectError { data, .. } => Incoming::ConnectRefused {
                message: read::<Refused>(Some(&data))?.message,
            },
            Packet::Disconnect { namespace } if namespace == Namespace::MAIN => Incoming::Disconnected,
            Packet::Disconnect { .. } => return Ok(()),
            Packet::Event { event, .. } => Incoming::Event {
                payload: first(&event.args),
                name: event.name,
            },
            Packet::Ack { id, args, .. } => Incoming::Ack {
                id,
                payload: first(&args),
            },
        };
        self.incoming.push_back(incoming);
        Ok(())
    }

    fn write_text(&mut self, packet: &str) {
        self.write(Opcode::Text, packet.as_bytes());
    }

    fn write(&mut self, opcode: Opcode, payload: &[u8]) {
        let mask = self.next_mask();
        ws::encode_client(&mut self.output, opcode, payload, mask);
    }

    /// SplitMix64: masks keep what a page in a browser writes from looking like HTTP to a proxy, which is nobody's aim here.
    fn next_mask(&mut self) -> [u8; 4] {
        self.mask_state = self.mask_state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.mask_state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let [a, b, c, d, ..] = (mixed ^ (mixed >> 31)).to_le_bytes();
        [a, b, c, d]
    }
}

fn first(args: &Args) -> String {
    args.get(0).unwrap_or("null").to_owned()
}

fn read<'a, T: Deserialize<'a>>(data: Option<&'a str>) -> Result<T, Broken> {
    serde_json::from_str(data.unwrap_or("null")).map_err(|_| Broken::Unexpected)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use hearth_sio::Frame;

    use super::*;

    fn opened(now: Instant) -> Wire {
        let mut wire = Wire::new(now, 7);
        let open = Frame::text(r#"0{"sid":"a","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000}"#);
        wire.handle_bytes(now, open.ws_bytes()).unwrap();
        assert_eq!(wire.poll_incoming(), Some(Incoming::Opened));
        wire
    }

    /// What the server reads of what the client wrote.
    fn written(wire: &mut Wire) -> Vec<String> {
        let output = wire.take_output();
        let mut decoder = ws::Decoder::new(Role::Server, 1_000);
        let mut input = output.as_slice();
        let mut texts = Vec::new();
        while let Some(item) = decoder.decode(&mut input).unwrap() {
            let Item::Text(text) = item else { continue };
            texts.push(String::from_utf8(text.to_vec()).unwrap());
        }
        texts
    }

    #[test]
    fn heartbeats_are_answered_and_put_off_the_end() {
        let start = Instant::now();
        let mut wire = opened(start);
        assert_eq!(wire.poll_timeout(), start + Duration::from_millis(500));

        let later = start + Duration::from_millis(300);
        wire.handle_bytes(later, Frame::text("2").ws_bytes()).unwrap();

        assert_eq!(written(&mut wire), ["3"]);
        assert_eq!(wire.poll_timeout(), later + Duration::from_millis(500));
        assert_eq!(wire.handle_timeout(later), Ok(()));
        assert_eq!(
            wire.handle_timeout(later + Duration::from_millis(500)),
            Err(Broken::Silent)
        );
    }

    #[test]
    fn calls_are_numbered_and_their_acks_come_under_the_same_number() {
        let now = Instant::now();
        let mut wire = opened(now);

        let (first, second) = (wire.call("typing", "\"a\""), wire.call("sync", "{}"));
        wire.handle_bytes(now, Frame::message(r#"31[{"ok":1}]"#).ws_bytes())
            .unwrap();

        assert_eq!((first, second), (0, 1));
        assert_eq!(written(&mut wire), [r#"420["typing","a"]"#, r#"421["sync",{}]"#]);
        let payload = r#"{"ok":1}"#.to_owned();
        assert_eq!(wire.poll_incoming(), Some(Incoming::Ack { id: 1, payload }));
    }

    #[test]
    fn a_frame_in_single_bytes_is_the_same_event() {
        let now = Instant::now();
        let mut wire = opened(now);

        for byte in Frame::event("user_connected", r#"{"userId":"é"}"#).ws_bytes() {
            wire.handle_bytes(now, &[*byte]).unwrap();
        }

        let payload = r#"{"userId":"é"}"#.to_owned();
        let name = "user_connected".to_owned();
        assert_eq!(wire.poll_incoming(), Some(Incoming::Event { name, payload }));
        assert_eq!(wire.poll_incoming(), None);
    }

    #[test]
    fn a_refused_token_and_a_final_disconnect_are_told() {
        let now = Instant::now();
        let mut wire = opened(now);

        let refused = Frame::message(r#"4{"message":"Authentication error","data":{"code":"unauthenticated"}}"#);
        wire.handle_bytes(now, refused.ws_bytes()).unwrap();
        wire.handle_bytes(now, Frame::message("1").ws_bytes()).unwrap();
        wire.handle_bytes(now, Frame::ws_close(None).ws_bytes()).unwrap();

        let message = "Authentication error".to_owned();
        assert_eq!(wire.poll_incoming(), Some(Incoming::ConnectRefused { message }));
        assert_eq!(wire.poll_incoming(), Some(Incoming::Disconnected));
        assert_eq!(wire.poll_incoming(), Some(Incoming::Closed));
    }

    #[test]
    fn a_server_that_breaks_the_protocol_is_left() {
        let now = Instant::now();

        let unknown = opened(now).handle_bytes(now, Frame::text("9").ws_bytes());
        let not_json = opened(now).handle_bytes(now, Frame::message("2[").ws_bytes());
        let forever = format!(r#"0{{"pingInterval":{},"pingTimeout":1}}"#, u64::MAX);
        let mut endless = Wire::new(now, 1);
        endless.handle_bytes(now, Frame::text(&forever).ws_bytes()).unwrap();

        assert!(matches!(unknown, Err(Broken::Engine(_))));
        assert!(matches!(not_json, Err(Broken::Socket(_))));
        assert_eq!(endless.poll_timeout(), now + LONGEST_PATIENCE);
    }
}
