//! What one client was told must agree with itself, with all others and with what the server holds.

use std::collections::{BTreeMap, HashMap, HashSet};

use hearth_protocol::{
    ClientMessageId, Message, MessageSaved, RoomEvent, RoomId, Seq, StreamEvent, UserEvent, UserSnapshot,
};

use super::model::Model;
use super::record::event_at;
use super::{Check, ClientLog, Entry, Promise, room_of, story};

pub(super) fn check<'h>(check: &mut Check<'h>, log: &'h ClientLog) {
    Reading {
        log,
        rooms: BTreeMap::new(),
        user: None,
        model: Model::default(),
        waiting: HashSet::new(),
    }
    .read(check);
    check_order(check, log);
    check_answers(check, log);
}

/// Reads a log as the client's application did.
struct Reading<'h> {
    log: &'h ClientLog,
    /// The last seq told of each room that is followed.
    rooms: BTreeMap<RoomId, Seq>,
    /// The last seq told of the user's own stream.
    user: Option<Seq>,
    model: Model,
    /// Messages of its own that nothing was told of yet.
    waiting: HashSet<ClientMessageId>,
}

impl<'h> Reading<'h> {
    fn read(mut self, check: &mut Check<'h>) {
        let log = self.log;
        for (at, entry) in log.entries.iter().enumerate() {
            match entry {
                Entry::Wrote(message) => self.waiting.extend(message.client_message_id.clone()),
                Entry::Saved(saved) => self.saved(check, at, saved),
                Entry::Failed(key, _) => {
                    self.waiting.remove(key);
                }
                Entry::Event(event) => match &**event {
                    StreamEvent::Room(event) => self.room_event(check, at, event),
                    StreamEvent::User(event) => self.user_event(check, at, event),
                },
                Entry::User(user) => self.take_user(user),
                Entry::Reset(summary) => {
                    self.rooms.insert(summary.room.id, summary.seq);
                    self.model.take_room(summary);
                }
                Entry::Gone(stream) => {
                    self.rooms.remove(&RoomId(stream.0));
                    self.model.forget(RoomId(stream.0));
                }
                Entry::Renamed(..) | Entry::Read(..) => {}
            }
        }
        self.check_end(check);
    }

    /// Rooms that are followed already go on where they are.
    fn take_user(&mut self, user: &UserSnapshot) {
        self.user = Some(user.user_seq);
        self.model.take_user(user);
        let fresh: BTreeMap<RoomId, Seq> = user.rooms.iter().map(|room| (room.room.id, room.seq)).collect();
        self.rooms.retain(|room_id, _| fresh.contains_key(room_id));
        for (room_id, seq) in fresh {
            self.rooms.entry(room_id).or_insert(seq);
        }
    }

    fn room_event(&mut self, check: &mut Check<'_>, at: usize, event: &RoomEvent) {
        check.proof.told += 1;
        let room_id = room_of(event);
        let last = self.rooms.insert(room_id, event.seq());
        if last.map(Seq::next) != Some(event.seq()) {
            let last = last.map_or("without having been given the room".to_owned(), |last| {
                format!("after {}", last.0)
            });
            self.broken(
                check,
                (Promise::Gapless, at),
                &format!("was told room seq {} {last}", event.seq().0),
            );
        }
        let record = check.history.rooms.get(&room_id);
        match record.and_then(|record| event_at(record, event.seq())) {
            Some(kept) if kept == event => {}
            Some(_) => self.broken(
                check,
                (Promise::SameForAll, at),
                "was told another event than the stream has there",
            ),
            None => self.broken(
                check,
                (Promise::NothingInvented, at),
                "was told an event that the stream does not have",
            ),
        }
        if let RoomEvent::ReceiveMessage(message) = event {
            self.settle(message);
        }
        self.model.fold_room(room_id, event);
    }

    /// Its own message, told as an event, is as good as an ack.
    fn settle(&mut self, message: &Message) {
        if message.sender.id == self.log.user_id
            && let Some(key) = &message.client_message_id
        {
            self.waiting.remove(key);
        }
    }

    fn user_event(&mut self, check: &mut Check<'h>, at: usize, event: &'h UserEvent) {
        check.proof.told += 1;
        if self.user.map(Seq::next) != Some(event.seq()) {
            let last = self.user.map_or(0, |seq| seq.0);
            self.broken(
                check,
                (Promise::Gapless, at),
                &format!("was told userSeq {} after {last}", event.seq().0),
            );
        }
        self.user = Some(event.seq());
        self.compare_user_event(check, at, event);
        match event {
            UserEvent::RoomAdded(added) => {
                self.rooms.insert(added.room.room.id, added.room.seq);
            }
            UserEvent::RoomRemoved(removed) => {
                self.rooms.remove(&removed.room_id);
            }
            UserEvent::ReadCursorMoved(_) | UserEvent::ProfileUpdated(_) => {}
        }
        self.model.fold_user(event);
    }

    /// All devices of a user are told the same.
    fn compare_user_event(&self, check: &mut Check<'h>, at: usize, event: &'h UserEvent) {
        let key = (self.log.user_id, event.seq());
        match check.user_events.get(&key) {
            Some(first) if *first != event => {
                self.broken(
                    check,
                    (Promise::SameForAll, at),
                    "was told another event than the user's other device",
                );
            }
            Some(_) => {}
            None => {
                check.user_events.insert(key, event);
            }
        }
    }

