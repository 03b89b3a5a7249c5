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

/// A server that is asked, and everything that it said when it refused.
struct Story {
    address: std::net::SocketAddr,
    told: String,
}

impl Story {
    async fn ask(&mut self, method: &str, path: &str, (token, body): (&str, Value)) -> Value {
        let (status, answer) = request(self.address, (method, path), token, &body).await;
        if !status.is_success() {
            self.told += &answer;
        }
        serde_json::from_str(&answer).unwrap_or_default()
    }

    async fn post(&mut self, path: &str, token: &str, body: Value) -> Value {
        self.ask("POST", path, (token, body)).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Claims the site, rightly and wrongly, and refreshes once: the setup token, and the tokens before and after.
async fn enter(story: &mut Story, link: &str) -> BTreeMap<&'static str, String> {
    let token = link.split_once('=').unwrap().1.to_owned();
    let claim = |token: &str| {
        let account = json!({"username": "canary", "email": EMAIL, "password": PASSWORD, "signup": "open"});
        let Value::Object(mut account) = account else {
            unreachable!("it is an object")
        };
        account.insert("token".to_owned(), json!(token));
        Value::Object(account)
    };
    story.post("setup", "", claim(&format!("{token}x"))).await;
    let first = story.post("setup", "", claim(&token)).await;
    story.post("setup", "", claim(&token)).await;
    let next = story
        .post("auth/refresh", "", json!({"refreshToken": first["refreshToken"]}))
        .await;
    BTreeMap::from([
        ("setup token", token),
        ("first access token", text(&first["accessToken"])),
        ("first refresh token", text(&first["refreshToken"])),
        ("access token", text(&next["accessToken"])),
        ("refresh token", text(&next["refreshToken"])),
    ])
}

/// Does and mistypes everything that takes a secret, and at last steals the session.
async fn act(story: &mut Story, secrets: &mut BTreeMap<&'static str, String>) {
    let access = secrets["access token"].clone();
    let room = story
        .post("rooms", &access, json!({"type": "group", "name": "Room"}))
        .await;
    let room = text(&room["id"]);
    let invite = story.post(&format!("rooms/{room}/invites"), &access, json!({})).await;
    let code = text(&invite["code"]);
    story
        .ask("GET", &format!("invites/{code}?token={access}"), ("", Value::Null))
        .await;
    story.post(&format!("invites/{code}x/accept"), &access, json!({})).await;
    for room in [room.clone(), format!("{room}x")] {
        story
            .post(&format!("rooms/{room}/messages"), &access, json!({"content": CONTENT}))
            .await;
    }
    for password in [json!(WRONG), json!([PASSWORD])] {
        story
            .post("auth/login", "", json!({"login": EMAIL, "password": password}))
            .await;
    }
    for current in [WRONG, PASSWORD] {
        let change = json!({"currentPassword": current, "newPassword": NEW_PASSWORD});
        story.post("users/me/password", &access, change).await;
    }
    story.ask("GET", "users/me", (&format!("{access}x"), Value::Null)).await;
    let stolen = json!({"refreshToken": secrets["first refresh token"]});
    story.post("auth/refresh", "", stolen).await;
    story.ask("GET", "users/me", (&access, Value::Null)).await;
    let words = [
        ("invite code", code.as_str()),
        ("password", PASSWORD),
        ("new password", NEW_PASSWORD),
        ("wrong password", WRONG),
    ];
    secrets.extend(words.map(|(name, words)| (name, words.to_owned())));
}

#[tokio::test]
async fn planted_secrets_are_found_nowhere_but_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process(serve(&data).spawn().unwrap());
    let (link, address) = read_link(&mut process.0);
    let log = process.drain_log();

    let told = String::new();
    let mut story = Story { address, told };
    let mut secrets = enter(&mut story, &link).await;
    act(&mut story, &mut secrets).await;
    let told = story.told;
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
        assert!(secret.len() > 10, "the story came to the {name}: {told}");
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
