//! How far people have read.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::socket::Socket;
use crate::common::{Person, TestServer};
use crate::scene::{act, code, flood, message, room, told};

/// How many messages of a room somebody has not read.
async fn unread(server: &TestServer, person: &Person, room: &str) -> i64 {
    let summary = act(server, person, (Method::GET, &format!("/rooms/{room}")), &Value::Null).await;
    let summary = summary.json();
    summary["lastNumber"].as_i64().unwrap() - summary["readNumber"].as_i64().unwrap()
}

#[tokio::test]
async fn unread_is_what_came_since_one_read_or_wrote() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    flood(&mut one, &kitchen, 3).await;
    let came = unread(&server, &bob, &kitchen).await;
    let mark = json!({"roomId": kitchen, "seq": 5});
    let marked = two.ask("mark_read", &mark).await;
    let read = unread(&server, &bob, &kitchen).await;
    two.ask("send_message", &message(&kitchen, "hi", "client-1")).await;
    let wrote = unread(&server, &bob, &kitchen).await;
    let server = server.restart().await;

    assert_eq!((came, read, wrote), (3, 1, 0));
    assert_eq!(marked, json!({"readSeq": 5, "readNumber": 2}));
    assert_eq!(unread(&server, &bob, &kitchen).await, 0);
    assert_eq!(unread(&server, &alice, &kitchen).await, 1);
}

#[tokio::test]
async fn ones_own_devices_hear_how_far_one_has_read_and_nobody_else() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let mut phone = Socket::of(&server, &bob).await;
    flood(&mut one, &kitchen, 2).await;

    two.ask("mark_read", &json!({"roomId": kitchen, "seq": 5})).await;

    let moved = phone.event("read_cursor_moved").await;
    assert_eq!(moved, two.event("read_cursor_moved").await);
    assert_eq!(
        (&moved["roomId"], &moved["readSeq"], &moved["readNumber"]),
        (&json!(kitchen), &json!(5), &json!(2))
    );
    assert!(moved["userSeq"].is_i64());
    let heard = told(&server, &alice, &mut one).await;
    assert!(heard.iter().all(|(name, _)| name != "read_cursor_moved"));
}

#[tokio::test]
async fn a_read_cursor_never_goes_back_nor_past_the_head() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let bob = server.register("bob").await;
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    flood(&mut one, &kitchen, 2).await;
    let mark = |seq: i64| json!({"roomId": kitchen, "seq": seq});

    let beyond = two.ask("mark_read", &mark(i64::MAX)).await;
    let back = two.ask("mark_read", &mark(1)).await;
    let again = two.ask("mark_read", &mark(5)).await;
    let below = two.ask("mark_read", &mark(-1)).await;

    assert_eq!(beyond, json!({"readSeq": 5, "readNumber": 2}));
    assert_eq!((&back, &again), (&beyond, &beyond));
    assert_eq!(code(&below), "invalid");
    let heard = told(&server, &bob, &mut two).await;
    let moved = heard.iter().filter(|(name, _)| name == "read_cursor_moved");
    assert_eq!(moved.count(), 1);
}

#[tokio::test]
async fn reading_over_http_is_the_same() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    flood(&mut one, &kitchen, 1).await;

    let path = format!("/rooms/{kitchen}/read");
    let answer = act(&server, &bob, (Method::POST, &path), &json!({"seq": 4})).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({"readSeq": 4, "readNumber": 1}));
    assert_eq!(two.event("read_cursor_moved").await["readSeq"], 4);
}
