//! How often one user may do what. Kept in memory on this node; wrong log-ins are counted in the database, by `accounts`.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use hearth_domain::limits::{Limit, RateLimiter, Remaining};
use hearth_protocol::UserId;

use crate::error::{Error, Result};

/// The per-user limits.
pub struct Limits {
    sends: Mutex<RateLimiter<UserId>>,
    joins: Mutex<RateLimiter<UserId>>,
    edits: Mutex<RateLimiter<UserId>>,
    marks: Mutex<RateLimiter<UserId>>,
    typing: Mutex<RateLimiter<UserId>>,
    syncs: Mutex<RateLimiter<UserId>>,
}

const TOO_OFTEN: &str = "That was too often. Please wait a moment and try again.";

impl Limits {
    /// Limits in which nothing was spent. `sends` is the configured one; the others guard against floods only.
    #[must_use]
    pub fn new(sends: Limit) -> Self {
        let flood = |per_minute, burst| Mutex::new(RateLimiter::new(Limit::per_minute(per_minute, burst)));
        Self {
            sends: Mutex::new(RateLimiter::new(sends)),
            joins: flood(120, 240),
            edits: flood(60, 60),
            marks: flood(600, 200),
            typing: flood(300, 100),
            syncs: flood(600, 300),
        }
    }

    /// One message.
    pub fn take_send(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.sends, user_id, now, "Too many messages sent, please slow down.")
    }

    /// Making a room, adding somebody, making or accepting an invite.
    pub fn take_join(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.joins, user_id, now, TOO_OFTEN)
    }

    /// Changing a room or a membership.
    pub fn take_edit(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.edits, user_id, now, TOO_OFTEN)
    }

    /// Moving a read cursor.
    pub fn take_mark(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.marks, user_id, now, TOO_OFTEN)
    }

    /// Starting or stopping to type.
    pub fn take_typing(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.typing, user_id, now, TOO_OFTEN)
    }

    /// One page of catching up, or opening a room.
    pub fn take_sync(&self, user_id: UserId, now: Instant) -> Result<Remaining> {
        take(&self.syncs, user_id, now, TOO_OFTEN)
    }
}

fn take(limiter: &Mutex<RateLimiter<UserId>>, key: UserId, now: Instant, message: &str) -> Result<Remaining> {
    let taken = limiter.lock().expect("no holder panics").take(now, &key);
    taken.map_err(|wait| Error::rate_limited(message, wait.retry_after.max(Duration::from_millis(1))))
}
