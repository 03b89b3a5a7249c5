//! Secrets are planted, a whole story is lived with everything logged, and then every place is searched for them.

use std::collections::BTreeMap;
use std::path::Path;

use http::StatusCode;
use serde_json::{Value, json};

use crate::binary::{Process, read_link, request, serve};

const PASSWORD: &str = "canary-password-Zq8";
const NEW_PASSWORD: &str = "canary-password-Wv3";
const WRONG: &str = "canary-wrong-password";
const CONTENT: &str = "canary words of a message";
const EMAIL: &str = "canary.address@example.org";

/// Which files of the folder hold these words.
fn holders(folder: &Path, words: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let holding = files.filter(|path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    });
    holding
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

/// Lives a story at the server and returns every secret of it by name, with all that the server answered to errors.
async fn live(link: &str, address: std::net::SocketAddr) -> (BTreeMap<&'static str, String>, String) {
    let mut told = String::new();
    let mut ask = async |method: &str, path: &str, (token, body): (&str, Value)| {
        let (status, answer) = request(address, (method, path), token, &body).await;
        if !status.is_success() {
            told += &answer;
        }
        serde_json::from_str::<Value>(&answer).unwrap_or_default()
    };
    let setup_token = link.split_once('=').unwrap().1.to_owned();
    let account =
        json!({"token": setup_token, "username": "canary", "email": EMAIL, "password": PASSWORD, "signup": "open"});
    let wrong_claim =
        json!({"token": format!("{setup_token}x"), "username": "canary", "email": EMAIL, "password": PASSWORD});
    ask("POST", "setup", ("", wrong_claim)).await;
    let owner = ask("POST", "setup", ("", account.clone())).await;
    ask("POST", "setup", ("", account)).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (first_access, first_refresh) = (text(&owner["accessToken"]), text(&owner["refreshToken"]));
    let next = ask("POST", "auth/refresh", ("", json!({"refreshToken": first_refresh}))).await;
    let (access, refresh) = (text(&next["accessToken"]), text(&next["refreshToken"]));
    let room = ask("POST", "rooms", (&access, json!({"type": "group", "name": "Room"}))).await;
    let room = text(&room["id"]);
    let invite = ask("POST", &format!("rooms/{room}/invites"), (&access, json!({}))).await;
    let code = text(&invite["code"]);
    ask("GET", &format!("invites/{code}?token={access}"), ("", Value::Null)).await;
    ask("POST", &format!("invites/{code}x/accept"), (&access, json!({}))).await;
    ask(
        "POST",
        &format!("rooms/{room}/messages"),
        (&access, json!({"content": CONTENT})),
    )
    .await;
    ask(
        "POST",
        &format!("rooms/{room}x/messages"),
        (&access, json!({"content": CONTENT})),
    )
    .await;
    ask("POST", "auth/login", ("", json!({"login": EMAIL, "password": WRONG}))).await;
    ask(
        "POST",
        "auth/login",
        ("", json!({"login": EMAIL, "password": [PASSWORD]})),
    )
    .await;
    let change = json!({"currentPassword": WRONG, "newPassword": NEW_PASSWORD});
    ask("POST", "users/me/password", (&access, change)).await;
    let change = json!({"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD});
    ask("POST", "users/me/password", (&access, change)).await;
    ask("GET", "users/me", (&format!("{access}x"), Value::Null)).await;
    ask("POST", "auth/refresh", ("", json!({"refreshToken": first_refresh}))).await;
    ask("GET", "users/me", (&access, Value::Null)).await;
    let secrets = [
        ("setup token", setup_token),
        ("first access token", first_access),
        ("access token", access),
        ("first refresh token", first_refresh),
        ("refresh token", refresh),
        ("invite code", code),
        ("password", PASSWORD.to_owned()),
        ("new password", NEW_PASSWORD.to_owned()),
        ("wrong password", WRONG.to_owned()),
    ];
    assert!(
        secrets.iter().all(|(_, secret)| secret.len() > 10),
        "the story went through: {told}"
    );
    (BTreeMap::from(secrets), told)
}

#[tokio::test]
async fn planted_secrets_are_found_nowhere_but_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process(serve(&data).spawn().unwrap());
    let (link, address) = read_link(&mut process.0);
    let log = process.drain_log();

    let (secrets, told) = live(&link, address).await;
    let (status, figures) = request(address, ("GET", "../../metrics"), "", &Value::Null).await;
    process.terminate();
    let logged = log.join().unwrap();
    let keys = std::fs::read_to_string(data.join("secrets.json")).unwrap();
    let keys: Value = serde_json::from_str(&keys).unwrap();
    let keys = [
        keys["server_key"].as_str().unwrap(),
        keys["token_keys"][0]["key"].as_str().unwrap(),
    ];

    assert_eq!(status, StatusCode::OK);
    for (name, secret) in &secrets {
        assert!(!logged.contains(secret), "the {name} is in the log");
        assert!(!told.contains(secret), "the {name} is in an error: {told}");
        assert!(!figures.contains(secret), "the {name} is in the figures");
        assert_eq!(holders(&data, secret), Vec::<String>::new(), "the {name} is on disk");
    }
    for words in [CONTENT, EMAIL] {
        assert!(!logged.contains(words), "{words} is in the log");
        assert!(!figures.contains(words), "{words} is in the figures");
        assert_ne!(
            holders(&data, words),
            Vec::<String>::new(),
            "the search finds what is there"
        );
    }
    for key in keys {
        assert!(!logged.contains(key) && !told.contains(key) && !figures.contains(key));
        assert_eq!(holders(&data, key), ["secrets.json"]);
    }
}
