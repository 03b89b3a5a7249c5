//! Who is told of a message, how, and in which order.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::common::TestServer;
use crate::common::socket::Socket;
use crate::scene::{act, flood, generous, message, names, room, told};

const NEWS: [&str; 2] = ["receive_message", "message_saved"];

#[tokio::test]
async fn a_message_without_a_client_id_reaches_everyone_and_its_sender_alike() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    one.emit("send_message", &json!({"roomId": kitchen, "content": "hi"}))
        .await;
    let (own, others) = (one.event("receive_message").await, two.event("receive_message").await);

    assert_eq!(own, others);
    let fields: BTreeSet<&str> = own.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "content",
        "id",
        "number",
        "roomId",
        "sender",
        "seq",
        "timestamp",
        "type",
    ];
    assert_eq!(fields, BTreeSet::from(expected));
    assert_eq!(
        (&own["content"], &own["type"], &own["number"]),
        (&json!("hi"), &json!("text"), &json!(1))
    );
    let sender = json!({"id": alice.id, "username": "alice", "displayName": "alice", "avatar": null});
    assert_eq!(own["sender"], sender);
    assert!(!names(&told(&server, &alice, &mut one).await).contains(&"message_saved"));
}

#[tokio::test]
async fn a_message_with_a_client_id_comes_back_as_message_saved_and_ack() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let mut phone = Socket::of(&server, &alice).await;

    let ack = one.ask("send_message", &message(&kitchen, "hi", "client-1")).await;
    let saved = one.event("message_saved").await;
    let (on_phone, at_bob) = (phone.event("receive_message").await, two.event("receive_message").await);

    assert_eq!(ack, saved);
    let fields: BTreeSet<&str> = ack.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        BTreeSet::from(["clientMessageId", "id", "number", "roomId", "seq", "timestamp"])
    );
    assert_eq!(on_phone, at_bob);
    assert_eq!(
        (&at_bob["id"], &at_bob["seq"], &at_bob["clientMessageId"]),
        (&ack["id"], &ack["seq"], &json!("client-1"))
    );
    assert!(!names(&told(&server, &alice, &mut one).await).contains(&"receive_message"));
}

#[tokio::test]
async fn a_sender_hears_of_own_and_others_messages_in_the_streams_order() {
    let server = TestServer::start_with(generous).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    tokio::join!(flood(&mut one, &kitchen, 30), flood(&mut two, &kitchen, 30));
    let (first, second) = (news(&mut one, 60).await, news(&mut two, 60).await);

    let order: Vec<i64> = (4..64).collect();
    assert_eq!(seqs(&first), order);
    assert_eq!(seqs(&second), order);
    assert_eq!(
        names(&first).iter().filter(|name| **name == "message_saved").count(),
        30
    );
}

/// The next `count` messages in the order in which they came.
async fn news(socket: &mut Socket, count: usize) -> Vec<(String, Value)> {
    let mut news = Vec::new();
    while news.len() < count {
        news.push(socket.any_of(&NEWS).await);
    }
    news
}

