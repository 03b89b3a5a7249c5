//! What an attacker would try first: numbers at their ends, odd methods, races, names behind a closed door, readers that don't read.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::common::{PASSWORD, Person, TestServer, registration};

async fn room_of(server: &TestServer, person: &Person) -> String {
    let body = json!({"type": "group", "name": "Room"});
    let made = server.post("/api/v1/rooms", &body).bearer(&person.access).send().await;
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn numbers_at_the_ends_of_their_range_are_answered() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = room_of(&server, &ada).await;
    let (most, least) = (i64::MAX.to_string(), i64::MIN.to_string());
    let numbers = [
        most.as_str(),
        least.as_str(),
        "0",
        "-1",
        "9007199254740993",
        "9223372036854775808",
        "1e3",
        "0x1",
    ];

    for number in numbers {
        for question in ["before", "after", "around", "limit"] {
            let path = format!("/api/v1/rooms/{room}/messages?{question}={number}");
            let answer = server.get(&path).bearer(&ada.access).send().await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.text());
        }
        let body = format!("{{\"seq\": {number}}}");
        let read = server
            .call(Method::POST, &format!("/api/v1/rooms/{room}/read"))
            .body(body);
        let read = read
            .header("content-type", "application/json")
            .bearer(&ada.access)
            .send()
            .await;
        assert!(!read.status.is_server_error(), "{number}: {}", read.text());
        let path = format!("/api/v1/rooms/{room}/members?cursor={number}_{}", ada.id);
        let listed = server.get(&path).bearer(&ada.access).send().await;
        assert!(!listed.status.is_server_error(), "{path}: {}", listed.text());
    }
}

#[tokio::test]
async fn no_method_on_no_path_is_a_fault_or_goes_unguarded() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let document = server.get("/api/v1/openapi.json").send().await.json();
    let api = document["paths"].as_object().unwrap().keys().cloned();
    let id = "00000000-0000-7000-8000-000000000000";
    let others = [
        "/",
        "/login",
        "/healthz",
        "/readyz",
        "/metrics",
        "/socket.io/",
        "/api/v1/nothing",
        "/a.b",
        "/%00",
        "//",
    ];
    let paths = api.map(|path| path.replace("{id}", id).replace("{userId}", id).replace("{code}", "x"));
    let methods = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE", "X"]
        .map(|name| name.parse::<Method>().unwrap());

    for path in paths
        .chain(others.map(str::to_owned))
        .filter(|path| path != "/api/v1/users/me/sessions")
    {
        for method in methods.iter().filter(|method| **method != Method::CONNECT) {
            let answer = server.call(method.clone(), &path).bearer(&ada.access).send().await;
            let fault = answer.status.is_server_error() && !answer.text().contains("without its client");
            assert!(!fault, "{method} {path}: {}", answer.status);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
            assert!(
                method != Method::TRACE || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn who_has_no_working_invite_learns_no_names() {
    let server = TestServer::start_with(|config| config.signup = Some(hearth_protocol::rest::Signup::Invite)).await;
    server.owner_by_invite_only().await;
    let ask = async |username: &str| {
        let mut body = registration(username);
        body["invite"] = json!("no-such-code");
        let answer = server.post("/api/v1/auth/register", &body).send().await;
        let mut problem = answer.json();
        problem["requestId"] = Value::Null;
        (answer.status, problem)
    };

    let taken = ask("olga").await;
    let free = ask("ada.lovelace").await;

    assert_eq!(taken, free);
    assert_eq!(taken.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_two_changes_of_a_password_at_once_one_wins() {
    let server = TestServer::start().await;
    let owner = server.register("ada").await;
    let thief = server.log_in("ada", PASSWORD).await.person(StatusCode::OK);
    let change = async |by: &Person, new: &str| {
        let body = json!({"currentPassword": PASSWORD, "newPassword": new});
        server
            .post("/api/v1/users/me/password", &body)
            .bearer(&by.access)
            .send()
            .await
            .status
    };

    let answers = tokio::join!(
        change(&owner, "the owner's new one"),
        change(&thief, "the thief's new one")
    );

    let won = [answers.0, answers.1]
        .into_iter()
        .filter(|status| *status == StatusCode::NO_CONTENT)
        .count();
    assert_eq!(won, 1, "{answers:?}");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_is_cut() {
    let server = TestServer::start_with(|config| config.http.request_timeout_seconds = 1).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(server.running.address).await.unwrap();
    let request = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);

    let cut = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };

    tokio::time::timeout(Duration::from_secs(30), cut)
        .await
        .expect("the server cuts it");
}

#[tokio::test]
async fn figures_are_not_for_pages_whose_name_was_rebound_to_this_machine() {
    let server = TestServer::start().await;

    let rebound = server.get("/metrics").header("host", "evil.example").send().await;
    let nameless = crate::common::exchange(&server, b"GET /metrics HTTP/1.0\r\n\r\n").await;

    assert_eq!(rebound.status, StatusCode::NOT_FOUND);
    assert!(nameless.starts_with("HTTP/1.0 404"), "{nameless}");
}

#[tokio::test]
async fn a_key_given_twice_or_of_another_type_is_no_fault_and_gives_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let bodies = [
        r#"{"username": "eve", "username": "olga", "email": "e@x.org", "password": "correct horse battery"}"#,
        r#"{"username": 1, "email": 2, "password": 3}"#,
        r#"{"username": ["eve"], "email": {}, "password": null}"#,
        r#"{"username": null}"#,
        r#"{"displayName": null, "username": null, "email": null, "avatar": null}"#,
        r#"{"name": null, "topic": null, "type": "group", "members": null}"#,
        r#"{"type": "group", "name": "x", "members": ["olga", 1]}"#,
        r#"{"seq": "1"}"#,
        r#"{"seq": 1e400}"#,
        "\u{feff}{}",
        "[]",
        "nul",
        "{\"content\": \"\\ud800\"}",
    ];
    let routes = [
        ("POST", "auth/register"),
        ("POST", "auth/login"),
        ("PATCH", "users/me"),
        ("POST", "rooms"),
        ("PATCH", "site"),
    ];

    let mut statuses = BTreeSet::new();
    for body in bodies {
        for (method, path) in routes {
            let call = server
                .call(method.parse().unwrap(), &format!("/api/v1/{path}"))
                .body(body);
            let call = call.header("content-type", "application/json").bearer(&ada.access);
            statuses.insert(call.send().await.status.as_u16());
        }
    }

    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    assert!(!statuses.contains(&201), "{statuses:?}");
}

#[tokio::test]
async fn many_idle_connections_leave_room_for_others() {
    let server = TestServer::start().await;
    let mut idle = Vec::new();
    for _ in 0..500 {
        idle.push(TcpStream::connect(server.running.address).await.unwrap());
    }

    let answer = server.get("/healthz").send().await;

    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn made_up_methods_leave_nothing_in_the_figures() {
    let server = TestServer::start().await;
    for index in 0..3 {
        let method: Method = format!("MADEUP{index}").parse().unwrap();
        server.call(method, "/healthz").send().await;
    }

    let figures = server.get("/metrics").send().await;

    assert!(figures.text().contains("method=\"other\""), "{}", figures.text());
    assert!(!figures.text().contains("MADEUP"), "{}", figures.text());
}
