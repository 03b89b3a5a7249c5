//! Memberships: adding, leaving, removing, roles.

use hearth_domain::names;
use hearth_domain::permissions::{RoomAction, may_give, may_remove};
use hearth_protocol::rest::{AddMember, Page};
use hearth_protocol::{
    ErrorCode, Member, MemberChanged, MemberLeft, Room, RoomAdded, RoomEvent, RoomId, RoomRemoved, RoomRole, UnixMs,
    UserEvent, UserId,
};

use super::{Membership, require_allowed, require_exists, require_member, store};
use crate::accounts::{self, Actor};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Announcement};

/// How somebody comes in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joining {
    pub role: RoomRole,
    /// Who added them, when somebody else.
    pub by: Option<UserId>,
    pub now: UnixMs,
}

/// Whether somebody became a member or was one.
#[derive(Debug)]
pub enum Added {
    /// Now.
    Now(Member),
    /// Already.
    Before(Member),
}

/// Makes somebody a member and tells the room and their devices. Being one already is fine.
///
/// Errors: `conflict`, when the room is full or the user is in too many rooms.
pub(super) async fn join(tx: &mut Tx, room: &Room, user_id: UserId, joining: Joining) -> Result<Added> {
    let now = joining.now;
    let added = enter(tx, room, user_id, joining).await?;
    if let Added::Now(_) = added {
        show(tx, room.id, user_id, now).await?;
    }
    Ok(added)
}

/// The first half of [`join`]: the membership, and the room's event. The two of a direct room enter before either is shown it.
pub(super) async fn enter(tx: &mut Tx, room: &Room, user_id: UserId, joining: Joining) -> Result<Added> {
    if let Some(member) = store::find_membership(tx, room.id, user_id).await? {
        return Ok(Added::Before(member.member()));
    }
    require_space(tx, room.id, user_id).await?;
    let Joining { role, by, now } = joining;
    let head = events::find_head(tx, room.id.into())
        .await?
        .ok_or_else(Error::not_found)?;
    let new = store::NewMember {
        role,
        joined_at: now,
        read_seq: head.seq,
        read_number: head.number,
    };
    store::insert_member(tx, room.id, user_id, new).await?;

    let member = require_member(tx, user_id, room.id).await?.member();
    let changed = member.clone();
    let event = |seq| {
        RoomEvent::MemberJoined(MemberChanged {
            room_id: room.id,
            seq,
            timestamp: now,
            member: changed,
            by,
        })
    };
    events::append_room(tx, room.id, now, event).await?;
    Ok(Added::Now(member))
}

/// The second half of [`join`]: the room appears on the new member's devices, which get its events from here on.
pub(super) async fn show(tx: &mut Tx, room_id: RoomId, user_id: UserId, now: UnixMs) -> Result<()> {
    tx.announce(Announcement::Joined { user_id, room_id });
    let room = super::require_summary(tx, user_id, room_id).await?;
    events::append_user(tx, user_id, now, |user_seq| {
        UserEvent::RoomAdded(RoomAdded { user_seq, room })
    })
    .await?;
    Ok(())
}

async fn require_space(tx: &mut Tx, room_id: RoomId, user_id: UserId) -> Result<()> {
    if store::count_members(tx, room_id).await? >= super::MAX_MEMBERS_PER_ROOM {
        return Err(Error::refused(ErrorCode::Conflict, "This room is full."));
    }
    if store::count_rooms(tx, user_id).await? >= super::MAX_ROOMS_PER_USER {
        return Err(Error::refused(
            ErrorCode::Conflict,
            "This person is in too many rooms already.",
        ));
    }
    Ok(())
}

/// A page of the room's members by time of joining.
pub async fn list(
    app: &App,
    actor: &Actor,
    room_id: RoomId,
    (after, limit): (Option<(UnixMs, UserId)>, usize),
) -> Result<Page<Member>> {
    let user_id = actor.user_id;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let after = after.map_or((UnixMs(i64::MIN), None), |(at, id)| (at, Some(id)));
    let mut listed = app
        .db
        .read(move |tx| {
            Box::pin(async move {
                require_member(tx, user_id, room_id).await?;
                store::list_members(tx, room_id, after, wanted).await
            })
        })
        .await?;
    let more = listed.len() > limit;
    listed.truncate(limit);
    let items: Vec<Member> = listed.into_iter().map(|(member, _)| member).collect();
    let cursor = |member: &Member| format!("{}_{}", member.joined_at.0, member.user.id.0);
    let next_cursor = items.last().filter(|_| more).map(cursor);
    Ok(Page { items, next_cursor })
}

/// Adds somebody by id or username.
pub async fn add(app: &App, actor: &Actor, room_id: RoomId, command: AddMember) -> Result<Added> {
    let now = app.clock.now();
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let actor_id = actor.user_id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                require_allowed(tx, actor_id, room_id, RoomAction::AddMember).await?;
                let user_id = find_wanted(tx, &command).await?;
                let room = store::find_room(tx, room_id).await?;
                join(
                    tx,
                    &room,
                    user_id,
                    Joining {
                        role: RoomRole::Member,
                        by: Some(actor_id),
                        now,
                    },
                )
                .await
            })
        })
        .await
}

