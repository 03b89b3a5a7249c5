//! Refresh tokens: rotated at every use, and a stolen one ends its session.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;

use crate::common::{Answer, Person, Polling, TestServer};

const PATH: &str = "/api/v1/auth/refresh";

async fn with_key(server: &TestServer, token: &str, key: &str) -> Answer {
    server
        .post(PATH, &json!({"refreshToken": token}))
        .header("idempotency-key", key)
        .send()
        .await
}

async fn rotated(server: &TestServer, person: &Person) -> Person {
    server.refresh(&person.refresh).await.person(StatusCode::OK)
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_session() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    let again = rotated(&server, &ada).await;
    let once_more = rotated(&server, &again).await;

    assert_ne!(again.refresh, ada.refresh);
    assert_ne!(once_more.refresh, again.refresh);
    let sessions = server
        .get("/api/v1/users/me/sessions")
        .bearer(&once_more.access)
        .send()
        .await
        .json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_used_twice_ends_its_session_everywhere_and_no_other() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let phone = server
        .log_in("ada", crate::common::PASSWORD)
        .await
        .person(StatusCode::OK);
    let successor = rotated(&server, &ada).await;
    let (socket, _) = Polling::connect(&server, &successor.access).await;

    let reused = server.refresh(&ada.refresh).await;
    let goodbye = socket.read_to_end().await;

    assert_eq!(reused.status, StatusCode::UNAUTHORIZED);
    assert!(goodbye.contains("session_ended"), "{goodbye}");
    assert!(goodbye.contains("41"), "stock clients are told to stay away: {goodbye}");
    assert_eq!(
        server.refresh(&successor.refresh).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(server.me(&successor.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.me(&phone.access).await, StatusCode::OK);
}

#[tokio::test]
async fn of_twenty_uses_at_once_at_most_one_family_lives() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    let answers = join_all((0..20).map(|_| server.refresh(&ada.refresh))).await;
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .collect();
    let [winner] = won[..] else {
        panic!("{} uses of one token succeeded", won.len())
    };
    let successor = winner.person(StatusCode::OK);

    assert_eq!(
        server.refresh(&successor.refresh).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(server.me(&successor.access).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_same_successor_for_ten_seconds() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    let first = with_key(&server, &ada.refresh, "try-1").await.person(StatusCode::OK);
    let repeat = with_key(&server, &ada.refresh, "try-1").await.person(StatusCode::OK);
    server.clock.advance(Duration::from_secs(11));
    let late = with_key(&server, &ada.refresh, "try-1").await;

    assert_eq!(repeat.refresh, first.refresh);
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        server.refresh(&first.refresh).await.status,
        StatusCode::UNAUTHORIZED,
        "the session is ended"
    );
}

#[tokio::test]
async fn a_repeat_with_another_key_or_none_is_a_theft() {
    for key in ["other-try", ""] {
        let server = TestServer::start().await;
        let ada = server.register("ada").await;
        let first = with_key(&server, &ada.refresh, "try-1").await.person(StatusCode::OK);

        let stolen = match key {
            "" => server.refresh(&ada.refresh).await,
            key => with_key(&server, &ada.refresh, key).await,
        };

        assert_eq!(stolen.status, StatusCode::UNAUTHORIZED);
        assert_eq!(server.me(&first.access).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_repeat_after_the_successor_was_used_is_a_theft() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let first = with_key(&server, &ada.refresh, "try-1").await.person(StatusCode::OK);
    let second = rotated(&server, &first).await;

    let repeat = with_key(&server, &ada.refresh, "try-1").await;

    assert_eq!(repeat.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.me(&second.access).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_unused_token_runs_out_after_thirty_days() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let bob = server.register("bob").await;

    server.clock.advance(Duration::from_secs(29 * 86_400));
    let in_time = server.refresh(&ada.refresh).await;
    server.clock.advance(Duration::from_secs(86_400));
    let late = server.refresh(&bob.refresh).await;

    assert_eq!(in_time.status, StatusCode::OK);
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_access_token_runs_out_after_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    server.clock.advance(Duration::from_secs(14 * 60));
    let before = server.me(&ada.access).await;
    server.clock.advance(Duration::from_secs(60));
    let after = server.me(&ada.access).await;

    assert_eq!((before, after), (StatusCode::OK, StatusCode::UNAUTHORIZED));
}

#[tokio::test]
async fn a_browser_refreshes_by_cookie_from_the_sites_own_pages_only() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let host = server.running.address.to_string();
    let own = format!("http://{host}");
    let call = |token: &str| {
        server
            .post(PATH, &json!({}))
            .header("cookie", &format!("__Host-hearth_refresh={token}"))
    };

    let foreign = call(&ada.refresh).header("origin", "https://evil.example").send().await;
    let null = call(&ada.refresh).header("origin", "null").send().await;
    let cross_site = call(&ada.refresh).header("sec-fetch-site", "cross-site").send().await;
    let form = server
        .call(http::Method::POST, PATH)
        .header("content-type", "application/x-www-form-urlencoded");
    let form = form
        .header("cookie", &format!("__Host-hearth_refresh={}", ada.refresh))
        .body("a=b")
        .send()
        .await;
    let good = call(&ada.refresh)
        .header("origin", &own)
        .header("sec-fetch-site", "same-origin")
        .send()
        .await;

    for refused in [&foreign, &null, &cross_site] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let renewed = good.person(StatusCode::OK);
    assert_eq!(good.cookie("__Host-hearth_refresh"), Some(renewed.refresh));
}

#[tokio::test]
async fn a_cookie_that_does_not_work_is_taken_away() {
    let server = TestServer::start().await;

    let refused = server
        .post(PATH, &json!({}))
        .header("cookie", "__Host-hearth_refresh=nonsense")
        .send()
        .await;

    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.cookie("__Host-hearth_refresh").as_deref(), Some(""));
    assert_eq!(refused.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn on_plain_http_over_a_network_the_cookie_has_no_prefix() {
    let server = TestServer::start().await;
    let body = crate::common::registration("ada");

    let answer = server
        .post("/api/v1/auth/register", &body)
        .header("host", "chat.lan:3000")
        .send()
        .await;

    assert!(answer.cookie("hearth_refresh").is_some());
    assert!(!answer.header("set-cookie").contains("Secure"));
}

#[tokio::test]
async fn no_refresh_token_is_in_the_database_in_clear() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let successor = rotated(&server, &ada).await;

    let database = server.stop_and_read().await;

    for token in [&ada.refresh, &successor.refresh, &ada.access] {
        assert!(!database.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}
