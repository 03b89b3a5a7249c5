//! Logging in, and what stops those who guess.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;

use crate::common::{Answer, PASSWORD, TestServer};

const PATH: &str = "/api/v1/auth/login";

async fn wrong(server: &TestServer, login: &str) -> Answer {
    server.log_in(login, "not my password").await
}

/// A log-in from a public address, as a trusted proxy reports it.
async fn from(server: &TestServer, address: &str, (login, password): (&str, &str)) -> StatusCode {
    let body = json!({"login": login, "password": password});
    server
        .post(PATH, &body)
        .header("x-forwarded-for", address)
        .send()
        .await
        .status
}

async fn behind_proxy() -> TestServer {
    TestServer::start_with(|config| config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]).await
}

#[tokio::test]
async fn a_username_in_any_case_and_an_address_both_log_in() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    for login in ["ada", "ADA", " ada ", "@ada", "ada@example.org", "Ada@Example.org"] {
        let answer = server.log_in(login, PASSWORD).await;
        assert_eq!(answer.person(StatusCode::OK).id, ada.id, "{login}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let seen = |answer: &Answer| {
        let mut body = answer.json();
        body["requestId"] = json!("");
        (answer.status, body, answer.headers.contains_key("set-cookie"))
    };

    let known = wrong(&server, "ada").await;
    let unknown = wrong(&server, "nobody").await;
    let unknown_address = wrong(&server, "nobody@example.org").await;
    let too_long = wrong(&server, &"x".repeat(2_000)).await;

    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!(seen(&known), seen(&unknown));
    assert_eq!(seen(&known), seen(&unknown_address));
    assert_eq!(seen(&known), seen(&too_long));
    assert_eq!(known.header("ratelimit-remaining"), "9");
    assert_eq!(unknown.header("ratelimit-remaining"), "9");
}

