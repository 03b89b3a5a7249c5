//! SQL of messages. A message's columns always come in the order of [`read_message`].

use hearth_protocol::{ClientMessageId, Message, MessageId, MessageType, RoomId, Seq, UserId};

use crate::accounts::read_user;
use crate::db::{Row, Tx};
use crate::error::Result;

/// Reads `seq, number, id, room_id, content, kind, created_at, client_message_id` and the sender from column `at` on.
pub(crate) fn read_message(row: &Row<'_>, at: usize) -> Result<Message> {
    Ok(Message {
        seq: row.get(at)?,
        number: row.get(at + 1)?,
        id: row.get(at + 2)?,
        room_id: row.get(at + 3)?,
        content: row.get(at + 4)?,
        kind: parse_kind(&row.get::<String>(at + 5)?)?,
        timestamp: row.get(at + 6)?,
        client_message_id: row.get(at + 7)?,
        sender: read_user(row, at + 8)?,
    })
}

fn parse_kind(text: &str) -> Result<MessageType> {
    match text {
        "text" => Ok(MessageType::Text),
        other => Err(anyhow::anyhow!("unknown message kind {other}").into()),
    }
}

pub(super) async fn insert(tx: &mut Tx, message: &Message) -> Result<()> {
    let binds = [
        message.room_id.into(),
        message.seq.into(),
        message.number.into(),
        message.id.into(),
        message.sender.id.into(),
        message.client_message_id.as_ref().into(),
        (&message.content).into(),
        message.timestamp.into(),
    ];
    tx.execute(INSERT, &binds).await?;
    Ok(())
}

/// The message that was first sent with this id, if any.
pub(super) async fn find_sent(
    tx: &mut Tx,
    (room_id, sender_id): (RoomId, UserId),
    client_message_id: &ClientMessageId,
) -> Result<Option<Message>> {
    let binds = [room_id.into(), sender_id.into(), client_message_id.into()];
    tx.query_opt(FIND_SENT, &binds, |row| read_message(row, 0)).await
}

/// At most `limit` messages before `seq`, descending.
pub(super) async fn list_before(tx: &mut Tx, room_id: RoomId, seq: Seq, limit: i64) -> Result<Vec<Message>> {
    tx.query_all(LIST_BEFORE, &[room_id.into(), seq.into(), limit.into()], |row| {
        read_message(row, 0)
    })
    .await
}

/// At most `limit` messages after `seq`, ascending.
pub(super) async fn list_after(tx: &mut Tx, room_id: RoomId, seq: Seq, limit: i64) -> Result<Vec<Message>> {
    tx.query_all(LIST_AFTER, &[room_id.into(), seq.into(), limit.into()], |row| {
        read_message(row, 0)
    })
    .await
}

/// Number of the latest message at or before `seq`; 0 without any.
pub(super) async fn number_at(tx: &mut Tx, room_id: RoomId, seq: Seq) -> Result<i64> {
    let number = tx
        .query_opt(NUMBER_AT, &[room_id.into(), seq.into()], |row| row.get(0))
        .await?;
    Ok(number.unwrap_or(0))
}

/// Id of a new message.
pub(super) fn new_id() -> MessageId {
    MessageId(uuid::Uuid::now_v7())
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[INSERT, FIND_SENT, LIST_BEFORE, LIST_AFTER, NUMBER_AT];

const INSERT: &str = "
insert into messages (room_id, seq, number, id, sender_id, client_message_id, kind, content, created_at)
values ($1, $2, $3, $4, $5, $6, 'text', $7, $8)";

const FIND_SENT: &str = "
select g.seq, g.number, g.id, g.room_id, g.content, g.kind, g.created_at, g.client_message_id,
       u.id, u.username, u.display_name, u.avatar
from messages g
join users u on u.id = g.sender_id
where g.room_id = $1
  and g.sender_id = $2
  and g.client_message_id = $3";

const LIST_BEFORE: &str = "
select g.seq, g.number, g.id, g.room_id, g.content, g.kind, g.created_at, g.client_message_id,
       u.id, u.username, u.display_name, u.avatar
from messages g
join users u on u.id = g.sender_id
where g.room_id = $1
  and g.seq < $2
order by g.seq desc
limit $3";

const LIST_AFTER: &str = "
select g.seq, g.number, g.id, g.room_id, g.content, g.kind, g.created_at, g.client_message_id,
       u.id, u.username, u.display_name, u.avatar
from messages g
join users u on u.id = g.sender_id
where g.room_id = $1
  and g.seq > $2
order by g.seq
limit $3";

const NUMBER_AT: &str = "
select number
from messages
where room_id = $1
  and seq <= $2
order by seq desc
limit 1";
