//! Making accounts.

use http::StatusCode;
use serde_json::json;

use crate::common::{Polling, TestServer, registration};

const PATH: &str = "/api/v1/auth/register";

#[tokio::test]
async fn a_new_account_is_logged_in_at_once() {
    let server = TestServer::start().await;

    let answer = server.post(PATH, &registration("ada")).send().await;
    let ada = answer.person(StatusCode::CREATED);

    assert_eq!(server.me(&ada.access).await, StatusCode::OK);
    assert_eq!(answer.json()["expiresIn"], 900);
    assert_eq!(answer.json()["user"]["displayName"], "ada");
    assert_eq!(answer.cookie("__Host-hearth_refresh"), Some(ada.refresh));
    let (_, connected) = Polling::connect(&server, &ada.access).await;
    assert!(connected.starts_with("40{"), "{connected}");
}

#[tokio::test]
async fn every_wrong_field_is_explained_beside_itself() {
    let server = TestServer::start().await;
    let body = json!({"username": "x", "email": "nowhere", "password": "short", "displayName": " "});

    let refused = server.post(PATH, &body).send().await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let fields = refused.json()["fields"].clone();
    for field in ["username", "email", "password", "displayName"] {
        assert!(fields[field].is_string(), "{field}: {fields}");
    }
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = TestServer::start().await;

    let refused = server
        .post(PATH, &json!({"username": "ada", "email": "a@b.org"}))
        .send()
        .await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.json()["fields"]["password"].is_string());
}

#[tokio::test]
async fn a_taken_name_and_names_that_look_like_it_get_one_refusal() {
    let server = TestServer::start().await;
    server.register("alice").await;

    let taken = server.post(PATH, &registration("alice")).send().await;
    let capitals = server.post(PATH, &registration("ALICE")).send().await;
    let look_alike = server.post(PATH, &registration("aIice")).send().await;

    let reserved = server.post(PATH, &registration("admin")).send().await;

    for refused in [&taken, &capitals, &look_alike, &reserved] {
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.json()["fields"]["username"].is_string());
    }
    assert_eq!(taken.json()["detail"], look_alike.json()["detail"]);
    assert_eq!(taken.json()["fields"], reserved.json()["fields"]);
}

#[tokio::test]
async fn names_that_deceive_are_refused() {
    let server = TestServer::start().await;
    let deceiving = [
        "ad\u{202e}a",
        "a\u{200b}da",
        "а\u{64}a",
        "admin",
        "\u{feff}ada",
        "a da",
        "<b>ada</b>",
        "ada\u{0}",
    ];

    for name in deceiving {
        let mut body = registration("someone");
        body["username"] = json!(name);
        let refused = server.post(PATH, &body).send().await;
        assert!(refused.status.is_client_error(), "{name:?} was taken");
    }
}

#[tokio::test]
async fn an_address_that_somebody_has_is_no_reason_to_refuse() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let mut body = registration("bob");
    body["email"] = json!("ada@example.org");

    let taken = server.post(PATH, &body).send().await;

    assert_eq!(taken.status, StatusCode::CREATED, "refusing would tell that it exists");
}

#[tokio::test]
async fn extra_fields_give_no_powers() {
    let server = TestServer::start().await;
    let mut body = registration("eve");
    body["role"] = json!("owner");
    body["isAdmin"] = json!(true);
    body["id"] = json!("00000000-0000-0000-0000-000000000000");
    body["createdAt"] = json!(0);

    let answer = server.post(PATH, &body).send().await.json();

    assert_eq!(answer["user"]["role"], "member");
    assert_ne!(answer["user"]["id"], body["id"]);
    assert_ne!(answer["user"]["createdAt"], 0);
}

#[tokio::test]
async fn a_closed_site_and_one_by_invite_let_no_stranger_in() {
    let server = TestServer::start_with(|config| config.signup = None).await;

    let closed = server.post(PATH, &registration("ada")).send().await;
    let owner = server.owner().await;
    let by_invite = json!({"signup": "invite"});
    let changed = server
        .call(http::Method::PATCH, "/api/v1/site")
        .bearer(&owner.access)
        .json(&by_invite)
        .send()
        .await;
    let uninvited = server.post(PATH, &registration("ada")).send().await;
    let mut forged = registration("ada");
    forged["invite"] = json!("made-up-code");
    let forged = server.post(PATH, &forged).send().await;

    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert_eq!(changed.json()["signup"], "invite");
    assert_eq!(uninvited.status, StatusCode::FORBIDDEN);
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
    let found = server
        .get("/api/v1/users?search=ada")
        .bearer(&owner.access)
        .send()
        .await;
    assert_eq!(found.json()["items"], json!([]), "a refused invite leaves no account");
}

#[tokio::test]
async fn an_invite_opens_the_door_and_joins_its_room() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let room = server
        .post("/api/v1/rooms", &json!({"type": "group", "name": "Lab"}))
        .bearer(&owner.access)
        .send()
        .await;
    let room_id = room.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/rooms/{room_id}/invites");
    let invite = server.post(&path, &json!({})).bearer(&owner.access).send().await.json();
    let site = server.call(http::Method::PATCH, "/api/v1/site").bearer(&owner.access);
    site.json(&json!({"signup": "invite"})).send().await;

    let mut body = registration("ada");
    body["invite"] = invite["code"].clone();
    let ada = server.post(PATH, &body).send().await.person(StatusCode::CREATED);
    let rooms = server.get("/api/v1/rooms").bearer(&ada.access).send().await.json();
    let mut second = registration("bob");
    second["invite"] = invite["code"].clone();
    let second = server.post(PATH, &second).send().await;

    assert_eq!(rooms["items"][0]["room"]["id"], json!(room_id));
    assert_eq!(second.status, StatusCode::NOT_FOUND, "the link worked once");
}

#[tokio::test]
async fn one_public_address_makes_so_many_accounts_an_hour() {
    let server = TestServer::start_with(|config| {
        config.limits.registrations_per_hour = 2;
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let from = async |address: &str, name: &str| {
        server
            .post(PATH, &registration(name))
            .header("x-forwarded-for", address)
            .send()
            .await
    };

    let first = from("198.51.100.7", "one").await;
    from("198.51.100.7", "two").await;
    let third = from("198.51.100.7", "three").await;
    let elsewhere = from("198.51.100.8", "three").await;

    assert_eq!(
        (first.header("ratelimit-limit"), first.header("ratelimit-remaining")),
        ("2", "1")
    );
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(third.header("ratelimit-remaining"), "0");
    assert!(third.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(elsewhere.status, StatusCode::CREATED);
}
