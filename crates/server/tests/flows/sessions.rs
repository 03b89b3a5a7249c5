//! Who is let in, for how long, and what ends it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::socket::{Packet, Socket};
use crate::common::{PASSWORD, Person, TestServer};
use crate::scene::{act, code, message, room};

/// Nearly the life of an access token.
const NEARLY: Duration = Duration::from_secs(897);
const SOON: Duration = Duration::from_secs(10);

fn refusal() -> Value {
    json!({"message": "Authentication error", "data": {"code": "unauthenticated"}})
}

/// The token with another header, its signature kept or left out.
fn forged(access: &str, header: &Value, with_signature: bool) -> String {
    let mut parts = access.split('.').skip(1);
    let (payload, signature) = (parts.next().unwrap(), parts.next().unwrap());
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{payload}.{}", if with_signature { signature } else { "" })
}

#[tokio::test]
async fn only_a_good_token_connects() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let header = alice.access.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |alg: &str| {
        let mut header = header.clone();
        header["alg"] = json!(alg);
        header
    };

    for auth in [
        json!({}),
        json!({"token": ""}),
        json!({"token": null}),
        json!({"token": 5}),
        json!({"token": {"token": alice.access}}),
        json!({"token": "a.b.c"}),
        json!({"token": alice.refresh}),
        json!({"token": format!("Bearer {}", alice.access)}),
        json!({"token": &alice.access[..alice.access.len() - 2]}),
        json!({"token": forged(&alice.access, &with("none"), false)}),
        json!({"token": forged(&alice.access, &with("none"), true)}),
        json!({"token": forged(&alice.access, &with("HS512"), true)}),
        json!({"token": forged(&alice.access, &with("RS256"), true)}),
        json!({"token": "x".repeat(100_000)}),
    ] {
        let refused = Socket::try_connect(server.running.address, &auth).await.err();
        assert_eq!(refused.expect("refused").1, refusal(), "{auth}");
    }
    Socket::of(&server, &alice).await;
}

#[tokio::test]
async fn an_expired_token_does_not_connect() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.clock.advance(Duration::from_secs(15 * 60));

    let refused = Socket::try_connect(server.running.address, &json!({"token": alice.access})).await;

    assert_eq!(refused.err().expect("refused").1, refusal());
}

#[tokio::test]
async fn a_token_in_the_address_is_not_looked_at() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let query = format!("&token={0}&auth[token]={0}&access_token={0}", alice.access);

    let mut socket = Socket::open(server.running.address, &query).await;
    socket.send_text("40").await;

    assert_eq!(socket.connected().await, Err(refusal()));
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_closed() {
    let server = TestServer::start_with(|config| config.socket.connect_timeout_ms = 100).await;
    let alice = server.register("alice").await;
    let mut known = Socket::of(&server, &alice).await;

    let mut silent = Socket::open(server.running.address, "").await;
    let (mut refused, _) = Socket::try_connect(server.running.address, &json!({}))
        .await
        .err()
        .unwrap();

    assert_eq!(silent.rest(SOON).await, [Packet::Closed]);
    assert_eq!(refused.rest(SOON).await, [Packet::Closed]);
    assert_eq!(code(&known.ask("sync", &json!({"cursors": {}})).await), "accepted");
}

#[tokio::test]
async fn who_is_not_connected_yet_commands_nothing() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;

    let mut stranger = Socket::open(server.running.address, "").await;
    stranger
        .emit("send_message", &message(&kitchen, "hi", "client-1"))
        .await;

    assert_eq!(stranger.rest(SOON).await, [Packet::Closed]);
    assert_eq!(one.ask("join_room", &json!(kitchen)).await["lastNumber"], 0);
}

#[tokio::test]
async fn a_connection_ends_with_its_token() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.clock.advance(NEARLY);
    let mut one = Socket::of(&server, &alice).await;

    let ending = one.ending_within(SOON).await;

    assert_eq!(
        (&ending.goodbye["code"], &ending.goodbye["temporary"]),
        (&json!("token_expired"), &json!(false))
    );
    assert!(ending.is_final);
}

#[tokio::test]
async fn a_newer_token_of_the_same_session_prolongs_a_connection() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    server.clock.advance(NEARLY);
    let (mut one, mut other) = (Socket::of(&server, &alice).await, Socket::of(&server, &alice).await);
    let newer = server.refresh(&alice.refresh).await.person(StatusCode::OK);

    let answer = one.ask("refresh_token", &json!({"accessToken": newer.access})).await;
    let ending = other.ending_within(SOON).await;

    let left_ms = answer["expiresAt"].as_i64().unwrap() - server.clock.now().0;
    assert!((800_000..=900_000).contains(&left_ms), "{left_ms}");
    assert_eq!(ending.goodbye["code"], "token_expired");
    assert_eq!(code(&one.ask("sync", &json!({"cursors": {}})).await), "accepted");
}

