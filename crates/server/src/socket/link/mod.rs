//! The handle to a live connection that everybody else holds.

mod task;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Instant,
};

use hearth_protocol::{Goodbye, GoodbyeCode};
use hearth_sio::Frame;
use tokio::net::TcpStream;

pub(super) use task::{Arrived, Rest};

use super::{
    counters::Counters,
    mail::Mail,
    outbox::{Outbox, OutboxLimits},
};

pub use hearth_domain::ConnectionId;

/// What became of a pushed frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits, and the caller must see to a [`Link::flush`].
    MustFlush,
    /// It waits, and a flush is on its way already.
    Queued,
    /// The connection is ending; the frame was dropped.
    Refused,
}

/// A shared handle to one connection: small, and safe to use from any thread.
///
/// Everything that is written to the connection goes through the one queue in here, so frames never interleave.
pub struct Link {
    id: ConnectionId,
    limits: OutboxLimits,
    counters: Arc<Counters>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    outbox: Outbox,
    /// The WebSocket that the queue is written to; `None` while polling, and before and after the connection's life.
    stream: Option<Arc<TcpStream>>,
    /// Frames that wait for a CONNECT packet; `None` when no namespace is connecting.
    gate: Option<Outbox>,
    /// Inputs for the connection's task.
    mail: Vec<Mail>,
    waker: Option<Waker>,
    deadline: Option<Instant>,
    goodbye: Option<Box<Goodbye>>,
    is_closing: bool,
    /// Somebody has pushed and has yet to flush.
    is_dirty: bool,
    /// The connection's task is at work and will flush before it rests.
    is_in_turn: bool,
    /// The kernel's buffer is full; the task waits until it is not.
    is_blocked: bool,
    /// A write failed.
    is_broken: bool,
    /// A POST is being read.
    is_posting: bool,
    /// The task has ended.
    is_over: bool,
}

impl Link {
    /// A link whose connection never writes, for tests of what is queued on it.
    #[cfg(test)]
    pub(crate) fn idle(id: ConnectionId) -> Arc<Self> {
        Self::new(id, OutboxLimits::default(), Arc::default())
    }

    pub(super) fn new(id: ConnectionId, limits: OutboxLimits, counters: Arc<Counters>) -> Arc<Self> {
        let state = Mutex::default();
        Arc::new(Self {
            id,
            limits,
            counters,
            state,
        })
    }

    /// The connection's number.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Queues a frame. More than the limit ends the connection with `slow_consumer`.
    pub fn push(&self, frame: Frame) -> Pushed {
        self.push_all([frame])
    }

    /// Queues frames that must stay together, such as an event and its attachments.
    pub fn push_all(&self, frames: impl IntoIterator<Item = Frame>) -> Pushed {
        let mut state = self.lock();
        if state.is_closing {
            return Pushed::Refused;
        }
        for frame in frames {
            if !self.enqueue(&mut state, frame) {
                return Pushed::Refused;
            }
        }
        if state.is_dirty || state.is_blocked || state.is_in_turn || state.gate.is_some() {
            return Pushed::Queued;
        }
        state.is_dirty = true;
        Pushed::MustFlush
    }

    /// Writes everything that waits, as far as the kernel takes it now; the rest follows by itself.
    pub fn flush(&self) {
        self.flush_locked(&mut self.lock());
    }

    /// Queues a frame and writes what waits.
    pub fn send(&self, frame: Frame) {
        if self.push(frame) == Pushed::MustFlush {
            self.flush();
        }
    }

    /// Queues frames that must stay together and writes what waits.
    pub fn send_all(&self, frames: impl IntoIterator<Item = Frame>) {
        if self.push_all(frames) == Pushed::MustFlush {
            self.flush();
        }
    }

    /// Ends the connection: what waits is sent, then `goodbye`; then the transport closes (temporary: stock clients
    /// come back) or a DISCONNECT goes first (final: they stay away). A second call changes nothing.
    pub fn close(&self, goodbye: Goodbye) {
        let mut state = self.lock();
        if !state.is_closing {
            state.is_closing = true;
            state.goodbye = Some(Box::new(goodbye));
            wake(&mut state);
        }
    }

    /// When the application's permission ends; the connection then closes with `Service::deadline_goodbye`.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        let mut state = self.lock();
        state.deadline = deadline;
        wake(&mut state);
    }

    /// Whether the connection is ending or has ended.
    pub fn is_closing(&self) -> bool {
        self.lock().is_closing
    }

    fn enqueue(&self, state: &mut State, frame: Frame) -> bool {
        if self.is_full(state) {
            // A burst is no reason to cut a reader whom the kernel still takes something for.
            self.write(state);
        }
        if self.is_full(state) {
            self.cut_slow_consumer(state);
            return false;
        }
        match &mut state.gate {
            Some(gate) => gate.push(frame),
            None => state.outbox.push(frame),
        }
        true
    }

    fn is_full(&self, state: &State) -> bool {
        let gate = state.gate.as_ref();
        state.outbox.is_full(&self.limits) || gate.is_some_and(|gate| gate.is_full(&self.limits))
    }

    fn cut_slow_consumer(&self, state: &mut State) {
        self.counters.count_slow_consumer();
        state.outbox.clear();
        state.gate = None;
        state.is_closing = true;
        state.goodbye = Some(Box::new(slow_consumer()));
        wake(state);
    }

    fn flush_locked(&self, state: &mut State) {
        state.is_dirty = false;
        if !state.is_in_turn {
            self.write(state);
        }
    }

    /// Writes what waits, as far as the kernel takes it.
    fn write(&self, state: &mut State) {
        if state.is_blocked || state.is_broken {
            return;
        }
        let Some(stream) = state.stream.as_ref() else {
            // Polling: the task answers the waiting request.
            return wake(state);
        };
        while !state.outbox.is_empty() {
            match state.outbox.write_with(|slices| stream.try_write_vectored(slices)) {
                Ok((frames, bytes)) => self.counters.count_written(frames, bytes),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    state.is_blocked = true;
                    return wake(state);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => {
                    state.is_broken = true;
                    state.outbox = Outbox::default();
                    return wake(state);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Link")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn wake(state: &mut State) {
    if let Some(waker) = &state.waker {
        waker.wake_by_ref();
    }
}

fn slow_consumer() -> Goodbye {
    Goodbye {
        code: GoodbyeCode::SlowConsumer,
        message: "Too much waited for this connection; reconnect and catch up.".to_owned(),
        temporary: GoodbyeCode::SlowConsumer.is_temporary(),
        reconnect_after_ms: None,
    }
}
