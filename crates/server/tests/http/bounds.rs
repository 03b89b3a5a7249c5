//! What holds at the edges: limits that say when to come back, words of every kind, and a database that is gone.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::{Answer, Person, Polling, TestServer};

async fn room_of(server: &TestServer, person: &Person) -> String {
    let made = post(server, person, "rooms", &json!({"type": "group", "name": "Room"})).await;
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn post(server: &TestServer, by: &Person, path: &str, body: &Value) -> Answer {
    server
        .post(&format!("/api/v1/{path}"), body)
        .bearer(&by.access)
        .send()
        .await
}

async fn patch(server: &TestServer, by: &Person, path: &str, body: &Value) -> Answer {
    let call = server.call(Method::PATCH, &format!("/api/v1/{path}")).json(body);
    call.bearer(&by.access).send().await
}

#[tokio::test]
async fn messages_and_actions_have_limits_that_say_when_to_come_back() {
    let server = TestServer::start_with(|config| {
        config.limits.messages_burst = 2;
        config.limits.actions_burst = 3;
    })
    .await;
    let ada = server.register("ada").await;
    let room = room_of(&server, &ada).await;
    let messages = format!("rooms/{room}/messages");
    let say = async || post(&server, &ada, &messages, &json!({"content": "hi"})).await;
    let act = async || post(&server, &ada, "rooms", &json!({"type": "group", "name": "More"})).await;

    let said = [say().await.status, say().await.status];
    let third = say().await;
    let acted = [act().await.status, act().await.status];
    let fourth = act().await;
    let other = server.register("bob").await;

    assert_eq!((said, acted), ([StatusCode::CREATED; 2], [StatusCode::CREATED; 2]));
    assert_eq!(third.json()["detail"], "Too many messages sent, please slow down.");
    for refused in [third, fourth] {
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.json()["code"], "rate_limited");
        assert_ne!(refused.header("retry-after").parse::<u32>().unwrap(), 0);
        assert_eq!(refused.header("ratelimit-remaining"), "0");
    }
    room_of(&server, &other).await;
}

/// Words that broke somebody's program once.
const NAUGHTY: [&str; 44] = [
    "undefined",
    "null",
    "NaN",
    "true",
    "\\",
    "\\\\",
    "0",
    "-1",
    "1/0",
    "0x0",
    "1e1000",
    "١٢٣",
    "--version",
    "$HOME",
    "$(touch /tmp/x)",
    "`id`",
    "; ls",
    "| id",
    "%s%n%x",
    "%d",
    "{0}",
    "${jndi:ldap://x/a}",
    "{{7*7}}",
    "<%= 7 %>",
    "' or 1=1 --",
    "'; drop table users; --",
    "\" or \"\"=\"",
    "1' union select 1,2,3 --",
    "NEAR(a b)",
    "\"*\"",
    "%' escape '!",
    "../../etc/passwd",
    "C:\\con\\con",
    "file:///etc/passwd",
    "<script>alert(1)</script>",
    "<!-- -->",
    "]]>",
    "&lt;b&gt;",
    "田中さん",
    "ทีหลัง",
    "الكل في المجمو عة",
    "👾 🙇 💁",
    "ﷺ",
    "Ⱥ ẞ ı İ ǅ",
];

/// Words with what may not be seen: kept in messages, refused in names.
const UNSEEN: [&str; 10] = [
    "a\u{200b}b",
    "\u{202e}evil",
    "a\u{2066}b",
    "\u{feff}a",
    "a\u{ad}b",
    "a\u{2028}b",
    "\u{e0061}a",
    "a\u{fff9}b",
    "\u{1d173}a",
    "a\u{180e}b",
];

