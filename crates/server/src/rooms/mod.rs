//! Rooms: making, listing, opening and changing them. Who is in them: `members`. Links into them: `invites`.

pub mod invites;
pub mod members;
pub mod routes;
pub mod store;

use std::collections::BTreeMap;

use hearth_domain::permissions::{RoomAction, room_allows};
use hearth_domain::{labels, names};
use hearth_protocol::rest::{CreateRoom, Page, UpdateRoom};
use hearth_protocol::{
    Encryption, ErrorCode, Presence, Room, RoomChanged, RoomEvent, RoomId, RoomRole, RoomSnapshot, RoomSummary,
    RoomType, Seq, UnixMs, UserId,
};
use uuid::Uuid;

use crate::accounts::{self, Actor};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events;
use crate::messages;

pub use store::{Membership, list_room_ids, move_cursor};

/// Most rooms one user may be in: what a user's snapshot carries.
pub const MAX_ROOMS_PER_USER: i64 = 1_000;
/// Most people in one room.
pub const MAX_MEMBERS_PER_ROOM: i64 = 5_000;
/// Most people named when a room is made.
const MAX_FIRST_MEMBERS: usize = 100;

/// The one door to anything that belongs to a room.
///
/// Errors: `not_found`, whether there is no such room or the user is not in it.
pub async fn require_member(tx: &mut Tx, user_id: UserId, room_id: RoomId) -> Result<Membership> {
    store::find_membership(tx, room_id, user_id)
        .await?
        .ok_or_else(Error::not_found)
}

/// A member who may do `action` there.
///
/// Errors: as [`require_member`], or `forbidden`, or `conflict` for what a direct room does not have.
pub async fn require_allowed(tx: &mut Tx, user_id: UserId, room_id: RoomId, action: RoomAction) -> Result<Membership> {
    let member = require_member(tx, user_id, room_id).await?;
    require_exists(&member, action)?;
    if room_allows(member.role, action) {
        return Ok(member);
    }
    Err(Error::forbidden("Your role in this room does not allow this."))
}

/// Refuses what makes no sense in a room of this kind.
fn require_exists(member: &Membership, action: RoomAction) -> Result<()> {
    if action.exists_in(member.kind) {
        return Ok(());
    }
    let message = "A direct conversation stays between its two people, without roles, names or links.";
    Err(Error::refused(ErrorCode::Conflict, message))
}

/// Whether a room was made or stood there before.
#[derive(Debug)]
pub enum Made {
    /// Now.
    Now(RoomSummary),
    /// A direct room of these two existed.
    Before(RoomSummary),
}

/// Makes a group, or opens the one direct room of two people.
pub async fn create(app: &App, actor: &Actor, command: CreateRoom) -> Result<Made> {
    let now = app.clock.now();
    let user_id = actor.user_id;
    app.limits.take_action(user_id, app.clock.instant())?;
    let made = match command.kind {
        RoomType::Group => {
            let draft = GroupDraft::parse(command)?;
            app.db
                .write(move |tx| Box::pin(create_group(tx, user_id, draft, now)))
                .await?
        }
        RoomType::Direct => {
            let [peer] = <[String; 1]>::try_from(command.members)
                .map_err(|_| Error::invalid_field("members", "Name exactly one other person."))?;
            app.db
                .write(move |tx| Box::pin(open_direct(tx, user_id, peer, now)))
                .await?
        }
    };
    Ok(match made {
        Made::Now(summary) => Made::Now(with_presence(app, (summary, None))),
        Made::Before(summary) => Made::Before(with_presence(app, (summary, None))),
    })
}

struct GroupDraft {
    name: String,
    topic: String,
    members: Vec<String>,
}

impl GroupDraft {
    fn parse(command: CreateRoom) -> Result<Self> {
        let name = labels::room_name(&command.name.unwrap_or_default());
        let name = name.map_err(|error| Error::invalid_field("name", error.to_string()))?;
        let topic = parse_topic(&command.topic.unwrap_or_default())?;
        if command.members.len() > MAX_FIRST_MEMBERS {
            return Err(Error::invalid_field(
                "members",
                "Name at most 100 people; invite the others afterwards.",
            ));
        }
        Ok(Self {
            name,
            topic,
            members: command.members,
        })
    }
}

fn parse_topic(topic: &str) -> Result<String> {
    labels::topic(topic).map_err(|error| Error::invalid_field("topic", error.to_string()))
}