#[tokio::test]
async fn tokens_of_other_sessions_and_bad_ones_prolong_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let elsewhere = server.log_in("alice", PASSWORD).await.person(StatusCode::OK);
    server.clock.advance(NEARLY);
    let mut one = Socket::of(&server, &alice).await;

    for token in [&bob.access, &elsewhere.access, &alice.refresh, "nonsense"] {
        let answer = one.ask("refresh_token", &json!({"accessToken": token})).await;
        assert_eq!(code(&answer), "unauthenticated");
    }
    assert_eq!(one.ending_within(SOON).await.goodbye["code"], "token_expired");
}

/// Alice at two devices and Bob, each connected.
async fn three(server: &TestServer) -> ([Person; 3], [Socket; 3]) {
    let alice = server.register("alice").await;
    let phone = server.log_in("alice", PASSWORD).await.person(StatusCode::OK);
    let bob = server.register("bob").await;
    let sockets = [
        Socket::of(server, &alice).await,
        Socket::of(server, &phone).await,
        Socket::of(server, &bob).await,
    ];
    ([alice, phone, bob], sockets)
}

async fn assert_live(socket: &mut Socket) {
    assert_eq!(code(&socket.ask("sync", &json!({"cursors": {}})).await), "accepted");
}

async fn assert_ended(socket: &mut Socket, code: &str) {
    let ending = socket.ending().await;
    assert_eq!((&ending.goodbye["code"], ending.is_final), (&json!(code), true));
}

#[tokio::test]
async fn logging_out_cuts_the_sessions_connections_and_no_others() {
    let server = TestServer::start().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;

    act(&server, &alice, (Method::POST, "/auth/logout"), &json!({})).await;

    assert_ended(&mut one, "session_ended").await;
    assert_live(&mut phone).await;
    assert_live(&mut two).await;
    assert_eq!(server.me(&alice.access).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ending_a_session_cuts_its_connections() {
    let server = TestServer::start().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;
    let sessions = act(&server, &alice, (Method::GET, "/users/me/sessions"), &Value::Null)
        .await
        .json();
    let sessions = sessions["items"].as_array().unwrap().clone();
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();

    let path = format!("/users/me/sessions/{}", other["id"].as_str().unwrap());
    act(&server, &alice, (Method::DELETE, &path), &Value::Null).await;

    assert_ended(&mut phone, "session_ended").await;
    assert_live(&mut one).await;
    assert_live(&mut two).await;
}

#[tokio::test]
async fn logging_out_everywhere_cuts_every_connection_of_the_account() {
    let server = TestServer::start().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;

    act(&server, &alice, (Method::DELETE, "/users/me/sessions"), &Value::Null).await;

    assert_ended(&mut one, "session_ended").await;
    assert_ended(&mut phone, "session_ended").await;
    assert_live(&mut two).await;
}

#[tokio::test]
async fn a_new_password_cuts_the_other_sessions() {
    let server = TestServer::start().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;

    let body = json!({"currentPassword": PASSWORD, "newPassword": "another long secret"});
    let answer = act(&server, &alice, (Method::POST, "/users/me/password"), &body).await;

    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_ended(&mut phone, "session_ended").await;
    assert_live(&mut one).await;
    assert_live(&mut two).await;
}

#[tokio::test]
async fn a_refresh_token_used_twice_cuts_its_sessions_connections() {
    let server = TestServer::start().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;
    let next = server.refresh(&alice.refresh).await.person(StatusCode::OK);

    let reused = server.refresh(&alice.refresh).await;

    assert_eq!(reused.status, StatusCode::UNAUTHORIZED);
    assert_ended(&mut one, "session_ended").await;
    assert_live(&mut phone).await;
    assert_live(&mut two).await;
    assert_eq!(server.refresh(&next.refresh).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_ban_cuts_every_connection_and_lets_nobody_back_in() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;

    let path = format!("/users/{}/ban", alice.id);
    act(&server, &owner, (Method::PUT, &path), &Value::Null).await;

    assert_ended(&mut one, "banned").await;
    assert_ended(&mut phone, "banned").await;
    assert_live(&mut two).await;
    let again = Socket::try_connect(server.running.address, &json!({"token": alice.access})).await;
    assert_eq!(again.err().expect("refused").1, refusal());
}

#[tokio::test]
async fn a_new_role_cuts_the_connections_that_had_the_old_one() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let ([alice, ..], [mut one, mut phone, mut two]) = three(&server).await;

    let path = format!("/users/{}/role", alice.id);
    act(&server, &owner, (Method::PUT, &path), &json!({"role": "moderator"})).await;

    assert_ended(&mut one, "token_expired").await;
    assert_ended(&mut phone, "token_expired").await;
    assert_live(&mut two).await;
    Socket::of(&server, &alice).await;
}
