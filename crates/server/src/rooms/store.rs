//! SQL of rooms, memberships and invites.

use hearth_protocol::{
    Encryption, Member, Message, Room, RoomId, RoomRole, RoomSummary, RoomType, Seq, UnixMs, UserId, UserRef,
};

use crate::accounts::read_user;
use crate::db::{Row, Tx};
use crate::error::Result;
use crate::messages;

/// Proof that a user is a member of a room: the only way to anything that belongs to the room.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Where.
    pub room_id: RoomId,
    /// Group or direct.
    pub kind: RoomType,
    /// Who.
    pub user: UserRef,
    /// What they may do there.
    pub role: RoomRole,
    /// Since when.
    pub joined_at: UnixMs,
    /// Their read cursor.
    pub read_seq: Seq,
    /// Number of the latest message at the cursor.
    pub read_number: i64,
}

impl Membership {
    /// The membership as others see it.
    #[must_use]
    pub fn member(&self) -> Member {
        Member {
            user: self.user.clone(),
            role: self.role,
            joined_at: self.joined_at,
        }
    }
}

pub(super) async fn insert_room(tx: &mut Tx, room: &Room, direct_key: Option<&[u8]>) -> Result<()> {
    let binds = [
        room.id.into(),
        kind_text(room.kind).into(),
        (&room.name).into(),
        (&room.topic).into(),
        direct_key.into(),
        room.created_by.into(),
        room.created_at.into(),
    ];
    tx.execute(INSERT_ROOM, &binds).await?;
    Ok(())
}

pub(super) async fn find_direct(tx: &mut Tx, direct_key: &[u8]) -> Result<Option<RoomId>> {
    tx.query_opt(FIND_DIRECT, &[direct_key.into()], |row| row.get(0)).await
}

pub(super) async fn find_room(tx: &mut Tx, room_id: RoomId) -> Result<Room> {
    tx.query_one(FIND_ROOM, &[room_id.into()], |row| read_room(row, 0))
        .await
}

pub(super) async fn update_room(tx: &mut Tx, room_id: RoomId, name: &str, topic: &str) -> Result<()> {
    tx.execute(UPDATE_ROOM, &[room_id.into(), name.into(), topic.into()])
        .await?;
    Ok(())
}

/// False when the user is a member already.
pub(super) async fn insert_member(tx: &mut Tx, room_id: RoomId, user_id: UserId, new: NewMember) -> Result<bool> {
    let binds = [
        room_id.into(),
        user_id.into(),
        role_text(new.role).into(),
        new.joined_at.into(),
        new.read_seq.into(),
        new.read_number.into(),
    ];
    Ok(tx.execute(INSERT_MEMBER, &binds).await? == 1)
}

/// What a new membership starts with.
pub(super) struct NewMember {
    pub role: RoomRole,
    pub joined_at: UnixMs,
    pub read_seq: Seq,
    pub read_number: i64,
}

pub(super) async fn delete_member(tx: &mut Tx, room_id: RoomId, user_id: UserId) -> Result<()> {
    tx.execute(DELETE_MEMBER, &[room_id.into(), user_id.into()]).await?;
    Ok(())
}

pub(super) async fn set_role(tx: &mut Tx, room_id: RoomId, user_id: UserId, role: RoomRole) -> Result<()> {
    tx.execute(SET_ROLE, &[room_id.into(), user_id.into(), role_text(role).into()])
        .await?;
    Ok(())
}

pub(super) async fn find_membership(tx: &mut Tx, room_id: RoomId, user_id: UserId) -> Result<Option<Membership>> {
    tx.query_opt(FIND_MEMBERSHIP, &[room_id.into(), user_id.into()], |row| {
        Ok(Membership {
            room_id,
            kind: parse_kind(&row.get::<String>(0)?)?,
            role: parse_role(&row.get::<String>(1)?)?,
            joined_at: row.get(2)?,
            read_seq: row.get(3)?,
            read_number: row.get(4)?,
            user: read_user(row, 5)?,
        })
    })
    .await
}

