//! The hub's inbox: three policies for one queue.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

use hearth_protocol::{GoodbyeCode, RoomId, SessionId, Signal, UserId};

use super::Attachment;
use crate::events::Announcement;
use crate::socket::ConnectionId;

/// From here on announcements wait and signals are dropped.
const FULL: usize = 8_192;

/// What the fan-out thread is told.
#[derive(Debug)]
pub enum Input {
    /// A connection came.
    Attach(Attachment),
    /// The rooms of an attached user.
    Subscribe {
        /// Whose.
        user_id: UserId,
        /// All of them.
        rooms: Vec<RoomId>,
    },
    /// A connection went.
    Detach {
        /// Which.
        connection_id: ConnectionId,
        /// Whose.
        user_id: UserId,
    },
    /// Something was committed.
    Announce(Announcement),
    /// Something momentary happens in a room.
    Signal {
        /// Where.
        room_id: RoomId,
        /// What.
        signal: Signal,
        /// Who need not be told.
        except: Option<ConnectionId>,
    },
    /// A login session ended.
    CloseSession {
        /// Which.
        session_id: SessionId,
        /// Why.
        code: GoodbyeCode,
    },
    /// A user must go.
    CloseUser {
        /// Who.
        user_id: UserId,
        /// Why.
        code: GoodbyeCode,
    },
}

/// A queue with one reader that takes everything at once.
///
/// Control inputs always fit: there are at most a few per connection, and connections are bounded. Announcements wait for room, so
/// that senders feel the back-pressure. Signals are dropped instead.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inputs: VecDeque<Input>,
    closed: bool,
}

impl Queue {
    pub(super) fn push(&self, input: Input) {
        let mut state = self.state.lock().expect("no holder panics");
        state.inputs.push_back(input);
        self.filled.notify_one();
    }

    pub(super) fn push_signal(&self, input: Input) {
        let mut state = self.state.lock().expect("no holder panics");
        if state.inputs.len() < FULL {
            state.inputs.push_back(input);
            self.filled.notify_one();
        }
    }

    pub(super) fn push_announcements(&self, announcements: Vec<Announcement>) {
        let mut state = self.state.lock().expect("no holder panics");
        while state.inputs.len() >= FULL && !state.closed {
            state = self.emptied.wait(state).expect("no holder panics");
        }
        state.inputs.extend(announcements.into_iter().map(Input::Announce));
        self.filled.notify_one();
    }

    /// Waits for inputs and swaps them with the empty `taken`. False when closed and nothing is left.
    pub(super) fn take(&self, taken: &mut VecDeque<Input>) -> bool {
        let mut state = self.state.lock().expect("no holder panics");
        while state.inputs.is_empty() {
            if state.closed {
                return false;
            }
            state = self.filled.wait(state).expect("no holder panics");
        }
        std::mem::swap(&mut state.inputs, taken);
        self.emptied.notify_all();
        true
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.state.lock().expect("no holder panics").inputs.is_empty()
    }

    pub(super) fn close(&self) {
        self.state.lock().expect("no holder panics").closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }
}
