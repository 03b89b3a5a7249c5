//! A good history is passed, and each way to break the promise is seen.
#![allow(clippy::unwrap_used)]

mod recorded;

use std::time::Duration;

use hearth_protocol::{ClientMessageId, RoomEvent, Seq, StreamEvent};

use super::{Entry, History, Promise, check};
use recorded::{ANNA, BEN, ROOM, good};

/// The promises that a history breaks, each once, in their order.
fn broken(history: &History) -> Vec<Promise> {
    let mut promises: Vec<Promise> = check(history)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|violation| violation.promise)
        .collect();
    promises.sort_unstable();
    promises.dedup();
    promises
}

/// What is told of the first violation of a promise.
fn told(history: &History, promise: Promise) -> String {
    let violations = check(history).unwrap_err();
    let violation = violations.iter().find(|violation| violation.promise == promise);
    violation.unwrap().to_string()
}

/// Takes the message of a key out of all that the server holds, as if its commit had been lost, and closes the gap.
fn lose(history: &mut History, key: &str) {
    let record = history.rooms.get_mut(&ROOM).unwrap();
    let has_key = |id: &Option<ClientMessageId>| id.as_ref().is_some_and(|id| id.as_str() == key);
    record.messages.retain(|message| !has_key(&message.client_message_id));
    record
        .events
        .retain(|event| !matches!(event, RoomEvent::ReceiveMessage(message) if has_key(&message.client_message_id)));
}

fn is_event(entry: &Entry, seq: i64) -> bool {
    matches!(entry, Entry::Event(event) if matches!(&**event, StreamEvent::Room(event) if event.seq() == Seq(seq)))
}

#[test]
fn a_good_history_breaks_nothing_and_counts_what_it_proves() {
    let proof = check(&good()).unwrap();

    assert_eq!(proof.messages, 5);
    assert_eq!(proof.acked, 4);
    assert_eq!(proof.slowest, Duration::from_millis(700));
}

