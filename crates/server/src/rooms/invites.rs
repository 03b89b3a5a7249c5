//! Invite links: a secret that makes its holder a member, a limited number of times for a limited time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hearth_domain::permissions::RoomAction;
use hearth_protocol::rest::{CreateInvite, Invite, InvitePreview};
use hearth_protocol::{ErrorCode, RoomId, RoomRole, RoomSummary, UnixMs, UserId};

use super::members::{Joining, join};
use super::{require_allowed, require_summary, store};
use crate::accounts::Actor;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

const MAX_USES: u32 = 1_000;
const SECONDS: std::ops::RangeInclusive<u32> = 60..=2_592_000;
const DEFAULT_SECONDS: u32 = 3_600;

/// Makes a link into a room. Only a hash of its code is kept.
pub async fn create(app: &App, actor: &Actor, room_id: RoomId, command: CreateInvite) -> Result<Invite> {
    let now = app.clock.now();
    let max_uses = command.max_uses.unwrap_or(1);
    if !(1..=MAX_USES).contains(&max_uses) {
        return Err(Error::invalid_field("maxUses", "A link works 1 to 1,000 times."));
    }
    let seconds = command.expires_in_seconds.unwrap_or(DEFAULT_SECONDS);
    if !SECONDS.contains(&seconds) {
        return Err(Error::invalid_field(
            "expiresInSeconds",
            "A link works for a minute to 30 days.",
        ));
    }
    app.limits.take_action(actor.user_id, app.clock.instant())?;

    let code = new_code();
    let code_hash = hash(&code);
    let expires_at = UnixMs(now.0 + i64::from(seconds) * 1_000);
    let created_by = actor.user_id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                require_allowed(tx, created_by, room_id, RoomAction::CreateInvite).await?;
                store::delete_expired_invites(tx, now).await?;
                let max_uses = i64::from(max_uses);
                let invite = store::StoredInvite {
                    room_id,
                    created_by,
                    created_at: now,
                    expires_at,
                    max_uses,
                };
                store::insert_invite(tx, &invite, &code_hash).await
            })
        })
        .await?;
    let url = format!("{}/invite/{code}", app.base_url);
    Ok(Invite {
        code,
        url,
        expires_at,
        max_uses,
    })
}

/// What a link leads to. Errors: `not_found`, when it does not work (any more).
pub async fn preview(app: &App, code: &str) -> Result<InvitePreview> {
    let now = app.clock.now();
    let code_hash = hash(code);
    app.db
        .read(move |tx| {
            Box::pin(async move {
                let found = store::find_invite(tx, &code_hash, now).await?;
                let (room_id, room_name, invited_by) = found.ok_or_else(no_such_invite)?;
                let members = store::count_members(tx, room_id).await?;
                let member_count = u32::try_from(members).unwrap_or(u32::MAX);
                Ok(InvitePreview {
                    room_name,
                    invited_by,
                    member_count,
                })
            })
        })
        .await
}

/// Joins the room of a link. Somebody who is a member already spends no use.
pub async fn accept(app: &App, actor: &Actor, code: &str) -> Result<RoomSummary> {
    let now = app.clock.now();
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let user_id = actor.user_id;
    let code = code.to_owned();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let found = store::find_invite(tx, &hash(&code), now).await?;
                let (room_id, ..) = found.ok_or_else(no_such_invite)?;
                if store::find_membership(tx, room_id, user_id).await?.is_none() {
                    redeem(tx, user_id, &code, now).await?;
                }
                require_summary(tx, user_id, room_id).await
            })
        })
        .await
}

/// Spends one use of a link and joins its room: also the way in for a new account where sign-up is by invite.
///
/// Errors: `not_found`, when the link does not work (any more).
pub async fn redeem(tx: &mut Tx, user_id: UserId, code: &str, now: UnixMs) -> Result<()> {
    let room_id = store::use_invite(tx, &hash(code), now)
        .await?
        .ok_or_else(no_such_invite)?;
    let room = store::find_room(tx, room_id).await?;
    join(
        tx,
        &room,
        user_id,
        Joining {
            role: RoomRole::Member,
            by: None,
            now,
        },
    )
    .await?;
    Ok(())
}

fn no_such_invite() -> Error {
    Error::refused(
        ErrorCode::NotFound,
        "This invite link does not work any more. Ask for a new one.",
    )
}

/// 160 random bits.
fn new_code() -> String {
    let mut bytes = [0_u8; 20];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hash(code: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, code.as_bytes())
        .as_ref()
        .to_vec()
}
