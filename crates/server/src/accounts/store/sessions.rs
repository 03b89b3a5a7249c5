//! SQL of login sessions, refresh tokens and log-in attempts.

use hearth_protocol::{LoginSession, SessionId, SiteRole, UnixMs, UserId};

use crate::accounts::people::parse_role;
use crate::db::Tx;
use crate::error::Result;

/// A refresh token and the login session it belongs to.
pub(in crate::accounts) struct StoredToken {
    pub(in crate::accounts) session_id: SessionId,
    pub(in crate::accounts) user_id: UserId,
    pub(in crate::accounts) expires_at: UnixMs,
    pub(in crate::accounts) spent_at: Option<UnixMs>,
    pub(in crate::accounts) spent_by: Option<Vec<u8>>,
    pub(in crate::accounts) successor_hash: Option<Vec<u8>>,
    pub(in crate::accounts) is_ended: bool,
}

/// What an access token's session looks like now.
pub(in crate::accounts) struct SessionState {
    pub(in crate::accounts) role: SiteRole,
    pub(in crate::accounts) is_banned: bool,
    pub(in crate::accounts) is_ended: bool,
}
/// A new login session.
pub(in crate::accounts) struct NewSession<'a> {
    pub(in crate::accounts) id: SessionId,
    pub(in crate::accounts) user_id: UserId,
    pub(in crate::accounts) device: &'a str,
}

pub(in crate::accounts) async fn insert_session(tx: &mut Tx, session: &NewSession<'_>, now: UnixMs) -> Result<()> {
    let binds = [
        session.id.into(),
        session.user_id.into(),
        session.device.into(),
        now.into(),
    ];
    tx.execute(INSERT_SESSION, &binds).await?;
    Ok(())
}

pub(in crate::accounts) async fn touch_session(tx: &mut Tx, session_id: SessionId, now: UnixMs) -> Result<()> {
    tx.execute(TOUCH_SESSION, &[session_id.into(), now.into()]).await?;
    Ok(())
}

/// Ends a session of this user; false when there is none that still lives.
pub(in crate::accounts) async fn end_session(tx: &mut Tx, of: (UserId, SessionId), now: UnixMs) -> Result<bool> {
    Ok(tx.execute(END_SESSION, &[of.0.into(), of.1.into(), now.into()]).await? > 0)
}

/// Ends every session of the user but `kept`, and returns those it ended.
pub(in crate::accounts) async fn end_sessions(
    tx: &mut Tx,
    of: (UserId, Option<SessionId>),
    now: UnixMs,
) -> Result<Vec<SessionId>> {
    let binds = [of.0.into(), of.1.into(), now.into()];
    tx.query_all(END_SESSIONS, &binds, |row| row.get(0)).await
}

pub(in crate::accounts) async fn find_session(tx: &mut Tx, of: (UserId, SessionId)) -> Result<Option<SessionState>> {
    tx.query_opt(FIND_SESSION, &[of.0.into(), of.1.into()], |row| {
        Ok(SessionState {
            role: parse_role(&row.get::<String>(0)?)?,
            is_banned: row.get::<Option<UnixMs>>(1)?.is_some(),
            is_ended: row.get::<Option<UnixMs>>(2)?.is_some(),
        })
    })
    .await
}

/// Which sessions to list.
pub(in crate::accounts) struct SessionSearch {
    pub(in crate::accounts) user_id: UserId,
    pub(in crate::accounts) current: SessionId,
    /// Those used since.
    pub(in crate::accounts) used_after: UnixMs,
    /// The last one on the page before.
    pub(in crate::accounts) before: SessionId,
    pub(in crate::accounts) limit: i64,
}

/// Living sessions, the newest first.
pub(in crate::accounts) async fn list_sessions(tx: &mut Tx, search: &SessionSearch) -> Result<Vec<LoginSession>> {
    let binds = [
        search.user_id.into(),
        search.used_after.into(),
        search.before.into(),
        search.limit.into(),
    ];
    tx.query_all(LIST_SESSIONS, &binds, |row| {
        let id = row.get(0)?;
        Ok(LoginSession {
            id,
            device: row.get(1)?,
            created_at: row.get(2)?,
            last_used_at: row.get(3)?,
            current: id == search.current,
        })
    })
    .await
}

/// A refresh token about to be stored.
pub(in crate::accounts) struct NewToken {
    pub(in crate::accounts) hash: [u8; 32],
    pub(in crate::accounts) session_id: SessionId,
    pub(in crate::accounts) expires_at: UnixMs,
}

pub(in crate::accounts) async fn insert_token(tx: &mut Tx, token: &NewToken, now: UnixMs) -> Result<()> {
    let binds = [
        token.hash.as_slice().into(),
        token.session_id.into(),
        now.into(),
        token.expires_at.into(),
    ];
    tx.execute(INSERT_TOKEN, &binds).await?;
    Ok(())
}

pub(in crate::accounts) async fn find_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<StoredToken>> {
    tx.query_opt(FIND_TOKEN, &[hash.into()], |row| {
        Ok(StoredToken {
            session_id: row.get(0)?,
            expires_at: row.get(1)?,
            spent_at: row.get(2)?,
            spent_by: row.get(3)?,
            successor_hash: row.get(4)?,
            user_id: row.get(5)?,
            is_ended: row.get::<Option<UnixMs>>(6)?.is_some(),
        })
    })
    .await
}

