//! Read cursors: how far a user has read each room. Unread counts are computed from them, never counted.

pub mod routes;

use hearth_protocol::{MarkRead, ReadCursor, ReadCursorMoved, Seq, UserEvent};

use crate::accounts::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::{events, messages, rooms};

/// Moves the user's read cursor forward, at most to the room's head, and tells the user's devices.
pub async fn mark(app: &App, actor: &Actor, command: MarkRead) -> Result<ReadCursor> {
    let now = app.clock.now();
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let MarkRead { room_id, seq } = command;
    if seq < Seq(0) {
        return Err(Error::invalid_field("seq", "A seq is 0 or more."));
    }
    let user_id = actor.user_id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let member = rooms::require_member(tx, user_id, room_id).await?;
                let head = events::find_head(tx, room_id.into())
                    .await?
                    .ok_or_else(Error::not_found)?;
                let read_seq = seq.min(head.seq);
                if read_seq <= member.read_seq {
                    return Ok(ReadCursor {
                        read_seq: member.read_seq,
                        read_number: member.read_number,
                    });
                }
                let read_number = messages::number_at(tx, &member, read_seq).await?;
                rooms::move_cursor(tx, room_id, user_id, (read_seq, read_number)).await?;
                events::append_user(tx, user_id, now, |user_seq| {
                    UserEvent::ReadCursorMoved(ReadCursorMoved {
                        user_seq,
                        room_id,
                        read_seq,
                        read_number,
                    })
                })
                .await?;
                Ok(ReadCursor { read_seq, read_number })
            })
        })
        .await
}
