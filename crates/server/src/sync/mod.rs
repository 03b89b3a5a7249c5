//! Catching up: what a client has missed of each of its streams, in bounded pages.

use std::collections::BTreeMap;

use hearth_protocol::{
    Message, RoomEvent, RoomId, RoomSummary, Seq, StreamEvent, StreamId, StreamPage, Sync, SyncResult, UserId,
    UserSnapshot,
};

use crate::accounts::{self, Actor};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Stored};
use crate::messages;
use crate::rooms::{self, Membership};

/// What is missing after the given cursors; see docs/protocol.md, "sync".
///
/// Each stream is read in a transaction of its own, so that a client far behind never holds a reader for long.
pub async fn catch_up(app: &App, actor: &Actor, command: Sync) -> Result<SyncResult> {
    let cursors = command.cursors;
    if cursors.len() > Sync::MAX_CURSORS {
        return Err(Error::invalid_field(
            "cursors",
            "At most 2,000 streams can be asked for at once.",
        ));
    }
    app.limits.take_action(actor.user_id, app.clock.instant())?;

    let mut result = SyncResult::default();
    let mut budget = Budget {
        events: Sync::MAX_EVENTS,
        bytes: messages::MAX_ANSWER_BYTES,
    };
    let own = StreamId::from(actor.user_id);
    match cursors.get(&own) {
        None => result.user = Some(user_snapshot(app, actor.user_id).await?),
        Some(cursor) => {
            let page = user_page(app, actor.user_id, *cursor).await?;
            if page.reset {
                result.user = Some(user_snapshot(app, actor.user_id).await?);
            }
            add(&mut result.streams, own, page, &mut budget);
        }
    }
    for (stream_id, cursor) in cursors.into_iter().filter(|(stream_id, _)| *stream_id != own) {
        let page = room_page(app, actor.user_id, (RoomId(stream_id.0), cursor), budget).await?;
        add(&mut result.streams, stream_id, page, &mut budget);
    }
    Ok(result)
}

/// What one answer may still hold.
#[derive(Debug, Clone, Copy)]
struct Budget {
    events: usize,
    /// Once it is used up no further event is taken; the last one may exceed it.
    bytes: usize,
}

fn add(streams: &mut BTreeMap<StreamId, StreamPage>, stream_id: StreamId, page: StreamPage, budget: &mut Budget) {
    budget.events = budget.events.saturating_sub(page.events.len());
    budget.bytes = budget
        .bytes
        .saturating_sub(page.events.iter().map(bytes_of).sum::<usize>());
    if !page.events.is_empty() || page.more || page.reset || page.gone {
        streams.insert(stream_id, page);
    }
}

/// Everything of the user's own, as of one seq of the user's stream.
pub async fn user_snapshot(app: &App, user_id: UserId) -> Result<UserSnapshot> {
    let (me, user_seq, rooms) = app
        .db
        .read(move |tx| {
            Box::pin(async move {
                let me = accounts::require_me(tx, user_id).await?;
                let head = events::find_head(tx, user_id.into())
                    .await?
                    .ok_or_else(Error::not_found)?;
                Ok((me, head.seq, rooms::list_all(tx, user_id).await?))
            })
        })
        .await?;
    let rooms = rooms
        .into_iter()
        .map(|listed| rooms::with_presence(app, listed))
        .collect();
    Ok(UserSnapshot { user_seq, me, rooms })
}

async fn user_page(app: &App, user_id: UserId, cursor: Seq) -> Result<StreamPage> {
    app.db
        .read(move |tx| {
            Box::pin(async move {
                let head = events::find_head(tx, user_id.into())
                    .await?
                    .ok_or_else(Error::not_found)?
                    .seq;
                if needs_reset(cursor, head) {
                    return Ok(StreamPage {
                        head,
                        reset: true,
                        ..StreamPage::default()
                    });
                }
                let stored = events::list_after(tx, user_id.into(), cursor, Sync::MAX_EVENTS_PER_STREAM).await?;
                let events = stored
                    .iter()
                    .map(|event| event.parse().map(StreamEvent::User))
                    .collect::<Result<_>>()?;
                Ok(page(events, cursor, head))
            })
        })
        .await
}

async fn room_page(app: &App, user_id: UserId, (room_id, cursor): (RoomId, Seq), budget: Budget) -> Result<StreamPage> {
    app.db
        .read(move |tx| {
            Box::pin(async move {
                let member = match rooms::require_member(tx, user_id, room_id).await {
                    Ok(member) => member,
                    Err(Error::Refused(_)) => {
                        return Ok(StreamPage {
                            gone: true,
                            ..StreamPage::default()
                        });
                    }
                    // A fault of ours must not make clients forget their rooms.
                    Err(fault) => return Err(fault),
                };
                let head = events::find_head(tx, room_id.into())
                    .await?
                    .ok_or_else(Error::not_found)?
                    .seq;
                if needs_reset(cursor, head) {
                    let summary: RoomSummary = rooms::require_summary(tx, user_id, room_id).await?;
                    let summary = Some(Box::new(summary));
                    return Ok(StreamPage {
                        head,
                        reset: true,
                        summary,
                        ..StreamPage::default()
                    });
                }
                let events = room_events(tx, &member, cursor, budget).await?;
                Ok(page(events, cursor, head))
            })
        })
        .await
}

fn needs_reset(cursor: Seq, head: Seq) -> bool {
    cursor > head || cursor < Seq(0) || head.0 - cursor.0 > Sync::RESET_AFTER
}

fn page(events: Vec<StreamEvent>, cursor: Seq, head: Seq) -> StreamPage {
    let reached = i64::try_from(events.len()).map_or(head, |count| Seq(cursor.0 + count));
    StreamPage {
        events,
        head,
        more: reached < head,
        ..StreamPage::default()
    }
}

/// Stored events with the messages put in where they belong.
async fn room_events(tx: &mut Tx, member: &Membership, cursor: Seq, budget: Budget) -> Result<Vec<StreamEvent>> {
    let limit = budget.events.min(Sync::MAX_EVENTS_PER_STREAM);
    if limit == 0 || budget.bytes == 0 {
        return Ok(Vec::new());
    }
    let stored = events::list_after(tx, member.room_id.into(), cursor, limit).await?;
    let wanted = stored.iter().filter(|event| event.is_message()).count();
    let mut messages = match wanted {
        0 => Vec::new(),
        _ => messages::list_after(tx, member, cursor, wanted).await?,
    }
    .into_iter();
    let mut left = budget.bytes;
    let mut events = Vec::with_capacity(stored.len());
    for event in &stored {
        let event = StreamEvent::Room(room_event(event, &mut messages)?);
        let is_last = left <= bytes_of(&event);
        left = left.saturating_sub(bytes_of(&event));
        events.push(event);
        if is_last {
            break;
        }
    }
    Ok(events)
}

/// About how long an event is; only messages can be long.
fn bytes_of(event: &StreamEvent) -> usize {
    match event {
        StreamEvent::Room(RoomEvent::ReceiveMessage(message)) => 512 + message.content.len(),
        StreamEvent::Room(_) | StreamEvent::User(_) => 512,
    }
}

fn room_event(stored: &Stored, messages: &mut impl Iterator<Item = Message>) -> Result<RoomEvent> {
    if !stored.is_message() {
        return stored.parse();
    }
    let message = messages.next().filter(|message| message.seq == stored.seq);
    let message = message.ok_or_else(|| anyhow::anyhow!("event {} of a room has no message", stored.seq.0))?;
    Ok(RoomEvent::ReceiveMessage(message))
}
