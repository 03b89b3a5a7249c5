//! What may be written.

use http::{Method, StatusCode};
use serde_json::json;

use crate::common::socket::Socket;
use crate::common::{TestServer, registration};
use crate::scene::{act, code, generous, message, room};

#[tokio::test]
async fn a_message_is_kept_in_one_form_and_otherwise_as_written() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let written = " e\u{301}\r\n\t\u{0}\u{7}<b>`x`</b> \u{1b}[31m 👩‍👩‍👧 ";
    one.ask("send_message", &message(&kitchen, written, "client-1")).await;

    assert_eq!(
        two.event("receive_message").await["content"],
        " é\n\t<b>`x`</b> [31m 👩‍👩‍👧 "
    );
}

#[tokio::test]
async fn twenty_thousand_characters_are_accepted_and_one_more_is_not() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;

    let most = one
        .ask("send_message", &message(&kitchen, &"🔥".repeat(20_000), "client-1"))
        .await;
    let too_long = one
        .ask("send_message", &message(&kitchen, &"a".repeat(20_001), "client-2"))
        .await;
    let path = format!("/rooms/{kitchen}/messages");
    let body = json!({"content": "a".repeat(20_001)});
    let over_http = act(&server, &alice, (Method::POST, &path), &body).await;

    assert_eq!(most["number"], 1);
    assert_eq!(code(&too_long), "invalid");
    assert!(
        too_long["error"]["fields"]["content"]
            .as_str()
            .unwrap()
            .contains("20,000")
    );
    assert_eq!(over_http.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(over_http.json()["fields"]["content"].is_string());
}

#[tokio::test]
async fn a_message_without_anything_to_see_is_refused() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;

    for content in [
        "",
        " ",
        "\n\t",
        "\u{0}",
        "\u{200b}\u{200d}",
        "\u{202e}\u{2066}",
        "\u{3164}",
        "\u{feff}\u{ad}",
    ] {
        let answer = one.ask("send_message", &message(&kitchen, content, "client-1")).await;
        assert_eq!(code(&answer), "invalid", "{content:?}");
        assert!(answer["error"]["fields"]["content"].is_string());
    }
    assert_eq!(one.ask("join_room", &json!(kitchen)).await["lastNumber"], 0);
}

#[tokio::test]
async fn names_that_look_like_others_by_tricks_are_refused() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;

    for name in [
        "ali\u{202e}ce",
        "al\u{200b}ice",
        "\u{2066}alice",
        "ali\u{200d}ce",
        "аlice",
    ] {
        let mut body = registration("somebody");
        body["username"] = json!(name);
        let answer = server.post("/api/v1/auth/register", &body).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(answer.json()["fields"]["username"].is_string());
    }
    for name in ["Ali\u{202e}ce", "\u{2066}Alice", "\u{200b}"] {
        let renamed = act(
            &server,
            &alice,
            (Method::PATCH, "/users/me"),
            &json!({"displayName": name}),
        )
        .await;
        assert!(
            renamed.json()["fields"]["displayName"].is_string(),
            "{name:?}: {}",
            renamed.text()
        );
        let path = format!("/rooms/{kitchen}");
        let room = act(&server, &alice, (Method::PATCH, &path), &json!({"name": name})).await;
        assert!(room.json()["fields"]["name"].is_string(), "{name:?}: {}", room.text());
    }
}
