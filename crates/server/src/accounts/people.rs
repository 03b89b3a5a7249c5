//! Finding people: by id, by handle, by the beginning of a name. Banned people are not found.

use hearth_protocol::{Me, SiteRole, UnixMs, UserId, UserRef};

use crate::app::App;
use crate::db::{Row, Tx};
use crate::error::{Error, Result};

/// The user, if there is such an active one.
pub async fn find_active(tx: &mut Tx, user_id: UserId) -> Result<Option<UserId>> {
    tx.query_opt(FIND_ACTIVE, &[user_id.into()], |row| row.get(0)).await
}

/// The active user whose name has this key; see `hearth_domain::names::username_key`.
pub async fn find_by_username_key(tx: &mut Tx, key: &str) -> Result<Option<UserId>> {
    tx.query_opt(FIND_BY_USERNAME_KEY, &[key.into()], |row| row.get(0))
        .await
}

/// An account as its owner sees it.
///
/// Errors: `not_found`.
pub async fn require_me(tx: &mut Tx, user_id: UserId) -> Result<Me> {
    tx.query_opt(FIND_ME, &[user_id.into()], read_me)
        .await?
        .ok_or_else(Error::not_found)
}

/// A user as others see them.
///
/// Errors: `not_found`.
pub async fn require_user(tx: &mut Tx, user_id: UserId) -> Result<UserRef> {
    let me = require_me(tx, user_id).await?;
    Ok(UserRef {
        id: me.id,
        username: me.username,
        display_name: me.display_name,
        avatar: me.avatar,
    })
}

/// Remembers when the user's last device went.
pub async fn note_last_seen(app: &App, user_id: UserId, last_seen: UnixMs) {
    let noted = app.db.write(move |tx| {
        Box::pin(async move {
            tx.execute(NOTE_LAST_SEEN, &[user_id.into(), last_seen.into()]).await?;
            Ok(())
        })
    });
    if let Err(error) = noted.await {
        tracing::warn!(error = ?error, "the moment a user was last seen is lost");
    }
}

/// Reads `id, username, display_name, avatar` from column `at` on: for the joins of other slices.
pub fn read_user(row: &Row<'_>, at: usize) -> Result<UserRef> {
    Ok(UserRef {
        id: row.get(at)?,
        username: row.get(at + 1)?,
        display_name: row.get(at + 2)?,
        avatar: row.get(at + 3)?,
    })
}

/// Reads `id, username, display_name, avatar, email, role, created_at`.
pub(super) fn read_me(row: &Row<'_>) -> Result<Me> {
    Ok(Me {
        id: row.get(0)?,
        username: row.get(1)?,
        display_name: row.get(2)?,
        avatar: row.get(3)?,
        email: row.get(4)?,
        role: parse_role(&row.get::<String>(5)?)?,
        created_at: row.get(6)?,
    })
}

/// A site role as it is stored.
#[must_use]
pub fn role_text(role: SiteRole) -> &'static str {
    match role {
        SiteRole::Member => "member",
        SiteRole::Moderator => "moderator",
        SiteRole::Admin => "admin",
        SiteRole::Owner => "owner",
    }
}

/// A site role from its stored form.
///
/// Errors: internal, when it is none.
pub fn parse_role(text: &str) -> Result<SiteRole> {
    match text {
        "member" => Ok(SiteRole::Member),
        "moderator" => Ok(SiteRole::Moderator),
        "admin" => Ok(SiteRole::Admin),
        "owner" => Ok(SiteRole::Owner),
        other => Err(anyhow::anyhow!("unknown site role {other}").into()),
    }
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[FIND_ACTIVE, FIND_BY_USERNAME_KEY, FIND_ME, NOTE_LAST_SEEN];

const FIND_ACTIVE: &str = "
select id
from users
where id = $1
  and banned_at is null";

const FIND_BY_USERNAME_KEY: &str = "
select id
from users
where username_key = $1
  and banned_at is null";

const FIND_ME: &str = "
select id, username, display_name, avatar, email, role, created_at
from users
where id = $1";

const NOTE_LAST_SEEN: &str = "
update users
set last_seen_at = $2
where id = $1";