/// Members by time of joining, after `(joined_at, user_id)`.
pub(super) async fn list_members(
    tx: &mut Tx,
    room_id: RoomId,
    after: (UnixMs, Option<UserId>),
    limit: i64,
) -> Result<Vec<(Member, Option<UnixMs>)>> {
    let after_id = after.1.map_or(uuid::Uuid::nil(), |id| id.0);
    let binds = [room_id.into(), after.0.into(), after_id.into(), limit.into()];
    tx.query_all(LIST_MEMBERS, &binds, |row| {
        let role = parse_role(&row.get::<String>(0)?)?;
        let member = Member {
            role,
            joined_at: row.get(1)?,
            user: read_user(row, 3)?,
        };
        Ok((member, row.get(2)?))
    })
    .await
}

pub(super) async fn count_members(tx: &mut Tx, room_id: RoomId) -> Result<i64> {
    tx.query_one(COUNT_MEMBERS, &[room_id.into()], |row| row.get(0)).await
}

pub(super) async fn count_rooms(tx: &mut Tx, user_id: UserId) -> Result<i64> {
    tx.query_one(COUNT_ROOMS, &[user_id.into()], |row| row.get(0)).await
}

/// Ids of every room of the user.
pub async fn list_room_ids(tx: &mut Tx, user_id: UserId) -> Result<Vec<RoomId>> {
    tx.query_all(LIST_ROOM_IDS, &[user_id.into()], |row| row.get(0)).await
}

/// A room in the user's list; the peer's last seen comes beside it.
pub(super) type Listed = (RoomSummary, Option<UnixMs>);

pub(super) async fn list_summaries(
    tx: &mut Tx,
    user_id: UserId,
    after: Option<RoomId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let after = after.map_or(uuid::Uuid::nil(), |id| id.0);
    tx.query_all(
        LIST_SUMMARIES,
        &[user_id.into(), after.into(), limit.into()],
        read_summary,
    )
    .await
}

pub(super) async fn find_summary(tx: &mut Tx, user_id: UserId, room_id: RoomId) -> Result<Option<Listed>> {
    tx.query_opt(FIND_SUMMARY, &[user_id.into(), room_id.into()], read_summary)
        .await
}

/// The user's read cursor moves forward; false when it stood there or beyond.
pub async fn move_cursor(tx: &mut Tx, room_id: RoomId, user_id: UserId, (seq, number): (Seq, i64)) -> Result<bool> {
    let binds = [room_id.into(), user_id.into(), seq.into(), number.into()];
    Ok(tx.execute(MOVE_CURSOR, &binds).await? == 1)
}

pub(super) async fn insert_invite(tx: &mut Tx, invite: &StoredInvite, code_hash: &[u8]) -> Result<()> {
    let binds = [
        code_hash.into(),
        invite.room_id.into(),
        invite.created_by.into(),
        invite.created_at.into(),
        invite.expires_at.into(),
        invite.max_uses.into(),
    ];
    tx.execute(INSERT_INVITE, &binds).await?;
    Ok(())
}

/// An invite as it is kept.
pub(super) struct StoredInvite {
    pub room_id: RoomId,
    pub created_by: UserId,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
    pub max_uses: i64,
}

/// Spends one use of an invite that still works and tells its room.
pub(super) async fn use_invite(tx: &mut Tx, code_hash: &[u8], now: UnixMs) -> Result<Option<RoomId>> {
    tx.query_opt(USE_INVITE, &[code_hash.into(), now.into()], |row| row.get(0))
        .await
}

