//! A short good run: Anna writes, Ben reads on two devices, loses the room for a while, and misses a part.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hearth_protocol::{
    ClientMessageId, Encryption, Me, Member, MemberChanged, Message, MessageId, MessageSaved, MessageType, ReadCursor,
    ReadCursorMoved, Room, RoomAdded, RoomChanged, RoomEvent, RoomId, RoomRemoved, RoomRole, RoomSnapshot, RoomSummary,
    RoomType, SendMessage, Seq, SiteRole, StreamEvent, UnixMs, UserEvent, UserId, UserRef, UserSnapshot,
};
use uuid::Uuid;

use super::super::{ClientLog, Entry, History, RoomRecord};

pub const ROOM: RoomId = RoomId(Uuid::from_u128(1));
/// Places of the logs.
pub const ANNA: usize = 0;
pub const BEN: usize = 1;
const ANNA_ID: UserId = UserId(Uuid::from_u128(10));
const BEN_ID: UserId = UserId(Uuid::from_u128(11));

fn user(user_id: UserId) -> UserRef {
    let name = if user_id == ANNA_ID { "anna" } else { "ben" };
    UserRef {
        id: user_id,
        username: name.to_owned(),
        display_name: name.to_owned(),
        avatar: None,
    }
}

fn member(user_id: UserId, role: RoomRole) -> Member {
    Member {
        user: user(user_id),
        role,
        joined_at: UnixMs(5),
    }
}

fn room(name: &str) -> Room {
    Room {
        id: ROOM,
        kind: RoomType::Group,
        name: name.to_owned(),
        topic: String::new(),
        encryption: Encryption::None,
        created_by: ANNA_ID,
        created_at: UnixMs(1),
    }
}

fn changed(seq: i64, name: &str) -> RoomChanged {
    RoomChanged {
        room_id: ROOM,
        seq: Seq(seq),
        timestamp: UnixMs(seq),
        room: room(name),
        by: ANNA_ID,
    }
}

fn joined(seq: i64, user_id: UserId, role: RoomRole) -> RoomEvent {
    RoomEvent::MemberJoined(MemberChanged {
        room_id: ROOM,
        seq: Seq(seq),
        timestamp: UnixMs(seq),
        member: member(user_id, role),
        by: None,
    })
}

fn key(text: &str) -> ClientMessageId {
    ClientMessageId::try_from(text.to_owned()).unwrap()
}

fn message((seq, number): (i64, i64), user_id: UserId, text: &str) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(1_000 + u128::from(seq.unsigned_abs()))),
        seq: Seq(seq),
        number,
        room_id: ROOM,
        content: text.to_owned(),
        kind: MessageType::Text,
        sender: user(user_id),
        timestamp: UnixMs(seq),
        client_message_id: Some(key(text)),
    }
}

pub fn draft(text: &str) -> SendMessage {
    SendMessage {
        room_id: ROOM,
        content: text.to_owned(),
        kind: None,
        client_message_id: Some(key(text)),
    }
}

pub fn has_read(seq: i64) -> Entry {
    let cursor = ReadCursor {
        read_seq: Seq(seq),
        read_number: 0,
    };
    Entry::Read(ROOM, cursor)
}

/// 1 created, 2 Anna, 3 Ben, 4 to 6 messages, 7 renamed, 8 and 9 messages.
fn events() -> Vec<RoomEvent> {
    let sent = |place, who, text| RoomEvent::ReceiveMessage(message(place, who, text));
    vec![
        RoomEvent::RoomCreated(changed(1, "blue")),
        joined(2, ANNA_ID, RoomRole::Owner),
        joined(3, BEN_ID, RoomRole::Member),
        sent((4, 1), ANNA_ID, "anna-1"),
        sent((5, 2), ANNA_ID, "anna-2"),
        sent((6, 3), BEN_ID, "ben-1"),
        RoomEvent::RoomUpdated(changed(7, "navy")),
        sent((8, 4), ANNA_ID, "anna-3"),
        sent((9, 5), ANNA_ID, "anna-4"),
    ]
}

fn summary(user_id: UserId, events: &[RoomEvent], (read_seq, read_number): (i64, i64)) -> RoomSummary {
    let sent: Vec<&Message> = messages(events).collect();
    let named = |event: &RoomEvent| match event {
        RoomEvent::RoomCreated(change) | RoomEvent::RoomUpdated(change) => Some(change.room.clone()),
        _ => None,
    };
    RoomSummary {
        room: events.iter().filter_map(named).next_back().unwrap(),
        seq: events.last().unwrap().seq(),
        last_number: sent.last().map_or(0, |message| message.number),
        last_message: sent.last().map(|message| (*message).clone()),
        role: if user_id == ANNA_ID {
            RoomRole::Owner
        } else {
            RoomRole::Member
        },
        read_seq: Seq(read_seq),
        read_number,
        peer: None,
        peer_presence: None,
    }
}

fn messages(events: &[RoomEvent]) -> impl Iterator<Item = &Message> {
    events.iter().filter_map(|event| match event {
        RoomEvent::ReceiveMessage(message) => Some(message),
        _ => None,
    })
}

fn snapshot(user_id: UserId, user_seq: i64, rooms: Vec<RoomSummary>) -> UserSnapshot {
    let UserRef {
        username, display_name, ..
    } = user(user_id);
    UserSnapshot {
        user_seq: Seq(user_seq),
        me: Me {
            id: user_id,
            username,
            display_name,
            avatar: None,
            email: String::new(),
            role: SiteRole::Member,
            created_at: UnixMs(0),
        },
        rooms,
    }
}

