//! Figures about all connections of an engine.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Running totals and present numbers; read them for metrics.
#[derive(Debug, Default)]
pub struct Counters {
    polling: AtomicU64,
    websocket: AtomicU64,
    frames_out: AtomicU64,
    bytes_out: AtomicU64,
    slow_consumers: AtomicU64,
}

/// The figures at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Connections that use long-polling now.
    pub polling: u64,
    /// Connections that use a WebSocket now.
    pub websocket: u64,
    /// Frames written, since the start; a polling answer counts as one.
    pub frames_out: u64,
    /// Bytes written, since the start, without HTTP's own.
    pub bytes_out: u64,
    /// Connections ended because too much waited for them, since the start.
    pub slow_consumers: u64,
}

impl Counters {
    /// The figures now.
    pub fn read(&self) -> Figures {
        Figures {
            polling: self.polling.load(Relaxed),
            websocket: self.websocket.load(Relaxed),
            frames_out: self.frames_out.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            slow_consumers: self.slow_consumers.load(Relaxed),
        }
    }

    pub(super) fn count_written(&self, frames: usize, bytes: usize) {
        self.frames_out.fetch_add(frames as u64, Relaxed);
        self.bytes_out.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn count_slow_consumer(&self) {
        self.slow_consumers.fetch_add(1, Relaxed);
    }

    pub(super) fn count_open(&self, is_polling: bool) {
        self.transport(is_polling).fetch_add(1, Relaxed);
    }

    pub(super) fn count_closed(&self, is_polling: bool) {
        self.transport(is_polling).fetch_sub(1, Relaxed);
    }

    fn transport(&self, is_polling: bool) -> &AtomicU64 {
        if is_polling { &self.polling } else { &self.websocket }
    }
}
