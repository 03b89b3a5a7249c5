//! How each route and command is tried, and what the answer is called in the table.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::http::{Answer, send};
use crate::scene::{PASSWORD, Persona, Props, Scene, unknown};

/// Does one step as one persona. A route answers with its status, a command with `ok`, its error's code or `refused`.
pub async fn take(scene: &mut Scene, persona: Persona, step: &str) -> String {
    scene.log_in_again(persona).await;
    let props = scene.props().await;
    match step.split_once(' ') {
        Some((method, rest)) if method.chars().all(char::is_uppercase) => {
            let (path, variant) = rest.split_once(" +").unwrap_or((rest, ""));
            let status = route(scene, (persona, &props), (method, path, variant)).await.status;
            status.to_string()
        }
        _ => command(scene, persona, &props, step).await,
    }
}

async fn route(
    scene: &Scene,
    (persona, props): (Persona, &Props),
    (method, path, variant): (&str, &str, &str),
) -> Answer {
    let login = scene.login(persona);
    let token = (persona != Persona::Passerby).then_some(login.access.as_str());
    let (path, query) = fill(scene, (persona, props), path, variant);
    let body = body(scene, (persona, props), (method, path.as_str(), variant));
    scene.ask(token, method, &format!("{path}{query}"), body).await
}

/// The path with its parameters, and the query.
fn fill(scene: &Scene, (persona, props): (Persona, &Props), path: &str, variant: &str) -> (String, String) {
    let target = match variant {
        "oneself" => scene.user(persona),
        "owner" => scene.user(Persona::Owner),
        "site owner" => scene.user(Persona::SiteOwner),
        _ => props.bystander.clone(),
    };
    let user = if variant == "site owner" {
        target.clone()
    } else {
        props.newcomer.clone()
    };
    let room = if variant == "unknown" {
        unknown()
    } else {
        props.room.clone()
    };
    let path = path
        .replace("/users/me/sessions/{id}", &format!("/users/me/sessions/{}", unknown()))
        .replace("/users/{id}", &format!("/users/{user}"))
        .replace("/rooms/{id}", &format!("/rooms/{room}"))
        .replace("{userId}", &target)
        .replace("{code}", &props.invite);
    let query = if path == "/users" { "?search=o" } else { "" };
    (path, query.to_owned())
}

fn body(scene: &Scene, (persona, props): (Persona, &Props), (method, path, variant): (&str, &str, &str)) -> Value {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("PATCH", ["site"]) => json!({"name": "Hearth"}),
        ("POST", ["setup"]) => {
            json!({"token": "x".repeat(43), "username": "usurper", "email": "u@example.org", "password": PASSWORD})
        }
        ("POST", ["auth", "register"]) => {
            json!({"username": fresh_name(), "email": "n@example.org", "password": PASSWORD})
        }
        ("POST", ["auth", "login"]) => json!({"login": persona.username(), "password": PASSWORD}),
        ("POST", ["auth", "refresh" | "logout"]) => json!({"refreshToken": scene.login(persona).refresh}),
        ("PATCH", ["users", "me"]) => json!({"displayName": "Someone"}),
        ("POST", ["users", "me", "password"]) => json!({"currentPassword": PASSWORD, "newPassword": PASSWORD}),
        ("PUT", ["users", _, "role"]) => json!({"role": "moderator"}),
        ("POST", ["rooms"]) => json!({"type": "group", "name": "Another"}),
        ("PATCH", ["rooms", _]) => json!({"topic": "Changed"}),
        ("POST", ["rooms", _, "members"]) => json!({"userId": props.newcomer}),
        ("PUT", ["rooms", _, "members", _]) if variant == "hand over" => json!({"role": "owner"}),
        ("PUT", ["rooms", _, "members", _]) => json!({"role": "moderator"}),
        ("POST", ["rooms", _, "invites"]) => json!({}),
        ("POST", ["rooms", _, "messages"]) => json!({"content": "Hello"}),
        ("POST", ["rooms", _, "read"]) => json!({"seq": 1}),
        _ => Value::Null,
    }
}

/// A username that nobody has yet.
fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(200);
    format!("fresh{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Sends a command over a connection of its own: long-polling, because that is plain HTTP.
async fn command(scene: &Scene, persona: Persona, props: &Props, step: &str) -> String {
    let (name, variant) = step.split_once(" +").unwrap_or((step, ""));
    let room = if variant == "unknown" {
        unknown()
    } else {
        props.room.clone()
    };
    let payload = match name {
        "send_message" => json!({"roomId": room, "content": "Hello"}),
        "mark_read" => json!({"roomId": room, "seq": 1}),
        "sync" => json!({"cursors": {room: 0}}),
        "refresh_token" => json!({"accessToken": scene.login(persona).access}),
        _ => json!(room),
    };
    let token = if persona == Persona::Passerby {
        "none"
    } else {
        scene.login(persona).access.as_str()
    };
    let Some(connection) = Polling::connect(scene, token).await else {
        return "refused".to_owned();
    };
    let answer = connection.command(name, &payload).await;
    name_of(&answer)
}

/// What an ack is called in the table. A sync answers for each stream: `gone` stands for a refusal.
fn name_of(answer: &Value) -> String {
    if let Some(code) = answer["error"]["code"].as_str() {
        return code.to_owned();
    }
    let streams = answer["streams"].as_object();
    let gone = streams.is_some_and(|streams| streams.values().any(|page| page["gone"] == true));
    if gone { "gone" } else { "ok" }.to_owned()
}

/// One Socket.IO connection over long-polling.
struct Polling<'a> {
    scene: &'a Scene,
    path: String,
}

impl<'a> Polling<'a> {
    /// `None` when the server refuses the token.
    async fn connect(scene: &'a Scene, token: &str) -> Option<Self> {
        let path = "/socket.io/?EIO=4&transport=polling".to_owned();
        let open = send(scene.address(), "GET", &path, (None, "")).await;
        let hello: Value = serde_json::from_str(&open.text[1..]).unwrap();
        let connection = Self {
            scene,
            path: format!("{path}&sid={}", hello["sid"].as_str().unwrap()),
        };
        connection.post(&format!("40{}", json!({"token": token}))).await;
        let answer = connection.packet(&["40", "44"]).await;
        answer.starts_with("40").then_some(connection)
    }

    /// Sends a command with an ack and returns the ack.
    async fn command(&self, name: &str, payload: &Value) -> Value {
        self.post(&format!("420{}", json!([name, payload]))).await;
        let ack = self.packet(&["430"]).await;
        let arguments: Value = serde_json::from_str(&ack[3..]).unwrap();
        arguments[0].clone()
    }

    async fn post(&self, packet: &str) {
        let answer = send(self.scene.address(), "POST", &self.path, (None, packet)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// The next packet that starts with one of these, past whatever else arrives; pings are answered.
    async fn packet(&self, starts: &[&str]) -> String {
        loop {
            let polled = send(self.scene.address(), "GET", &self.path, (None, "")).await;
            assert_eq!(polled.status, 200, "{}", polled.text);
            let packets: Vec<&str> = polled.text.split('\u{1e}').collect();
            if let Some(found) = packets
                .iter()
                .find(|packet| starts.iter().any(|start| packet.starts_with(start)))
            {
                return (*found).to_owned();
            }
            if packets.contains(&"2") {
                self.post("3").await;
            }
        }
    }
}
