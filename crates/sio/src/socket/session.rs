//! The server's side of what one Engine.IO connection carries.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{Args, Decoder, Error, Event, Limits, Namespace, Packet, connect_error_body, encode};
use crate::Frame;

/// The parameters of every connection.
#[derive(Clone, Debug)]
pub struct Config {
    /// The namespaces that exist; others are refused politely.
    pub namespaces: Vec<Namespace>,
    /// How long a connection may go without a connected namespace.
    pub connect_timeout: Duration,
    /// Bounds on packets.
    pub limits: Limits,
}

/// What the caller must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Queue these for the client, in order, with nothing in between.
    Send(Vec<Frame>),
    /// The client asks for a namespace; answer with [`Session::handle_accepted`] or [`Session::handle_refused`].
    Connect {
        /// Which one.
        namespace: Namespace,
        /// Its credentials, a JSON object.
        auth: Option<String>,
    },
    /// An event of a connected namespace.
    Event {
        /// Which one.
        namespace: Namespace,
        /// The number to acknowledge it with, when the client asks for that.
        ack: Option<u64>,
        /// What.
        event: Event,
    },
    /// The client acknowledges an event of ours.
    Ack {
        /// In which namespace.
        namespace: Namespace,
        /// The event's number.
        id: u64,
        /// The answer.
        args: Args,
    },
    /// The client left a namespace that was connected or connecting.
    Disconnected(Namespace),
    /// End the connection: malformed or out of turn packets.
    ParseError(Error),
    /// End the connection: nothing was connected in time.
    ConnectTimeout,
    /// End the connection: a packet for a namespace that is not connected, or a second CONNECT to one that is.
    OutOfTurn,
}

/// The namespaces of one connection.
#[derive(Debug)]
pub struct Session {
    decoder: Decoder,
    namespaces: Vec<(Namespace, State)>,
    /// Until when a namespace must be connected; `None` while one is.
    connect_by: Option<Instant>,
    is_over: bool,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Connected,
}

impl Session {
    /// A fresh connection.
    pub fn new(config: &Config, now: Instant) -> Self {
        Self {
            decoder: Decoder::default(),
            namespaces: Vec::new(),
            connect_by: Some(now + config.connect_timeout),
            is_over: false,
            outputs: VecDeque::new(),
        }
    }

    /// A text message arrived.
    pub fn handle_text(&mut self, config: &Config, now: Instant, text: Bytes) {
        if !self.is_over {
            let decoded = self.decoder.decode_text(&config.limits, text);
            self.handle_decoded(config, now, decoded);
        }
    }

    /// A binary message arrived.
    pub fn handle_binary(&mut self, config: &Config, now: Instant, message: Bytes) {
        if !self.is_over {
            let decoded = self.decoder.decode_binary(&config.limits, message);
            self.handle_decoded(config, now, decoded);
        }
    }

    /// The caller accepts a connecting namespace; false when the client has left it meanwhile.
    pub fn handle_accepted(&mut self, namespace: &Namespace, sid: &str) -> bool {
        let Some((_, state)) = self.namespaces.iter_mut().find(|(name, _)| name == namespace) else {
            return false;
        };
        *state = State::Connected;
        self.connect_by = None;
        let data = Some(format!(r#"{{"sid":"{sid}"}}"#));
        self.send(&Packet::Connect {
            namespace: namespace.clone(),
            data,
        });
        true
    }

    /// The caller refuses a connecting namespace; `data` is JSON as of [`connect_error_body`].
    pub fn handle_refused(&mut self, namespace: &Namespace, data: String) {
        self.namespaces.retain(|(name, _)| name != namespace);
        self.send(&Packet::ConnectError {
            namespace: namespace.clone(),
            data,
        });
    }

    /// The caller ends every namespace for good: clients that hear DISCONNECT do not come back by themselves.
    pub fn handle_disconnect(&mut self) {
        self.is_over = true;
        for (namespace, state) in std::mem::take(&mut self.namespaces) {
            if state == State::Connected {
                self.send(&Packet::Disconnect { namespace });
            }
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.is_over && self.connect_by.is_some_and(|by| now >= by) {
            self.end(Output::ConnectTimeout);
        }
    }

    /// The namespaces that are connected.
    pub fn connected(&self) -> impl Iterator<Item = &Namespace> {
        self.namespaces
            .iter()
            .filter(|(_, state)| *state == State::Connected)
            .map(|(name, _)| name)
    }

    /// What to do next; call until `None` after every input.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if output.is_none() {
            // An idle connection keeps no room for outputs.
            self.outputs = VecDeque::new();
        }
        output
    }

    /// When [`Session::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.connect_by.filter(|_| !self.is_over)
    }

    fn handle_decoded(&mut self, config: &Config, now: Instant, decoded: Result<Option<Packet>, Error>) {
        match decoded {
            Ok(Some(packet)) => self.handle_packet(config, now, packet),
            Ok(None) => {}
            Err(error) => self.end(Output::ParseError(error)),
        }
    }

    fn handle_packet(&mut self, config: &Config, now: Instant, packet: Packet) {
        match packet {
            Packet::Connect { namespace, data } => self.handle_connect(config, namespace, data),
            Packet::Disconnect { namespace } => self.handle_left(config, now, namespace),
            Packet::Event { ref namespace, .. } | Packet::Ack { ref namespace, .. }
                if !self.is_connected(namespace) =>
            {
                self.end(Output::OutOfTurn);
            }
            Packet::Event { namespace, ack, event } => {
                self.outputs.push_back(Output::Event { namespace, ack, event });
            }
            Packet::Ack { namespace, id, args } => {
                self.outputs.push_back(Output::Ack { namespace, id, args });
            }
            // Only servers refuse namespaces.
            Packet::ConnectError { .. } => self.end(Output::OutOfTurn),
        }
    }

    fn handle_connect(&mut self, config: &Config, namespace: Namespace, auth: Option<String>) {
        if self.namespaces.iter().any(|(name, _)| *name == namespace) {
            return self.end(Output::OutOfTurn);
        }
        if !config.namespaces.contains(&namespace) {
            let data = connect_error_body("Invalid namespace", None);
            return self.send(&Packet::ConnectError { namespace, data });
        }
        self.namespaces.push((namespace.clone(), State::Connecting));
        self.outputs.push_back(Output::Connect { namespace, auth });
    }

    fn handle_left(&mut self, config: &Config, now: Instant, namespace: Namespace) {
        let Some(at) = self.namespaces.iter().position(|(name, _)| *name == namespace) else {
            return;
        };
        self.namespaces.remove(at);
        self.outputs.push_back(Output::Disconnected(namespace));
        if self.connected().next().is_none() {
            self.connect_by.get_or_insert(now + config.connect_timeout);
        }
    }

    fn is_connected(&self, namespace: &Namespace) -> bool {
        self.connected().any(|name| name == namespace)
    }

    fn send(&mut self, packet: &Packet) {
        self.outputs.push_back(Output::Send(encode(packet)));
    }

    fn end(&mut self, why: Output) {
        self.is_over = true;
        self.outputs.push_back(why);
    }
}
