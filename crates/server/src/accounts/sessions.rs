//! Login sessions: what a log-in makes, a refresh keeps alive and a log-out ends.

use hearth_protocol::rest::{Page, Tokens};
use hearth_protocol::{ErrorCode, GoodbyeCode, LoginSession, Me, SessionId, UnixMs, UserId};
use serde_json::json;
use uuid::Uuid;

use super::secrets::{hex, random_text, sha256};
use super::store::sessions::{self as store, NewSession, NewToken, SessionSearch, Spending, StoredToken};
use super::{Actor, access, require_me};
use crate::admin::audit::{self, Entry};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

/// Time in which a repeated refresh with the same idempotency key gets the same answer.
const REPEAT_MS: i64 = 10_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A login session that was just made or refreshed.
pub(super) struct Opened {
    pub(super) session_id: SessionId,
    pub(super) refresh_token: String,
    pub(super) me: Me,
}

/// The answer for tokens of any kind that do not work.
pub(super) fn unauthenticated() -> Error {
    Error::refused(ErrorCode::Unauthenticated, "Please log in.")
}

/// Opens a session for a user who proved who they are.
pub(super) async fn open(tx: &mut Tx, me: Me, (device, expires_at): (&str, UnixMs), now: UnixMs) -> Result<Opened> {
    let session = NewSession {
        id: SessionId(Uuid::now_v7()),
        user_id: me.id,
        device,
    };
    store::insert_session(tx, &session, now).await?;
    let refresh_token = random_text()?;
    let token = NewToken {
        hash: sha256(&refresh_token),
        session_id: session.id,
        expires_at,
    };
    store::insert_token(tx, &token, now).await?;
    Ok(Opened {
        session_id: session.id,
        refresh_token,
        me,
    })
}

/// When a refresh token made now runs out.
pub(super) fn refresh_expiry(app: &App) -> UnixMs {
    UnixMs(app.clock.now().0 + i64::from(app.config.sessions.idle_days) * DAY_MS)
}

/// What the client gets.
pub(super) fn tokens(app: &App, opened: Opened) -> Result<Tokens> {
    let who = (opened.me.id, opened.session_id);
    Ok(Tokens {
        access_token: access::mint(&app.accounts.secrets, who, app.clock.now())?,
        refresh_token: opened.refresh_token,
        expires_in: access::LIFETIME_SECONDS,
        user: opened.me,
    })
}

/// What became of a refresh token that was presented.
enum Presented {
    /// It was spent for a successor, now or in the request that this one repeats.
    Good(Box<Opened>),
    /// It had been spent before: somebody else has it. Its session is ended.
    Stolen(SessionId),
    /// It never was one, ran out, or its session ended.
    Dead,
}

/// Spends a refresh token for new tokens. A repeat with the same idempotency key soon after gets the same ones.
///
/// Errors: `unauthenticated`. A token used a second time ends its session everywhere, open sockets included.
pub async fn refresh(app: &App, refresh_token: String, idempotency_key: Option<&str>) -> Result<Tokens> {
    let now = app.clock.now();
    let expires_at = refresh_expiry(app);
    let successor = match idempotency_key {
        // Only hashes are stored; so that a repeat can be given the same successor, it is derived from what the client holds.
        Some(key) => successor_of(app, &refresh_token, key),
        None => random_text()?,
    };
    let spending = Spending {
        hash: sha256(&refresh_token),
        successor_hash: sha256(&successor),
        by: idempotency_key.map(sha256),
    };
    let presented = app
        .db
        .write(move |tx| Box::pin(async move { present(tx, &spending, (successor, expires_at), now).await }));
    match presented.await? {
        Presented::Good(opened) => tokens(app, *opened),
        Presented::Dead => Err(unauthenticated()),
        Presented::Stolen(session_id) => {
            tracing::warn!(session.id = %session_id.0, "a spent refresh token was used again; its login session is ended");
            app.hub.close_session(session_id, GoodbyeCode::SessionEnded);
            Err(unauthenticated())
        }
    }
}

fn successor_of(app: &App, refresh_token: &str, key: &str) -> String {
    hex(&app
        .accounts
        .secrets
        .mac("refresh successor", &[refresh_token.as_bytes(), key.as_bytes()]))
}

async fn present(
    tx: &mut Tx,
    spending: &Spending,
    (successor, expires_at): (String, UnixMs),
    now: UnixMs,
) -> Result<Presented> {
    let Some(token) = store::find_token(tx, &spending.hash).await? else {
        return Ok(Presented::Dead);
    };
    if token.is_ended {
        return Ok(Presented::Dead);
    }
    let Some(spent_at) = token.spent_at else {
        if token.expires_at <= now {
            return Ok(Presented::Dead);
        }
        rotate(tx, (&token, spending), expires_at, now).await?;
        return good(tx, &token, successor).await;
    };
    let is_soon = now.0 - spent_at.0 <= REPEAT_MS;
    if is_soon && is_repeat(tx, &token, spending).await? {
        return good(tx, &token, successor).await;
    }
    end_stolen(tx, &token, now).await?;
    Ok(Presented::Stolen(token.session_id))
}

async fn rotate(
    tx: &mut Tx,
    (token, spending): (&StoredToken, &Spending),
    expires_at: UnixMs,
    now: UnixMs,
) -> Result<()> {
    store::spend_token(tx, spending, now).await?;
    let next = NewToken {
        hash: spending.successor_hash,
        session_id: token.session_id,
        expires_at,
    };
    store::insert_token(tx, &next, now).await?;
    store::delete_expired_tokens(tx, token.session_id, now).await?;
    store::touch_session(tx, token.session_id, now).await
}

