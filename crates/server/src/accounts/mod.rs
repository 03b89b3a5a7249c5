//! Accounts: who somebody is, and proof of it.
//!
//! Site settings and the audit log are in `admin`; what a member may do in a room is in `rooms`.

mod access;
mod devices;
mod extract;
mod hasher;
mod login;
mod moderation;
mod password;
pub mod people;
pub mod profile;
mod register;
pub mod routes;
mod secrets;
mod sessions;
pub mod setup;
pub mod store;
mod throttle;

use hearth_protocol::{SessionId, SiteRole, UnixMs, UserId};

pub use people::{
    find_active, find_by_username_key, note_last_seen, parse_role, read_user, require_me, require_user, role_text,
};
pub use secrets::Secrets;

use crate::app::App;
use crate::config::Config;
use crate::error::Result;
use hasher::Hasher;
use register::Registrations;

/// Somebody who proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user_id: UserId,
    /// By which login session.
    pub session_id: SessionId,
    /// What they may do on the whole site.
    pub role: SiteRole,
}

/// What accounts need beside the database.
pub struct Accounts {
    secrets: Secrets,
    hasher: Hasher,
    registrations: Registrations,
}

impl Accounts {
    /// Reads or makes the secrets of the data folder and starts the hashing threads.
    ///
    /// Errors: as [`Secrets::open`]; no threads.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            secrets: Secrets::open(&config.data)?,
            hasher: Hasher::start(config.sessions.hash_threads)?,
            registrations: Registrations::new(config.limits.registrations_per_hour),
        })
    }

    /// Finishes the hashing that waits and joins the threads.
    pub fn stop(&self) {
        self.hasher.stop();
    }
}

/// Who an access token speaks for, and until when.
///
/// The login session is asked of the database each time, so a token is dead in the moment its session ends.
///
/// Errors: `unauthenticated`.
pub async fn authenticate(app: &App, token: &str) -> Result<(Actor, UnixMs)> {
    let bearer = access::verify(&app.accounts.secrets, token, app.clock.now());
    let bearer = bearer.ok_or_else(sessions::unauthenticated)?;
    let of = (bearer.user_id, bearer.session_id);
    let state = app
        .db
        .read(move |tx| Box::pin(async move { store::sessions::find_session(tx, of).await }))
        .await?;
    let state = state.filter(|state| !state.is_ended && !state.is_banned);
    let state = state.ok_or_else(sessions::unauthenticated)?;
    let actor = Actor {
        user_id: bearer.user_id,
        session_id: bearer.session_id,
        role: state.role,
    };
    Ok((actor, bearer.expires_at))
}
