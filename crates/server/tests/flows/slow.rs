//! Readers that do not keep up.

use hearth_protocol::{Message, RoomEvent};
use hearth_server::events::Announcement;
use serde_json::{Value, json};

use crate::common::TestServer;
use crate::common::socket::{Packet, Socket};
use crate::scene::{generous, message, room};

const SENDS: usize = 40;

/// Reads every message of the flood; the seqs in the order in which they came.
async fn read_all(mut socket: Socket) -> Vec<i64> {
    let mut seqs = Vec::new();
    while seqs.len() < SENDS {
        seqs.push(socket.event("receive_message").await["seq"].as_i64().unwrap());
    }
    seqs
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_cut_alone_and_catches_up() {
    let server = TestServer::start_with(generous).await;
    let [alice, bob, carol] = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("carol").await,
    ];
    let kitchen = room(&server, &alice, &[&bob, &carol]).await;
    let mut stalled = Socket::of(&server, &bob).await;
    stalled.set_receive_buffer(16 * 1024);
    let honest = tokio::spawn(read_all(Socket::of(&server, &carol).await));
    let mut one = Socket::of(&server, &alice).await;

    let mut sent = 0;
    while server.running.app.socket_figures().unwrap().slow_consumers == 0 {
        send(&mut one, &kitchen, sent).await;
        sent += 1;
    }
    stalled.set_receive_buffer(1 << 20);
    let ending = stalled.rest(std::time::Duration::from_secs(10)).await;
    for index in sent..SENDS {
        send(&mut one, &kitchen, index).await;
    }
    let delivered = honest.await.unwrap();

    assert_eq!(delivered, (5..45).collect::<Vec<_>>());
    assert_eq!(server.running.app.socket_figures().unwrap().slow_consumers, 1);
    // Whether the goodbye still arrives is up to the reader, who has a second for it: transport/limits.rs has that story.
    assert_eq!(ending.last(), Some(&Packet::Closed));
    let heard = ending.iter().filter_map(seq).max().unwrap_or(4);
    assert!(heard < 44);
    assert_eq!(
        catch_up(&server, &bob, (&kitchen, heard)).await,
        (heard + 1..=44).collect::<Vec<_>>()
    );
}

/// One of the longest messages.
async fn send(socket: &mut Socket, room: &str, index: usize) {
    let payload = message(room, &"€".repeat(20_000), &format!("client-{index}"));
    assert!(socket.ask("send_message", &payload).await["seq"].is_i64());
}

fn seq(packet: &Packet) -> Option<i64> {
    match packet {
        Packet::Event(_, data) => data["seq"].as_i64(),
        _ => None,
    }
}

/// Connects again and asks until there is no more; the seqs that came.
async fn catch_up(server: &TestServer, person: &crate::common::Person, (room, cursor): (&str, i64)) -> Vec<i64> {
    let mut socket = Socket::of(server, person).await;
    let mut seqs = Vec::new();
    let mut more = true;
    while more {
        let cursor = seqs.last().copied().unwrap_or(cursor);
        let answer = socket.ask("sync", &json!({"cursors": {room: cursor}})).await;
        let page: &Value = &answer["streams"][room];
        seqs.extend(
            page["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["data"]["seq"].as_i64().unwrap()),
        );
        more = page["more"] == true;
    }
    seqs
}

#[tokio::test]
async fn opening_a_room_of_long_messages_cuts_nobody() {
    let server = TestServer::start_with(generous).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let mut one = Socket::of(&server, &alice).await;
    for index in 0..50 {
        send(&mut one, &kitchen, index).await;
    }
    let mut two = Socket::of(&server, &bob).await;

    let snapshot = two.ask("join_room", &json!(kitchen)).await;

    let numbers: Vec<i64> = snapshot["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["number"].as_i64().unwrap())
        .collect();
    let first = 51 - i64::try_from(numbers.len()).unwrap();
    assert_eq!(numbers, (first..=50).collect::<Vec<_>>());
    assert!(!numbers.is_empty() && snapshot.to_string().len() < 1_000_000);
}

#[tokio::test]
async fn a_burst_of_long_messages_is_written_before_anybody_is_cut() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    send(&mut one, &kitchen, 0).await;
    let mut sample = one.ask("sync", &json!({"cursors": {(&kitchen): 2}})).await;
    let sample: RoomEvent = serde_json::from_value(sample["streams"][&kitchen]["events"][0].take()).unwrap();
    let RoomEvent::ReceiveMessage(sample) = sample else {
        panic!("{sample:?} is no message")
    };

    // One commit with more text than may wait for a connection.
    let announcements = (1..=20).map(|number| Announcement::Room {
        room_id: sample.room_id,
        event: Box::new(RoomEvent::ReceiveMessage(Message {
            number,
            ..sample.clone()
        })),
        saved_for: None,
    });
    server.app().hub.announce(announcements.collect());
    let mut numbers = Vec::new();
    while numbers.len() < 20 {
        numbers.push(one.event("receive_message").await["number"].as_i64().unwrap());
    }

    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}
