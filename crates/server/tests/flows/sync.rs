//! Catching up after an absence.

use http::Method;
use serde_json::{Map, Value, json};

use crate::common::TestServer;
use crate::common::socket::Socket;
use crate::scene::{act, add, code, flood, generous, remove, room};

/// The page of one stream in an answer.
fn page<'a>(answer: &'a Value, stream: &str) -> &'a Value {
    &answer["streams"][stream]
}

fn count(page: &Value) -> usize {
    page["events"].as_array().map_or(0, Vec::len)
}

/// The seqs of a page of a room.
fn seqs(page: &Value) -> Vec<i64> {
    let events = page["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["data"]["seq"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_missed_comes_in_pages_in_order() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    flood(&mut one, &kitchen, 450).await;

    let first = one.ask("sync", &json!({"cursors": {(&kitchen): 2}})).await;
    let second = one.ask("sync", &json!({"cursors": {(&kitchen): 202}})).await;
    let third = one.ask("sync", &json!({"cursors": {(&kitchen): 402}})).await;
    let fourth = one.ask("sync", &json!({"cursors": {(&kitchen): 452}})).await;

    assert_eq!(seqs(page(&first, &kitchen)), (3..203).collect::<Vec<_>>());
    assert_eq!(seqs(page(&second, &kitchen)), (203..403).collect::<Vec<_>>());
    assert_eq!(seqs(page(&third, &kitchen)), (403..453).collect::<Vec<_>>());
    let more = [&first, &second, &third].map(|answer| &page(answer, &kitchen)["more"]);
    assert_eq!(more, [&json!(true), &json!(true), &json!(false)]);
    assert_eq!(page(&first, &kitchen)["head"], 452);
    assert_eq!(fourth["streams"], json!({}));
}

#[tokio::test]
async fn an_event_that_was_missed_is_exactly_the_one_that_was_sent() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);
    let path = format!("/rooms/{kitchen}");

    flood(&mut one, &kitchen, 1).await;
    act(&server, &alice, (Method::PATCH, &path), &json!({"topic": "food"})).await;
    let live = [
        json!({"event": "receive_message", "data": two.event("receive_message").await}),
        json!({"event": "room_updated", "data": two.event("room_updated").await}),
    ];

    let answer = two.ask("sync", &json!({"cursors": {(&kitchen): 3}})).await;
    assert_eq!(page(&answer, &kitchen)["events"], json!(live));
}

#[tokio::test]
async fn one_answer_holds_at_most_five_hundred_events() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let mut one = Socket::of(&server, &alice).await;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        let made = room(&server, &alice, &[]).await;
        flood(&mut one, &made, 210).await;
        rooms.push(made);
    }
    let cursors: Map<String, Value> = rooms.iter().map(|room| (room.clone(), json!(0))).collect();

    let answer = one.ask("sync", &json!({"cursors": cursors})).await;

    let counts: Vec<usize> = rooms.iter().map(|room| count(page(&answer, room))).collect();
    let more: Vec<&Value> = rooms.iter().map(|room| &page(&answer, room)["more"]).collect();
    assert_eq!(counts.iter().sum::<usize>(), 500);
    assert!(counts.iter().all(|count| *count <= 200));
    assert_eq!(more, [&json!(true); 3]);
}

#[tokio::test]
async fn more_than_a_thousand_missing_events_are_a_reset_with_a_summary() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    flood(&mut one, &kitchen, 1_000).await;

    let within = one.ask("sync", &json!({"cursors": {(&kitchen): 2}})).await;
    let beyond = one.ask("sync", &json!({"cursors": {(&kitchen): 1}})).await;

    assert_eq!(count(page(&within, &kitchen)), 200);
    assert_eq!(page(&within, &kitchen).get("reset"), None);
    let beyond = page(&beyond, &kitchen);
    assert_eq!(
        (&beyond["reset"], count(beyond), &beyond["more"]),
        (&json!(true), 0, &json!(false))
    );
    let summary = &beyond["summary"];
    assert_eq!(
        (&summary["seq"], &summary["lastNumber"], &summary["readNumber"]),
        (&json!(1_002), &json!(1_000), &json!(1_000))
    );
    assert_eq!(summary["lastMessage"]["content"], "message 999");
}

#[tokio::test]
async fn a_cursor_that_the_server_cannot_know_is_a_reset() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;

    let ahead = one.ask("sync", &json!({"cursors": {(&kitchen): 3}})).await;
    let far = one.ask("sync", &json!({"cursors": {(&kitchen): i64::MAX}})).await;
    let below = one.ask("sync", &json!({"cursors": {(&kitchen): i64::MIN}})).await;
    let own = one.ask("sync", &json!({"cursors": {(&alice.id): 900}})).await;

    let resets = [&ahead, &far, &below].map(|answer| &page(answer, &kitchen)["reset"]);
    assert_eq!(resets, [&json!(true); 3]);
    assert_eq!(page(&own, &alice.id)["reset"], true);
    assert_eq!(own["user"]["userSeq"], page(&own, &alice.id)["head"]);
}

