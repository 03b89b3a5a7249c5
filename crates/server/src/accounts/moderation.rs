//! What those who run the site may do to others: ban them, lift a ban, give roles.

use hearth_domain::permissions::{may_ban, may_give_site_role};
use hearth_protocol::{GoodbyeCode, SiteRole, UserId};
use serde_json::json;

use super::store::{self, Account};
use super::{Actor, profile, sessions};
use crate::admin::audit::{self, Entry};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

/// Bans a user: all their login sessions end, open sockets included, and no log-in works. Banning twice is no error.
///
/// Errors: `not_found`; `forbidden`, for everybody but admins and the owner, and for targets not below the actor.
pub async fn ban(app: &App, actor: Actor, user_id: UserId) -> Result<()> {
    let now = app.clock.now();
    let banned = app.db.write(move |tx| {
        Box::pin(async move {
            let target = require_target(tx, actor, user_id).await?;
            if !may_ban(actor.role, target.me.role) {
                return Err(Error::forbidden("You may not ban this person."));
            }
            if target.is_banned {
                return Ok(());
            }
            store::update_ban(tx, user_id, Some(now)).await?;
            let detail = json!({ "userId": user_id });
            audit::record(
                tx,
                &Entry {
                    actor: Some(actor.user_id),
                    action: "user.banned",
                    detail,
                },
                now,
            )
            .await?;
            sessions::end_all_in(tx, (user_id, None), now).await.map(drop)
        })
    });
    banned.await?;
    app.hub.close_user(user_id, GoodbyeCode::Banned);
    Ok(())
}

/// Lifts a ban. Lifting none is no error.
///
/// Errors: as [`ban`].
pub async fn lift_ban(app: &App, actor: Actor, user_id: UserId) -> Result<()> {
    let now = app.clock.now();
    let lifted = app.db.write(move |tx| {
        Box::pin(async move {
            let target = require_target(tx, actor, user_id).await?;
            if !may_ban(actor.role, target.me.role) {
                return Err(Error::forbidden("You may not lift this ban."));
            }
            if !target.is_banned {
                return Ok(());
            }
            store::update_ban(tx, user_id, None).await?;
            let detail = json!({ "userId": user_id });
            audit::record(
                tx,
                &Entry {
                    actor: Some(actor.user_id),
                    action: "user.ban_lifted",
                    detail,
                },
                now,
            )
            .await
        })
    });
    lifted.await
}

/// Gives a user a site role. Their sockets are cut and come back with what they may do now.
///
/// Errors: `not_found`; `forbidden`, for everybody but the owner, and for the owner's own role.
pub async fn give_role(app: &App, actor: Actor, user_id: UserId, role: SiteRole) -> Result<()> {
    let now = app.clock.now();
    let changed = app.db.write(move |tx| {
        Box::pin(async move {
            let target = require_target(tx, actor, user_id).await?;
            let mut me = target.me;
            if !may_give_site_role(actor.role, me.role, role) {
                return Err(Error::forbidden("You may not give this role."));
            }
            if me.role == role {
                return Ok(false);
            }
            store::update_role(tx, user_id, role).await?;
            let detail = json!({ "userId": user_id, "from": me.role, "to": role });
            audit::record(
                tx,
                &Entry {
                    actor: Some(actor.user_id),
                    action: "user.role_given",
                    detail,
                },
                now,
            )
            .await?;
            me.role = role;
            profile::announce(tx, &me, now).await?;
            Ok(true)
        })
    });
    if changed.await? {
        // Not the end of their sessions: clients refresh the token and connect again.
        app.hub.close_user(user_id, GoodbyeCode::TokenExpired);
    }
    Ok(())
}

/// The target, once it is sure that the actor still has the role that the request came with.
async fn require_target(tx: &mut Tx, actor: Actor, user_id: UserId) -> Result<Account> {
    let own = store::find_account(tx, actor.user_id)
        .await?
        .ok_or_else(sessions::unauthenticated)?;
    if own.me.role != actor.role || own.is_banned {
        return Err(Error::forbidden("Your role has changed."));
    }
    store::find_account(tx, user_id).await?.ok_or_else(Error::not_found)
}