    fn saved(&mut self, check: &mut Check<'_>, at: usize, saved: &MessageSaved) {
        check.proof.acked += 1;
        if let Some(key) = &saved.client_message_id {
            self.waiting.remove(key);
        }
        let record = check.history.rooms.get(&saved.room_id);
        let kept = record.and_then(|record| message_at(&record.messages, saved.seq));
        let Some(kept) = kept.filter(|kept| MessageSaved::from(*kept) == *saved) else {
            let what = format!(
                "was told that its message is saved as seq {}, where history has no such message",
                saved.seq.0
            );
            return self.broken_near(check, (Promise::AckedIsKept, at), &what, saved);
        };
        let Some(last) = self.rooms.get(&saved.room_id).copied() else {
            return;
        };
        if saved.seq > last.next() {
            let what = format!("was told its own message at seq {} after {}", saved.seq.0, last.0);
            return self.broken_near(check, (Promise::Gapless, at), &what, saved);
        }
        if saved.seq == last.next() {
            check.proof.told += 1;
            self.rooms.insert(saved.room_id, saved.seq);
            self.model
                .fold_room(saved.room_id, &RoomEvent::ReceiveMessage(kept.clone()));
        }
    }

    fn check_end(&self, check: &mut Check<'_>) {
        let end = self.log.entries.len().saturating_sub(1);
        match self.log.caught_up_after {
            Some(after) if after <= check.history.catch_up_within => {
                check.proof.slowest = check.proof.slowest.max(after);
            }
            Some(after) => {
                let what = format!("caught up only after {} ms", after.as_millis());
                self.broken(check, (Promise::CaughtUp, end), &what);
            }
            None => self.broken(check, (Promise::CaughtUp, end), "never caught up"),
        }
        if let Some(key) = self.waiting.iter().min_by_key(|key| key.as_str()) {
            let what = format!(
                "was never told what became of {} messages, such as {}",
                self.waiting.len(),
                key.as_str()
            );
            self.broken(check, (Promise::CaughtUp, end), &what);
        }
        let differences = self.model.differences(&self.log.fresh);
        if !differences.is_empty() {
            let what = format!("{} believes something else than a fresh snapshot says", self.log.name);
            check.broken(Promise::ModelIsSnapshot, what, differences);
        }
    }

    fn broken(&self, check: &mut Check<'_>, (promise, at): (Promise, usize), what: &str) {
        let what = format!("{} {what}", self.log.name);
        let mut story = story::lately(self.log, at);
        if let Some(Entry::Event(event)) = self.log.entries.get(at)
            && let StreamEvent::Room(event) = &**event
            && let Some(record) = check.history.rooms.get(&room_of(event))
        {
            story.extend(story::around(record, event.seq()));
        }
        check.broken(promise, what, story);
    }

    fn broken_near(&self, check: &mut Check<'_>, (promise, at): (Promise, usize), what: &str, saved: &MessageSaved) {
        let what = format!("{} {what}", self.log.name);
        let mut story = story::lately(self.log, at);
        if let Some(record) = check.history.rooms.get(&saved.room_id) {
            story.extend(story::around(record, saved.seq));
        }
        check.broken(promise, what, story);
    }
}

fn message_at(messages: &[Message], seq: Seq) -> Option<&Message> {
    let at = messages.binary_search_by_key(&seq, |message| message.seq).ok()?;
    messages.get(at)
}

/// Messages of one outbox stand in history in the order in which they were written.
fn check_order(check: &mut Check<'_>, log: &ClientLog) {
    let keys = log.entries.iter().filter_map(|entry| match entry {
        Entry::Wrote(message) => message.client_message_id.as_ref(),
        _ => None,
    });
    let written: HashMap<&ClientMessageId, usize> = keys.zip(0..).collect();
    for record in check.history.rooms.values() {
        let mut last: Option<(usize, &Message)> = None;
        for message in &record.messages {
            let Some(place) = message.client_message_id.as_ref().and_then(|key| written.get(key)) else {
                continue;
            };
            if let Some((before, earlier)) = last
                && before > *place
            {
                let what = format!(
                    "{} wrote {:?} before {:?}, which stands before it in {}",
                    log.name,
                    message.content,
                    earlier.content,
                    story::name(record)
                );
                check.broken(Promise::OwnOrder, what, story::around(record, message.seq));
            }
            last = Some((*place, message));
        }
    }
}

/// Other things that were answered are there too.
fn check_answers(check: &mut Check<'_>, log: &ClientLog) {
    for (at, entry) in log.entries.iter().enumerate() {
        let what = match entry {
            Entry::Renamed(room_id, name) if !was_renamed(check, *room_id, name) => {
                format!(
                    "{} was answered that a room is called {name:?}, and it never was",
                    log.name
                )
            }
            Entry::Read(room_id, read) if reads_less(log, *room_id, read.read_seq) => {
                format!("{} had read up to {} and in the end has not", log.name, read.read_seq.0)
            }
            _ => continue,
        };
        check.broken(Promise::AckedIsKept, what, story::lately(log, at));
    }
}

fn was_renamed(check: &Check<'_>, room_id: RoomId, name: &str) -> bool {
    let events = check
        .history
        .rooms
        .get(&room_id)
        .map_or(&[][..], |record| &record.events);
    events
        .iter()
        .any(|event| matches!(event, RoomEvent::RoomUpdated(change) if change.room.name == name))
}

/// Whoever comes again has read up to then, which is no less.
fn reads_less(log: &ClientLog, room_id: RoomId, seq: Seq) -> bool {
    let room = log.fresh.rooms.iter().find(|room| room.room.id == room_id);
    room.is_some_and(|room| room.read_seq < seq)
}