async fn find_wanted(tx: &mut Tx, command: &AddMember) -> Result<UserId> {
    let (field, found) = match (command.user_id, &command.username) {
        (Some(user_id), None) => ("userId", accounts::find_active(tx, user_id).await?),
        (None, Some(username)) => {
            let key = names::username_key(username.trim_start_matches('@'));
            ("username", accounts::find_by_username_key(tx, &key).await?)
        }
        _ => return Err(Error::invalid_field("username", "Give either userId or username.")),
    };
    found.ok_or_else(|| Error::invalid_field(field, "There is nobody of that name here."))
}

/// Leaves (oneself) or removes somebody.
///
/// When the owner leaves, the highest and longest-standing of the others becomes owner.
/// Errors: `not_found`, `forbidden`, and `conflict` for direct rooms, which cannot be left.
pub async fn remove(app: &App, actor: &Actor, room_id: RoomId, user_id: UserId) -> Result<()> {
    let now = app.clock.now();
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let actor_id = actor.user_id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let remover = require_member(tx, actor_id, room_id).await?;
                let target = require_member(tx, user_id, room_id).await?;
                let action = if actor_id == user_id {
                    RoomAction::Leave
                } else {
                    RoomAction::RemoveMember
                };
                require_exists(&remover, action)?;
                if actor_id != user_id && !may_remove(remover.role, target.role) {
                    return Err(Error::forbidden(
                        "Your role in this room does not allow removing this person.",
                    ));
                }
                store::delete_member(tx, room_id, user_id).await?;
                let by = Some(actor_id).filter(|by| *by != user_id);
                tell_left(tx, &target, by, now).await?;
                if target.role == RoomRole::Owner {
                    appoint_successor(tx, room_id, user_id, now).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn tell_left(tx: &mut Tx, gone: &Membership, by: Option<UserId>, now: UnixMs) -> Result<()> {
    let (room_id, user_id) = (gone.room_id, gone.user.id);
    let event = |seq| {
        RoomEvent::MemberLeft(MemberLeft {
            room_id,
            seq,
            timestamp: now,
            user_id,
            by,
        })
    };
    events::append_room(tx, room_id, now, event).await?;
    tx.announce(Announcement::Left { user_id, room_id });
    events::append_user(tx, user_id, now, |user_seq| {
        UserEvent::RoomRemoved(RoomRemoved { user_seq, room_id })
    })
    .await?;
    Ok(())
}

async fn appoint_successor(tx: &mut Tx, room_id: RoomId, by: UserId, now: UnixMs) -> Result<()> {
    let members = store::list_members(tx, room_id, (UnixMs(i64::MIN), None), super::MAX_MEMBERS_PER_ROOM).await?;
    // Reversed, because of equals `max_by_key` takes the last.
    let Some((successor, _)) = members.into_iter().rev().max_by_key(|(member, _)| member.role) else {
        return Ok(());
    };
    give(tx, room_id, (successor.user.id, RoomRole::Owner), (by, now)).await?;
    Ok(())
}

/// Gives somebody a role. Giving `owner` away makes the giver an admin.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    room_id: RoomId,
    (user_id, role): (UserId, RoomRole),
) -> Result<Member> {
    let now = app.clock.now();
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let actor_id = actor.user_id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let giver = require_member(tx, actor_id, room_id).await?;
                let target = require_member(tx, user_id, room_id).await?;
                require_exists(&giver, RoomAction::GiveRole)?;
                if actor_id == user_id || !may_give(giver.role, target.role, role) {
                    return Err(Error::forbidden(
                        "Your role in this room does not allow giving this role.",
                    ));
                }
                if role == target.role {
                    return Ok(target.member());
                }
                let member = give(tx, room_id, (user_id, role), (actor_id, now)).await?;
                if role == RoomRole::Owner {
                    give(tx, room_id, (actor_id, RoomRole::Admin), (actor_id, now)).await?;
                }
                Ok(member)
            })
        })
        .await
}

async fn give(
    tx: &mut Tx,
    room_id: RoomId,
    (user_id, role): (UserId, RoomRole),
    (by, now): (UserId, UnixMs),
) -> Result<Member> {
    store::set_role(tx, room_id, user_id, role).await?;
    let member = require_member(tx, user_id, room_id).await?.member();
    let changed = MemberChanged {
        room_id,
        seq: hearth_protocol::Seq(0),
        timestamp: now,
        member: member.clone(),
        by: Some(by),
    };
    events::append_room(tx, room_id, now, |seq| {
        RoomEvent::MemberUpdated(MemberChanged { seq, ..changed })
    })
    .await?;
    Ok(member)
}
