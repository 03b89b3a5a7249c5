//! Who is typing, told to the others and always ended.

use std::time::Duration;

use serde_json::json;

use crate::common::socket::Socket;
use crate::common::{Person, TestServer};
use crate::scene::{code, message, names, room, told};

const SIGNALS: [&str; 2] = ["user_typing", "user_stop_typing"];

/// Alice, Bob and Carol share a room.
async fn three() -> (TestServer, [Person; 3], String) {
    let server = TestServer::start().await;
    let people = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("carol").await,
    ];
    let kitchen = room(&server, &people[0], &[&people[1], &people[2]]).await;
    (server, people, kitchen)
}

#[tokio::test]
async fn the_others_are_told_once_that_somebody_types_and_once_that_they_stopped() {
    let (server, [alice, bob, _], kitchen) = three().await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    one.ask("typing", &json!(kitchen)).await;
    one.ask("typing", &json!({"roomId": kitchen})).await;
    one.ask("stop_typing", &json!({"roomId": kitchen})).await;
    one.ask("stop_typing", &json!(kitchen)).await;

    let started = json!({"roomId": kitchen, "userId": alice.id, "username": "alice"});
    let stopped = json!({"roomId": kitchen, "userId": alice.id});
    let heard = told(&server, &bob, &mut two).await;
    let expected = [
        ("user_typing".to_owned(), started),
        ("user_stop_typing".to_owned(), stopped),
    ];
    assert_eq!(heard, expected);
    assert_eq!(names(&told(&server, &alice, &mut one).await), ["user_connected"]);
}

#[tokio::test]
async fn sending_ends_typing_before_the_next_thing_is_heard() {
    let (server, [alice, bob, _], kitchen) = three().await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    one.ask("typing", &json!(kitchen)).await;
    one.ask("send_message", &message(&kitchen, "hi", "client-1")).await;

    let mut heard = told(&server, &bob, &mut two).await;
    heard.sort_by(|one, other| other.0.cmp(&one.0));
    assert_eq!(names(&heard), ["user_typing", "user_stop_typing", "receive_message"]);
}

#[tokio::test]
async fn losing_the_connection_ends_typing() {
    let (server, [alice, bob, _], kitchen) = three().await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    one.ask("typing", &json!(kitchen)).await;
    two.event("user_typing").await;
    drop(one);

    let (ended, _) = two.any_of(&["user_stop_typing", "user_disconnected"]).await;
    assert_eq!(ended, "user_stop_typing");
}

#[tokio::test]
async fn silence_ends_typing() {
    let (server, [alice, bob, _], kitchen) = three().await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let before = server.clock.now();

    one.ask("typing", &json!(kitchen)).await;
    two.event("user_stop_typing").await;

    assert!(server.clock.now().0 - before.0 >= 2_990);
}

#[tokio::test]
async fn typing_lasts_three_seconds_from_the_last_sign_of_it() {
    let (server, [alice, bob, carol], kitchen) = three().await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let mut three = Socket::of(&server, &carol).await;

    one.ask("typing", &json!(kitchen)).await;
    server.clock.advance(Duration::from_millis(2_000));
    one.ask("typing", &json!(kitchen)).await;
    server.clock.advance(Duration::from_millis(1_500));
    three.ask("typing", &json!(kitchen)).await;
    let mut heard = told(&server, &bob, &mut two).await;
    server.clock.advance(Duration::from_millis(3_000));
    three.ask("stop_typing", &json!(kitchen)).await;
    three.ask("typing", &json!(kitchen)).await;
    heard.extend(told(&server, &bob, &mut two).await);

    heard.retain(|(name, _)| SIGNALS.contains(&name.as_str()));
    let story: Vec<(&str, &str)> = heard
        .iter()
        .map(|(name, data)| (name.as_str(), data["userId"].as_str().unwrap()))
        .collect();
    let (alice, carol) = (alice.id.as_str(), carol.id.as_str());
    assert_eq!(story[..2], [("user_typing", alice), ("user_typing", carol)]);
    assert!(story[2..].contains(&("user_stop_typing", alice)));
    assert_eq!(story.last(), Some(&("user_typing", carol)));
}

#[tokio::test]
async fn who_is_not_in_the_room_types_to_nobody() {
    let (server, [_, bob, _], kitchen) = three().await;
    let eve = server.register("eve").await;
    let (mut two, mut four) = (Socket::of(&server, &bob).await, Socket::of(&server, &eve).await);

    let answer = four.ask("typing", &json!(kitchen)).await;
    four.emit("typing", &json!(kitchen)).await;
    let error = four.event("error").await;

    assert_eq!(code(&answer), "not_found");
    assert_eq!(
        (&error["command"], &error["code"]),
        (&json!("typing"), &json!("not_found"))
    );
    assert_eq!(told(&server, &bob, &mut two).await, []);
}
