//! Golden scenarios: *old snapshot + events = new snapshot*, for every durable event.
//!
//! Each scenario runs on a real server. What a client sees is written to `fixtures/contract`, and the client's reducers replay it
//! (`web/src/model/contract.test.ts`). `UPDATE_GENERATED=1 cargo test -p hearth-server --test contract` rewrites the files.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::TestServer;
use hearth_protocol::rest::{AddMember, CreateRoom, UpdateMe, UpdateRoom};
use hearth_protocol::{MarkRead, RoomId, RoomRole, RoomType, Seq, StreamEvent, StreamId, Sync, SyncResult};
use hearth_server::accounts::{self, Actor};
use hearth_server::messages::{self, Draft};
use hearth_server::rooms::{self, Made, members};
use hearth_server::{reads, sync};
use serde_json::{Value, json};

/// A server with three people, `ada`, `bob` and `cleo`.
struct Stage {
    server: TestServer,
    ada: Actor,
    bob: Actor,
    cleo: Actor,
}

impl Stage {
    async fn set() -> Self {
        let server = TestServer::start().await;
        let ada = actor(&server, "ada").await;
        let bob = actor(&server, "bob").await;
        let cleo = actor(&server, "cleo").await;
        Self { server, ada, bob, cleo }
    }

    async fn create(&self, by: &Actor, name: &str, members: &[&str]) -> RoomId {
        let members = members.iter().map(|name| (*name).to_owned()).collect();
        let command = CreateRoom {
            kind: RoomType::Group,
            name: Some(name.to_owned()),
            topic: None,
            members,
        };
        match rooms::create(self.server.app(), by, command).await.unwrap() {
            Made::Now(summary) | Made::Before(summary) => summary.room.id,
        }
    }

    async fn say(&self, by: &Actor, room_id: RoomId, content: &str) {
        let draft = Draft {
            room_id,
            content: content.to_owned(),
            client_message_id: None,
        };
        messages::send(self.server.app(), by, draft, None).await.unwrap();
    }

    async fn rename(&self, by: &Actor, display_name: &str) {
        let change = UpdateMe {
            display_name: Some(display_name.to_owned()),
            ..UpdateMe::default()
        };
        accounts::profile::update(self.server.app(), by, change).await.unwrap();
    }

    async fn room(&self, by: &Actor, room_id: RoomId) -> Value {
        let mut snapshot = rooms::snapshot(self.server.app(), by, room_id).await.unwrap();
        // A signal's state, not part of the fold.
        snapshot.presence.clear();
        json!(snapshot)
    }

    async fn sync(&self, by: &Actor, cursors: BTreeMap<StreamId, Seq>) -> SyncResult {
        sync::catch_up(self.server.app(), by, Sync { cursors }).await.unwrap()
    }

    /// The events of a room after `before`, as `by` gets them.
    async fn room_events(&self, by: &Actor, room_id: RoomId, before: &Value) -> Value {
        let cursor = Seq(before["seq"].as_i64().unwrap());
        let mut result = self.sync(by, BTreeMap::from([own(by), (room_id.into(), cursor)])).await;
        json!(
            result
                .streams
                .remove(&room_id.into())
                .map(|page| page.events)
                .unwrap_or_default()
        )
    }

    async fn user(&self, by: &Actor) -> Value {
        json!(self.sync(by, BTreeMap::new()).await.user.unwrap())
    }

    /// The events of the user's own stream and of all the user's rooms after `before`.
    async fn user_events(&self, by: &Actor, before: &Value) -> Value {
        let own_seq = Seq(before["userSeq"].as_i64().unwrap());
        let mut cursors = BTreeMap::from([(by.user_id.into(), own_seq)]);
        for summary in before["rooms"].as_array().unwrap() {
            let id = serde_json::from_value(summary["room"]["id"].clone()).unwrap();
            cursors.insert(id, Seq(summary["seq"].as_i64().unwrap()));
        }
        let own = self.sync(by, cursors.clone()).await.streams.remove(&by.user_id.into());
        let own = own.map(|page| page.events).unwrap_or_default();
        for event in &own {
            if let StreamEvent::User(hearth_protocol::UserEvent::RoomAdded(added)) = event {
                cursors.insert(added.room.room.id.into(), added.room.seq);
            }
        }
        let streams = self.sync(by, cursors).await.streams;
        let of_rooms = streams.into_iter().filter(|(id, _)| *id != by.user_id.into());
        let events: Vec<StreamEvent> = own
            .into_iter()
            .chain(of_rooms.flat_map(|(_, page)| page.events))
            .collect();
        json!(events)
    }
}

