//! A real Socket.IO client over WebSocket. By itself it only answers heartbeats; what arrives waits until a test takes it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use hearth_sio::ws::{self, Decoder, Item, Opcode, Role};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Person, TestServer};

/// How long a test waits for anything before it fails.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 64 << 20;

/// One connection.
pub struct Socket {
    stream: TcpStream,
    decoder: Decoder,
    buffer: Vec<u8>,
    /// What arrived and was not taken yet, in order.
    arrived: VecDeque<Packet>,
    next_ack: u64,
    is_over: bool,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq)]
pub enum Packet {
    /// The Engine.IO handshake.
    Open(Value),
    /// The namespace is connected.
    Connected(Value),
    /// The namespace is refused.
    Refused(Value),
    /// An event and its first argument.
    Event(String, Value),
    /// The first argument of an acknowledgement.
    Ack(u64, Value),
    /// A Socket.IO DISCONNECT: stock clients stay away.
    Disconnect,
    /// The transport is closed.
    Closed,
}

/// How the server ended a connection.
#[derive(Debug, PartialEq)]
pub struct Ending {
    /// The last event's payload.
    pub goodbye: Value,
    /// Whether a DISCONNECT followed it.
    pub is_final: bool,
}

impl Socket {
    /// Somebody's connected socket.
    pub async fn of(server: &TestServer, person: &Person) -> Self {
        Self::connect(server.running.address, &person.access).await
    }

    /// A connection that must be let in.
    pub async fn connect(address: SocketAddr, access: &str) -> Self {
        match Self::try_connect(address, &json!({ "token": access })).await {
            Ok(socket) => socket,
            Err((_, refusal)) => panic!("refused: {refusal}"),
        }
    }

    /// A connection with any credentials; when refused, with the body of `connect_error`.
    pub async fn try_connect(address: SocketAddr, auth: &Value) -> Result<Self, (Self, Value)> {
        let mut socket = Self::open(address, "").await;
        socket.send_text(&format!("40{auth}")).await;
        match socket.connected().await {
            Ok(_) => Ok(socket),
            Err(body) => Err((socket, body)),
        }
    }

    /// The answer to a CONNECT that was sent by hand: its body, or that of the refusal.
    pub async fn connected(&mut self) -> Result<Value, Value> {
        let is_answer = |packet: &Packet| matches!(packet, Packet::Connected(_) | Packet::Refused(_));
        match self.take(is_answer).await {
            Packet::Connected(body) => Ok(body),
            Packet::Refused(body) => Err(body),
            other => panic!("{other:?} is no answer"),
        }
    }

    /// A WebSocket whose handshake is done, with more in its query, and without a namespace.
    pub async fn open(address: SocketAddr, query: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket{query} HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        let mut socket = Self {
            stream,
            decoder: Decoder::new(Role::Client, MAX_BYTES),
            buffer: vec![0; 64 * 1024],
            arrived: VecDeque::new(),
            next_ack: 0,
            is_over: false,
        };
        socket.take(|packet| matches!(packet, Packet::Open(_))).await;
        socket
    }

    /// Sends a command that asks for no ack.
    pub async fn emit(&mut self, command: &str, payload: &Value) {
        self.send_text(&format!("42{}", json!([command, payload]))).await;
    }

    /// Sends a command and does not wait; the number is that of its ack.
    pub async fn begin(&mut self, command: &str, payload: &Value) -> u64 {
        let ack = self.next_ack;
        self.next_ack += 1;
        self.send_text(&format!("42{ack}{}", json!([command, payload]))).await;
        ack
    }

    /// Sends a command and waits for its ack.
    pub async fn ask(&mut self, command: &str, payload: &Value) -> Value {
        let ack = self.begin(command, payload).await;
        self.ack(ack).await
    }

    /// Waits for an ack.
    pub async fn ack(&mut self, number: u64) -> Value {
        match self
            .take(|packet| matches!(packet, Packet::Ack(found, _) if *found == number))
            .await
        {
            Packet::Ack(_, answer) => answer,
            other => panic!("{other:?} is no ack"),
        }
    }

    /// Waits for the next event of this name; what else arrives stays.
    pub async fn event(&mut self, name: &str) -> Value {
        match self
            .take(|packet| matches!(packet, Packet::Event(found, _) if found == name))
            .await
        {
            Packet::Event(_, data) => data,
            other => panic!("{other:?} is no event"),
        }
    }

    /// Waits for the next event of any of these names.
    pub async fn any_of(&mut self, names: &[&str]) -> (String, Value) {
        match self
            .take(|packet| matches!(packet, Packet::Event(found, _) if names.contains(&found.as_str())))
            .await
        {
            Packet::Event(name, data) => (name, data),
            other => panic!("{other:?} is no event"),
        }
    }