/// Room, its name and the inviter's display name of an invite that still works.
pub(super) async fn find_invite(
    tx: &mut Tx,
    code_hash: &[u8],
    now: UnixMs,
) -> Result<Option<(RoomId, String, String)>> {
    tx.query_opt(FIND_INVITE, &[code_hash.into(), now.into()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
    .await
}

pub(super) async fn delete_expired_invites(tx: &mut Tx, now: UnixMs) -> Result<()> {
    tx.execute(DELETE_EXPIRED_INVITES, &[now.into()]).await?;
    Ok(())
}

fn read_summary(row: &Row<'_>) -> Result<Listed> {
    let peer = match row.get::<Option<UserId>>(12)? {
        Some(_) => Some(read_user(row, 12)?),
        None => None,
    };
    let last_message: Option<Message> = match row.get::<Option<Seq>>(17)? {
        Some(_) => Some(messages::read_message(row, 17)?),
        None => None,
    };
    let summary = RoomSummary {
        room: read_room(row, 0)?,
        role: parse_role(&row.get::<String>(7)?)?,
        read_seq: row.get(8)?,
        read_number: row.get(9)?,
        seq: row.get(10)?,
        last_number: row.get(11)?,
        last_message,
        peer,
        peer_presence: None,
    };
    Ok((summary, row.get(16)?))
}

fn read_room(row: &Row<'_>, at: usize) -> Result<Room> {
    Ok(Room {
        id: row.get(at)?,
        kind: parse_kind(&row.get::<String>(at + 1)?)?,
        name: row.get(at + 2)?,
        topic: row.get(at + 3)?,
        encryption: parse_encryption(&row.get::<String>(at + 4)?)?,
        created_by: row.get(at + 5)?,
        created_at: row.get(at + 6)?,
    })
}

fn kind_text(kind: RoomType) -> &'static str {
    match kind {
        RoomType::Group => "group",
        RoomType::Direct => "direct",
    }
}

fn parse_kind(text: &str) -> Result<RoomType> {
    match text {
        "group" => Ok(RoomType::Group),
        "direct" => Ok(RoomType::Direct),
        other => Err(anyhow::anyhow!("unknown room kind {other}").into()),
    }
}

fn parse_encryption(text: &str) -> Result<Encryption> {
    match text {
        "none" => Ok(Encryption::None),
        "mls1" => Ok(Encryption::Mls1),
        other => Err(anyhow::anyhow!("unknown encryption {other}").into()),
    }
}

fn role_text(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Member => "member",
        RoomRole::Moderator => "moderator",
        RoomRole::Admin => "admin",
        RoomRole::Owner => "owner",
    }
}

