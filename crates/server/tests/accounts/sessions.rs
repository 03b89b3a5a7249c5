//! Where one is logged in, and logging out.

use http::{Method, StatusCode};
use serde_json::json;

use crate::common::{PASSWORD, Person, Polling, TestServer};

const PATH: &str = "/api/v1/users/me/sessions";
const LOG_OUT: &str = "/api/v1/auth/logout";

async fn with_phone(server: &TestServer) -> (Person, Person) {
    let laptop = server.register("ada").await;
    let phone = server.log_in("ada", PASSWORD).await.person(StatusCode::OK);
    (laptop, phone)
}

#[tokio::test]
async fn sessions_are_listed_newest_first_with_their_device_in_words() {
    let server = TestServer::start().await;
    let laptop = server.register("ada").await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let body = json!({"login": "ada", "password": PASSWORD});
    server
        .post("/api/v1/auth/login", &body)
        .header("user-agent", agent)
        .send()
        .await;

    let list = server.get(PATH).bearer(&laptop.access).send().await.json();
    let page = server
        .get(&format!("{PATH}?limit=1"))
        .bearer(&laptop.access)
        .send()
        .await
        .json();
    let cursor = page["nextCursor"].as_str().unwrap();
    let rest = server
        .get(&format!("{PATH}?limit=1&cursor={cursor}"))
        .bearer(&laptop.access)
        .send()
        .await
        .json();

    assert_eq!(list["items"][0]["device"], "Firefox on Linux");
    assert_eq!(list["items"][0]["current"], false);
    assert_eq!(list["items"][1]["current"], true);
    assert_eq!(page["items"][0], list["items"][0]);
    assert_eq!(rest["items"][0], list["items"][1]);
    assert!(rest["nextCursor"].is_null());
}

#[tokio::test]
async fn one_session_ended_is_dead_at_once_and_its_socket_cut() {
    let server = TestServer::start().await;
    let (laptop, phone) = with_phone(&server).await;
    let (socket, _) = Polling::connect(&server, &phone.access).await;
    let list = server.get(PATH).bearer(&phone.access).send().await.json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let end = || {
        server
            .call(Method::DELETE, &format!("{PATH}/{id}"))
            .bearer(&laptop.access)
            .send()
    };

    let ended = end().await;
    let twice = end().await;
    let goodbye = socket.read_to_end().await;

    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert!(goodbye.contains("session_ended"), "{goodbye}");
    assert_eq!(server.me(&phone.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.refresh(&phone.refresh).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.me(&laptop.access).await, StatusCode::OK);
    let (_, refused) = Polling::connect(&server, &phone.access).await;
    assert!(
        refused.starts_with("44") && refused.contains("Authentication error"),
        "{refused}"
    );
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let eve = server.register("eve").await;
    let list = server.get(PATH).bearer(&ada.access).send().await.json();
    let path = format!("{PATH}/{}", list["items"][0]["id"].as_str().unwrap());

    let refused = server.call(Method::DELETE, &path).bearer(&eve.access).send().await;
    let unknown = format!("{PATH}/00000000-0000-7000-8000-000000000000");
    let unknown = server.call(Method::DELETE, &unknown).bearer(&eve.access).send().await;

    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(refused.json()["detail"], unknown.json()["detail"]);
    assert_eq!(server.me(&ada.access).await, StatusCode::OK);
}

#[tokio::test]
async fn logging_out_everywhere_may_keep_the_session_that_asks() {
    let server = TestServer::start().await;
    let (laptop, phone) = with_phone(&server).await;

    let kept = server
        .call(Method::DELETE, &format!("{PATH}?keepCurrent=true"))
        .bearer(&laptop.access)
        .send()
        .await;
    let alive = (server.me(&laptop.access).await, server.me(&phone.access).await);
    let all = server.call(Method::DELETE, PATH).bearer(&laptop.access).send().await;

    assert_eq!(
        (kept.status, all.status),
        (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT)
    );
    assert_eq!(alive, (StatusCode::OK, StatusCode::UNAUTHORIZED));
    assert_eq!(server.me(&laptop.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(all.cookie("__Host-hearth_refresh").as_deref(), Some(""));
}

#[tokio::test]
async fn each_proof_of_a_session_logs_it_out() {
    let server = TestServer::start().await;
    let by_body = server.register("ada").await;
    let by_bearer = server.register("bob").await;
    let by_cookie = server.register("cleo").await;

    let body = server
        .post(LOG_OUT, &json!({"refreshToken": by_body.refresh}))
        .send()
        .await;
    let bearer = server
        .call(Method::POST, LOG_OUT)
        .bearer(&by_bearer.access)
        .send()
        .await;
    let cookie = format!("__Host-hearth_refresh={}", by_cookie.refresh);
    let cookie = server.post(LOG_OUT, &json!({})).header("cookie", &cookie).send().await;

    for answer in [&body, &bearer, &cookie] {
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    for person in [by_body, by_bearer, by_cookie] {
        assert_eq!(server.me(&person.access).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_log_out_without_proof_or_from_another_sites_page_ends_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let cookie = format!("__Host-hearth_refresh={}", ada.refresh);

    let nothing = server.post(LOG_OUT, &json!({})).send().await;
    let foreign = server
        .post(LOG_OUT, &json!({}))
        .header("cookie", &cookie)
        .header("origin", "https://evil.example");
    let foreign = foreign.send().await;
    let form = server
        .call(Method::POST, LOG_OUT)
        .header("cookie", &cookie)
        .send()
        .await;

    assert_eq!(nothing.status, StatusCode::UNAUTHORIZED);
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(form.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.me(&ada.access).await, StatusCode::OK);
}
