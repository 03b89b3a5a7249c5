//! One coarse clock for all connections, in place of a timer for each.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use super::Link;

/// Wakes connections' tasks at about the time they asked for: never before, and at most a tick after.
///
/// There is no cancelling. A task that was woken for nothing looks at the time and asks anew.
#[derive(Debug)]
pub(super) struct Timers {
    start: Instant,
    tick: Duration,
    due: Mutex<BTreeMap<u64, Vec<Weak<Link>>>>,
}

impl Timers {
    pub(super) fn new(start: Instant, tick: Duration) -> Self {
        let due = Mutex::default();
        Self { start, tick, due }
    }

    /// Has `link` woken once `at` has come.
    pub(super) fn register(&self, at: Instant, link: Weak<Link>) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.entry(self.ticks_until(at) + 1).or_default().push(link);
    }

    /// Wakes everybody whose time has come.
    pub(super) fn fire(&self, now: Instant) {
        let ticks = self.ticks_until(now);
        while let Some(links) = self.take_due(ticks) {
            links.iter().filter_map(Weak::upgrade).for_each(|link| link.wake());
        }
    }

    fn take_due(&self, ticks: u64) -> Option<Vec<Weak<Link>>> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let first = due.first_entry()?;
        (*first.key() <= ticks).then(|| first.remove())
    }

    fn ticks_until(&self, at: Instant) -> u64 {
        let ticks = at.saturating_duration_since(self.start).as_nanos() / self.tick.as_nanos();
        u64::try_from(ticks).unwrap_or(u64::MAX - 1)
    }
}