async fn create_group(tx: &mut Tx, user_id: UserId, draft: GroupDraft, now: UnixMs) -> Result<Made> {
    let room = new_room(RoomType::Group, user_id, now);
    let room = Room {
        name: draft.name,
        topic: draft.topic,
        ..room
    };
    insert(tx, &room, None).await?;
    members::join(
        tx,
        &room,
        user_id,
        members::Joining {
            role: RoomRole::Owner,
            by: None,
            now,
        },
    )
    .await?;
    for name in &draft.members {
        let member = find_named(tx, name).await?.ok_or_else(|| unknown_person(name))?;
        if member != user_id {
            let joining = members::Joining {
                role: RoomRole::Member,
                by: Some(user_id),
                now,
            };
            members::join(tx, &room, member, joining).await?;
        }
    }
    Ok(Made::Now(require_summary(tx, user_id, room.id).await?))
}

async fn open_direct(tx: &mut Tx, user_id: UserId, peer: String, now: UnixMs) -> Result<Made> {
    let peer_id = find_named(tx, &peer).await?.ok_or_else(|| unknown_person(&peer))?;
    if peer_id == user_id {
        return Err(Error::invalid_field("members", "Name somebody other than yourself."));
    }
    let key = direct_key(user_id, peer_id);
    if let Some(room_id) = store::find_direct(tx, &key).await? {
        return Ok(Made::Before(require_summary(tx, user_id, room_id).await?));
    }
    let room = new_room(RoomType::Direct, user_id, now);
    insert(tx, &room, Some(&key)).await?;
    let both = [(user_id, None), (peer_id, Some(user_id))];
    for (member, by) in both {
        let role = RoomRole::Member;
        members::enter(tx, &room, member, members::Joining { role, by, now }).await?;
    }
    // Only now each of them has somebody beside them to be shown.
    for (member, _) in both {
        members::show(tx, room.id, member, now).await?;
    }
    Ok(Made::Now(require_summary(tx, user_id, room.id).await?))
}

fn new_room(kind: RoomType, created_by: UserId, created_at: UnixMs) -> Room {
    let id = RoomId(Uuid::now_v7());
    let (name, topic, encryption) = (String::new(), String::new(), Encryption::None);
    Room {
        id,
        kind,
        name,
        topic,
        encryption,
        created_by,
        created_at,
    }
}

async fn insert(tx: &mut Tx, room: &Room, direct_key: Option<&[u8]>) -> Result<()> {
    store::insert_room(tx, room, direct_key).await?;
    events::create_stream(tx, room.id.into()).await?;
    events::append_room(tx, room.id, room.created_at, |seq| {
        RoomEvent::RoomCreated(changed(room, seq, room.created_by))
    })
    .await?;
    Ok(())
}

fn changed(room: &Room, seq: Seq, by: UserId) -> RoomChanged {
    RoomChanged {
        room_id: room.id,
        seq,
        timestamp: room.created_at,
        room: room.clone(),
        by,
    }
}

/// The same for both, whoever begins.
fn direct_key(one: UserId, other: UserId) -> Vec<u8> {
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    [*low.0.as_bytes(), *high.0.as_bytes()].concat()
}

/// A person by id or username.
async fn find_named(tx: &mut Tx, name: &str) -> Result<Option<UserId>> {
    match Uuid::parse_str(name) {
        Ok(id) => accounts::find_active(tx, UserId(id)).await,
        Err(_) => accounts::find_by_username_key(tx, &names::username_key(name.trim_start_matches('@'))).await,
    }
}

fn unknown_person(name: &str) -> Error {
    let shown: String = name.chars().take(40).collect();
    Error::invalid_field("members", format!("There is nobody called “{shown}” here."))
}

/// One room as the user has it in the list.
pub async fn find(app: &App, actor: &Actor, room_id: RoomId) -> Result<RoomSummary> {
    let user_id = actor.user_id;
    let listed = app
        .db
        .read(move |tx| Box::pin(store::find_summary(tx, user_id, room_id)))
        .await?;
    listed
        .map(|listed| with_presence(app, listed))
        .ok_or_else(Error::not_found)
}

/// The user's rooms by id, after `after`.
pub async fn list(app: &App, actor: &Actor, after: Option<RoomId>, limit: usize) -> Result<Page<RoomSummary>> {
    let user_id = actor.user_id;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut rooms = app
        .db
        .read(move |tx| Box::pin(store::list_summaries(tx, user_id, after, wanted)))
        .await?;
    let more = rooms.len() > limit;
    rooms.truncate(limit);
    let items: Vec<_> = rooms.into_iter().map(|listed| with_presence(app, listed)).collect();
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|summary| summary.room.id.0.to_string());
    Ok(Page { items, next_cursor })
}

