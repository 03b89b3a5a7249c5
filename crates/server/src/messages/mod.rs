//! Messages: sending and history.

pub mod routes;
pub mod store;

use hearth_domain::text;
use hearth_protocol::rest::MessagePage;
use hearth_protocol::{ClientMessageId, Message, MessageType, RoomEvent, RoomId, Seq, UnixMs, UserId};

use crate::accounts::Actor;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Announcement};
use crate::rooms::{self, Membership};
use crate::socket::ConnectionId;

pub(crate) use store::read_message;

/// Bytes of text in one answer over a connection, about: escaped, and with one long message more, it still is less than what may
/// wait for a connection.
pub const MAX_ANSWER_BYTES: usize = 400 * 1024;

/// A message to be sent, as the caller gave it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where to.
    pub room_id: RoomId,
    /// Markdown source, not yet checked.
    pub content: String,
    /// The sender's idempotency key.
    pub client_message_id: Option<ClientMessageId>,
}

/// Whether a send made the message or found it made.
#[derive(Debug)]
pub enum Sent {
    /// Now.
    Now(Message),
    /// By an earlier try with the same client message id.
    Before(Message),
}

impl Sent {
    /// The message, either way.
    #[must_use]
    pub fn message(&self) -> &Message {
        match self {
            Self::Now(message) | Self::Before(message) => message,
        }
    }
}

/// Sends a message once per `client_message_id`; a retry gets the first message back.
///
/// `connection` is where the command came from: with a client message id it gets `message_saved` instead of `receive_message`.
/// When this returns, the message is on disk.
/// Errors: `invalid`, `rate_limited`, `not_found`.
pub async fn send(app: &App, actor: &Actor, draft: Draft, connection: Option<ConnectionId>) -> Result<Sent> {
    let content = text::content(&draft.content).map_err(|error| Error::invalid_field("content", error.to_string()))?;
    app.limits.take_send(actor.user_id, app.clock.instant())?;
    let draft = Draft { content, ..draft };
    let (user_id, now) = (actor.user_id, app.clock.now());
    let saved_for = connection.filter(|_| draft.client_message_id.is_some());
    let sent = app
        .db
        .write(move |tx| Box::pin(write(tx, user_id, draft, (now, saved_for))))
        .await?;
    app.typing.message_sent(app, sent.message());
    Ok(sent)
}

async fn write(
    tx: &mut Tx,
    user_id: UserId,
    draft: Draft,
    (now, saved_for): (UnixMs, Option<ConnectionId>),
) -> Result<Sent> {
    let member = rooms::require_member(tx, user_id, draft.room_id).await?;
    if let Some(id) = &draft.client_message_id
        && let Some(message) = store::find_sent(tx, (draft.room_id, user_id), id).await?
    {
        return Ok(Sent::Before(message));
    }
    let position = events::append_message(tx, draft.room_id, now).await?;
    let message = Message {
        id: store::new_id(),
        seq: position.seq,
        number: position.number,
        room_id: draft.room_id,
        content: draft.content,
        kind: MessageType::Text,
        sender: member.user,
        timestamp: now,
        client_message_id: draft.client_message_id,
    };
    store::insert(tx, &message).await?;
    rooms::move_cursor(tx, message.room_id, user_id, (message.seq, message.number)).await?;
    let event = Box::new(RoomEvent::ReceiveMessage(message.clone()));
    tx.announce(Announcement::Room {
        room_id: message.room_id,
        event,
        saved_for,
    });
    Ok(Sent::Now(message))
}

/// Which part of a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The latest messages.
    Latest,
    /// Those before this seq.
    Before(Seq),
    /// Those after this seq.
    After(Seq),
    /// Half before and half from this seq on.
    Around(Seq),
}

/// A page of history, ascending.
pub async fn history(
    app: &App,
    actor: &Actor,
    room_id: RoomId,
    (window, limit): (Window, usize),
) -> Result<MessagePage> {
    let user_id = actor.user_id;
    app.db
        .read(move |tx| {
            Box::pin(async move {
                let member = rooms::require_member(tx, user_id, room_id).await?;
                match window {
                    Window::Latest => before(tx, &member, Seq(i64::MAX), limit).await,
                    Window::Before(seq) => before(tx, &member, seq, limit).await,
                    Window::After(seq) => after(tx, &member, seq, limit).await,
                    Window::Around(seq) => around(tx, &member, seq, limit).await,
                }
            })
        })
        .await
}

/// The latest messages of a member's room, ascending: at most `limit`, and fewer when they are long, so that all of them make one
/// answer of a size that a connection may wait for.
pub async fn list_latest(tx: &mut Tx, member: &Membership, limit: usize) -> Result<Vec<Message>> {
    let mut items = before(tx, member, Seq(i64::MAX), limit).await?.items;
    let mut left = MAX_ANSWER_BYTES;
    let fits = |message: &&Message| {
        let fits = left > 0;
        left = left.saturating_sub(message.content.len());
        fits
    };
    let kept = items.iter().rev().take_while(fits).count();
    items.drain(..items.len() - kept);
    Ok(items)
}

/// The messages of a member's room after a seq, ascending: the payloads of its stream's message events.
pub async fn list_after(tx: &mut Tx, member: &Membership, seq: Seq, limit: usize) -> Result<Vec<Message>> {
    store::list_after(tx, member.room_id, seq, one_more(limit) - 1).await
}

/// Number of the latest message of a member's room at or before `seq`.
pub async fn number_at(tx: &mut Tx, member: &Membership, seq: Seq) -> Result<i64> {
    store::number_at(tx, member.room_id, seq).await
}

async fn before(tx: &mut Tx, member: &Membership, seq: Seq, limit: usize) -> Result<MessagePage> {
    let mut items = store::list_before(tx, member.room_id, seq, one_more(limit)).await?;
    let has_before = items.len() > limit;
    items.truncate(limit);
    items.reverse();
    let last = items.last().map_or(Seq(seq.0.saturating_sub(1)), |message| message.seq);
    let has_after = seq.0 != i64::MAX && !store::list_after(tx, member.room_id, last, 1).await?.is_empty();
    Ok(MessagePage {
        items,
        has_before,
        has_after,
    })
}

async fn after(tx: &mut Tx, member: &Membership, seq: Seq, limit: usize) -> Result<MessagePage> {
    let mut items = store::list_after(tx, member.room_id, seq, one_more(limit)).await?;
    let has_after = items.len() > limit;
    items.truncate(limit);
    let first = items.first().map_or(seq.next(), |message| message.seq);
    let has_before = !store::list_before(tx, member.room_id, first, 1).await?.is_empty();
    Ok(MessagePage {
        items,
        has_before,
        has_after,
    })
}

async fn around(tx: &mut Tx, member: &Membership, seq: Seq, limit: usize) -> Result<MessagePage> {
    let older = before(tx, member, seq, limit / 2).await?;
    let rest = limit - older.items.len();
    let newer = after(tx, member, Seq(seq.0.saturating_sub(1)), rest.max(1)).await?;
    let mut items = older.items;
    items.extend(newer.items);
    Ok(MessagePage {
        items,
        has_before: older.has_before,
        has_after: newer.has_after,
    })
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}