fn told(event: &RoomEvent) -> Entry {
    Entry::Event(Arc::new(StreamEvent::Room(event.clone())))
}

fn told_user(event: UserEvent) -> Entry {
    Entry::Event(Arc::new(StreamEvent::User(event)))
}

fn saved(event: &RoomEvent) -> Entry {
    match event {
        RoomEvent::ReceiveMessage(message) => Entry::Saved(MessageSaved::from(message)),
        _ => unreachable!("only messages are saved"),
    }
}

fn cursor_moved(user_seq: i64, read_seq: i64, read_number: i64) -> UserEvent {
    UserEvent::ReadCursorMoved(ReadCursorMoved {
        user_seq: Seq(user_seq),
        room_id: ROOM,
        read_seq: Seq(read_seq),
        read_number,
    })
}

/// Anna's device: her last message came back as an event, because its ack was lost.
fn anna(events: &[RoomEvent]) -> ClientLog {
    let entries = vec![
        Entry::User(Box::new(snapshot(
            ANNA_ID,
            1,
            vec![summary(ANNA_ID, &events[..3], (1, 0))],
        ))),
        Entry::Wrote(draft("anna-1")),
        Entry::Wrote(draft("anna-2")),
        saved(&events[3]),
        saved(&events[4]),
        told(&events[5]),
        Entry::Wrote(draft("anna-3")),
        Entry::Renamed(ROOM, "navy".to_owned()),
        told(&events[6]),
        saved(&events[7]),
        Entry::Wrote(draft("anna-4")),
        told(&events[8]),
    ];
    let fresh = snapshot(ANNA_ID, 1, vec![summary(ANNA_ID, events, (9, 5))]);
    log("anna/1", ANNA_ID, entries, fresh)
}

/// Both of Ben's devices have the cursor moved; the second is given the room anew after a reset.
fn ben(events: &[RoomEvent], device: usize) -> ClientLog {
    let mut entries = vec![Entry::User(Box::new(snapshot(
        BEN_ID,
        1,
        vec![summary(BEN_ID, &events[..3], (2, 0))],
    )))];
    if device == 1 {
        entries.extend(events[3..5].iter().map(told));
        entries.push(Entry::Wrote(draft("ben-1")));
        entries.push(told_user(cursor_moved(2, 5, 2)));
        entries.push(saved(&events[5]));
        entries.push(has_read(5));
    } else {
        entries.push(told_user(cursor_moved(2, 5, 2)));
        entries.push(Entry::Reset(Box::new(summary(BEN_ID, &events[..6], (6, 3)))));
    }
    entries.push(told_user(UserEvent::RoomRemoved(RoomRemoved {
        user_seq: Seq(3),
        room_id: ROOM,
    })));
    entries.push(told_user(UserEvent::RoomAdded(RoomAdded {
        user_seq: Seq(4),
        room: summary(BEN_ID, &events[..6], (6, 3)),
    })));
    entries.extend(events[6..].iter().map(told));
    let fresh = snapshot(BEN_ID, 4, vec![summary(BEN_ID, events, (6, 3))]);
    log(&format!("ben/{device}"), BEN_ID, entries, fresh)
}

fn log(name: &str, user_id: UserId, entries: Vec<Entry>, fresh: UserSnapshot) -> ClientLog {
    ClientLog {
        name: name.to_owned(),
        user_id,
        entries,
        caught_up_after: Some(Duration::from_millis(700)),
        fresh,
    }
}

/// A history that keeps every promise.
pub fn good() -> History {
    let events = events();
    let snapshot = RoomSnapshot {
        room: room("navy"),
        members: vec![member(ANNA_ID, RoomRole::Owner), member(BEN_ID, RoomRole::Member)],
        messages: messages(&events).cloned().collect(),
        seq: Seq(9),
        last_number: 5,
        role: RoomRole::Owner,
        read_seq: Seq(9),
        read_number: 5,
        presence: BTreeMap::new(),
    };
    let record = RoomRecord {
        messages: messages(&events).cloned().collect(),
        snapshot,
        events: events.clone(),
    };
    History {
        rooms: BTreeMap::from([(ROOM, record)]),
        clients: vec![anna(&events), ben(&events, 1), ben(&events, 2)],
        catch_up_within: Duration::from_secs(40),
    }
}

/// Puts the message of a key in once more, at the end, as a server does that forgets what it took.
pub fn append_again(history: &mut History, text: &str) {
    let again = message((10, 6), ANNA_ID, text);
    let record = history.rooms.get_mut(&ROOM).unwrap();
    record.messages.push(again.clone());
    record.events.push(RoomEvent::ReceiveMessage(again));
    record.snapshot.seq = Seq(10);
}

/// Changes the words of an event as one client was told it.
pub fn retell(log: &mut ClientLog, seq: i64, text: &str) {
    for entry in &mut log.entries {
        if let Entry::Event(event) = entry
            && let StreamEvent::Room(RoomEvent::ReceiveMessage(message)) = &**event
            && message.seq == Seq(seq)
        {
            let content = text.to_owned();
            let other = RoomEvent::ReceiveMessage(Message {
                content,
                ..message.clone()
            });
            *event = Arc::new(StreamEvent::Room(other));
        }
    }
}

/// One device is told another read cursor than the other.
pub fn move_cursor_elsewhere(log: &mut ClientLog) {
    let is_moved = |entry: &Entry| matches!(entry, Entry::Event(event) if matches!(&**event, StreamEvent::User(UserEvent::ReadCursorMoved(_))));
    let at = log.entries.iter().position(is_moved).unwrap();
    log.entries[at] = told_user(cursor_moved(2, 4, 1));
}
