//! Who is there.

use serde_json::json;

use crate::common::TestServer;
use crate::common::socket::Socket;
use crate::scene::{names, room, told};

#[tokio::test]
async fn a_person_comes_with_the_first_device_and_goes_with_the_last() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    room(&server, &alice, &[&bob]).await;
    room(&server, &bob, &[&alice]).await;
    let mut two = Socket::of(&server, &bob).await;

    let laptop = Socket::of(&server, &alice).await;
    let phone = Socket::of(&server, &alice).await;
    let came = told(&server, &bob, &mut two).await;
    drop(laptop);
    drop(phone);
    let went = two.event("user_disconnected").await;
    let after = told(&server, &bob, &mut two).await;

    assert_eq!(came, [("user_connected".to_owned(), json!({"userId": alice.id}))]);
    assert_eq!(went["userId"], json!(alice.id));
    assert!(went["lastSeen"].as_i64().unwrap() <= server.clock.now().0);
    assert_eq!(after, []);
}

#[tokio::test]
async fn strangers_hear_nothing_of_each_other() {
    let server = TestServer::start().await;
    let [alice, bob, eve] = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("eve").await,
    ];
    room(&server, &alice, &[&bob]).await;
    let (mut two, mut three) = (Socket::of(&server, &bob).await, Socket::of(&server, &eve).await);

    drop(Socket::of(&server, &alice).await);
    two.event("user_disconnected").await;

    assert_eq!(told(&server, &eve, &mut three).await, []);
    assert_eq!(names(&told(&server, &bob, &mut two).await), ["user_connected"]);
}

#[tokio::test]
async fn a_snapshot_tells_who_is_there() {
    let server = TestServer::start().await;
    let [alice, bob, carol] = [
        server.register("alice").await,
        server.register("bob").await,
        server.register("carol").await,
    ];
    let kitchen = room(&server, &alice, &[&bob, &carol]).await;
    let mut two = Socket::of(&server, &bob).await;
    let one = Socket::of(&server, &alice).await;
    two.event("user_connected").await;

    let before = two.ask("join_room", &json!(kitchen)).await;
    drop(one);
    two.event("user_disconnected").await;
    let after = two.ask("join_room", &json!(kitchen)).await;

    let online = |snapshot: &serde_json::Value| {
        [&alice, &bob, &carol].map(|who| snapshot["presence"][&who.id]["online"].clone())
    };
    assert_eq!(online(&before), [json!(true), json!(true), json!(false)]);
    assert_eq!(online(&after), [json!(false), json!(true), json!(false)]);
}
