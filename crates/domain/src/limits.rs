//! Rate limits: keyed token buckets.
//!
//! Counters that must survive a restart (wrong passwords) are not here: they are rows of the database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Time in which one spent action comes back.
    interval: Duration,
    /// Actions that may be done at once.
    burst: u32,
}

impl Limit {
    /// Messages of one user unless configured otherwise: 60 a minute, all of them at once if need be.
    pub const MESSAGES: Self = Self {
        interval: Duration::from_secs(1),
        burst: 60,
    };

    /// `count` actions in each `period` in the long run, `burst` at once. A zero of either count is read as one.
    #[must_use]
    pub fn new(count: u32, period: Duration, burst: u32) -> Self {
        Self {
            interval: (period / count.max(1)).max(Duration::from_nanos(1)),
            burst: burst.max(1),
        }
    }

    /// `count` actions a minute in the long run, `burst` at once.
    #[must_use]
    pub fn per_minute(count: u32, burst: u32) -> Self {
        Self::new(count, Duration::from_secs(60), burst)
    }

    /// `count` actions an hour, all of which may come at once.
    #[must_use]
    pub fn per_hour(count: u32) -> Self {
        Self::new(count, Duration::from_secs(3_600), count)
    }

    /// Actions that may be done at once: what `RateLimit-Limit` says.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// Time in which an empty bucket fills.
    fn fill_time(self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }
}

/// An action that was allowed, and where that leaves its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// Actions that would still pass right now: what `RateLimit-Remaining` says.
    pub actions: u32,
    /// Time until the bucket is full again: what `RateLimit-Reset` says.
    pub full_after: Duration,
}

/// An action that came too soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many actions; the next one passes in {retry_after:?}")]
pub struct Wait {
    /// Shortest wait after which the same action would pass; never zero.
    pub retry_after: Duration,
    /// Time until the bucket is full again.
    pub full_after: Duration,
}

/// Lets each key act at most `burst` times at once and at the limit's pace in the long run.
///
/// Memory is bounded. A bucket that has filled up again is forgotten: it is as good as new. Above `max_keys` the bucket
/// nearest to full is forgotten early, so that whoever spent most stays limited and newcomers are never refused for the
/// sake of others; what it costs is that the forgotten key may act as if it had been idle.
#[derive(Debug, Clone)]
pub struct RateLimiter<K> {
    limit: Limit,
    max_keys: usize,
    latest: Option<Instant>,
    /// When each bucket will be full; absent means full.
    full_at: BTreeMap<K, Instant>,
    /// The same, in order of that time.
    by_time: BTreeSet<(Instant, K)>,
}

impl<K: Ord + Clone> RateLimiter<K> {
    /// Most keys a limiter remembers unless told otherwise.
    pub const MAX_KEYS: usize = 100_000;

