//! The server's side of one connection.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{CloseReason, Config, Lane, Output, Packet, PollAnswer, Refusal, Transport};
use crate::Frame;

/// How long a client that closes over a POST may take to come for the NOOP that ends its poll.
const LAST_POLL: Duration = Duration::from_millis(100);

/// One connection's state.
///
/// ```text
///              websocket probes        "5"
///   Polling ────────────────▶ Probing ─────▶ WebSocket
///      │   ◀──────────────────   │               │
///      │      candidate lost     │               │
///      ├─ ended with something to fetch ─▶ LastPoll ─▶ Closed
///      └──────────────▶ Closed ◀─┴───────────────┘
/// ```
#[derive(Debug)]
pub struct Session {
    state: State,
    heartbeat: Heartbeat,
    is_polling: bool,
    is_poll_waiting: bool,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Polling,
    Probing { until: Instant, is_probed: bool },
    WebSocket,
    LastPoll { until: Instant, ended_by: Side },
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

#[derive(Clone, Copy, Debug)]
enum Heartbeat {
    PingAt(Instant),
    PongBy(Instant),
}

impl Session {
    /// A fresh connection; its first output is the `open` packet with `sid`.
    pub fn new(config: &Config, now: Instant, transport: Transport, sid: &str) -> Self {
        let (state, upgrades) = match transport {
            Transport::Polling => (State::Polling, r#"["websocket"]"#),
            Transport::WebSocket => (State::WebSocket, "[]"),
        };
        let open = format!(
            r#"0{{"sid":"{sid}","upgrades":{upgrades},"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
            config.ping_interval.as_millis(),
            config.ping_timeout.as_millis(),
            config.max_payload,
        );
        let heartbeat = Heartbeat::PingAt(now + config.ping_interval);
        let outputs = VecDeque::from([Output::Send(Frame::text(&open))]);
        let is_polling = transport == Transport::Polling;
        Self {
            state,
            heartbeat,
            is_polling,
            is_poll_waiting: false,
            outputs,
        }
    }

    /// Whether the connection is over for both layers; a last poll may still fetch what is queued.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed | State::LastPoll { .. })
    }

    /// Whether no request will be answered any more.
    pub fn is_finished(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether HTTP requests, not a WebSocket, carry the connection.
    pub fn is_polling(&self) -> bool {
        self.is_polling
    }

    /// A packet arrived.
    pub fn handle_packet(&mut self, config: &Config, now: Instant, (lane, packet): (Lane, Packet)) {
        if self.is_closed() {
            return;
        }
        match (lane, packet) {
            (Lane::Candidate, packet) => self.handle_probe(&packet),
            (Lane::Current, Packet::Text(message)) => self.outputs.push_back(Output::Text(message)),
            (Lane::Current, Packet::Binary(message)) => self.outputs.push_back(Output::Binary(message)),
            (Lane::Current, Packet::Pong(_)) => self.heartbeat = Heartbeat::PingAt(now + config.ping_interval),
            // In revision 4 only the server pings.
            (Lane::Current, Packet::Ping(_)) => self.close(CloseReason::Parse),
            (Lane::Current, Packet::Close) => self.handle_client_close(now),
            (Lane::Current, Packet::Open(_) | Packet::Upgrade | Packet::Noop) => {}
        }
    }

    /// Something unreadable arrived.
    pub fn handle_malformed(&mut self, lane: Lane) {
        match lane {
            Lane::Current => self.close(CloseReason::Parse),
            Lane::Candidate => self.drop_candidate(),
        }
    }

    /// A GET arrived. `Ok`: it waits, until [`Output::ReleasePoll`] or until the caller has something for it.
    ///
    /// Errors: the refusal to answer it with; a second GET also ends the connection.
    pub fn handle_poll(&mut self) -> Result<(), Refusal> {
        match self.state {
            State::WebSocket => return Err(Refusal::BadRequest),
            State::Closed => return Err(Refusal::SessionUnknown),
            State::LastPoll { .. } => {
                self.is_poll_waiting = true;
                self.outputs.push_back(Output::ReleasePoll);
            }
            State::Polling | State::Probing { .. } if self.is_poll_waiting => {
                self.close(CloseReason::Overlap);
                return Err(Refusal::BadRequest);
            }
            State::Polling => self.is_poll_waiting = true,
            State::Probing { is_probed, .. } => {
                self.is_poll_waiting = true;
                if is_probed {
                    self.outputs.push_back(Output::ReleasePoll);
                }
            }
        }
        Ok(())
    }

    /// Whether a GET waits for an answer.
    pub fn is_poll_waiting(&self) -> bool {
        self.is_poll_waiting
    }

    /// What to answer the released GET with when nothing is queued.
    ///
    /// The end of a connection comes in an answer of its own: the stock JavaScript client acts on a close at once and
    /// on the messages beside it a moment later, when it no longer listens.
    pub fn filler(&self) -> &'static str {
        match self.state {
            State::LastPoll {
                ended_by: Side::Server, ..
            } => "1",
            _ => "6",
        }
    }

