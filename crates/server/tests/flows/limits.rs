//! How much one person may send.

use std::time::Duration;

use hearth_server::config::Config;
use http::{Method, StatusCode};
use serde_json::json;

use crate::common::TestServer;
use crate::common::socket::Socket;
use crate::scene::{act, code, flood, message, room};

const TOO_MANY: &str = "Too many messages sent, please slow down.";

/// As many at once as by default, but hardly any more afterwards, however slow the machine is.
fn slow_refill(config: &mut Config) {
    config.limits.messages_per_minute = 1;
}

#[test]
fn sixty_messages_a_minute_are_allowed_and_all_of_them_at_once() {
    let limits = Config::default().limits;

    assert_eq!((limits.messages_per_minute, limits.messages_burst), (60, 60));
}

#[tokio::test]
async fn the_sixty_first_message_at_once_is_refused_and_passes_later() {
    let server = TestServer::start_with(slow_refill).await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let acks = flood(&mut one, &kitchen, 60).await;
    let late = message(&kitchen, "one more", "late");
    let refused = one.ask("send_message", &late).await;
    let other = two.ask("send_message", &message(&kitchen, "not I", "client-1")).await;
    let wait = refused["error"]["retryAfterMs"].as_u64().unwrap();
    server.clock.advance(Duration::from_millis(wait));
    let accepted = one.ask("send_message", &late).await;

    assert!(acks.iter().all(|ack| code(ack) == "accepted"));
    assert_eq!(code(&refused), "rate_limited");
    assert_eq!(
        (&refused["error"]["message"], &refused["error"]["temporary"]),
        (&json!(TOO_MANY), &json!(true))
    );
    assert!((1..=60_000).contains(&wait));
    assert_eq!((&other["number"], &accepted["number"]), (&json!(61), &json!(62)));
}

#[tokio::test]
async fn a_refusal_that_nobody_asked_an_ack_for_is_an_error_event() {
    let server = TestServer::start_with(slow_refill).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    flood(&mut one, &kitchen, 60).await;

    one.emit("send_message", &message(&kitchen, "one more", "late")).await;
    let error = one.event("error").await;

    assert_eq!(
        (
            &error["command"],
            &error["code"],
            &error["clientMessageId"],
            &error["message"]
        ),
        (
            &json!("send_message"),
            &json!("rate_limited"),
            &json!("late"),
            &json!(TOO_MANY)
        )
    );
    assert!(error["retryAfterMs"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn over_http_the_refusal_says_when_to_try_again() {
    let server = TestServer::start_with(slow_refill).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    flood(&mut one, &kitchen, 60).await;

    let path = format!("/rooms/{kitchen}/messages");
    let answer = act(&server, &alice, (Method::POST, &path), &json!({"content": "one more"})).await;

    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    assert_eq!(answer.header("ratelimit-remaining"), "0");
    let problem = answer.json();
    assert_eq!(
        (&problem["code"], &problem["detail"]),
        (&json!("rate_limited"), &json!(TOO_MANY))
    );
}

#[tokio::test]
async fn other_commands_have_a_limit_of_their_own() {
    let server = TestServer::start_with(|config| {
        config.limits.actions_per_minute = 1;
        config.limits.actions_burst = 3;
    })
    .await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    one.ask("join_room", &json!(kitchen)).await;
    one.ask("sync", &json!({"cursors": {}})).await;

    for (command, payload) in [
        ("join_room", json!(kitchen)),
        ("sync", json!({"cursors": {}})),
        ("mark_read", json!({"roomId": kitchen, "seq": 1})),
    ] {
        assert_eq!(code(&one.ask(command, &payload).await), "rate_limited", "{command}");
    }
    assert_eq!(
        code(&one.ask("send_message", &message(&kitchen, "hi", "client-1")).await),
        "accepted"
    );
}
