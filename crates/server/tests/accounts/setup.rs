//! The first start: one token, one owner.

use std::os::unix::fs::PermissionsExt as _;

use http::StatusCode;
use serde_json::json;

use crate::common::{TestServer, registration};

fn claim(username: &str, token: &str) -> serde_json::Value {
    let mut body = registration(username);
    body["token"] = json!(token);
    body["siteName"] = json!("The Lab");
    body
}

#[tokio::test]
async fn the_token_makes_an_owner_once_and_sets_the_site() {
    let server = TestServer::start_with(|config| config.signup = None).await;
    let token = server.setup_token();
    let before = server.get("/api/v1/site").send().await.json();

    let claimed = server.post("/api/v1/setup", &claim("ada", &token)).send().await;
    let again = server.post("/api/v1/setup", &claim("bob", &token)).send().await;
    let after = server.get("/api/v1/site").send().await.json();

    assert_eq!(before["setupRequired"], true);
    assert_eq!(claimed.status, StatusCode::CREATED);
    assert_eq!(claimed.json()["user"]["role"], "owner");
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(
        after,
        json!({"name": "The Lab", "signup": "closed", "setupRequired": false})
    );
}

#[tokio::test]
async fn without_the_token_nobody_becomes_owner() {
    let server = TestServer::start().await;
    let member = server.register("first").await;

    let wrong = server
        .post("/api/v1/setup", &claim("eve", "x".repeat(43).as_str()))
        .send()
        .await;
    let empty = server.post("/api/v1/setup", &claim("eve", "")).send().await;
    let me = server.get("/api/v1/users/me").bearer(&member.access).send().await;

    assert_eq!(
        (wrong.status, empty.status),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert_eq!(me.json()["role"], "member", "the first to register is nobody special");
}

#[tokio::test]
async fn of_a_hundred_claims_at_once_one_wins() {
    let server = TestServer::start().await;
    let token = server.setup_token();

    let claims = (0..100).map(|index| {
        let body = claim(&format!("claimer{index}"), &token);
        server.post("/api/v1/setup", &body).send()
    });
    let answers = futures_util::future::join_all(claims).await;

    let won = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CREATED)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_restart_keeps_the_link_until_the_claim_and_never_opens_it_again() {
    let server = TestServer::start().await;
    let token = server.setup_token();

    let server = server.restart().await;
    let same = server.setup_token();
    server.owner().await;
    let server = server.restart().await;
    let late = server.post("/api/v1/setup", &claim("late", &token)).send().await;

    assert_eq!(same, token);
    assert_eq!(server.running.setup_link, None);
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(!server.config.data.join("setup-link").exists());
}

#[tokio::test]
async fn the_data_folder_and_every_secret_in_it_are_their_owners_alone() {
    let server = TestServer::start().await;
    let mode = |name: &str| {
        let path = server.config.data.join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };

    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("secrets.json"), 0o600);
    assert_eq!(mode("setup-link"), 0o600);
}

#[tokio::test]
async fn wrong_fields_are_explained_and_do_not_spend_the_token() {
    let server = TestServer::start().await;
    let mut body = claim("a", &server.setup_token());
    body["password"] = json!("password");

    let refused = server.post("/api/v1/setup", &body).send().await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = refused.json()["fields"].clone();
    assert!(
        fields["username"].is_string() && fields["password"].is_string(),
        "{fields}"
    );
    server.owner().await;
}