#[tokio::test]
async fn streams_of_others_unknown_ones_and_left_ones_are_gone_alike() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (kitchen, attic) = (room(&server, &alice, &[]).await, room(&server, &alice, &[&bob]).await);
    remove(&server, &alice, &attic, &bob).await;
    let mut two = Socket::of(&server, &bob).await;
    let unknown = "0199a0a0-0000-7000-8000-000000000000";

    let cursors = json!({(&kitchen): 0, (&attic): 0, unknown: 0, (&alice.id): 0});
    let answer = two.ask("sync", &json!({"cursors": cursors})).await;

    let gone = json!({"events": [], "head": 0, "more": false, "gone": true});
    let pages = [&kitchen, &attic, unknown, &alice.id].map(|stream| page(&answer, stream));
    assert_eq!(pages, [&gone; 4]);
}

#[tokio::test]
async fn without_an_own_cursor_the_answer_has_everything_of_ones_own() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let mut two = Socket::of(&server, &bob).await;

    let answer = two.ask("sync", &json!({"cursors": {}})).await;
    let seq = answer["user"]["userSeq"].clone();
    let current = two.ask("sync", &json!({"cursors": {(&bob.id): seq}})).await;

    assert_eq!(answer["user"]["me"]["id"], json!(bob.id));
    assert_eq!(answer["user"]["rooms"][0]["room"]["id"], json!(kitchen));
    assert_eq!(current, json!({"streams": {}}));
}

#[tokio::test]
async fn rooms_that_came_and_went_meanwhile_are_events_of_ones_own() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let attic = room(&server, &alice, &[&bob]).await;
    let mut two = Socket::of(&server, &bob).await;
    let before = two.ask("sync", &json!({"cursors": {}})).await["user"]["userSeq"].clone();
    drop(two);

    let kitchen = room(&server, &alice, &[]).await;
    add(&server, &alice, &kitchen, &bob).await;
    remove(&server, &alice, &attic, &bob).await;

    let mut two = Socket::of(&server, &bob).await;
    let answer = two.ask("sync", &json!({"cursors": {(&bob.id): before}})).await;
    let events = &page(&answer, &bob.id)["events"];
    assert_eq!(
        (&events[0]["event"], &events[1]["event"]),
        (&json!("room_added"), &json!("room_removed"))
    );
    assert_eq!(events[0]["data"]["room"]["room"]["id"], json!(kitchen));
    assert_eq!(events[1]["data"]["roomId"], json!(attic));
    assert_eq!(answer.get("user"), None);
}

#[tokio::test]
async fn two_thousand_streams_may_be_asked_for_and_one_more_may_not() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let mut one = Socket::of(&server, &alice).await;
    let cursors = |count: usize| -> Map<String, Value> {
        let stream = |index: usize| format!("0199a0a0-0000-7000-8000-{index:012}");
        (0..count).map(|index| (stream(index), json!(0))).collect()
    };

    let most = one.ask("sync", &json!({"cursors": cursors(2_000)})).await;
    let too_many = one.ask("sync", &json!({"cursors": cursors(2_001)})).await;

    assert_eq!(most["streams"].as_object().unwrap().len(), 2_000);
    assert_eq!(code(&too_many), "invalid");
    assert!(too_many["error"]["fields"]["cursors"].is_string());
}

#[tokio::test]
async fn long_messages_make_short_pages() {
    let server = TestServer::start_with(generous).await;
    let alice = server.register("alice").await;
    let kitchen = room(&server, &alice, &[]).await;
    let mut one = Socket::of(&server, &alice).await;
    let long = "€".repeat(20_000);
    for _ in 0..60 {
        let sent = one
            .ask("send_message", &json!({"roomId": kitchen, "content": long}))
            .await;
        assert!(sent["seq"].is_i64());
    }

    let mut cursor = 2;
    while cursor < 62 {
        let answer = one.ask("sync", &json!({"cursors": {(&kitchen): cursor}})).await;
        let page = page(&answer, &kitchen);
        assert!(
            answer.to_string().len() < 1_000_000,
            "an answer is smaller than what may wait for a connection"
        );
        assert_eq!(seqs(page)[0], cursor + 1);
        cursor += i64::try_from(count(page)).unwrap();
        assert_eq!(page["more"], json!(cursor < 62));
    }
}