/// Somebody who registered and logged in.
async fn actor(server: &TestServer, username: &str) -> Actor {
    let person = server.register(username).await;
    let (actor, _) = accounts::authenticate(server.app(), &person.access).await.unwrap();
    actor
}

/// A cursor that asks for nothing of the user's own stream.
fn own(by: &Actor) -> (StreamId, Seq) {
    (by.user_id.into(), Seq(0))
}

/// Compares a scenario with its golden file, ids and times replaced by their order of appearance.
fn check(name: &str, kind: &str, me: &Actor, [before, events, after]: [Value; 3]) {
    assert_ne!(before, after, "{name}: the scenario changes something");
    let me = me.user_id;
    let scenario = json!({ "name": name, "kind": kind, "me": me, "before": before, "events": events, "after": after });
    let text = format!("{}\n", serde_json::to_string_pretty(&settle(scenario)).unwrap());
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/contract");
    let path = folder.join(format!("{}.json", name.replace(' ', "-")));
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "{name}: {} differs from what the server says now",
        path.display()
    );
}

/// Ids and times differ from run to run; their order does not.
fn settle(scenario: Value) -> Value {
    let mut ids = Vec::new();
    let mut times = BTreeSet::new();
    visit(&scenario, &mut |text, number| {
        if let Some(id) = text.filter(|text| is_id(text) && !ids.contains(*text)) {
            ids.push(id.clone());
        }
        times.extend(number.filter(|number| is_time(*number)));
    });
    let times: Vec<i64> = times.into_iter().collect();
    replace(scenario, &ids, &times)
}

fn is_id(text: &str) -> bool {
    uuid::Uuid::parse_str(text).is_ok()
}

fn is_time(number: i64) -> bool {
    number > 1_000_000_000_000
}