fn seqs(news: &[(String, Value)]) -> Vec<i64> {
    news.iter().map(|(_, data)| data["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_retried_send_returns_the_first_message_and_nobody_sees_it_twice() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let send = message(&kitchen, "hi", "client-1");

    let first = one.ask("send_message", &send).await;
    let again = one.ask("send_message", &send).await;
    let mut phone = Socket::of(&server, &alice).await;
    let elsewhere = phone.ask("send_message", &send).await;

    assert_eq!((&again, &elsewhere), (&first, &first));
    assert_eq!(phone.event("message_saved").await, first);
    let own = told(&server, &alice, &mut one).await;
    assert_eq!(names(&own), ["user_connected", "message_saved", "message_saved"]);
    assert_eq!(names(&told(&server, &bob, &mut two).await), ["receive_message"]);
}

#[tokio::test]
async fn a_retry_over_http_returns_the_first_message_too() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let mut two = Socket::of(&server, &bob).await;
    let path = format!("/rooms/{kitchen}/messages");
    let body = json!({"content": "hi", "clientMessageId": "client-1"});

    let first = act(&server, &alice, (Method::POST, &path), &body).await;
    let again = act(&server, &alice, (Method::POST, &path), &body).await;
    let mut one = Socket::of(&server, &alice).await;
    let ack = one.ask("send_message", &message(&kitchen, "hi", "client-1")).await;

    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!((&ack["id"], &ack["seq"]), (&first.json()["id"], &first.json()["seq"]));
    let at_bob = told(&server, &bob, &mut two).await;
    assert_eq!(names(&at_bob), ["receive_message", "user_connected"]);
    assert_eq!(at_bob[0].1, first.json());
}

#[tokio::test]
async fn the_same_client_id_of_two_people_or_two_rooms_is_two_messages() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let attic = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let mine = one.ask("send_message", &message(&kitchen, "hi", "client-1")).await;
    let theirs = two.ask("send_message", &message(&kitchen, "hi", "client-1")).await;
    let upstairs = one.ask("send_message", &message(&attic, "hi", "client-1")).await;

    assert_eq!(
        (&mine["number"], &theirs["number"], &upstairs["number"]),
        (&json!(1), &json!(2), &json!(1))
    );
    assert_eq!(
        (&mine["seq"], &theirs["seq"], &upstairs["seq"]),
        (&json!(4), &json!(5), &json!(4))
    );
}

#[tokio::test]
async fn who_the_sender_is_said_to_be_is_never_believed() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let mut two = Socket::of(&server, &bob).await;
    let sender = json!({"id": alice.id, "username": "alice"});

    let claim = json!({
        "roomId": kitchen, "content": "hi", "senderId": alice.id, "userId": alice.id, "sender": sender,
        "id": alice.id, "seq": 900, "number": 900, "timestamp": 1, "createdAt": 1, "role": "owner",
    });
    two.emit("send_message", &claim).await;
    let received = two.event("receive_message").await;

    assert_eq!(received["sender"]["id"], json!(bob.id));
    assert_eq!((&received["seq"], &received["number"]), (&json!(4), &json!(1)));
    assert_ne!(received["id"], json!(alice.id));
    assert!(received["timestamp"].as_i64().unwrap() > 1);
}

#[tokio::test]
async fn messages_of_one_connection_are_numbered_as_they_were_sent() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;

    let acks = flood(&mut one, &kitchen, 200).await;

    let numbers: Vec<i64> = acks.iter().map(|ack| ack["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn eight_senders_at_once_make_one_gapless_order_for_all() {
    let server = TestServer::start_with(generous).await;
    let owner = server.register("owner0").await;
    let mut people = Vec::new();
    for index in 0..8 {
        people.push(server.register(&format!("person{index}")).await);
    }
    let kitchen = room(&server, &owner, &people.iter().collect::<Vec<_>>()).await;
    let mut watcher = Socket::of(&server, &owner).await;
    let mut senders = tokio::task::JoinSet::new();
    for person in &people {
        let (address, access, kitchen) = (server.running.address, person.access.clone(), kitchen.clone());
        senders.spawn(async move {
            let mut socket = Socket::connect(address, &access).await;
            flood(&mut socket, &kitchen, 25).await;
            socket
        });
    }
    let mut sockets = senders.join_all().await;

    // Ten events came before: the room's beginning and nine people.
    let expected: Vec<i64> = (11..211).collect();
    let watched = news(&mut watcher, 200).await;
    assert_eq!(seqs(&watched), expected);
    // A sender who came later than the first message has heard a suffix of the same order, its own messages saved.
    for socket in &mut sockets {
        let heard = socket
            .events_until(|name, data| NEWS.contains(&name) && data["seq"] == 210)
            .await;
        let heard: Vec<(String, Value)> = heard
            .into_iter()
            .filter(|(name, _)| NEWS.contains(&name.as_str()))
            .collect();
        assert!(expected.ends_with(&seqs(&heard)));
        assert_eq!(heard.iter().filter(|(name, _)| name == "message_saved").count(), 25);
    }
}
