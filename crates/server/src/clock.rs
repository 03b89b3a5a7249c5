//! The only place that reads the time, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hearth_protocol::UnixMs;

/// The time as the server sees it: the machine's, plus an offset that only tests and fault injection change.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Wall-clock time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn now(&self) -> UnixMs {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let machine = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        UnixMs(machine.saturating_add(self.offset_ms.load(Ordering::Relaxed)))
    }

    /// Monotonic time, for waits and limits. Moves with [`Clock::advance`] too.
    #[must_use]
    pub fn instant(&self) -> Instant {
        let offset = self.offset_ms.load(Ordering::Relaxed).max(0);
        Instant::now() + Duration::from_millis(offset.unsigned_abs())
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}