fn parse_role(text: &str) -> Result<RoomRole> {
    match text {
        "member" => Ok(RoomRole::Member),
        "moderator" => Ok(RoomRole::Moderator),
        "admin" => Ok(RoomRole::Admin),
        "owner" => Ok(RoomRole::Owner),
        other => Err(anyhow::anyhow!("unknown room role {other}").into()),
    }
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[
    INSERT_ROOM,
    FIND_DIRECT,
    FIND_ROOM,
    UPDATE_ROOM,
    INSERT_MEMBER,
    DELETE_MEMBER,
    SET_ROLE,
    FIND_MEMBERSHIP,
    LIST_MEMBERS,
    COUNT_MEMBERS,
    COUNT_ROOMS,
    LIST_ROOM_IDS,
    LIST_SUMMARIES,
    FIND_SUMMARY,
    MOVE_CURSOR,
    INSERT_INVITE,
    USE_INVITE,
    FIND_INVITE,
    DELETE_EXPIRED_INVITES,
];

const INSERT_ROOM: &str = "
insert into rooms (id, kind, name, topic, encryption, direct_key, created_by, created_at)
values ($1, $2, $3, $4, 'none', $5, $6, $7)";

const FIND_DIRECT: &str = "
select id
from rooms
where direct_key = $1";

const FIND_ROOM: &str = "
select id, kind, name, topic, encryption, created_by, created_at
from rooms
where id = $1";

const UPDATE_ROOM: &str = "
update rooms
set name = $2, topic = $3
where id = $1";

const INSERT_MEMBER: &str = "
insert into memberships (room_id, user_id, role, joined_at, read_seq, read_number)
values ($1, $2, $3, $4, $5, $6)
on conflict (room_id, user_id) do nothing";

const DELETE_MEMBER: &str = "
delete from memberships
where room_id = $1
  and user_id = $2";

const SET_ROLE: &str = "
update memberships
set role = $3
where room_id = $1
  and user_id = $2";

const FIND_MEMBERSHIP: &str = "
select r.kind, m.role, m.joined_at, m.read_seq, m.read_number, u.id, u.username, u.display_name, u.avatar
from memberships m
join rooms r on r.id = m.room_id
join users u on u.id = m.user_id
where m.room_id = $1
  and m.user_id = $2";

const LIST_MEMBERS: &str = "
select m.role, m.joined_at, u.last_seen_at, u.id, u.username, u.display_name, u.avatar
from memberships m
join users u on u.id = m.user_id
where m.room_id = $1
  and (m.joined_at, m.user_id) > ($2, $3)
order by m.joined_at, m.user_id
limit $4";

const COUNT_MEMBERS: &str = "
select count(*)
from memberships
where room_id = $1";

const COUNT_ROOMS: &str = "
select count(*)
from memberships
where user_id = $1";

const LIST_ROOM_IDS: &str = "
select room_id
from memberships
where user_id = $1";

// The two differ in the last condition only: an optional filter in one text would keep the planner from the right index.
const LIST_SUMMARIES: &str = "
select r.id, r.kind, r.name, r.topic, r.encryption, r.created_by, r.created_at,
       m.role, m.read_seq, m.read_number, s.head_seq, s.last_number,
       p.id, p.username, p.display_name, p.avatar, p.last_seen_at,
       g.seq, g.number, g.id, g.room_id, g.content, g.kind, g.created_at, g.client_message_id,
       u.id, u.username, u.display_name, u.avatar
from memberships m
join rooms r on r.id = m.room_id
join streams s on s.id = m.room_id
left join memberships o on r.kind = 'direct' and o.room_id = m.room_id and o.user_id <> m.user_id
left join users p on p.id = o.user_id
left join messages g on g.room_id = m.room_id and g.seq = (select max(seq) from messages where room_id = m.room_id)
left join users u on u.id = g.sender_id
where m.user_id = $1
  and m.room_id > $2
order by m.room_id
limit $3";

const FIND_SUMMARY: &str = "
select r.id, r.kind, r.name, r.topic, r.encryption, r.created_by, r.created_at,
       m.role, m.read_seq, m.read_number, s.head_seq, s.last_number,
       p.id, p.username, p.display_name, p.avatar, p.last_seen_at,
       g.seq, g.number, g.id, g.room_id, g.content, g.kind, g.created_at, g.client_message_id,
       u.id, u.username, u.display_name, u.avatar
from memberships m
join rooms r on r.id = m.room_id
join streams s on s.id = m.room_id
left join memberships o on r.kind = 'direct' and o.room_id = m.room_id and o.user_id <> m.user_id
left join users p on p.id = o.user_id
left join messages g on g.room_id = m.room_id and g.seq = (select max(seq) from messages where room_id = m.room_id)
left join users u on u.id = g.sender_id
where m.user_id = $1
  and m.room_id = $2";

const MOVE_CURSOR: &str = "
update memberships
set read_seq = $3, read_number = $4
where room_id = $1
  and user_id = $2
  and read_seq < $3";

const INSERT_INVITE: &str = "
insert into invites (code_hash, room_id, created_by, created_at, expires_at, max_uses, uses)
values ($1, $2, $3, $4, $5, $6, 0)";

const USE_INVITE: &str = "
update invites
set uses = uses + 1
where code_hash = $1
  and expires_at > $2
  and uses < max_uses
returning room_id";

const FIND_INVITE: &str = "
select i.room_id, r.name, u.display_name
from invites i
join rooms r on r.id = i.room_id
join users u on u.id = i.created_by
where i.code_hash = $1
  and i.expires_at > $2
  and i.uses < i.max_uses";

const DELETE_EXPIRED_INVITES: &str = "
delete from invites
where expires_at <= $1";
