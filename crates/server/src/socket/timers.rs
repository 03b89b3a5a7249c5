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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Wake, Waker},
    };

    use super::*;
    use crate::socket::{ConnectionId, OutboxLimits};

    const TICK: Duration = Duration::from_millis(10);

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A link whose task counts how often it is woken.
    fn link() -> (Arc<Link>, Arc<Wakes>) {
        let link = Link::new(ConnectionId(1), OutboxLimits::default(), Arc::default());
        let wakes = Arc::new(Wakes::default());
        link.begin_turn(&Waker::from(wakes.clone()));
        link.end_turn();
        (link, wakes)
    }

    #[test]
    fn a_link_is_woken_once_not_before_its_time_and_at_most_a_tick_after() {
        let start = tokio::time::Instant::now().into_std();
        let timers = Timers::new(start, TICK);
        let (link, wakes) = link();
        timers.register(start + TICK * 5, Arc::downgrade(&link));

        timers.fire(start + TICK * 5 - Duration::from_nanos(1));
        let before = wakes.0.load(Ordering::Relaxed);
        timers.fire(start + TICK * 6);
        let after = wakes.0.load(Ordering::Relaxed);
        timers.fire(start + TICK * 100);

        assert_eq!([before, after, wakes.0.load(Ordering::Relaxed)], [0, 1, 1]);
    }

    #[test]
    fn a_link_that_is_gone_is_forgotten() {
        let start = tokio::time::Instant::now().into_std();
        let timers = Timers::new(start, TICK);
        let (link, _) = link();
        timers.register(start, Arc::downgrade(&link));

        drop(link);
        timers.fire(start + TICK * 2);

        assert!(timers.due.lock().unwrap().is_empty());
    }
}
