//! Coming into rooms and going out of them, while connected and at once.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::socket::Socket;
use crate::common::{Answer, Person, TestServer};
use crate::scene::{act, add, code, flood, generous, id, message, names, remove, room, told};

#[tokio::test]
async fn somebody_added_while_connected_hears_the_room_from_then_on() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    flood(&mut one, &kitchen, 1).await;

    add(&server, &alice, &kitchen, &bob).await;
    let added = two.event("room_added").await;
    flood(&mut two, &kitchen, 1).await;
    let sent = one.ask("send_message", &message(&kitchen, "welcome", "client-1")).await;

    assert_eq!(added["room"]["room"]["id"], json!(kitchen));
    assert_eq!(added["room"]["role"], "member");
    assert_eq!(two.event("receive_message").await["seq"], sent["seq"]);
    assert_eq!(one.event("member_joined").await["by"], json!(alice.id));
}

#[tokio::test]
async fn somebody_removed_while_connected_gets_nothing_of_the_room_any_more() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let mut phone = Socket::of(&server, &bob).await;

    remove(&server, &alice, &kitchen, &bob).await;
    flood(&mut one, &kitchen, 3).await;
    one.ask("typing", &json!(kitchen)).await;
    act(
        &server,
        &alice,
        (Method::PATCH, &format!("/rooms/{kitchen}")),
        &json!({"name": "Secret"}),
    )
    .await;

    for socket in [&mut two, &mut phone] {
        let heard = told(&server, &bob, socket).await;
        let heard: Vec<&str> = names(&heard)
            .into_iter()
            .filter(|name| *name != "user_connected")
            .collect();
        assert_eq!(heard, ["member_left", "room_removed"]);
    }
    assert_eq!(one.event("member_left").await["by"], json!(alice.id));
}

