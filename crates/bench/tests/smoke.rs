//! A small load and a client that comes back, against a real server in this process. Counts must be exact; times do not matter.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use hearth_bench::load::{self, Load, Pace};
use hearth_bench::{Crowd, Shape, Target};
use hearth_client::core::Delivery;
use hearth_client::{Client, Connection, Deliveries, Error, Event, HistoryFrom, Rest};
use hearth_protocol::rest::{AddMember, CreateRoom, Register, Tokens};
use hearth_protocol::{RoomEvent, RoomId, RoomType, StreamEvent};
use hearth_server::Running;
use hearth_server::config::Config;
use tempfile::TempDir;

async fn server() -> (Running, Rest, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: data.path().to_owned(),
        signup: Some(hearth_protocol::rest::Signup::Open),
        ..Config::default()
    };
    config.limits.messages_per_minute = 1_000_000;
    config.limits.messages_burst = 1_000_000;
    let running = hearth_server::start(config).await.unwrap();
    let address = format!("http://{}", running.address).parse().unwrap();
    (running, Rest::new(address), data)
}

async fn register(rest: &Rest, name: &str) -> Tokens {
    let register = Register {
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password: "correct horse battery".to_owned(),
        display_name: None,
        invite: None,
    };
    rest.register(&register).await.unwrap()
}

/// Two people in a room.
async fn alice_and_bob(rest: &Rest) -> (Tokens, Tokens, RoomId) {
    let (alice, bob) = (register(rest, "alice").await, register(rest, "bob").await);
    let group = CreateRoom {
        kind: RoomType::Group,
        name: Some("General".to_owned()),
        topic: None,
        members: vec!["bob".to_owned()],
    };
    let room = rest.with_token(&alice.access_token).create_room(&group).await.unwrap();
    (alice, bob, room.room.id)
}

async fn until(deliveries: &mut Deliveries, mut is_it: impl FnMut(&Delivery) -> bool) -> Delivery {
    loop {
        let delivery = deliveries.next().await.unwrap();
        if is_it(&delivery) {
            return delivery;
        }
    }
}

fn text_of(delivery: &Delivery) -> Option<&str> {
    match delivery {
        Delivery::Event(StreamEvent::Room(RoomEvent::ReceiveMessage(message))) => Some(&message.content),
        _ => None,
    }
}

#[tokio::test]
async fn every_message_of_a_load_reaches_every_receiver() {
    let (running, rest, _data) = server().await;
    let target = Target::running(rest.server().clone(), Some(std::process::id()));
    let mut crowd = Crowd::gather(&target, Shape { rooms: 2, people: 4 }).await.unwrap();
    let load = Load {
        connections: 10,
        pace: Pace::InFlight(4),
        bytes: 100,
        warm_up: Duration::from_millis(50),
        duration: Duration::from_millis(200),
    };

    let outcome = load::run(&target, &mut crowd, load).await.unwrap();

    assert!(outcome.sent >= 4, "{}", outcome.sent);
    // Of five connections in a room one sends and four receive.
    assert_eq!(outcome.delivered, outcome.sent * 4);
    running.stop().await;
}

#[tokio::test]
async fn a_connection_sends_hears_and_is_refused() {
    let (running, rest, _data) = server().await;
    let (alice, bob, room_id) = alice_and_bob(&rest).await;
    let (sender, _events) = Connection::open(rest.server(), &alice.access_token).await.unwrap();
    let (_receiver, mut events) = Connection::open(rest.server(), &bob.access_token).await.unwrap();
    let message = |content: &str| hearth_protocol::SendMessage {
        room_id,
        content: content.to_owned(),
        kind: None,
        client_message_id: None,
    };

    let saved = sender.send_message(&message("hi")).await.unwrap();
    let refused = sender.send_message(&message("")).await.unwrap_err();
    let nobody = Connection::open(rest.server(), "nonsense").await.unwrap_err();

    let received = loop {
        if let Event::Room(RoomEvent::ReceiveMessage(message)) = events.next().await.unwrap() {
            break message;
        }
    };
    assert_eq!((received.id, received.content.as_str()), (saved.id, "hi"));
    assert!(refused.refusal().is_some());
    assert!(matches!(nobody, Error::ConnectRefused { message } if message == "Authentication error"));
    running.stop().await;
}

#[tokio::test]
async fn a_client_catches_up_and_sends_in_order() {
    let (running, rest, _data) = server().await;
    let (alice, bob, room_id) = alice_and_bob(&rest).await;
    let carol = register(&rest, "carol").await;
    let (writer, mut written) = Client::start(&rest, &alice);
    let (_reader, mut read) = Client::start(&rest, &bob);
    until(&mut read, |delivery| *delivery == Delivery::Live).await;

    for number in 0..20 {
        writer.send(room_id, format!("message {number}")).unwrap();
    }
    for number in 0..20 {
        until(&mut written, |delivery| matches!(delivery, Delivery::Saved(_))).await;
        let received = until(&mut read, |delivery| text_of(delivery).is_some()).await;
        assert_eq!(text_of(&received), Some(format!("message {number}").as_str()));
    }
    let added = AddMember {
        user_id: Some(carol.user.id),
        username: None,
    };
    let alices = rest.with_token(&alice.access_token);
    alices.add_member(room_id, &added).await.unwrap();

    let page = alices.history(room_id, HistoryFrom::Latest, 50).await.unwrap();
    let texts: Vec<&str> = page.items.iter().map(|message| message.content.as_str()).collect();
    let wanted: Vec<String> = (0..20).map(|number| format!("message {number}")).collect();
    assert_eq!(texts, wanted);
    running.stop().await;
}