/// Whether this is the request that spent the token, sent again because its answer was lost, and nobody used that answer.
async fn is_repeat(tx: &mut Tx, token: &StoredToken, spending: &Spending) -> Result<bool> {
    let same_key = spending.by.is_some() && token.spent_by.as_deref() == spending.by.as_ref().map(<[u8; 32]>::as_slice);
    if !same_key || token.successor_hash.as_deref() != Some(spending.successor_hash.as_slice()) {
        return Ok(false);
    }
    let successor = store::find_token(tx, &spending.successor_hash).await?;
    Ok(successor.is_some_and(|successor| successor.spent_at.is_none()))
}

async fn good(tx: &mut Tx, token: &StoredToken, refresh_token: String) -> Result<Presented> {
    Ok(Presented::Good(Box::new(Opened {
        session_id: token.session_id,
        refresh_token,
        me: require_me(tx, token.user_id).await?,
    })))
}

async fn end_stolen(tx: &mut Tx, token: &StoredToken, now: UnixMs) -> Result<()> {
    store::end_session(tx, (token.user_id, token.session_id), now).await?;
    let entry = Entry {
        actor: Some(token.user_id),
        action: "session.refresh_token_reused",
        detail: json!({ "sessionId": token.session_id }),
    };
    audit::record(tx, &entry, now).await
}

/// What a log-out shows as proof of its session.
pub enum Proof {
    /// A refresh token, spent or not.
    RefreshToken(String),
    /// A login session that proved itself by its access token.
    Session(UserId, SessionId),
}

/// Ends the login session that the proof belongs to. One that does not live any more is no error.
pub async fn log_out(app: &App, proof: Proof) -> Result<()> {
    let now = app.clock.now();
    let ended = app.db.write(move |tx| {
        Box::pin(async move {
            let of = match proof {
                Proof::Session(user_id, session_id) => (user_id, session_id),
                Proof::RefreshToken(token) => match store::find_token(tx, &sha256(&token)).await? {
                    Some(token) => (token.user_id, token.session_id),
                    None => return Ok(None),
                },
            };
            let is_ended = store::end_session(tx, of, now).await?;
            if is_ended {
                record_end(tx, of, now).await?;
            }
            Ok(is_ended.then_some(of.1))
        })
    });
    if let Some(session_id) = ended.await? {
        app.hub.close_session(session_id, GoodbyeCode::SessionEnded);
    }
    Ok(())
}

async fn record_end(tx: &mut Tx, (user_id, session_id): (UserId, SessionId), now: UnixMs) -> Result<()> {
    let entry = Entry {
        actor: Some(user_id),
        action: "session.ended",
        detail: json!({ "sessionId": session_id }),
    };
    audit::record(tx, &entry, now).await
}

/// A page of the actor's living sessions, the newest first.
///
/// Errors: `invalid`, for a cursor that no page gave.
pub async fn list(app: &App, actor: &Actor, (cursor, limit): (Option<String>, i64)) -> Result<Page<LoginSession>> {
    let before = match cursor {
        Some(text) => text
            .parse()
            .map_err(|_| Error::refused(ErrorCode::Invalid, "This cursor is from no page."))?,
        None => Uuid::max(),
    };
    let idle = i64::from(app.config.sessions.idle_days) * DAY_MS;
    let search = SessionSearch {
        user_id: actor.user_id,
        current: actor.session_id,
        used_after: UnixMs(app.clock.now().0 - idle),
        before: SessionId(before),
        limit: limit + 1,
    };
    let found = app
        .db
        .read(move |tx| Box::pin(async move { store::list_sessions(tx, &search).await }));
    let mut items = found.await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|last| last.id.0.to_string());
    Ok(Page { items, next_cursor })
}

/// Ends one session of the actor's.
///
/// Errors: `not_found`, when it is no living session of theirs.
pub async fn end(app: &App, actor: &Actor, session_id: SessionId) -> Result<()> {
    let (of, now) = ((actor.user_id, session_id), app.clock.now());
    let ended = app.db.write(move |tx| {
        Box::pin(async move {
            if !store::end_session(tx, of, now).await? {
                return Err(Error::not_found());
            }
            record_end(tx, of, now).await
        })
    });
    ended.await?;
    app.hub.close_session(session_id, GoodbyeCode::SessionEnded);
    Ok(())
}

/// Ends all sessions of the actor's, perhaps but the one that asks.
pub async fn end_all(app: &App, actor: &Actor, kept: Option<SessionId>) -> Result<()> {
    let (user_id, now) = (actor.user_id, app.clock.now());
    let ended = app
        .db
        .write(move |tx| Box::pin(async move { end_all_in(tx, (user_id, kept), now).await }));
    for session_id in ended.await? {
        app.hub.close_session(session_id, GoodbyeCode::SessionEnded);
    }
    Ok(())
}

/// As [`end_all`], inside a transaction. The caller closes the returned sessions' connections after the commit.
pub(super) async fn end_all_in(
    tx: &mut Tx,
    (user_id, kept): (UserId, Option<SessionId>),
    now: UnixMs,
) -> Result<Vec<SessionId>> {
    let ended = store::end_sessions(tx, (user_id, kept), now).await?;
    let entry = Entry {
        actor: Some(user_id),
        action: "session.all_ended",
        detail: json!({ "count": ended.len() }),
    };
    audit::record(tx, &entry, now).await?;
    Ok(ended)
}