#[tokio::test]
async fn somebody_removed_is_answered_like_somebody_who_never_was_there() {
    let server = TestServer::start().await;
    let [alice, bob, eve] = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("eve").await,
    ];
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut two, mut three) = (Socket::of(&server, &bob).await, Socket::of(&server, &eve).await);
    remove(&server, &alice, &kitchen, &bob).await;

    for (command, payload) in [
        ("send_message", message(&kitchen, "hi", "client-1")),
        ("join_room", json!(kitchen)),
        ("typing", json!(kitchen)),
        ("mark_read", json!({"roomId": kitchen, "seq": 1})),
    ] {
        let (removed, stranger) = (two.ask(command, &payload).await, three.ask(command, &payload).await);
        assert_eq!(code(&removed), "not_found", "{command}");
        assert_eq!(removed, stranger);
    }
    for path in ["", "/messages", "/members"] {
        let answer = act(
            &server,
            &bob,
            (Method::GET, &format!("/rooms/{kitchen}{path}")),
            &Value::Null,
        )
        .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let path = format!("/rooms/{kitchen}/messages");
    let sent = act(&server, &bob, (Method::POST, &path), &json!({"content": "hi"})).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_comes_back_hears_again_and_reads_on_from_there() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    assert_eq!(
        remove(&server, &bob, &kitchen, &bob).await.status,
        StatusCode::NO_CONTENT
    );
    flood(&mut one, &kitchen, 2).await;
    add(&server, &alice, &kitchen, &bob).await;
    let added = two.event("room_added").await;
    one.ask("send_message", &message(&kitchen, "again", "client-1")).await;

    assert_eq!(
        (&added["room"]["lastNumber"], &added["room"]["readNumber"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(two.event("receive_message").await["content"], "again");
    assert_eq!(one.event("member_left").await.get("by"), None);
}

#[tokio::test]
async fn when_the_owner_leaves_the_highest_and_longest_standing_member_follows() {
    let server = TestServer::start().await;
    let mut people = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        people.push(server.register(name).await);
    }
    let [alice, bob, carol, dave] = [&people[0], &people[1], &people[2], &people[3]];
    let kitchen = room(&server, alice, &[bob, carol, dave]).await;
    let mut four = Socket::of(&server, dave).await;
    for person in [carol, dave] {
        let path = format!("/rooms/{kitchen}/members/{}", person.id);
        act(&server, alice, (Method::PUT, &path), &json!({"role": "admin"})).await;
    }
    four.event("member_updated").await;
    four.event("member_updated").await;

    remove(&server, alice, &kitchen, alice).await;
    let first = four.event("member_updated").await;
    remove(&server, carol, &kitchen, carol).await;
    let second = four.event("member_updated").await;

    assert_eq!(
        (&first["member"]["user"]["id"], &first["member"]["role"]),
        (&json!(carol.id), &json!("owner"))
    );
    assert_eq!(
        (&second["member"]["user"]["id"], &second["member"]["role"]),
        (&json!(dave.id), &json!("owner"))
    );
}

/// All of these accept an invite at once; how many were let in and how many were told that it works no more.
async fn accept_at_once(server: &TestServer, people: &[Person], invite: &Value) -> (usize, usize) {
    let path = format!("/invites/{}/accept", invite["code"].as_str().unwrap());
    let accepts = people
        .iter()
        .map(|person| act(server, person, (Method::POST, &path), &Value::Null));
    let answers: Vec<Answer> = futures_util::future::join_all(accepts).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    (of(StatusCode::OK), of(StatusCode::NOT_FOUND))
}

#[tokio::test]
async fn of_two_who_accept_a_link_for_one_at_once_exactly_one_comes_in() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let path = format!("/rooms/{kitchen}/invites");
    let invite = act(&server, &alice, (Method::POST, &path), &json!({})).await.json();
    let people = [server.register("bob").await, server.register("carol").await];

    assert_eq!(accept_at_once(&server, &people, &invite).await, (1, 1));
    let members = act(
        &server,
        &alice,
        (Method::GET, &format!("/rooms/{kitchen}/members")),
        &Value::Null,
    )
    .await;
    assert_eq!(members.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn fifty_who_join_at_once_by_a_link_for_ten_are_ten() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let path = format!("/rooms/{kitchen}/invites");
    let invite = act(&server, &alice, (Method::POST, &path), &json!({"maxUses": 10}))
        .await
        .json();
    let mut people = Vec::new();
    for index in 0..50 {
        people.push(server.register(&format!("person{index}")).await);
    }
    let mut one = Socket::of(&server, &alice).await;

    assert_eq!(accept_at_once(&server, &people, &invite).await, (10, 40));
    let snapshot = one.ask("join_room", &json!(kitchen)).await;
    assert_eq!(snapshot["members"].as_array().unwrap().len(), 11);
    assert_eq!(snapshot["seq"], 12);
    // Who is in already spends no use, and is not told that the link works no more.
    let again = json!({"code": invite["code"]});
    assert_eq!(accept_at_once(&server, &people, &again).await.0, 0);
}

#[tokio::test]
async fn two_who_write_to_each_other_first_at_once_share_one_room() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let to_bob = json!({"type": "direct", "members": ["bob"]});
    let to_alice = json!({"type": "direct", "members": [alice.id]});

    let (mine, theirs) = tokio::join!(
        act(&server, &alice, (Method::POST, "/rooms"), &to_bob),
        act(&server, &bob, (Method::POST, "/rooms"), &to_alice),
    );

    let mut statuses = [mine.status.as_u16(), theirs.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    assert_eq!(id(&mine.json()), id(&theirs.json()));
    assert_eq!(mine.json()["peer"]["id"], json!(bob.id));
    assert_eq!(theirs.json()["peer"]["id"], json!(alice.id));
}

#[tokio::test]
async fn nothing_is_lost_between_the_snapshot_and_the_first_event_of_a_new_member() {
    let server = TestServer::start_with(generous).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let (_, _) = tokio::join!(flood(&mut one, &kitchen, 100), add(&server, &alice, &kitchen, &bob));
    one.ask("send_message", &message(&kitchen, "last", "last")).await;
    let added = two.event("room_added").await["room"]["seq"].as_i64().unwrap();
    let heard = two.events_until(|_, data| data["content"] == "last").await;

    let seqs: Vec<i64> = heard.iter().filter_map(|(_, data)| data["seq"].as_i64()).collect();
    assert_eq!(seqs, (added + 1..=104).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_that_somebody_sends_comes_after_their_removal() {
    let server = TestServer::start_with(generous).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let sending = async {
        flood(&mut two, &kitchen, 20).await;
        flood(&mut two, &kitchen, 200).await
    };
    let removing = async {
        one.event("receive_message").await;
        remove(&server, &alice, &kitchen, &bob).await
    };
    let (acks, _) = tokio::join!(sending, removing);
    let last = one.event("member_left").await["seq"].as_i64().unwrap();

    let refused: Vec<&Value> = acks.iter().filter(|ack| ack.get("error").is_some()).collect();
    assert!(refused.iter().all(|ack| code(ack) == "not_found"));
    assert!(acks.iter().filter_map(|ack| ack["seq"].as_i64()).all(|seq| seq < last));
    let history = act(
        &server,
        &alice,
        (Method::GET, &format!("/rooms/{kitchen}")),
        &Value::Null,
    )
    .await;
    assert_eq!(history.json()["seq"], json!(last));
}

#[tokio::test]
async fn somebody_added_in_the_moment_of_connecting_hears_every_room() {
    let server = TestServer::start_with(generous).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let mut one = Socket::of(&server, &alice).await;
    let mut rooms = Vec::new();
    for _ in 0..10 {
        rooms.push(room(&server, &alice, &[]).await);
    }

    let adding = futures_util::future::join_all(rooms.iter().map(|room| add(&server, &alice, room, &bob)));
    let (_, mut two) = tokio::join!(adding, Socket::of(&server, &bob));
    for room in &rooms {
        one.ask("send_message", &message(room, "hi", "client-1")).await;
    }

    let heard = told(&server, &bob, &mut two).await;
    let mut heard: Vec<&str> = heard
        .iter()
        .filter(|(name, _)| name == "receive_message")
        .map(|(_, data)| data["roomId"].as_str().unwrap())
        .collect();
    heard.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(heard, rooms);
}
