//! What many stories begin with.

use std::sync::atomic::{AtomicU64, Ordering};

use hearth_server::config::Config;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::socket::Socket;
use crate::common::{Answer, Person, TestServer};

/// Limits that no story reaches.
pub fn generous(config: &mut Config) {
    config.limits.messages_per_minute = 1_000_000;
    config.limits.messages_burst = 1_000_000;
    config.limits.actions_per_minute = 1_000_000;
    config.limits.actions_burst = 1_000_000;
}

/// A group made by `owner`, with these others in it; its id.
pub async fn room(server: &TestServer, owner: &Person, others: &[&Person]) -> String {
    let members: Vec<&str> = others.iter().map(|person| person.username.as_str()).collect();
    let body = json!({"type": "group", "name": "Kitchen", "members": members});
    let answer = act(server, owner, (Method::POST, "/rooms"), &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    id(&answer.json())
}

/// The `id` of an object.
pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// A request to the API by somebody.
pub async fn act(server: &TestServer, person: &Person, (method, path): (Method, &str), body: &Value) -> Answer {
    let call = server.call(method, &format!("/api/v1{path}")).bearer(&person.access);
    call.json(body).send().await
}

/// Somebody is removed from a room, or leaves it.
pub async fn remove(server: &TestServer, by: &Person, room: &str, who: &Person) -> Answer {
    let path = format!("/rooms/{room}/members/{}", who.id);
    act(server, by, (Method::DELETE, &path), &Value::Null).await
}

/// Somebody is added to a room.
pub async fn add(server: &TestServer, by: &Person, room: &str, who: &Person) -> Answer {
    let path = format!("/rooms/{room}/members");
    act(server, by, (Method::POST, &path), &json!({"userId": who.id})).await
}

/// The payload of `send_message`.
pub fn message(room: &str, content: &str, client_message_id: &str) -> Value {
    json!({"roomId": room, "content": content, "clientMessageId": client_message_id})
}

/// Sends `count` messages, `count` at once, and returns the acks.
pub async fn flood(socket: &mut Socket, room: &str, count: usize) -> Vec<Value> {
    let mut numbers = Vec::new();
    for index in 0..count {
        let payload = message(room, &format!("message {index}"), &format!("flood-{index}"));
        numbers.push(socket.begin("send_message", &payload).await);
    }
    let mut acks = Vec::new();
    for number in numbers {
        acks.push(socket.ack(number).await);
    }
    acks
}

/// Every event that this connection of somebody's was told of anything that was done before.
///
/// The end is a change of the person's display name: it goes the way of every event, behind all of them.
pub async fn told(server: &TestServer, person: &Person, socket: &mut Socket) -> Vec<(String, Value)> {
    static FENCES: AtomicU64 = AtomicU64::new(0);
    let name = format!("fence {}", FENCES.fetch_add(1, Ordering::Relaxed));
    let body = json!({"displayName": name});
    let answer = act(server, person, (Method::PATCH, "/users/me"), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let is_fence = |event: &str, data: &Value| event == "profile_updated" && data["me"]["displayName"] == name;
    let mut events = socket.events_until(is_fence).await;
    events.retain(|(event, _)| !["profile_updated", "user_updated"].contains(&event.as_str()));
    events
}

/// The names of events.
pub fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

/// The code of a refusal that was acked.
pub fn code(ack: &Value) -> &str {
    ack["error"]["code"].as_str().unwrap_or("accepted")
}
