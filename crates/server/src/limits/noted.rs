//! Where a limit stands: whoever spends from one notes it, and HTTP writes it on the response as `RateLimit-*`.
//!
//! The note travels beside the request's task, so that verbs far below a route need not carry it back. Outside a request
//! (a command of a socket) a note goes nowhere.

use std::cell::Cell;
use std::time::Duration;

use hearth_domain::limits::{Limit, Remaining, Wait};

/// Where a limit stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many may come at once.
    pub limit: u32,
    /// How many would still pass.
    pub remaining: u32,
    /// Time until the limit is fresh again.
    pub reset: Duration,
}

impl RateLimit {
    /// From what a token bucket answered.
    #[must_use]
    pub fn of(limit: Limit, taken: Result<Remaining, Wait>) -> Self {
        let (remaining, reset) = match taken {
            Ok(left) => (left.actions, left.full_after),
            Err(wait) => (0, wait.full_after),
        };
        Self {
            limit: limit.burst(),
            remaining,
            reset,
        }
    }
}

tokio::task_local! {
    static NOTED: Cell<Option<RateLimit>>;
}

/// Remembers where a limit stands for the response of this task's request. The tightest note counts.
pub fn note(limit: RateLimit) {
    // Without a request there is no response to put it on.
    let _ = NOTED.try_with(|noted| {
        let tightest = noted.get().filter(|other| other.remaining < limit.remaining);
        noted.set(Some(tightest.unwrap_or(limit)));
    });
}

/// Runs something and tells what was noted meanwhile.
pub async fn collect<T>(work: impl Future<Output = T>) -> (T, Option<RateLimit>) {
    let noting = async {
        let output = work.await;
        (output, NOTED.with(Cell::get))
    };
    NOTED.scope(Cell::new(None), noting).await
}
