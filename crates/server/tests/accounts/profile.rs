//! One's own account, and finding others.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::{Answer, PASSWORD, Person, Polling, TestServer};

async fn change(server: &TestServer, by: &Person, body: &Value) -> Answer {
    server
        .call(Method::PATCH, "/api/v1/users/me")
        .bearer(&by.access)
        .json(body)
        .send()
        .await
}

async fn change_password(server: &TestServer, by: &Person, (current, new): (&str, &str)) -> Answer {
    let body = json!({"currentPassword": current, "newPassword": new});
    server
        .post("/api/v1/users/me/password", &body)
        .bearer(&by.access)
        .send()
        .await
}

#[tokio::test]
async fn a_changed_profile_is_told_to_ones_own_devices() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let (socket, _) = Polling::connect(&server, &ada.access).await;

    let changed = change(
        &server,
        &ada,
        &json!({"displayName": "Ada King", "username": "countess"}),
    )
    .await;
    let event = socket.poll().await.unwrap();

    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(changed.json()["displayName"], "Ada King");
    assert!(
        event.contains("profile_updated") && event.contains("Ada King"),
        "{event}"
    );
    assert_eq!(server.log_in("countess", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(server.log_in("ada", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_taken_name_and_bad_fields_change_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    server.register("bob").await;

    let taken = change(&server, &ada, &json!({"username": "BOB"})).await;
    let bad = change(&server, &ada, &json!({"displayName": "", "email": "nowhere"})).await;
    let own = change(&server, &ada, &json!({"username": "Ada"})).await;

    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.json()["fields"]["email"].is_string());
    assert_eq!(own.json()["username"], "Ada", "one's own name may change its case");
    assert_eq!(own.json()["email"], "ada@example.org");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let server = TestServer::start().await;
    let laptop = server.register("ada").await;
    let phone = server.log_in("ada", PASSWORD).await.person(StatusCode::OK);
    let (socket, _) = Polling::connect(&server, &phone.access).await;

    let changed = change_password(&server, &laptop, (PASSWORD, "another good phrase")).await;
    let goodbye = socket.read_to_end().await;

    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    assert!(goodbye.contains("session_ended"), "{goodbye}");
    assert_eq!(server.me(&phone.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.me(&laptop.access).await, StatusCode::OK);
    assert_eq!(server.log_in("ada", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.log_in("ada", "another good phrase").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stolen_access_token_does_not_guess_the_password_for_ever() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    for _ in 0..10 {
        let refused = change_password(&server, &ada, ("a guess", "another good phrase")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.json()["fields"]["currentPassword"].is_string());
    }

    let eleventh = change_password(&server, &ada, (PASSWORD, "another good phrase")).await;
    assert_eq!(eleventh.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_bad_new_password_is_explained() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    let refused = change_password(&server, &ada, (PASSWORD, "ada@example.org")).await;

    assert!(refused.json()["fields"]["newPassword"].is_string());
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_either_name() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let bob = server.register("bob").await;
    change(&server, &bob, &json!({"displayName": "Grace Hopper"})).await;
    let found = async |query: &str| {
        let page = server
            .get(&format!("/api/v1/users?{query}"))
            .bearer(&ada.access)
            .send()
            .await
            .json();
        let items = page["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|user| user["username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(found("search=bo").await, ["bob"]);
    assert_eq!(found("search=GRACE").await, ["bob"]);
    assert_eq!(found("search=@ad").await, ["ada"]);
    assert_eq!(found("search=opper").await, [""; 0]);
    assert_eq!(found("search=%25").await, [""; 0], "no pattern of the database");
    assert_eq!(found("search=%27%20or%201=1").await, [""; 0]);
    assert_eq!(found("").await.len(), 2);
}

#[tokio::test]
async fn a_list_of_people_goes_on_by_its_cursor_and_shows_nothing_private() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    server.register("bob").await;
    let page = async |query: &str| {
        server
            .get(&format!("/api/v1/users?{query}"))
            .bearer(&ada.access)
            .send()
            .await
    };

    let first = page("limit=1").await.json();
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = page(&format!("limit=1&cursor={cursor}")).await.json();

    assert_eq!(first["items"][0]["username"], "ada");
    assert_eq!(second["items"][0]["username"], "bob");
    assert!(second["nextCursor"].is_null());
    let keys: Vec<_> = first["items"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["avatar", "displayName", "id", "username"]);
    assert_eq!(page("cursor=!!").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(page("limit=0").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let one = server
        .get(&format!("/api/v1/users/{}", ada.id))
        .bearer(&ada.access)
        .send()
        .await
        .json();
    assert!(one.get("email").is_none());
}

#[tokio::test]
async fn a_new_username_or_address_leaves_its_trace() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let body = json!({"username": "countess", "email": "c@example.org", "displayName": "C"});
    change(&server, &ada, &body).await;

    let mut traces = Vec::new();
    let read = |database: &rusqlite::Connection| {
        let mut rows = database
            .prepare("select action || detail from audit_log order by id")
            .unwrap();
        let found = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        traces = found.map(Result::unwrap).skip(1).collect();
    };
    server.restart_after(read).await;

    assert_eq!(
        traces,
        [
            "account.email_changed{}",
            r#"account.username_changed{"from":"ada","to":"countess"}"#
        ]
    );
}
