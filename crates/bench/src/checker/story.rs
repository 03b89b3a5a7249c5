//! The part of a history that shows a violation, for people.

use hearth_protocol::{RoomEvent, Seq, StreamEvent, UserEvent};

use super::{ClientLog, Entry, RoomRecord};

/// Events shown before and after the place.
const CONTEXT: i64 = 4;
/// Entries of a log that are shown.
const ENTRIES: usize = 8;

/// What the room is called in the end.
pub(super) fn name(record: &RoomRecord) -> String {
    format!("room {:?}", record.snapshot.room.name)
}

/// The stream around a seq.
pub(super) fn around(record: &RoomRecord, seq: Seq) -> Vec<String> {
    let is_near = |event: &&RoomEvent| (event.seq().0 - seq.0).abs() <= CONTEXT;
    let mut lines = vec![format!("the stream of {} around seq {}:", name(record), seq.0)];
    lines.extend(
        record
            .events
            .iter()
            .filter(is_near)
            .map(|event| format!("  {}", room_event(event))),
    );
    lines
}

/// What a client did and was told up to an entry.
pub(super) fn lately(log: &ClientLog, at: usize) -> Vec<String> {
    let start = (at + 1).saturating_sub(ENTRIES);
    let mut lines = vec![format!("{} noted, up to there:", log.name)];
    let entries = log.entries.iter().skip(start).take(at + 1 - start);
    lines.extend(entries.map(|noted| format!("  {}", entry(noted))));
    lines
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Wrote(message) => format!("wrote {:?} for {}", message.content, short(&message.room_id.0)),
        Entry::Saved(saved) => format!(
            "told that its message is saved: seq {} of {}",
            saved.seq.0,
            short(&saved.room_id.0)
        ),
        Entry::Failed(key, code) => format!("told that its message {} is refused: {code:?}", key.as_str()),
        Entry::Event(event) => match &**event {
            StreamEvent::Room(event) => format!("told {}", room_event(event)),
            StreamEvent::User(event) => format!("told {}", user_event(event)),
        },
        Entry::User(user) => {
            let rooms = user
                .rooms
                .iter()
                .map(|room| format!("{} at {}", short(&room.room.id.0), room.seq.0));
            format!(
                "given its own state at {}: {}",
                user.user_seq.0,
                rooms.collect::<Vec<_>>().join(", ")
            )
        }
        Entry::Reset(summary) => format!("told to go on in {} after {}", short(&summary.room.id.0), summary.seq.0),
        Entry::Gone(stream) => format!("told that {} is gone", short(&stream.0)),
        Entry::Renamed(room_id, name) => format!("answered that {} is now {name:?}", short(&room_id.0)),
        Entry::Read(room_id, read) => format!("answered that {} is read up to {}", short(&room_id.0), read.read_seq.0),
    }
}

fn room_event(event: &RoomEvent) -> String {
    let what = match event {
        RoomEvent::RoomCreated(change) => format!("room_created {:?}", change.room.name),
        RoomEvent::RoomUpdated(change) => format!("room_updated {:?}", change.room.name),
        RoomEvent::MemberJoined(change) => format!("member_joined {}", change.member.user.username),
        RoomEvent::MemberUpdated(change) => format!(
            "member_updated {} {:?}",
            change.member.user.username, change.member.role
        ),
        RoomEvent::MemberLeft(left) => format!("member_left {}", short(&left.user_id.0)),
        RoomEvent::ReceiveMessage(message) => {
            format!(
                "receive_message {:?} of {}, number {}",
                message.content, message.sender.username, message.number
            )
        }
    };
    format!(
        "seq {:>5} of {}: {what}",
        event.seq().0,
        short(&super::room_of(event).0)
    )
}

fn user_event(event: &UserEvent) -> String {
    let what = match event {
        UserEvent::RoomAdded(added) => format!("room_added {} at {}", short(&added.room.room.id.0), added.room.seq.0),
        UserEvent::RoomRemoved(removed) => format!("room_removed {}", short(&removed.room_id.0)),
        UserEvent::ReadCursorMoved(moved) => {
            format!("read_cursor_moved {} to {}", short(&moved.room_id.0), moved.read_seq.0)
        }
        UserEvent::ProfileUpdated(_) => "profile_updated".to_owned(),
    };
    format!("userSeq {:>5}: {what}", event.seq().0)
}

/// The random end of an id: its begin is the time, which is alike for all of a run.
fn short(id: &impl ToString) -> String {
    let text = id.to_string();
    text[text.len().saturating_sub(6)..].to_owned()
}
