//! Rooms that come and go while answers and live events overtake each other. `make torture` found each of these.

use hearth_protocol::{RoomAdded, RoomRemoved};

use super::*;

const NEW: RoomId = RoomId(Uuid::from_u128(13));

fn added(user_seq: i64, seq: i64) -> UserEvent {
    UserEvent::RoomAdded(RoomAdded {
        user_seq: Seq(user_seq),
        room: summary(NEW, seq),
    })
}

fn removed(user_seq: i64, room_id: RoomId) -> UserEvent {
    UserEvent::RoomRemoved(RoomRemoved {
        user_seq: Seq(user_seq),
        room_id,
    })
}

fn theirs(room_id: RoomId, seq: i64) -> RoomEvent {
    RoomEvent::ReceiveMessage(message(room_id, seq, (OTHER, None), "theirs"))
}

fn page(events: Vec<StreamEvent>) -> StreamPage {
    StreamPage {
        events,
        ..StreamPage::default()
    }
}

fn answer(streams: impl IntoIterator<Item = (StreamId, StreamPage)>) -> Option<SyncResult> {
    Some(SyncResult {
        user: None,
        streams: streams.into_iter().collect(),
    })
}

fn deliveries(core: &mut Core) -> Vec<Delivery> {
    let delivered = outputs(core).into_iter().filter_map(|output| match output {
        Output::Deliver(delivery) => Some(delivery),
        _ => None,
    });
    delivered.collect()
}

/// The cursors of the one sync that is asked for.
fn asked(core: &mut Core) -> BTreeMap<StreamId, Seq> {
    let asked = outputs(core).into_iter().find_map(|output| match output {
        Output::Sync(sync) => Some(sync.cursors),
        _ => None,
    });
    asked.unwrap()
}

/// A client that came back and waits for the answer to its sync.
fn reconnected(now: Instant) -> Core {
    let mut core = connected(now);
    core.handle_lost(now);
    let now = core.poll_timeout().unwrap();
    core.handle_timeout(now);
    core.handle_connected(now);
    outputs(&mut core);
    core
}

#[test]
fn a_room_joined_while_away_is_asked_for_what_came_after_the_joining() {
    let now = Instant::now();
    let mut core = reconnected(now);
    core.handle_synced(now, answer([(ME.into(), page(vec![StreamEvent::User(added(2, 5))]))]));

    assert_eq!(asked(&mut core).get(&NEW.into()), Some(&Seq(5)));
}

#[test]
fn an_event_of_a_room_whose_joining_is_not_told_yet_is_not_delivered_before_it() {
    let now = Instant::now();
    let mut core = reconnected(now);
    core.handle_event(now, Event::Room(theirs(NEW, 6)));
    core.handle_synced(now, answer([(ME.into(), page(vec![StreamEvent::User(added(2, 5))]))]));

    let event = StreamEvent::User(added(2, 5));
    assert_eq!(core.cursor(NEW.into()), Some(Seq(5)));
    assert_eq!(deliveries(&mut core), [Delivery::Event(event)]);
}

#[test]
fn an_event_of_a_room_that_is_not_followed_asks_for_a_snapshot() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_event(now, Event::Room(theirs(NEW, 6)));

    assert!(!asked(&mut core).contains_key(&ME.into()));
    assert_eq!(core.cursor(NEW.into()), None);
}

#[test]
fn a_room_that_was_left_and_joined_again_goes_on_after_the_second_joining() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_event(now, Event::User(removed(2, ROOMS[0])));
    core.handle_event(now, Event::User(added(3, 9)));
    core.handle_event(now, Event::User(removed(4, NEW)));
    core.handle_event(now, Event::User(added(5, 15)));
    core.handle_event(now, Event::Room(theirs(NEW, 16)));

    assert_eq!(core.cursor(NEW.into()), Some(Seq(16)));
    assert_eq!(core.cursor(ROOMS[0].into()), None);
}

#[test]
fn an_answer_that_a_room_is_gone_is_not_the_last_word() {
    let now = Instant::now();
    let mut core = reconnected(now);
    let gone = StreamPage {
        gone: true,
        ..StreamPage::default()
    };
    core.handle_synced(now, answer([(ROOMS[0].into(), gone)]));

    assert!(!asked(&mut core).contains_key(&ME.into()));
}

#[test]
fn a_stored_message_is_told_when_its_room_is_left_before_its_place_comes() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_written(now, draft(ROOMS[0], "a"));
    let key = draft(ROOMS[0], "a").client_message_id;
    let saved = MessageSaved::from(&message(ROOMS[0], 9, (ME, key), "a"));
    core.handle_sent(now, 0, Sent::Saved(saved.clone()));
    core.handle_event(now, Event::User(removed(2, ROOMS[0])));

    let event = Delivery::Event(StreamEvent::User(removed(2, ROOMS[0])));
    assert_eq!(deliveries(&mut core), [event, Delivery::Saved(saved)]);
    assert!(core.is_all_sent());
}

#[test]
fn a_message_stored_before_the_first_snapshot_is_told_with_it() {
    let now = Instant::now();
    let mut core = Core::new(now, LASTS, 7);
    core.handle_connected(now);
    core.handle_written(now, draft(ROOMS[0], "a"));
    let key = draft(ROOMS[0], "a").client_message_id;
    let saved = MessageSaved::from(&message(ROOMS[0], 1, (ME, key), "a"));
    core.handle_event(now, Event::MessageSaved(saved.clone()));
    core.handle_synced(
        now,
        Some(Site::default().sync(&Sync {
            cursors: BTreeMap::new(),
        })),
    );

    let told = deliveries(&mut core);
    assert!(told.contains(&Delivery::Saved(saved)), "{told:?}");
    assert!(core.is_all_sent());
}
