//! Streams: appending durable events and reading them back. The only writer of `streams` and `events`.

use hearth_protocol::{RoomEvent, RoomId, Seq, Signal, StreamId, UnixMs, UserEvent, UserId};
use serde_json::Value;

use crate::db::{Row, Tx};
use crate::error::Result;
use crate::socket::ConnectionId;

/// What the hub is told after a commit.
#[derive(Debug)]
pub enum Announcement {
    /// A durable event of a room.
    Room {
        /// Which room.
        room_id: RoomId,
        /// The event.
        event: Box<RoomEvent>,
        /// The connection whose `send_message` with a client message id this is: it gets `message_saved` instead.
        saved_for: Option<ConnectionId>,
    },
    /// A durable event of a user.
    User {
        /// Whose.
        user_id: UserId,
        /// The event.
        event: Box<UserEvent>,
    },
    /// From here on the user's connections get the room's events.
    Joined {
        /// Who.
        user_id: UserId,
        /// Where.
        room_id: RoomId,
    },
    /// From here on they don't.
    Left {
        /// Who.
        user_id: UserId,
        /// Where.
        room_id: RoomId,
    },
    /// Something momentary for everyone who shares a room with the user, once each.
    Around {
        /// Around whom.
        user_id: UserId,
        /// What.
        signal: Signal,
    },
}

/// A stream's numbers after an append.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// The new event's seq.
    pub seq: Seq,
    /// Number of the latest message.
    pub number: i64,
}

/// Makes the stream of a new room or user.
pub async fn create_stream(tx: &mut Tx, stream_id: StreamId) -> Result<()> {
    tx.execute(CREATE_STREAM, &[stream_id.into()]).await?;
    Ok(())
}

/// Appends an event to a room's stream and has it announced.
pub async fn append_room(
    tx: &mut Tx,
    room_id: RoomId,
    now: UnixMs,
    make: impl FnOnce(Seq) -> RoomEvent,
) -> Result<RoomEvent> {
    let seq = advance(tx, room_id.into(), 0).await?.seq;
    let event = make(seq);
    let (kind, body) = split(&event)?;
    insert(tx, room_id.into(), seq, (&kind, Some(&body)), now).await?;
    tx.announce(Announcement::Room {
        room_id,
        event: Box::new(event.clone()),
        saved_for: None,
    });
    Ok(event)
}

/// Takes the room's next seq and message number and notes the event; the message itself is the caller's to insert and announce.
pub async fn append_message(tx: &mut Tx, room_id: RoomId, now: UnixMs) -> Result<Position> {
    let position = advance(tx, room_id.into(), 1).await?;
    insert(tx, room_id.into(), position.seq, (MESSAGE, None), now).await?;
    Ok(position)
}

/// Appends an event to a user's stream and has it announced to the user's devices.
pub async fn append_user(
    tx: &mut Tx,
    user_id: UserId,
    now: UnixMs,
    make: impl FnOnce(Seq) -> UserEvent,
) -> Result<UserEvent> {
    let seq = advance(tx, user_id.into(), 0).await?.seq;
    let event = make(seq);
    let (kind, body) = split(&event)?;
    insert(tx, user_id.into(), seq, (&kind, Some(&body)), now).await?;
    tx.announce(Announcement::User {
        user_id,
        event: Box::new(event.clone()),
    });
    Ok(event)
}

/// Head of a stream and number of its latest message. Absent when there is no such stream.
pub async fn find_head(tx: &mut Tx, stream_id: StreamId) -> Result<Option<Position>> {
    tx.query_opt(FIND_HEAD, &[stream_id.into()], read_position).await
}

/// A stored event. `body` is absent where the messages table holds the payload.
#[derive(Debug)]
pub struct Stored {
    /// Place in the stream.
    pub seq: Seq,
    /// Name on the wire.
    pub kind: String,
    /// JSON payload.
    pub body: Option<String>,
}

impl Stored {
    /// Whether its payload is the message of the same seq.
    #[must_use]
    pub fn is_message(&self) -> bool {
        self.kind == MESSAGE
    }

    /// The event, from its stored payload.
    ///
    /// Errors: internal, when it has none.
    pub fn parse<E: serde::de::DeserializeOwned>(&self) -> Result<E> {
        let data: Value = serde_json::from_str(self.body.as_deref().unwrap_or("null"))?;
        Ok(serde_json::from_value(
            serde_json::json!({ "event": self.kind, "data": data }),
        )?)
    }
}

/// At most `limit` events after `after`, in order.
pub async fn list_after(tx: &mut Tx, stream_id: StreamId, after: Seq, limit: usize) -> Result<Vec<Stored>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query_all(LIST_AFTER, &[stream_id.into(), after.into(), limit.into()], |row| {
        Ok(Stored {
            seq: row.get(0)?,
            kind: row.get(1)?,
            body: row.get(2)?,
        })
    })
    .await
}

const MESSAGE: &str = "receive_message";

async fn advance(tx: &mut Tx, stream_id: StreamId, messages: i64) -> Result<Position> {
    tx.query_one(ADVANCE, &[stream_id.into(), messages.into()], read_position)
        .await
}

fn read_position(row: &Row<'_>) -> Result<Position> {
    Ok(Position {
        seq: row.get(0)?,
        number: row.get(1)?,
    })
}

async fn insert(
    tx: &mut Tx,
    stream_id: StreamId,
    seq: Seq,
    (kind, body): (&str, Option<&str>),
    now: UnixMs,
) -> Result<()> {
    tx.execute(
        INSERT,
        &[stream_id.into(), seq.into(), kind.into(), body.into(), now.into()],
    )
    .await?;
    Ok(())
}

/// Name and JSON payload of an event.
fn split(event: &impl serde::Serialize) -> Result<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Parts<'a> {
        event: String,
        #[serde(borrow)]
        data: &'a serde_json::value::RawValue,
    }
    let text = serde_json::to_string(event)?;
    let parts: Parts<'_> = serde_json::from_str(&text)?;
    Ok((parts.event, parts.data.get().to_owned()))
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[CREATE_STREAM, ADVANCE, INSERT, FIND_HEAD, LIST_AFTER];

const CREATE_STREAM: &str = "
insert into streams (id, head_seq, last_number)
values ($1, 0, 0)";

const ADVANCE: &str = "
update streams
set head_seq = head_seq + 1, last_number = last_number + $2
where id = $1
returning head_seq, last_number";

const INSERT: &str = "
insert into events (stream_id, seq, kind, body, created_at)
values ($1, $2, $3, $4, $5)";

const FIND_HEAD: &str = "
select head_seq, last_number
from streams
where id = $1";

const LIST_AFTER: &str = "
select seq, kind, body
from events
where stream_id = $1
  and seq > $2
order by seq
limit $3";