    /// The waiting GET was answered.
    pub fn handle_poll_answered(&mut self, with: PollAnswer) {
        self.is_poll_waiting = false;
        match (self.state, with) {
            (
                State::LastPoll {
                    ended_by: Side::Client, ..
                },
                _,
            )
            | (
                State::LastPoll {
                    ended_by: Side::Server, ..
                },
                PollAnswer::Filler,
            ) => self.state = State::Closed,
            _ => {}
        }
    }

    /// The waiting GET went away unanswered.
    pub fn handle_poll_lost(&mut self) {
        if self.is_poll_waiting {
            self.is_poll_waiting = false;
            self.close(CloseReason::Transport);
        }
    }

    /// A second POST arrived while one was being read.
    pub fn handle_post_overlap(&mut self) {
        self.close(CloseReason::Overlap);
    }

    /// A WebSocket with this connection's sid arrived.
    ///
    /// Errors: it must be closed; there is one already.
    pub fn handle_candidate(&mut self, config: &Config, now: Instant) -> Result<(), Refusal> {
        if self.state != State::Polling {
            return Err(Refusal::BadRequest);
        }
        self.state = State::Probing {
            until: now + config.upgrade_timeout,
            is_probed: false,
        };
        Ok(())
    }

    /// A WebSocket ended.
    pub fn handle_websocket_lost(&mut self, lane: Lane) {
        match lane {
            Lane::Candidate => self.drop_candidate(),
            Lane::Current => self.close(CloseReason::Transport),
        }
    }

    /// Our side ends the connection, after what is queued.
    pub fn handle_close(&mut self, config: &Config, now: Instant) {
        if self.is_closed() {
            return;
        }
        self.close(CloseReason::Server);
        if self.is_polling {
            self.state = State::LastPoll {
                until: now + config.linger,
                ended_by: Side::Server,
            };
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, config: &Config, now: Instant) {
        match self.state {
            State::Closed => return,
            State::LastPoll { until, .. } if now >= until => self.state = State::Closed,
            State::LastPoll { .. } => return,
            State::Probing { until, .. } if now >= until => self.drop_candidate(),
            State::Polling | State::Probing { .. } | State::WebSocket => {}
        }
        match self.heartbeat {
            Heartbeat::PingAt(due) if now >= due => {
                self.outputs.push_back(Output::Send(Frame::text("2")));
                // Counted from when the ping was due, so that a coarse timer does not lengthen the protocol's times;
                // but a process that was stopped for long still gives its clients half of the time.
                let by = (due + config.ping_timeout).max(now + config.ping_timeout / 2);
                self.heartbeat = Heartbeat::PongBy(by);
            }
            Heartbeat::PongBy(by) if now >= by => self.close(CloseReason::PingTimeout),
            Heartbeat::PingAt(_) | Heartbeat::PongBy(_) => {}
        }
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
        let (Heartbeat::PingAt(heartbeat) | Heartbeat::PongBy(heartbeat)) = self.heartbeat;
        match self.state {
            State::Closed => None,
            State::LastPoll { until, .. } => Some(until),
            State::Probing { until, .. } => Some(until.min(heartbeat)),
            State::Polling | State::WebSocket => Some(heartbeat),
        }
    }

    fn handle_probe(&mut self, packet: &Packet) {
        let State::Probing { until, is_probed } = self.state else {
            return self.drop_candidate();
        };
        match packet {
            Packet::Ping(data) if !is_probed && &data[..] == b"probe" => {
                self.state = State::Probing { until, is_probed: true };
                self.outputs.push_back(Output::SendCandidate(Frame::text("3probe")));
                if self.is_poll_waiting {
                    self.outputs.push_back(Output::ReleasePoll);
                }
            }
            Packet::Upgrade if is_probed => {
                if self.is_poll_waiting {
                    self.outputs.push_back(Output::ReleasePoll);
                }
                self.state = State::WebSocket;
                self.is_polling = false;
                self.outputs.push_back(Output::Upgraded);
            }
            _ => self.drop_candidate(),
        }
    }

    fn handle_client_close(&mut self, now: Instant) {
        let waits_for_last_poll = self.is_polling && !self.is_poll_waiting;
        self.close(CloseReason::Client);
        if waits_for_last_poll {
            // A client sends this POST beside a GET, and the GET may arrive second.
            self.state = State::LastPoll {
                until: now + LAST_POLL,
                ended_by: Side::Client,
            };
        }
    }

    fn drop_candidate(&mut self) {
        if let State::Probing { .. } = self.state {
            self.state = State::Polling;
        }
        self.outputs.push_back(Output::DropCandidate);
    }

    fn close(&mut self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        match self.state {
            State::Probing { .. } => self.drop_candidate(),
            State::Polling | State::WebSocket | State::LastPoll { .. } | State::Closed => {}
        }
        if self.is_polling && !matches!(reason, CloseReason::Client | CloseReason::Server) {
            self.outputs.push_back(Output::Send(Frame::text("1")));
        }
        self.state = State::Closed;
        if self.is_poll_waiting {
            self.outputs.push_back(Output::ReleasePoll);
        }
        self.outputs.push_back(Output::Closed(reason));
    }
}
