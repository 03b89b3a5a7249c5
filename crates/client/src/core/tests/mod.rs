//! What a client decides, one decision at a time.
#![allow(clippy::unwrap_used)]

mod rooms;
mod simulation;

use std::collections::BTreeMap;

use hearth_protocol::{
    Encryption, ErrorCode, Message, MessageId, MessageType, Refusal, Room, RoomRole, RoomSummary, RoomType, StreamPage,
    Sync, UnixMs, UserId, UserRef,
};
use uuid::Uuid;

use super::*;
use simulation::Site;

const LASTS: Duration = Duration::from_secs(900);
const ME: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));
const ROOMS: [RoomId; 2] = [RoomId(Uuid::from_u128(11)), RoomId(Uuid::from_u128(12))];
fn message(room_id: RoomId, seq: i64, from: (UserId, Option<ClientMessageId>), content: &str) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(seq.unsigned_abs().into())),
        seq: Seq(seq),
        number: seq - 1,
        room_id,
        content: content.to_owned(),
        kind: MessageType::Text,
        sender: UserRef {
            id: from.0,
            username: "someone".to_owned(),
            display_name: "Someone".to_owned(),
            avatar: None,
        },
        timestamp: UnixMs(seq),
        client_message_id: from.1,
    }
}

fn summary(room_id: RoomId, seq: i64) -> RoomSummary {
    RoomSummary {
        room: Room {
            id: room_id,
            kind: RoomType::Group,
            name: "room".to_owned(),
            topic: String::new(),
            encryption: Encryption::None,
            created_by: ME,
            created_at: UnixMs(0),
        },
        seq: Seq(seq),
        last_number: seq - 1,
        last_message: None,
        role: RoomRole::Member,
        read_seq: Seq(0),
        read_number: 0,
        peer: None,
        peer_presence: None,
    }
}

fn draft(room_id: RoomId, text: &str) -> SendMessage {
    SendMessage {
        room_id,
        content: text.to_owned(),
        kind: None,
        client_message_id: Some(ClientMessageId::try_from(text.to_owned()).unwrap()),
    }
}

fn refusal(code: ErrorCode, retry_after_ms: Option<u64>) -> Refusal {
    Refusal {
        code,
        message: String::new(),
        temporary: code.is_temporary(),
        retry_after_ms,
        fields: BTreeMap::new(),
    }
}

/// The outputs of one input.
fn outputs(core: &mut Core) -> Vec<Output> {
    std::iter::from_fn(|| core.poll_output()).collect()
}

fn connected(now: Instant) -> Core {
    let mut core = Core::new(now, LASTS, 7);
    core.handle_connected(now);
    core.handle_synced(
        now,
        Some(Site::default().sync(&Sync {
            cursors: BTreeMap::new(),
        })),
    );
    outputs(&mut core);
    core
}

#[test]
fn a_token_is_refreshed_once_and_a_second_refusal_ends_the_client() {
    let now = Instant::now();
    let mut core = Core::new(now, LASTS, 7);
    core.handle_unauthenticated();
    core.handle_refreshed(now, Refreshed::For(LASTS));
    core.handle_unauthenticated();

    let ended = Output::Deliver(Delivery::Ended(Ending::LoggedOut));
    assert_eq!(
        outputs(&mut core),
        [Output::Connect, Output::Refresh, Output::Connect, ended]
    );
    assert_eq!(core.poll_timeout(), None);
}

#[test]
fn a_token_is_replaced_before_it_expires() {
    let now = Instant::now();
    let mut core = connected(now);
    let due = core.poll_timeout().unwrap();
    core.handle_timeout(due);

    assert_eq!(due, now + LASTS * 4 / 5);
    assert_eq!(outputs(&mut core), [Output::Renew]);
}

#[test]
fn waits_between_tries_grow_and_a_goodbye_names_its_own() {
    let mut now = Instant::now();
    let mut core = connected(now);
    let reconnect_after_ms = Some(4_000);
    core.handle_event(
        now,
        Event::Goodbye(Goodbye {
            code: GoodbyeCode::ShuttingDown,
            message: String::new(),
            temporary: true,
            reconnect_after_ms,
        }),
    );
    core.handle_lost(now);
    let first = core.poll_timeout().unwrap() - now;
    assert!((2_000..=4_000).contains(&first.as_millis()), "{first:?}");

    for _ in 0..12 {
        now = core.poll_timeout().unwrap();
        core.handle_timeout(now);
        core.handle_unreachable(now);
    }

    let last = core.poll_timeout().unwrap() - now;
    assert!((15_000..=30_000).contains(&last.as_millis()), "{last:?}");
}

#[test]
fn a_final_goodbye_ends_the_client() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_event(
        now,
        Event::Goodbye(Goodbye {
            code: GoodbyeCode::Banned,
            message: String::new(),
            temporary: false,
            reconnect_after_ms: None,
        }),
    );
    core.handle_lost(now);

    let ended = Output::Deliver(Delivery::Ended(Ending::Goodbye(GoodbyeCode::Banned)));
    assert_eq!(outputs(&mut core).last(), Some(&ended));
    assert_eq!(core.poll_timeout(), None);
}

#[test]
fn a_message_refused_for_good_is_told_and_lets_the_next_one_go() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_written(now, draft(ROOMS[0], "a"));
    core.handle_written(now, draft(ROOMS[0], "b"));
    core.handle_written(now, draft(ROOMS[1], "c"));
    let sent = outputs(&mut core);
    assert_eq!(
        sent,
        [
            Output::Send(0, draft(ROOMS[0], "a")),
            Output::Send(1, draft(ROOMS[1], "c"))
        ]
    );

    let no = refusal(ErrorCode::Invalid, None);
    core.handle_sent(now, 0, Sent::Refused(no.clone()));

    let id = ClientMessageId::try_from("a".to_owned()).unwrap();
    assert_eq!(
        outputs(&mut core),
        [
            Output::Deliver(Delivery::SendFailed(id, no)),
            Output::Send(2, draft(ROOMS[0], "b"))
        ]
    );
}

#[test]
fn a_rate_limited_message_goes_when_the_server_said() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_written(now, draft(ROOMS[0], "a"));
    core.handle_sent(now, 0, Sent::Refused(refusal(ErrorCode::RateLimited, Some(700))));
    outputs(&mut core);

    let due = now + Duration::from_millis(700);
    assert_eq!(core.poll_timeout(), Some(due));
    core.handle_timeout(due);
    assert_eq!(outputs(&mut core), [Output::Send(1, draft(ROOMS[0], "a"))]);
}

#[test]
fn a_stored_message_whose_place_a_reset_skips_is_still_told() {
    let now = Instant::now();
    let mut core = connected(now);
    core.handle_written(now, draft(ROOMS[0], "a"));
    let saved = MessageSaved::from(&message(
        ROOMS[0],
        40,
        (ME, draft(ROOMS[0], "a").client_message_id),
        "a",
    ));
    core.handle_sent(now, 0, Sent::Saved(saved.clone()));
    core.handle_lost(now);
    core.handle_timeout(core.poll_timeout().unwrap());
    core.handle_connected(now);
    outputs(&mut core);

    let reset = StreamPage {
        reset: true,
        summary: Some(Box::new(summary(ROOMS[0], 5_000))),
        ..StreamPage::default()
    };
    let streams = BTreeMap::from([(ROOMS[0].into(), reset)]);
    core.handle_synced(now, Some(SyncResult { user: None, streams }));

    let told = outputs(&mut core);
    assert!(told.contains(&Output::Deliver(Delivery::Saved(saved))), "{told:?}");
    assert!(core.is_all_sent());
}