    /// Takes every event that arrived before the first that satisfies `is_last`, and that one.
    pub async fn events_until(&mut self, is_last: impl Fn(&str, &Value) -> bool) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        loop {
            match self.take(|packet| matches!(packet, Packet::Event(..))).await {
                Packet::Event(name, data) => {
                    let is_done = is_last(&name, &data);
                    events.push((name, data));
                    if is_done {
                        return events;
                    }
                }
                other => panic!("{other:?} is no event"),
            }
        }
    }

    /// Reads to the end of the connection, which must be within `limit`; the last packet is [`Packet::Closed`].
    pub async fn rest(&mut self, limit: Duration) -> Vec<Packet> {
        let read = async {
            while self.arrived.back() != Some(&Packet::Closed) {
                self.read().await;
            }
        };
        tokio::time::timeout(limit, read)
            .await
            .expect("the connection ends in time");
        self.arrived.drain(..).collect()
    }

    /// Reads to the end of a connection that the server ends within 2 s.
    pub async fn ending(&mut self) -> Ending {
        self.ending_within(Duration::from_secs(2)).await
    }

    /// Reads to the end of a connection that the server ends within `limit`.
    pub async fn ending_within(&mut self, limit: Duration) -> Ending {
        let mut packets = self.rest(limit).await;
        assert_eq!(packets.pop(), Some(Packet::Closed));
        let is_final = packets.last() == Some(&Packet::Disconnect);
        packets.retain(|packet| !matches!(packet, Packet::Disconnect | Packet::Ack(..)));
        match packets.pop() {
            Some(Packet::Event(name, goodbye)) if name == "goodbye" => Ending { goodbye, is_final },
            other => panic!("a goodbye comes last, not {other:?}"),
        }
    }

    /// Waits for this ack or the end of the connection, whichever comes first.
    pub async fn first_of_end_or_ack(&mut self, number: u64) -> Packet {
        let is_wanted = |packet: &Packet| matches!(packet, Packet::Ack(found, _) if *found == number);
        self.take(|packet| is_wanted(packet) || *packet == Packet::Closed).await
    }

    /// How much the kernel keeps of what this side does not read.
    pub fn set_receive_buffer(&self, bytes: usize) {
        socket2::SockRef::from(&self.stream)
            .set_recv_buffer_size(bytes)
            .unwrap();
    }

    /// Sends one WebSocket text message as it is.
    pub async fn send_text(&mut self, text: &str) {
        self.send_frame(Opcode::Text, text.as_bytes()).await;
    }

    /// Sends one WebSocket message as it is. A connection that the server ended takes anything.
    pub async fn send_frame(&mut self, opcode: Opcode, payload: &[u8]) {
        let mut bytes = Vec::new();
        ws::encode_client(&mut bytes, opcode, payload, [1, 2, 3, 4]);
        self.is_over |= self.stream.write_all(&bytes).await.is_err();
    }

    /// Takes the first packet that satisfies `is_wanted`, read or yet to come.
    async fn take(&mut self, is_wanted: impl Fn(&Packet) -> bool) -> Packet {
        let search = async {
            let mut looked_at = 0;
            loop {
                if let Some(at) = self.arrived.iter().skip(looked_at).position(&is_wanted) {
                    return self.arrived.remove(looked_at + at).expect("it is there");
                }
                looked_at = self.arrived.len();
                assert!(
                    self.arrived.back() != Some(&Packet::Closed),
                    "the connection ended: {:?}",
                    self.arrived
                );
                self.read().await;
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(packet) => packet,
            Err(_) => panic!("nothing of the kind arrived, only {:?}", self.arrived),
        }
    }

    /// Reads what is there, or waits for more.
    async fn read(&mut self) {
        let count = self.stream.read(&mut self.buffer).await.unwrap_or(0);
        if count == 0 {
            return self.arrived.push_back(Packet::Closed);
        }
        let mut input = &self.buffer[..count];
        let mut heartbeats = 0;
        while let Some(item) = self.decoder.decode(&mut input).unwrap() {
            match item {
                Item::Text(text) if text == "2" => heartbeats += 1,
                Item::Text(text) => self.arrived.extend(parse(std::str::from_utf8(&text).unwrap())),
                Item::Close(_) => self.is_over = true,
                Item::Binary(_) | Item::Ping(_) | Item::Pong(_) => {}
            }
        }
        for _ in 0..heartbeats {
            self.send_text("3").await;
        }
        if self.is_over {
            // Both sides have said all: the server waits for our end.
            let _ = self.stream.shutdown().await;
        }
    }
}

/// What one text message means; nothing, when it is of the transport alone.
fn parse(text: &str) -> Option<Packet> {
    let (kind, rest) = text.split_at(text.len().min(2));
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    Some(match kind {
        "40" => Packet::Connected(json(rest)),
        "41" => Packet::Disconnect,
        "44" => Packet::Refused(json(rest)),
        "42" => {
            let mut args = json(rest);
            Packet::Event(args[0].as_str().unwrap().to_owned(), args[1].take())
        }
        "43" => {
            let digits = rest.find('[').unwrap();
            let mut args = json(&rest[digits..]);
            Packet::Ack(rest[..digits].parse().unwrap(), args[0].take())
        }
        _ if text.starts_with('0') => Packet::Open(json(&text[1..])),
        _ => return None,
    })
}