#[tokio::test]
async fn the_eleventh_wrong_password_in_a_quarter_of_an_hour_is_refused_even_if_right() {
    let server = TestServer::start().await;
    server.register("ada").await;
    for _ in 0..10 {
        assert_eq!(wrong(&server, "ada").await.status, StatusCode::UNAUTHORIZED);
    }

    let right = server.log_in("ada", PASSWORD).await;
    let server = server.restart().await;
    let after_restart = server.log_in("ada", PASSWORD).await;
    let other = wrong(&server, "bob").await;
    server.clock.advance(Duration::from_secs(15 * 60));
    let later = server.log_in("ada", PASSWORD).await;

    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = right.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert_eq!(after_restart.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    assert_eq!(later.status, StatusCode::OK);
}

#[tokio::test]
async fn names_that_do_not_exist_are_limited_alike() {
    let server = TestServer::start().await;
    for _ in 0..10 {
        wrong(&server, "nobody").await;
    }

    assert_eq!(wrong(&server, "nobody").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn fifty_guesses_at_once_do_not_pass_the_limit_together() {
    let server = TestServer::start().await;
    server.register("ada").await;

    let answers = join_all((0..50).map(|_| wrong(&server, "ada"))).await;

    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(StatusCode::UNAUTHORIZED), 10);
    assert_eq!(count(StatusCode::TOO_MANY_REQUESTS), 40);
}

#[tokio::test]
async fn right_passwords_count_against_nobody() {
    let server = TestServer::start().await;
    server.register("ada").await;

    for _ in 0..12 {
        assert_eq!(server.log_in("ada", PASSWORD).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_address_that_guesses_at_many_names_is_stopped_and_others_are_not() {
    let server = behind_proxy().await;
    server.register("ada").await;
    let guesses = (0..50).map(|index| {
        let (server, name) = (&server, format!("name{index}"));
        async move { from(server, "198.51.100.7", (&name, "guess")).await }
    });
    let guesses = join_all(guesses).await;

    let next = from(&server, "198.51.100.7", ("ada", PASSWORD)).await;
    let elsewhere = from(&server, "198.51.100.8", ("ada", PASSWORD)).await;

    assert!(
        guesses.iter().all(|status| *status == StatusCode::UNAUTHORIZED),
        "{guesses:?}"
    );
    assert_eq!(next, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(elsewhere, StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_the_client_made_up_does_not_reset_the_counter() {
    let server = TestServer::start_with(|config| config.limits.wrong_logins_per_address = 1).await;
    let allowed = 20; // The limit of a private address is twenty times the public one.
    for index in 0..allowed {
        let (address, name) = (format!("198.51.100.{index}"), format!("name{index}"));
        assert_eq!(
            from(&server, &address, (&name, "guess")).await,
            StatusCode::UNAUTHORIZED
        );
    }

    let next = from(&server, "203.0.113.1", ("other", "guess")).await;

    assert_eq!(next, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_owner_still_logs_in_from_a_device_that_did_before() {
    let server = TestServer::start().await;
    server.register("ada").await;
    server.register("eve").await;
    let device = server
        .log_in("ada", PASSWORD)
        .await
        .cookie("__Host-hearth_device")
        .unwrap();
    let foreign = server
        .log_in("eve", PASSWORD)
        .await
        .cookie("__Host-hearth_device")
        .unwrap();
    for _ in 0..10 {
        wrong(&server, "ada").await;
    }
    let with = async |device: &str, password: &str| {
        let body = json!({"login": "ada", "password": password});
        server
            .post(PATH, &body)
            .header("cookie", &format!("__Host-hearth_device={device}"))
            .send()
            .await
            .status
    };

    assert_eq!(with(&foreign, PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(with("forged", PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(with(&device, PASSWORD).await, StatusCode::OK);
    for _ in 0..10 {
        assert_eq!(with(&device, "guess").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        with(&device, PASSWORD).await,
        StatusCode::TOO_MANY_REQUESTS,
        "a stolen mark has a limit too"
    );
}

#[tokio::test]
async fn the_owner_still_logs_in_with_the_cookie_of_a_living_session() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    for _ in 0..10 {
        wrong(&server, "ada").await;
    }
    let with_cookie = || {
        let body = json!({"login": "ada", "password": PASSWORD});
        server
            .post(PATH, &body)
            .header("cookie", &format!("__Host-hearth_refresh={}", ada.refresh))
    };

    let living = with_cookie().send().await.status;
    server
        .post("/api/v1/auth/logout", &json!({"refreshToken": ada.refresh}))
        .send()
        .await;
    let ended = with_cookie().send().await.status;

    assert_eq!(living, StatusCode::OK);
    assert_eq!(ended, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_tables_of_attempts_and_the_log_hold_no_names_addresses_or_passwords() {
    let server = TestServer::start().await;
    server.log_in("canary-login-name", "canary-password-typed").await;

    let database = server.stop_and_read().await;

    let holds = |text: &str| database.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("canary-login-name"));
    assert!(!holds("canary-password-typed"));
}

fn stored_hash(database: &rusqlite::Connection) -> String {
    database
        .query_row("select password_hash from users", [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn passwords_are_stored_as_argon2id_of_nineteen_mebibytes_and_weaker_hashes_replaced_at_log_in() {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    const TODAY: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8_192, 1, 1, None).unwrap(),
    );
    let weak = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    let server = TestServer::start().await;
    server.register("ada").await;

    let mut first = String::new();
    let server = server
        .restart_after(|database| {
            first = stored_hash(database);
            database
                .execute("update users set password_hash = ?1", [&weak])
                .unwrap();
        })
        .await;
    let with_weak = server.log_in("ada", PASSWORD).await.status;
    let mut replaced = String::new();
    let server = server.restart_after(|database| replaced = stored_hash(database)).await;
    let with_replaced = server.log_in("ada", PASSWORD).await.status;

    assert!(first.starts_with(TODAY), "{first}");
    assert!(replaced.starts_with(TODAY), "{replaced}");
    assert_eq!((with_weak, with_replaced), (StatusCode::OK, StatusCode::OK));
}
