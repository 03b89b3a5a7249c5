//! Readers that do not keep up.

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
    let [before @ .., Packet::Event(name, goodbye), Packet::Closed] = &ending[..] else {
        panic!("{} packets without a goodbye", ending.len())
    };
    assert_eq!(
        (name.as_str(), &goodbye["code"], &goodbye["temporary"]),
        ("goodbye", &json!("slow_consumer"), &json!(true))
    );
    let heard = before.iter().filter_map(seq).max().unwrap_or(4);
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
