//! What the server holds of a room must be whole in itself.

use std::collections::{BTreeMap, HashSet};

use hearth_protocol::{Member, Message, Room, RoomEvent, RoomSnapshot, Seq, UserId};

use super::{Check, Promise, RoomRecord, story};

pub(super) fn check(check: &mut Check<'_>, record: &RoomRecord) {
    check.proof.messages += record.messages.len();
    check_seqs(check, record);
    check_messages(check, record);
    check_origin(check, record);
    check_snapshot(check, record);
}

/// The event of a seq, in a record that begins with 1.
pub(super) fn event_at(record: &RoomRecord, seq: Seq) -> Option<&RoomEvent> {
    let at = record.events.binary_search_by_key(&seq, RoomEvent::seq).ok()?;
    record.events.get(at)
}

fn check_seqs(check: &mut Check<'_>, record: &RoomRecord) {
    let mut next = Seq(1);
    for event in &record.events {
        if event.seq() != next {
            let what = format!(
                "{} goes from seq {} to {}",
                story::name(record),
                next.0 - 1,
                event.seq().0
            );
            check.broken(Promise::Gapless, what, story::around(record, next));
        }
        next = event.seq().next();
    }
    let head = record.snapshot.seq;
    if head.next() != next {
        let what = format!(
            "{} has head {}, but its events end at {}",
            story::name(record),
            head.0,
            next.0 - 1
        );
        check.broken(Promise::Gapless, what, story::around(record, head));
    }
}

/// History over REST holds exactly the stream's messages, each once, numbered without a gap.
fn check_messages(check: &mut Check<'_>, record: &RoomRecord) {
    let mut keys = HashSet::new();
    for message in &record.messages {
        let is_new = message
            .client_message_id
            .as_ref()
            .is_none_or(|key| keys.insert((message.sender.id, key)));
        if !is_new {
            let what = format!("{} holds {:?} twice", story::name(record), message.content);
            check.broken(Promise::Once, what, story::around(record, message.seq));
        }
    }
    let in_stream: Vec<&Message> = record.events.iter().filter_map(as_message).collect();
    let same = |at: &usize| in_stream.get(*at).copied() == record.messages.get(*at);
    let longest = in_stream.len().max(record.messages.len());
    if let Some(at) = (0..longest).find(|at| !same(at)) {
        let seq = record
            .messages
            .get(at)
            .or(in_stream.get(at).copied())
            .map_or(Seq(0), |message| message.seq);
        let what = format!(
            "history of {} and its stream differ at seq {}",
            story::name(record),
            seq.0
        );
        check.broken(Promise::AckedIsKept, what, story::around(record, seq));
    }
    for (message, number) in record.messages.iter().zip(1..) {
        if message.number != number {
            let what = format!(
                "{} numbers a message {} in place of {number}",
                story::name(record),
                message.number
            );
            check.broken(Promise::Gapless, what, story::around(record, message.seq));
            return;
        }
    }
}

/// Somebody wrote it, there, with these words.
fn check_origin(check: &mut Check<'_>, record: &RoomRecord) {
    for message in &record.messages {
        let key = message.client_message_id.as_ref();
        let origin = key.and_then(|key| check.written.get(key));
        let is_true = origin.is_some_and(|(user_id, written)| {
            *user_id == message.sender.id && written.room_id == message.room_id && written.content == message.content
        });
        if !is_true {
            let what = format!(
                "{} holds {:?} of {}, who did not write it",
                story::name(record),
                message.content,
                message.sender.username
            );
            check.broken(Promise::NothingInvented, what, story::around(record, message.seq));
        }
    }
}

/// The room's events, folded from the first on, make the fresh snapshot.
fn check_snapshot(check: &mut Check<'_>, record: &RoomRecord) {
    let folded = fold(record);
    let fresh = of_snapshot(&record.snapshot);
    if folded.as_ref() != Some(&fresh) {
        let what = format!("the events of {} do not make its snapshot", story::name(record));
        check.broken(
            Promise::ModelIsSnapshot,
            what,
            vec![format!("folded: {folded:?}"), format!("fresh:  {fresh:?}")],
        );
    }
}

/// What all members see alike of a room.
#[derive(Debug, PartialEq)]
struct Folded<'r> {
    room: &'r Room,
    members: BTreeMap<UserId, &'r Member>,
    latest: Vec<&'r Message>,
    last_number: i64,
}

fn of_snapshot(snapshot: &RoomSnapshot) -> Folded<'_> {
    Folded {
        room: &snapshot.room,
        members: snapshot.members.iter().map(|member| (member.user.id, member)).collect(),
        latest: snapshot.messages.iter().collect(),
        last_number: snapshot.last_number,
    }
}

fn fold(record: &RoomRecord) -> Option<Folded<'_>> {
    let mut room = None;
    let mut members = BTreeMap::new();
    let mut messages = Vec::new();
    for event in &record.events {
        match event {
            RoomEvent::RoomCreated(change) | RoomEvent::RoomUpdated(change) => room = Some(&change.room),
            RoomEvent::MemberJoined(change) | RoomEvent::MemberUpdated(change) => {
                members.insert(change.member.user.id, &change.member);
            }
            RoomEvent::MemberLeft(left) => {
                members.remove(&left.user_id);
            }
            RoomEvent::ReceiveMessage(message) => messages.push(message),
        }
    }
    let last_number = messages.last().map_or(0, |message| message.number);
    let latest = messages.split_off(messages.len().saturating_sub(RoomSnapshot::MAX_MESSAGES));
    Some(Folded {
        room: room?,
        members,
        latest,
        last_number,
    })
}

fn as_message(event: &RoomEvent) -> Option<&Message> {
    match event {
        RoomEvent::ReceiveMessage(message) => Some(message),
        _ => None,
    }
}
