//! The side of a link that only the connection's own task and the transport's HTTP side use.

use std::{sync::Arc, task::Waker, time::Instant};

use hearth_protocol::Goodbye;
use hearth_sio::Frame;
use tokio::net::TcpStream;

use super::{Link, State, wake};
use crate::socket::mail::Mail;

impl Link {
    /// Hands an input to the connection's task; dropped, and so refused, when the connection is over.
    pub(in crate::socket) fn post(&self, mail: Mail) {
        let mut state = self.lock();
        if state.is_over {
            return;
        }
        state.mail.push(mail);
        wake(&mut state);
    }

    /// Marks that a POST is being read, until the guard is dropped; `None` when one is already.
    pub(in crate::socket) fn begin_post(self: &Arc<Self>) -> Option<Posting> {
        let was_posting = std::mem::replace(&mut self.lock().is_posting, true);
        (!was_posting).then(|| Posting(self.clone()))
    }

    /// Begins a turn of the task: others leave the writing to it. Returns what arrived for it.
    pub(in crate::socket) fn begin_turn(&self, waker: &Waker) -> Arrived {
        let mut state = self.lock();
        state.is_in_turn = true;
        if !state.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            state.waker = Some(waker.clone());
        }
        Arrived {
            mail: std::mem::take(&mut state.mail),
            goodbye: state.goodbye.take(),
            deadline: state.deadline,
            is_broken: state.is_broken,
        }
    }

    /// Ends a turn and writes what waits, as far as it goes.
    pub(in crate::socket) fn end_turn(&self) -> Rest {
        let mut state = self.lock();
        state.is_in_turn = false;
        if state.stream.is_some() {
            self.flush_locked(&mut state);
        }
        Rest {
            is_blocked: state.is_blocked,
            is_broken: state.is_broken,
            has_arrived: !state.mail.is_empty() || state.goodbye.is_some(),
        }
    }

    /// Queues frames of the protocol itself, past the gate. They count towards the limit, but for those that end the
    /// connection.
    pub(in crate::socket) fn push_own(&self, frames: impl IntoIterator<Item = Frame>) {
        let mut state = self.lock();
        for frame in frames {
            if !state.is_closing && state.outbox.is_full(&self.limits) {
                self.write(&mut state);
            }
            if !state.is_closing && state.outbox.is_full(&self.limits) {
                return self.cut_slow_consumer(&mut state);
            }
            state.outbox.push(frame);
        }
    }

    /// The kernel has room again.
    pub(in crate::socket) fn unblock(&self) {
        self.lock().is_blocked = false;
    }

    /// From now on the queue is written to this WebSocket.
    pub(in crate::socket) fn attach(&self, stream: Arc<TcpStream>) {
        self.lock().stream = Some(stream);
    }

    /// Holds back what is pushed until [`Link::open_gate`].
    pub(in crate::socket) fn shut_gate(&self) {
        self.lock().gate.get_or_insert_default();
    }

    /// Lets through, or drops, what was held back.
    pub(in crate::socket) fn open_gate(&self, is_accepted: bool) {
        let mut state = self.lock();
        if let (Some(held), true) = (state.gate.take(), is_accepted) {
            state.outbox.append(held);
        }
    }

    /// Takes a polling answer; `None` when nothing waits.
    pub(in crate::socket) fn take_payload(&self, max_bytes: usize) -> Option<Vec<u8>> {
        let mut state = self.lock();
        let body = state.outbox.take_payload(max_bytes);
        if body.is_empty() {
            return None;
        }
        self.counters.count_written(1, body.len());
        Some(body)
    }

    /// Whether something waits to be sent.
    pub(in crate::socket) fn has_waiting(&self) -> bool {
        !self.lock().outbox.is_empty()
    }

    /// The connection is over: nothing is accepted and nothing is written any more.
    pub(in crate::socket) fn end(&self) {
        let mut state = self.lock();
        *state = State {
            is_closing: true,
            is_broken: true,
            is_over: true,
            ..State::default()
        };
    }

    /// Refuses pushes from the application from now on.
    pub(in crate::socket) fn start_closing(&self) {
        self.lock().is_closing = true;
    }

    /// Has the task look around, because a time has come.
    pub(in crate::socket) fn wake(&self) {
        wake(&mut self.lock());
    }
}

/// While it lives, a POST is being read.
pub(in crate::socket) struct Posting(Arc<Link>);

impl Drop for Posting {
    fn drop(&mut self) {
        self.0.lock().is_posting = false;
    }
}

/// What others left for the task.
pub(in crate::socket) struct Arrived {
    pub(in crate::socket) mail: Vec<Mail>,
    pub(in crate::socket) goodbye: Option<Box<Goodbye>>,
    pub(in crate::socket) deadline: Option<Instant>,
    pub(in crate::socket) is_broken: bool,
}

/// How a turn ended.
pub(in crate::socket) struct Rest {
    pub(in crate::socket) is_blocked: bool,
    pub(in crate::socket) is_broken: bool,
    pub(in crate::socket) has_arrived: bool,
}
