//! Snapshot and every later event make the new snapshot.

use std::collections::BTreeSet;

use hearth_protocol::{Member, RoomEvent, RoomRole, RoomSnapshot};
use http::Method;
use serde_json::{Value, json};

use crate::common::socket::Socket;
use crate::common::{Person, TestServer};
use crate::scene::{act, add, flood, generous, message, remove, room, told};

/// What a client does with an event of a room that it has open.
fn fold(snapshot: &mut RoomSnapshot, event: RoomEvent, own_id: &str) {
    assert_eq!(event.seq().0, snapshot.seq.0 + 1, "no event is missing");
    snapshot.seq = event.seq();
    match event {
        RoomEvent::ReceiveMessage(message) => {
            snapshot.last_number = message.number;
            if message.sender.id.0.to_string() == own_id {
                (snapshot.read_seq, snapshot.read_number) = (message.seq, message.number);
            }
            snapshot.messages.push(message);
            let extra = snapshot.messages.len().saturating_sub(RoomSnapshot::MAX_MESSAGES);
            snapshot.messages.drain(..extra);
        }
        RoomEvent::RoomCreated(changed) | RoomEvent::RoomUpdated(changed) => snapshot.room = changed.room,
        RoomEvent::MemberJoined(joined) => snapshot.members.push(joined.member),
        RoomEvent::MemberUpdated(updated) => {
            if updated.member.user.id.0.to_string() == own_id {
                snapshot.role = updated.member.role;
            }
            for member in &mut snapshot.members {
                if member.user.id == updated.member.user.id {
                    *member = updated.member.clone();
                }
            }
        }
        RoomEvent::MemberLeft(left) => snapshot.members.retain(|member| member.user.id != left.user_id),
    }
}

/// Without what is not folded: presence, what people are called now, and the order of who joined in one millisecond.
fn comparable(mut snapshot: RoomSnapshot) -> RoomSnapshot {
    snapshot.members.sort_by_key(|member: &Member| member.user.id);
    let members = snapshot.members.iter_mut().map(|member| &mut member.user);
    let senders = snapshot.messages.iter_mut().map(|message| &mut message.sender);
    for user in members.chain(senders) {
        user.display_name.clone_from(&user.username);
    }
    snapshot.presence.clear();
    snapshot
}

async fn open(socket: &mut Socket, room: &str) -> RoomSnapshot {
    serde_json::from_value(socket.ask("join_room", &json!(room)).await).unwrap()
}

/// One of everything that can happen in a room.
async fn live_a_little(server: &TestServer, kitchen: &str, [alice, bob, carol]: [&Person; 3], one: &mut Socket) {
    let path = format!("/rooms/{kitchen}");
    let role = format!("{path}/members/{}", bob.id);
    let renamed = json!({"name": "Dining room", "topic": "Mind the step"});
    flood(one, kitchen, 60).await;
    act(server, alice, (Method::PATCH, &path), &renamed).await;
    add(server, alice, kitchen, carol).await;
    act(server, alice, (Method::PUT, &role), &json!({"role": "moderator"})).await;
    act(
        server,
        bob,
        (Method::POST, &format!("{path}/messages")),
        &json!({"content": "by hand"}),
    )
    .await;
    remove(server, bob, kitchen, carol).await;
    act(server, alice, (Method::PUT, &role), &json!({"role": "owner"})).await;
    one.ask("send_message", &message(kitchen, "last words", "last")).await;
}

#[tokio::test]
async fn a_snapshot_and_its_later_events_are_the_new_snapshot() {
    let server = TestServer::start_with(generous).await;
    let [alice, bob, carol] = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("carol").await,
    ];
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let mut live = open(&mut two, &kitchen).await;
    let mut missed = live.clone();

    live_a_little(&server, &kitchen, [&alice, &bob, &carol], &mut one).await;

    let heard = told(&server, &bob, &mut two).await;
    for (name, data) in heard
        .into_iter()
        .filter(|(_, data)| data["roomId"] == kitchen && data["seq"].is_i64())
    {
        fold(&mut live, event(&name, &data), &bob.id);
    }
    let cursor = missed.seq;
    let answer = two.ask("sync", &json!({"cursors": {(&kitchen): cursor}})).await;
    for stored in answer["streams"][&kitchen]["events"].as_array().unwrap() {
        fold(&mut missed, serde_json::from_value(stored.clone()).unwrap(), &bob.id);
    }

    let fresh = comparable(open(&mut two, &kitchen).await);
    assert_eq!(fresh.role, RoomRole::Owner);
    let kinds: BTreeSet<&str> = answer["streams"][&kitchen]["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    let every = [
        "member_joined",
        "member_left",
        "member_updated",
        "receive_message",
        "room_updated",
    ];
    assert_eq!(kinds, BTreeSet::from(every));
    assert_eq!(comparable(live), fresh);
    assert_eq!(comparable(missed), fresh);
}

fn event(name: &str, data: &Value) -> RoomEvent {
    serde_json::from_value(json!({"event": name, "data": data})).unwrap()
}