    /// A limiter in which every bucket is full.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        Self::with_max_keys(limit, Self::MAX_KEYS)
    }

    /// As [`RateLimiter::new`], remembering at most `max_keys` keys (at least one).
    #[must_use]
    pub fn with_max_keys(limit: Limit, max_keys: usize) -> Self {
        Self {
            limit,
            max_keys: max_keys.max(1),
            latest: None,
            full_at: BTreeMap::new(),
            by_time: BTreeSet::new(),
        }
    }

    /// Spends one action of `key`.
    ///
    /// Counts are whole actions. A `now` earlier than the latest one seen is read as that one.
    ///
    /// Errors: `Err(Wait)` with the shortest wait after which the same call would pass; nothing is spent.
    /// Source: token bucket, limits as in docs/protocol.md §3 and §6.
    pub fn take(&mut self, now: Instant, key: &K) -> Result<Remaining, Wait> {
        let now = self.advance(now);
        let until_full = self
            .full_at
            .get(key)
            .map_or(Duration::ZERO, |full_at| full_at.duration_since(now));
        let spent = until_full + self.limit.interval;
        let capacity = self.limit.fill_time();
        if spent > capacity {
            return Err(Wait {
                retry_after: spent - capacity,
                full_after: until_full,
            });
        }
        self.remember(key, now + spent);
        let actions = (capacity - spent).as_nanos() / self.limit.interval.as_nanos();
        Ok(Remaining {
            actions: u32::try_from(actions).unwrap_or(u32::MAX),
            full_after: spent,
        })
    }

    /// Gives one spent action of `key` back: what it was taken for did not happen.
    pub fn give_back(&mut self, now: Instant, key: &K) {
        let now = self.advance(now);
        let Some(full_at) = self.forget(key) else { return };
        let full_at = full_at - self.limit.interval;
        if full_at > now {
            self.remember(key, full_at);
        }
    }

    /// How many keys are remembered now.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.full_at.len()
    }

    /// Moves to `now`, forgets what has filled up, and returns the moment to reckon with.
    fn advance(&mut self, now: Instant) -> Instant {
        let now = self.latest.map_or(now, |latest| latest.max(now));
        self.latest = Some(now);
        while self.by_time.first().is_some_and(|(full_at, _)| *full_at <= now) {
            self.forget_first();
        }
        now
    }

    fn remember(&mut self, key: &K, full_at: Instant) {
        self.forget(key);
        if self.full_at.len() >= self.max_keys {
            self.forget_first();
        }
        self.full_at.insert(key.clone(), full_at);
        self.by_time.insert((full_at, key.clone()));
    }

    fn forget(&mut self, key: &K) -> Option<Instant> {
        let (key, full_at) = self.full_at.remove_entry(key)?;
        self.by_time.remove(&(full_at, key));
        Some(full_at)
    }

    fn forget_first(&mut self) {
        if let Some((_, key)) = self.by_time.pop_first() {
            self.full_at.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// One a second, twenty at once.
    fn limit() -> Limit {
        Limit::per_minute(60, 20)
    }

    fn limiter() -> (RateLimiter<&'static str>, Instant) {
        (RateLimiter::new(limit()), Instant::now())
    }

    /// Takes `times` actions, all of which must pass, and returns what is left after the last.
    fn spend(
        limiter: &mut RateLimiter<&'static str>,
        now: Instant,
        key: &'static str,
        times: u32,
    ) -> Option<Remaining> {
        (0..times).map(|_| limiter.take(now, &key).ok()).last().flatten()
    }

    #[test]
    fn a_burst_passes_and_the_next_action_waits_a_second() {
        let (mut limiter, now) = limiter();

        let last = spend(&mut limiter, now, "ada", 20);
        let over = limiter.take(now, &"ada");

        assert_eq!(
            last,
            Some(Remaining {
                actions: 0,
                full_after: 20 * SECOND
            })
        );
        assert_eq!(
            over,
            Err(Wait {
                retry_after: SECOND,
                full_after: 20 * SECOND
            })
        );
    }

    #[test]
    fn a_refused_action_spends_nothing() {
        let (mut limiter, now) = limiter();
        spend(&mut limiter, now, "ada", 20);

        let refused = [limiter.take(now, &"ada"), limiter.take(now, &"ada")];
        let later = limiter.take(now + SECOND, &"ada");

        assert_eq!(refused[0], refused[1]);
        assert_eq!(later.map(|left| left.actions), Ok(0));
    }

    #[test]
    fn waiting_as_long_as_told_passes_and_a_nanosecond_less_does_not() {
        let mut limiter = RateLimiter::new(Limit::per_minute(7, 3));
        let now = Instant::now();
        spend(&mut limiter, now, "ada", 3);
        let wait = limiter
            .take(now, &"ada")
            .map_err(|wait| wait.retry_after)
            .err()
            .unwrap_or_default();

        let early = limiter.take(now + wait - Duration::from_nanos(1), &"ada");
        let in_time = limiter.take(now + wait, &"ada");

        assert!(early.is_err());
        assert!(in_time.is_ok());
    }

    #[test]
    fn one_key_does_not_spend_for_another() {
        let (mut limiter, now) = limiter();
        spend(&mut limiter, now, "ada", 20);

        assert_eq!(limiter.take(now, &"bob").map(|left| left.actions), Ok(19));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let (mut limiter, now) = limiter();
        spend(&mut limiter, now + 10 * SECOND, "ada", 20);

        let over = limiter.take(now, &"ada");

        assert_eq!(over.map_err(|wait| wait.retry_after), Err(SECOND));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let (mut limiter, now) = limiter();
        spend(&mut limiter, now, "ada", 2);
        spend(&mut limiter, now, "bob", 5);

        let _ = limiter.take(now + 3 * SECOND, &"cleo");

        assert_eq!(limiter.keys(), 2, "ada's is full again, bob's and cleo's are not");
    }

    #[test]
    fn above_the_cap_the_bucket_nearest_to_full_is_forgotten() {
        let now = Instant::now();
        let mut limiter = RateLimiter::with_max_keys(limit(), 2);
        spend(&mut limiter, now, "greedy", 20);
        spend(&mut limiter, now, "modest", 1);

        let newcomer = limiter.take(now, &"newcomer");

        assert!(newcomer.is_ok());
        assert_eq!(limiter.keys(), 2);
        assert!(limiter.take(now, &"greedy").is_err(), "who spent most stays limited");
    }

    #[test]
    fn an_action_given_back_can_be_taken_again() {
        let (mut limiter, now) = limiter();
        spend(&mut limiter, now, "ada", 20);

        limiter.give_back(now, &"ada");
        limiter.give_back(now, &"nobody");

        assert_eq!(limiter.take(now, &"ada").map(|left| left.actions), Ok(0));
        assert!(limiter.take(now, &"ada").is_err());
    }

    #[test]
    fn zeros_are_read_as_one() {
        let mut limiter = RateLimiter::new(Limit::per_minute(0, 0));
        let now = Instant::now();

        assert!(limiter.take(now, &"ada").is_ok());
        assert_eq!(
            limiter.take(now, &"ada").map_err(|wait| wait.retry_after),
            Err(60 * SECOND)
        );
    }
}