/// Every room of the user, inside a transaction that also read the head of the user's stream.
pub async fn list_all(tx: &mut Tx, user_id: UserId) -> Result<Vec<store::Listed>> {
    store::list_summaries(tx, user_id, None, MAX_ROOMS_PER_USER).await
}

/// A summary inside a transaction; the user must be a member.
pub async fn require_summary(tx: &mut Tx, user_id: UserId, room_id: RoomId) -> Result<RoomSummary> {
    let listed = store::find_summary(tx, user_id, room_id).await?;
    listed.map(|(summary, _)| summary).ok_or_else(Error::not_found)
}

/// Adds whether the other person of a direct room is there.
#[must_use]
pub fn with_presence(app: &App, (mut summary, last_seen): store::Listed) -> RoomSummary {
    summary.peer_presence = summary.peer.as_ref().map(|peer| presence(app, peer.id, last_seen));
    summary
}

/// Whether somebody is there now.
#[must_use]
pub fn presence(app: &App, user_id: UserId, last_seen: Option<UnixMs>) -> Presence {
    let online = app.hub.is_online(user_id);
    Presence {
        online,
        last_seen: last_seen.filter(|_| !online),
    }
}

/// Opens a room: everything a client needs to show it, as of one seq.
pub async fn snapshot(app: &App, actor: &Actor, room_id: RoomId) -> Result<RoomSnapshot> {
    let user_id = actor.user_id;
    let (mut snapshot, seen) = app
        .db
        .read(move |tx| Box::pin(read_snapshot(tx, user_id, room_id)))
        .await?;
    snapshot.presence = seen
        .into_iter()
        .map(|(id, last_seen)| (id, presence(app, id, last_seen)))
        .collect();
    Ok(snapshot)
}

type Seen = Vec<(UserId, Option<UnixMs>)>;

async fn read_snapshot(tx: &mut Tx, user_id: UserId, room_id: RoomId) -> Result<(RoomSnapshot, Seen)> {
    let member = require_member(tx, user_id, room_id).await?;
    let head = events::find_head(tx, room_id.into())
        .await?
        .ok_or_else(Error::not_found)?;
    let listed = store::list_members(tx, room_id, (UnixMs(i64::MIN), None), MAX_MEMBERS_PER_ROOM).await?;
    let seen = listed
        .iter()
        .map(|(member, last_seen)| (member.user.id, *last_seen))
        .collect();
    let snapshot = RoomSnapshot {
        room: store::find_room(tx, room_id).await?,
        members: listed.into_iter().map(|(member, _)| member).collect(),
        messages: messages::list_latest(tx, &member, RoomSnapshot::MAX_MESSAGES).await?,
        seq: head.seq,
        last_number: head.number,
        role: member.role,
        read_seq: member.read_seq,
        read_number: member.read_number,
        presence: BTreeMap::new(),
    };
    Ok((snapshot, seen))
}

/// Renames a room or says what it is for.
pub async fn update(app: &App, actor: &Actor, room_id: RoomId, command: UpdateRoom) -> Result<RoomSummary> {
    let now = app.clock.now();
    let name = command.name.map(|name| labels::room_name(&name)).transpose();
    let name = name.map_err(|error| Error::invalid_field("name", error.to_string()))?;
    let topic = command.topic.as_deref().map(parse_topic).transpose()?;
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let user_id = actor.user_id;
    app.db
        .write(move |tx| Box::pin(write_update(tx, (user_id, room_id), (name, topic), now)))
        .await?;
    find(app, actor, room_id).await
}

async fn write_update(
    tx: &mut Tx,
    (user_id, room_id): (UserId, RoomId),
    (name, topic): (Option<String>, Option<String>),
    now: UnixMs,
) -> Result<()> {
    require_allowed(tx, user_id, room_id, RoomAction::UpdateRoom).await?;
    let old = store::find_room(tx, room_id).await?;
    let room = Room {
        name: name.unwrap_or(old.name.clone()),
        topic: topic.unwrap_or(old.topic.clone()),
        ..old.clone()
    };
    if room == old {
        return Ok(());
    }
    store::update_room(tx, room_id, &room.name, &room.topic).await?;
    let event = |seq| {
        RoomEvent::RoomUpdated(RoomChanged {
            timestamp: now,
            ..changed(&room, seq, user_id)
        })
    };
    events::append_room(tx, room_id, now, event).await?;
    Ok(())
}