#[tokio::test]
async fn naughty_words_in_any_field_are_kept_or_refused_and_come_back_as_they_were() {
    let server = TestServer::start_with(|config| {
        config.limits.messages_burst = 1_000;
        config.limits.actions_burst = 1_000;
    })
    .await;
    let ada = server.register("ada").await;
    let room = room_of(&server, &ada).await;
    let (messages, path) = (format!("rooms/{room}/messages"), format!("rooms/{room}"));

    for words in NAUGHTY.into_iter().chain(UNSEEN) {
        let said = post(&server, &ada, &messages, &json!({"content": words, "type": "text"})).await;
        assert_eq!(
            (said.status, &said.json()["content"]),
            (StatusCode::CREATED, &json!(words))
        );
    }
    for words in NAUGHTY {
        let room = patch(&server, &ada, &path, &json!({"name": words, "topic": words})).await;
        assert_eq!(
            (&room.json()["room"]["name"], &room.json()["room"]["topic"]),
            (&json!(words), &json!(words))
        );
        let me = patch(&server, &ada, "users/me", &json!({"displayName": words})).await;
        assert_eq!((me.status, &me.json()["displayName"]), (StatusCode::OK, &json!(words)));
    }
    for words in UNSEEN {
        let room = patch(&server, &ada, &path, &json!({"name": words})).await;
        let me = patch(&server, &ada, "users/me", &json!({"displayName": words})).await;
        let name = patch(&server, &ada, "users/me", &json!({"username": words})).await;
        let refused = [room.status, me.status, name.status];
        assert_eq!(refused, [StatusCode::UNPROCESSABLE_ENTITY; 3], "{words:?}");
    }
}

#[tokio::test]
async fn naughty_words_in_fields_with_a_form_of_their_own_are_no_fault() {
    let server = TestServer::start_with(|config| config.limits.actions_burst = 1_000).await;
    let ada = server.register("ada").await;
    let path = format!("rooms/{}", room_of(&server, &ada).await);
    let messages = format!("{path}/messages");

    for words in NAUGHTY.into_iter().chain(UNSEEN) {
        let fields = [
            post(
                &server,
                &ada,
                &messages,
                &json!({"content": "x", "clientMessageId": words}),
            )
            .await,
            post(
                &server,
                &ada,
                "rooms",
                &json!({"type": "group", "name": "x", "members": [words]}),
            )
            .await,
            post(&server, &ada, "rooms", &json!({"type": words, "name": "x"})).await,
            post(&server, &ada, &format!("{path}/members"), &json!({"username": words})).await,
            post(&server, &ada, &format!("{path}/members"), &json!({"userId": words})).await,
            post(&server, &ada, "auth/refresh", &json!({"refreshToken": words})).await,
            post(
                &server,
                &ada,
                "setup",
                &json!({"token": words, "username": words, "email": words, "password": words}),
            )
            .await,
            patch(&server, &ada, "users/me", &json!({"email": words})).await,
        ];
        let faults = fields.iter().filter(|answer| answer.status.is_server_error()).count();
        assert_eq!(faults, 0, "{words:?}");
    }
}

#[tokio::test]
async fn without_its_database_the_server_lets_nobody_in() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    server.app().db.close();
    let me = server.get("/api/v1/users/me").bearer(&ada.access).send().await;
    let ready = server.get("/readyz").send().await;
    let refreshed = server.refresh(&ada.refresh).await;
    let logged_in = server.log_in("ada", crate::common::PASSWORD).await;
    let (_, connected) = Polling::connect(&server, &ada.access).await;

    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    for refused in [me, refreshed, logged_in] {
        assert!(refused.status.is_server_error(), "{}", refused.status);
        assert_eq!(refused.header("set-cookie"), "");
        assert!(!refused.text().to_lowercase().contains("sql"), "{}", refused.text());
    }
    assert!(connected.starts_with("44"), "{connected}");
}

#[tokio::test]
async fn a_fault_while_catching_up_makes_nobody_forget_a_room() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = room_of(&server, &ada).await;
    let (socket, _) = Polling::connect(&server, &ada.access).await;
    let database = rusqlite::Connection::open(server.config.data.join("hearth.db")).unwrap();
    database
        .execute_batch("alter table memberships rename to elsewhere")
        .unwrap();

    let cursors = json!({ &ada.id: 1, &room: 0 });
    socket
        .send(&format!("420{}", json!(["sync", { "cursors": cursors }])))
        .await;
    let answer = socket.poll().await.unwrap();

    assert!(answer.contains(r#""code":"internal""#), "{answer}");
}