/// How a token was spent.
pub(in crate::accounts) struct Spending {
    pub(in crate::accounts) hash: [u8; 32],
    pub(in crate::accounts) successor_hash: [u8; 32],
    /// Hash of the idempotency key, when the client sent one.
    pub(in crate::accounts) by: Option<[u8; 32]>,
}

pub(in crate::accounts) async fn spend_token(tx: &mut Tx, spending: &Spending, now: UnixMs) -> Result<()> {
    let by = spending.by.as_ref().map(<[u8; 32]>::as_slice);
    let binds = [
        spending.hash.as_slice().into(),
        now.into(),
        by.into(),
        spending.successor_hash.as_slice().into(),
    ];
    tx.execute(SPEND_TOKEN, &binds).await?;
    Ok(())
}

/// Forgets tokens of a session that ran out before `now`.
pub(in crate::accounts) async fn delete_expired_tokens(tx: &mut Tx, session_id: SessionId, now: UnixMs) -> Result<()> {
    tx.execute(DELETE_EXPIRED_TOKENS, &[session_id.into(), now.into()])
        .await?;
    Ok(())
}

/// Forgets attempts made up to `at`.
pub(in crate::accounts) async fn delete_attempts(tx: &mut Tx, at: UnixMs) -> Result<()> {
    tx.execute(DELETE_ATTEMPTS, &[at.into()]).await?;
    Ok(())
}

/// How many attempts of this key are remembered, and when the oldest of the latest `limit` was made.
pub(in crate::accounts) async fn count_attempts(tx: &mut Tx, key: &str, limit: i64) -> Result<(i64, Option<UnixMs>)> {
    tx.query_one(COUNT_ATTEMPTS, &[key.into(), limit.into()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
    .await
}

pub(in crate::accounts) async fn insert_attempt(tx: &mut Tx, key: &str, (id, at): (uuid::Uuid, UnixMs)) -> Result<()> {
    tx.execute(INSERT_ATTEMPT, &[key.into(), at.into(), id.into()]).await?;
    Ok(())
}

pub(in crate::accounts) async fn delete_attempt(tx: &mut Tx, key: &str, (id, at): (uuid::Uuid, UnixMs)) -> Result<()> {
    tx.execute(DELETE_ATTEMPT, &[key.into(), at.into(), id.into()]).await?;
    Ok(())
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[
    INSERT_SESSION,
    TOUCH_SESSION,
    END_SESSION,
    END_SESSIONS,
    FIND_SESSION,
    LIST_SESSIONS,
    INSERT_TOKEN,
    FIND_TOKEN,
    SPEND_TOKEN,
    DELETE_EXPIRED_TOKENS,
    DELETE_ATTEMPTS,
    COUNT_ATTEMPTS,
    INSERT_ATTEMPT,
    DELETE_ATTEMPT,
];

const INSERT_SESSION: &str = "
insert into sessions (id, user_id, device, created_at, last_used_at)
values ($1, $2, $3, $4, $4)";

const TOUCH_SESSION: &str = "
update sessions
set last_used_at = $2
where id = $1";

const END_SESSION: &str = "
update sessions
set ended_at = $3
where user_id = $1
  and id = $2
  and ended_at is null";

const END_SESSIONS: &str = "
update sessions
set ended_at = $3
where user_id = $1
  and ended_at is null
  and ($2 is null or id <> $2)
returning id";

const FIND_SESSION: &str = "
select users.role, users.banned_at, sessions.ended_at
from sessions
join users on users.id = sessions.user_id
where sessions.user_id = $1
  and sessions.id = $2";

const LIST_SESSIONS: &str = "
select id, device, created_at, last_used_at
from sessions
where user_id = $1
  and ended_at is null
  and last_used_at > $2
  and id < $3
order by id desc
limit $4";

const INSERT_TOKEN: &str = "
insert into refresh_tokens (hash, session_id, created_at, expires_at)
values ($1, $2, $3, $4)";

const FIND_TOKEN: &str = "
select refresh_tokens.session_id, refresh_tokens.expires_at, refresh_tokens.spent_at, refresh_tokens.spent_by,
    refresh_tokens.successor_hash, sessions.user_id, sessions.ended_at
from refresh_tokens
join sessions on sessions.id = refresh_tokens.session_id
where refresh_tokens.hash = $1";

const SPEND_TOKEN: &str = "
update refresh_tokens
set spent_at = $2, spent_by = $3, successor_hash = $4
where hash = $1";

const DELETE_EXPIRED_TOKENS: &str = "
delete from refresh_tokens
where session_id = $1
  and expires_at <= $2";

const DELETE_ATTEMPTS: &str = "
delete from login_attempts
where attempted_at <= $1";

const COUNT_ATTEMPTS: &str = "
select count(*), min(attempted_at)
from (
    select attempted_at
    from login_attempts
    where key = $1
    order by attempted_at desc
    limit $2
) as latest";

const INSERT_ATTEMPT: &str = "
insert into login_attempts (key, attempted_at, id)
values ($1, $2, $3)";

const DELETE_ATTEMPT: &str = "
delete from login_attempts
where key = $1
  and attempted_at = $2
  and id = $3";
