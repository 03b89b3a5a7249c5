//! Wrong passwords are counted in the database: the counts survive a restart and hold for every node.
//!
//! An attempt is reserved before the password is looked at and given back when it was right, so that many at once cannot pass
//! the limit together. Keys are digests: the table tells neither names nor addresses.

use std::time::Duration;

use hearth_protocol::UnixMs;
use uuid::Uuid;

use super::secrets::hex;
use super::store::sessions as store;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::limits::noted::{RateLimit, note};
use crate::visitor::address::{Address, AddressClass};

/// Time in which wrong passwords count.
const WINDOW_MS: i64 = 15 * 60 * 1_000;

/// How many more attempts a network has behind which many sit.
const PRIVATE_FACTOR: u32 = 20;

const TOO_MANY: &str = "Too many failed attempts. Please wait a while and try again.";

/// What an attempt counts against.
pub(super) enum Counted<'a> {
    /// A name typed by somebody unknown at an address.
    Stranger {
        /// The normalised name, whether or not there is such an account.
        name: &'a str,
        address: Address,
    },
    /// A device that logged in to this very account before: strangers cannot lock its owner out.
    Device { mark: &'a [u8] },
    /// Somebody logged in who confirms their own password.
    Owner { user_id: Uuid },
}

/// A reserved attempt.
pub(super) struct Attempt {
    id: Uuid,
    at: UnixMs,
    keys: Vec<Counter>,
}

#[derive(Clone)]
struct Counter {
    key: String,
    limit: u32,
}

/// Reserves an attempt with every counter it counts against.
///
/// Errors: `rate_limited`, when one of them is spent; then nothing is reserved.
pub(super) async fn reserve(app: &App, counted: &Counted<'_>) -> Result<Attempt> {
    let attempt = Attempt {
        id: Uuid::now_v7(),
        at: app.clock.now(),
        keys: counters(app, counted),
    };
    let (keys, stamp) = (attempt.keys.clone(), (attempt.id, attempt.at));
    let reserved = app
        .db
        .write(move |tx| Box::pin(async move { reserve_all(tx, &keys, stamp).await }));
    let reserved = reserved.await?;
    let (Ok(limit) | Err(limit)) = reserved;
    note(limit);
    match reserved {
        Ok(_) => Ok(attempt),
        Err(spent) => Err(Error::rate_limited(TOO_MANY, spent.reset)),
    }
}

/// Gives a reserved attempt back: the password was right, or nobody looked at it.
///
/// Errors: internal ones only.
pub(super) async fn give_back(tx: &mut Tx, attempt: &Attempt) -> Result<()> {
    for counter in &attempt.keys {
        store::delete_attempt(tx, &counter.key, (attempt.id, attempt.at)).await?;
    }
    Ok(())
}

/// The tightest counter after the attempt, or the first one that is spent; then nothing was reserved.
async fn reserve_all(
    tx: &mut Tx,
    counters: &[Counter],
    (id, at): (Uuid, UnixMs),
) -> Result<Result<RateLimit, RateLimit>> {
    store::delete_attempts(tx, UnixMs(at.0.saturating_sub(WINDOW_MS))).await?;
    let mut tightest: Option<RateLimit> = None;
    for counter in counters {
        let (count, oldest) = store::count_attempts(tx, &counter.key, counter.limit.into()).await?;
        let left = u32::try_from(i64::from(counter.limit) - count).unwrap_or(0);
        let reset_ms = oldest.map_or(WINDOW_MS, |oldest| (oldest.0 + WINDOW_MS - at.0).max(1));
        let state = RateLimit {
            limit: counter.limit,
            remaining: left.saturating_sub(1),
            reset: Duration::from_millis(reset_ms.unsigned_abs()),
        };
        if left == 0 {
            return Ok(Err(state));
        }
        tightest = tightest
            .filter(|other| other.remaining < state.remaining)
            .or(Some(state));
    }
    for counter in counters {
        store::insert_attempt(tx, &counter.key, (id, at)).await?;
    }
    Ok(Ok(tightest.expect("an attempt counts against at least one counter")))
}

fn counters(app: &App, counted: &Counted<'_>) -> Vec<Counter> {
    let limits = &app.config.limits;
    let counter = |kind: &str, data: &[u8], limit: u32| Counter {
        key: format!(
            "{kind}:{}",
            hex(&app.accounts.secrets.mac("login attempts", &[kind.as_bytes(), data])[..16])
        ),
        limit,
    };
    let per_account = limits.wrong_logins_per_account;
    match counted {
        Counted::Stranger { name, address } => {
            let factor = match address.class {
                AddressClass::Public => 1,
                AddressClass::Private => PRIVATE_FACTOR,
            };
            let per_address = limits.wrong_logins_per_address.saturating_mul(factor);
            vec![
                counter("name", name.as_bytes(), per_account),
                counter("address", address.limit_key().to_string().as_bytes(), per_address),
            ]
        }
        Counted::Device { mark } => vec![counter("device", mark, per_account)],
        Counted::Owner { user_id } => vec![counter("owner", user_id.as_bytes(), per_account)],
    }
}
