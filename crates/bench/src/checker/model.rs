//! What a careful client makes of what it is told: the list of its rooms.

use std::collections::BTreeMap;

use hearth_protocol::{Me, Message, RoomEvent, RoomId, RoomSummary, Seq, UserEvent, UserId, UserSnapshot};

/// The folded state of a user's own and of the rooms in the list.
#[derive(Debug, Default)]
pub(super) struct Model {
    me: Option<Me>,
    user_seq: Seq,
    rooms: BTreeMap<RoomId, RoomSummary>,
}

impl Model {
    /// Takes a snapshot. Rooms that were folded further than it keep their fold.
    pub(super) fn take_user(&mut self, snapshot: &UserSnapshot) {
        self.user_seq = snapshot.user_seq;
        self.me = Some(snapshot.me.clone());
        let mut before = std::mem::take(&mut self.rooms);
        for fresh in &snapshot.rooms {
            let folded = before.remove(&fresh.room.id).filter(|folded| folded.seq >= fresh.seq);
            let mut summary = folded.unwrap_or_else(|| fresh.clone());
            move_cursor(&mut summary, (fresh.read_seq, fresh.read_number));
            self.rooms.insert(fresh.room.id, summary);
        }
    }

    pub(super) fn take_room(&mut self, summary: &RoomSummary) {
        self.rooms.insert(summary.room.id, summary.clone());
    }

    pub(super) fn forget(&mut self, room_id: RoomId) {
        self.rooms.remove(&room_id);
    }

    pub(super) fn fold_user(&mut self, event: &UserEvent) {
        self.user_seq = event.seq();
        match event {
            UserEvent::RoomAdded(added) => self.take_room(&added.room),
            UserEvent::RoomRemoved(removed) => self.forget(removed.room_id),
            UserEvent::ReadCursorMoved(moved) => {
                if let Some(room) = self.rooms.get_mut(&moved.room_id) {
                    move_cursor(room, (moved.read_seq, moved.read_number));
                }
            }
            UserEvent::ProfileUpdated(updated) => self.me = Some(updated.me.clone()),
        }
    }

    pub(super) fn fold_room(&mut self, room_id: RoomId, event: &RoomEvent) {
        let Some(room) = self.rooms.get_mut(&room_id) else {
            return;
        };
        if event.seq() <= room.seq {
            return;
        }
        room.seq = event.seq();
        match event {
            RoomEvent::RoomCreated(change) | RoomEvent::RoomUpdated(change) => room.room = change.room.clone(),
            RoomEvent::MemberJoined(change) | RoomEvent::MemberUpdated(change) => {
                if self.me.as_ref().is_some_and(|me| me.id == change.member.user.id) {
                    room.role = change.member.role;
                }
            }
            // One's own leaving is told by the user's stream.
            RoomEvent::MemberLeft(_) => {}
            RoomEvent::ReceiveMessage(message) => fold_message(room, message, self.me.as_ref().map(|me| me.id)),
        }
    }

    /// How it differs from a fresh snapshot, a line each.
    pub(super) fn differences(&self, fresh: &UserSnapshot) -> Vec<String> {
        let mut lines = Vec::new();
        let mut compare = |what: &str, folded: String, fresh: String| {
            if folded != fresh {
                lines.push(format!("{what}: folded {folded}"));
                lines.push(format!("{what}: fresh  {fresh}"));
            }
        };
        compare("user seq", self.user_seq.0.to_string(), fresh.user_seq.0.to_string());
        compare("account", format!("{:?}", self.me), format!("{:?}", Some(&fresh.me)));
        let rooms: BTreeMap<RoomId, &RoomSummary> = fresh.rooms.iter().map(|room| (room.room.id, room)).collect();
        for id in self
            .rooms
            .keys()
            .chain(rooms.keys().filter(|id| !self.rooms.contains_key(id)))
        {
            let name = rooms
                .get(id)
                .copied()
                .or(self.rooms.get(id))
                .map_or("", |room| room.room.name.as_str());
            compare(name, shown(self.rooms.get(id)), shown(rooms.get(id).copied()));
        }
        lines
    }
}

/// A cursor never goes back, and its two sources are not in one order.
fn move_cursor(room: &mut RoomSummary, (seq, number): (Seq, i64)) {
    if seq > room.read_seq {
        (room.read_seq, room.read_number) = (seq, number);
    }
}

fn fold_message(room: &mut RoomSummary, message: &Message, me: Option<UserId>) {
    room.last_number = message.number;
    room.last_message = Some(message.clone());
    if me == Some(message.sender.id) {
        move_cursor(room, (message.seq, message.number));
    }
}

/// Presence is a signal's state and no part of the fold.
fn shown(summary: Option<&RoomSummary>) -> String {
    match summary {
        Some(summary) => format!(
            "{:?}",
            RoomSummary {
                peer_presence: None,
                ..summary.clone()
            }
        ),
        None => "not there".to_owned(),
    }
}
