//! How often one user may do what. Kept in memory on this node; wrong log-ins are counted in the database, by `accounts`.

pub mod noted;

use std::sync::Mutex;
use std::time::Instant;

use hearth_domain::limits::{Limit, RateLimiter, Remaining};
use hearth_protocol::UserId;

use crate::config;
use crate::error::{Error, Result};
use noted::{RateLimit, note};

/// The per-user limits.
pub struct Limits {
    sends: Counter,
    actions: Counter,
    signals: Counter,
}

impl Limits {
    /// Limits in which nothing was spent.
    #[must_use]
    pub fn new(config: &config::Limits) -> Self {
        let limiter = |per_minute, burst| Counter::new(Limit::per_minute(per_minute, burst));
        Self {
            sends: limiter(config.messages_per_minute, config.messages_burst),
            actions: limiter(config.actions_per_minute, config.actions_burst),
            signals: limiter(config.actions_per_minute, config.actions_burst),
        }
    }

    /// One message.
    pub fn take_send(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        self.sends
            .take(user_id, now, "Too many messages sent, please slow down.")
    }

    /// Anything else that reads or changes more than a row: making, joining, changing and opening rooms, catching up, read cursors.
    pub fn take_action(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        self.actions.take(user_id, now, TOO_OFTEN)
    }

    /// Starting or stopping to type. Counted apart, so that typing keeps nobody from acting.
    pub fn take_signal(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        self.signals.take(user_id, now, TOO_OFTEN)
    }
}

const TOO_OFTEN: &str = "That was too often. Please wait a moment and try again.";

/// A limit with what each user has spent of it.
struct Counter {
    limit: Limit,
    limiter: Mutex<RateLimiter<UserId>>,
}

impl Counter {
    fn new(limit: Limit) -> Self {
        let limiter = Mutex::new(RateLimiter::new(limit));
        Self { limit, limiter }
    }

    fn take(&self, key: UserId, now: Instant, message: &str) -> Result<Remaining> {
        let taken = self.limiter.lock().expect("no holder panics").take(now, &key);
        note(RateLimit::of(self.limit, taken));
        taken.map_err(|wait| Error::rate_limited(message, wait.retry_after))
    }
}