fn visit(value: &Value, see: &mut impl FnMut(Option<&String>, Option<i64>)) {
    match value {
        Value::String(text) => see(Some(text), None),
        Value::Number(number) => see(None, number.as_i64()),
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| visit(field, see)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn replace(value: Value, ids: &[String], times: &[i64]) -> Value {
    match value {
        Value::String(text) => match ids.iter().position(|id| *id == text) {
            Some(at) => json!(format!("00000000-0000-7000-8000-{:012}", at + 1)),
            None => Value::String(text),
        },
        Value::Number(number) => match times.iter().position(|time| number.as_i64() == Some(*time)) {
            // All at one moment: two changes of a scenario may or may not fall into the same millisecond.
            Some(_) => json!(1_700_000_000_000_i64),
            None => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(|item| replace(item, ids, times)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, replace(field, ids, times)))
            .collect(),
        other => other,
    }
}

#[tokio::test]
async fn messages_of_oneself_and_of_others_fold_into_a_room() {
    let stage = Stage::set().await;
    let room_id = stage.create(&stage.ada, "Kitchen", &["bob"]).await;
    stage.say(&stage.bob, room_id, "first").await;
    let before = stage.room(&stage.ada, room_id).await;

    stage.say(&stage.bob, room_id, "second").await;
    stage.say(&stage.ada, room_id, "third, by me").await;
    stage.say(&stage.bob, room_id, "**fourth**").await;

    let events = stage.room_events(&stage.ada, room_id, &before).await;
    let after = stage.room(&stage.ada, room_id).await;
    check("room messages", "room", &stage.ada, [before, events, after]);
}

#[tokio::test]
async fn joining_leaving_and_roles_fold_into_a_room() {
    let stage = Stage::set().await;
    let app = stage.server.app();
    let room_id = stage.create(&stage.ada, "Kitchen", &["bob"]).await;
    let before = stage.room(&stage.bob, room_id).await;

    let cleo = AddMember {
        username: Some("cleo".to_owned()),
        user_id: None,
    };
    members::add(app, &stage.ada, room_id, cleo).await.unwrap();
    let promotion = (stage.bob.user_id, RoomRole::Moderator);
    members::set_role(app, &stage.ada, room_id, promotion).await.unwrap();
    members::remove(app, &stage.bob, room_id, stage.cleo.user_id)
        .await
        .unwrap();
    members::remove(app, &stage.ada, room_id, stage.ada.user_id)
        .await
        .unwrap();

    let events = stage.room_events(&stage.bob, room_id, &before).await;
    let after = stage.room(&stage.bob, room_id).await;
    check("room members", "room", &stage.bob, [before, events, after]);
}

#[tokio::test]
async fn handing_a_room_over_and_renaming_it_fold_into_a_room() {
    let stage = Stage::set().await;
    let app = stage.server.app();
    let room_id = stage.create(&stage.ada, "Kitchen", &["bob"]).await;
    let before = stage.room(&stage.ada, room_id).await;

    let heir = (stage.bob.user_id, RoomRole::Owner);
    members::set_role(app, &stage.ada, room_id, heir).await.unwrap();
    let change = UpdateRoom {
        name: Some("Pantry".to_owned()),
        topic: Some("What is left".to_owned()),
    };
    rooms::update(app, &stage.bob, room_id, change).await.unwrap();

    let events = stage.room_events(&stage.ada, room_id, &before).await;
    let after = stage.room(&stage.ada, room_id).await;
    check("room handed over", "room", &stage.ada, [before, events, after]);
}

#[tokio::test]
async fn a_new_room_folds_from_nothing() {
    let stage = Stage::set().await;
    let before = stage.user(&stage.bob).await;

    let room_id = stage.create(&stage.ada, "Kitchen", &["bob"]).await;
    stage.say(&stage.ada, room_id, "welcome").await;

    let events = stage.user_events(&stage.bob, &before).await;
    let after = stage.user(&stage.bob).await;
    check("user added to a room", "user", &stage.bob, [before, events, after]);
}

#[tokio::test]
async fn reading_leaving_and_a_new_name_fold_into_a_user() {
    let stage = Stage::set().await;
    let app = stage.server.app();
    let kitchen = stage.create(&stage.ada, "Kitchen", &["bob"]).await;
    let garden = stage.create(&stage.ada, "Garden", &["bob"]).await;
    stage.say(&stage.ada, kitchen, "one").await;
    stage.say(&stage.ada, kitchen, "two").await;
    let before = stage.user(&stage.bob).await;

    let head = Seq(before["rooms"][0]["seq"].as_i64().unwrap());
    reads::mark(
        app,
        &stage.bob,
        MarkRead {
            room_id: kitchen,
            seq: head,
        },
    )
    .await
    .unwrap();
    members::remove(app, &stage.bob, garden, stage.bob.user_id)
        .await
        .unwrap();
    stage.rename(&stage.bob, "Bob the cook").await;
    stage.say(&stage.ada, kitchen, "three").await;

    let events = stage.user_events(&stage.bob, &before).await;
    let after = stage.user(&stage.bob).await;
    check("user reads and leaves", "user", &stage.bob, [before, events, after]);
}

/// The names in a generated TypeScript union, as in `{ "event": "room_created", …`.
fn names_of(union: &str) -> Vec<String> {
    let types = include_str!("../../../web/src/protocol/generated.ts");
    let declared = types.split(&format!("export type {union} = ")).nth(1).unwrap();
    let declared = declared.split(';').next().unwrap();
    let names = declared.split("\"event\": \"").skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn every_durable_event_has_its_scenario() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/contract");
    let files = std::fs::read_dir(folder).unwrap();
    let scenarios: String = files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let names = [names_of("RoomEvent"), names_of("UserEvent")].concat();

    // `room_created` is the first event of its room, so no snapshot can stand before it.
    let missing = names.iter().filter(|name| *name != "room_created");
    let missing: Vec<_> = missing
        .filter(|name| !scenarios.contains(&format!("\"event\": \"{name}\"")))
        .collect();

    assert!(names.len() > 8, "the union was found");
    assert_eq!(missing, Vec::<&String>::new());
}