#[test]
fn an_ack_before_the_commit_is_seen_as_a_lost_message() {
    let mut history = good();
    lose(&mut history, "anna-3");

    assert!(broken(&history).contains(&Promise::AckedIsKept));
    let told = told(&history, Promise::AckedIsKept);
    assert!(told.contains("where history has no such message"), "{told}");
    assert!(told.contains(r#"wrote "anna-3""#), "{told}");
}

#[test]
fn a_message_that_history_forgot_after_it_was_told_is_seen() {
    let mut history = good();
    history.rooms.get_mut(&ROOM).unwrap().messages.pop();

    assert_eq!(broken(&history), [Promise::AckedIsKept]);
}

#[test]
fn a_skipped_seq_is_seen_in_the_stream() {
    let mut history = good();
    history.rooms.get_mut(&ROOM).unwrap().events.remove(5);

    let told = told(&history, Promise::Gapless);
    assert!(told.contains("goes from seq 5 to 7"), "{told}");
}

#[test]
fn a_dropped_announcement_is_seen_as_a_gap() {
    let mut history = good();
    history.clients[BEN].entries.retain(|entry| !is_event(entry, 8));

    assert_eq!(broken(&history), [Promise::Gapless]);
    let told = told(&history, Promise::Gapless);
    assert!(told.contains("ben/1 was told room seq 9 after 7"), "{told}");
}

#[test]
fn a_dropped_last_announcement_that_nothing_heals_is_seen_as_a_stale_model() {
    let mut history = good();
    history.clients[BEN].entries.retain(|entry| !is_event(entry, 9));

    assert_eq!(broken(&history), [Promise::ModelIsSnapshot]);
}

#[test]
fn a_repeated_event_is_seen() {
    let mut history = good();
    let entries = &mut history.clients[BEN].entries;
    let at = entries.iter().position(|entry| is_event(entry, 5)).unwrap();
    entries.insert(at + 1, entries[at].clone());

    assert_eq!(broken(&history), [Promise::Gapless]);
}

#[test]
fn a_reordered_queue_is_seen_by_its_sender_and_by_its_readers() {
    let mut history = good();
    let entries = &mut history.clients[ANNA].entries;
    let wrote: Vec<usize> = (0..entries.len())
        .filter(|at| matches!(entries[*at], Entry::Wrote(_)))
        .collect();
    entries.swap(wrote[0], wrote[1]);
    let entries = &mut history.clients[BEN].entries;
    let at = entries.iter().position(|entry| is_event(entry, 8)).unwrap();
    entries.swap(at, at + 1);

    let promises = broken(&history);
    assert!(promises.contains(&Promise::OwnOrder), "{promises:?}");
    assert!(promises.contains(&Promise::Gapless), "{promises:?}");
    let told = told(&history, Promise::OwnOrder);
    assert!(told.contains(r#"anna/1 wrote "anna-2" before "anna-1""#), "{told}");
}

#[test]
fn a_doubled_retry_is_seen() {
    let mut history = good();
    recorded::append_again(&mut history, "anna-3");

    assert!(broken(&history).contains(&Promise::Once));
    let told = told(&history, Promise::Once);
    assert!(told.contains(r#"holds "anna-3" twice"#), "{told}");
}

#[test]
fn an_invented_message_is_seen_and_so_are_changed_words() {
    let mut invented = good();
    invented.clients[ANNA]
        .entries
        .retain(|entry| !matches!(entry, Entry::Wrote(message) if message.content == "anna-2"));
    let mut changed = good();
    let written = changed.clients[ANNA].entries.iter_mut().find_map(|entry| match entry {
        Entry::Wrote(message) => Some(message),
        _ => None,
    });
    written.unwrap().content = "anna meant this".to_owned();

    assert_eq!(broken(&invented), [Promise::NothingInvented]);
    assert_eq!(broken(&changed), [Promise::NothingInvented]);
    let told = told(&changed, Promise::NothingInvented);
    assert!(
        told.contains(r#"holds "anna-1" of anna, who did not write it"#),
        "{told}"
    );
}

#[test]
fn two_clients_that_are_told_different_things_are_seen() {
    let mut history = good();
    recorded::retell(&mut history.clients[BEN], 5, "something else");

    assert!(broken(&history).contains(&Promise::SameForAll));
}

#[test]
fn two_devices_that_are_told_different_cursors_are_seen() {
    let mut history = good();
    recorded::move_cursor_elsewhere(&mut history.clients[BEN]);

    assert!(broken(&history).contains(&Promise::SameForAll));
}

#[test]
fn a_stale_model_is_seen_with_both_sides() {
    let mut history = good();
    history.clients[ANNA].fresh.rooms[0].room.name = "renamed unheard".to_owned();

    assert_eq!(broken(&history), [Promise::ModelIsSnapshot]);
    let told = told(&history, Promise::ModelIsSnapshot);
    assert!(told.contains("folded") && told.contains("renamed unheard"), "{told}");
}

#[test]
fn members_that_the_events_do_not_make_are_seen() {
    let mut history = good();
    history.rooms.get_mut(&ROOM).unwrap().snapshot.members.pop();

    assert_eq!(broken(&history), [Promise::ModelIsSnapshot]);
}

#[test]
fn a_client_that_is_late_and_one_that_never_catches_up_are_seen() {
    let mut late = good();
    late.clients[BEN].caught_up_after = Some(Duration::from_secs(60));
    let mut never = good();
    never.clients[BEN].caught_up_after = None;

    assert_eq!(broken(&late), [Promise::CaughtUp]);
    assert!(told(&never, Promise::CaughtUp).contains("ben/1 never caught up"));
}

#[test]
fn a_message_whose_sender_is_never_told_is_seen() {
    let mut history = good();
    history.clients[ANNA]
        .entries
        .push(Entry::Wrote(recorded::draft("anna-9")));

    assert_eq!(broken(&history), [Promise::CaughtUp]);
}

#[test]
fn an_answered_rename_and_an_answered_cursor_must_stay() {
    let mut renamed = good();
    renamed.clients[ANNA]
        .entries
        .push(Entry::Renamed(ROOM, "nowhere".to_owned()));
    let mut read = good();
    read.clients[BEN].entries.push(recorded::has_read(99));

    assert_eq!(broken(&renamed), [Promise::AckedIsKept]);
    assert_eq!(broken(&read), [Promise::AckedIsKept]);
}
