//! How connections end, and what both sides hear of it.

use std::time::{Duration, Instant};

use hearth_protocol::{Goodbye, GoodbyeCode};
use hearth_server::socket::DisconnectReason;
use hearth_sio::Frame;

use crate::bed::{Bed, Client, Seen, config, goodbye, short};

async fn assert_disconnected(bed: &Bed, reason: DisconnectReason) {
    match bed.seen().await {
        Seen::Disconnected(seen) => assert_eq!(seen, reason),
        other => panic!("a disconnect was awaited, not {other:?}"),
    }
}

#[tokio::test]
async fn a_temporary_goodbye_closes_the_transport_after_what_was_queued() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;

    link.push(Frame::event("before", ""));
    link.close(goodbye(GoodbyeCode::ShuttingDown));
    link.send(Frame::event("after", ""));

    let (texts, reason) = client.rest().await;
    let said = r#"42["goodbye",{"code":"shutting_down","message":"Goodbye.","temporary":true}]"#;
    assert_eq!(texts, [r#"42["before"]"#, said]);
    assert_eq!(reason, "server closed");
    assert_disconnected(&bed, DisconnectReason::Server).await;
}

#[tokio::test]
async fn a_final_goodbye_disconnects_so_that_stock_clients_stay_away() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;

    link.close(goodbye(GoodbyeCode::Banned));

    let (texts, _) = client.rest().await;
    let said = r#"42["goodbye",{"code":"banned","message":"Goodbye.","temporary":false}]"#;
    assert_eq!(texts, [said, "41"]);
}

#[tokio::test]
async fn a_goodbye_reaches_a_client_that_polls() {
    let bed = Bed::start(config()).await;
    let path = bed.open_polling().await;
    bed.request("POST", &path, "40{}").await;
    let Seen::Connected(link) = bed.seen().await else {
        panic!("the application connects first")
    };
    bed.request("GET", &path, "").await;

    link.close(goodbye(GoodbyeCode::Banned));
    let (_, body) = bed.request("GET", &path, "").await;

    let said = r#"42["goodbye",{"code":"banned","message":"Goodbye.","temporary":false}]"#;
    assert_eq!(body, [said, "41"].join("\u{1e}"));
    assert_eq!(bed.request("GET", &path, "").await.1, "1");
    let (head, _) = bed.request("GET", &path, "").await;
    assert!(head.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_deadline_that_passed_ends_the_connection() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;

    link.set_deadline(Some(Instant::now()));

    let (texts, _) = client.rest().await;
    assert!(texts[0].contains("token_expired"));
    assert_eq!(texts[1], "41");
}

#[tokio::test]
async fn a_deadline_that_was_moved_does_not_end_the_connection() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;

    link.set_deadline(Some(Instant::now() + short()));
    link.set_deadline(Some(Instant::now() + Duration::from_secs(3_600)));

    // Longer than the first deadline: two of the engine's own timer ticks pass while the events go to and fro.
    let started = Instant::now();
    while started.elapsed() < short() * 20 {
        client.send(r#"420["echo"]"#).await;
        assert_eq!(client.next().await, "430[]");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_is_noticed_once() {
    let bed = Bed::start(config()).await;
    let (client, first) = bed.connect().await;

    drop(client);

    assert_disconnected(&bed, DisconnectReason::Gone).await;
    let (mut client, second) = bed.connect().await;
    assert_ne!(first.id(), second.id());
    assert!(first.is_closing() && !second.is_closing());
    client.send("41").await;
    assert_disconnected(&bed, DisconnectReason::ClientLeft).await;
}

#[tokio::test]
async fn a_client_that_breaks_the_protocol_is_told_so() {
    let bed = Bed::start(config()).await;
    let (mut client, _) = bed.connect().await;

    client.send("4abc").await;

    assert_eq!(client.rest().await, (vec![], "parse error".to_owned()));
    assert_disconnected(&bed, DisconnectReason::ProtocolError).await;
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_cut() {
    let mut config = config();
    config.engine.ping_interval = short();
    config.engine.ping_timeout = short();
    let bed = Bed::start(config).await;
    let (mut client, _) = bed.connect().await;

    assert_eq!(client.rest().await, (vec!["2".to_owned()], "ping timeout".to_owned()));
    assert_disconnected(&bed, DisconnectReason::PingTimeout).await;
}

#[tokio::test]
async fn work_that_was_begun_is_finished_after_the_client_has_gone() {
    let bed = Bed::start(config()).await;
    let (mut client, _) = bed.connect().await;
    client.send(r#"42["hold",1]"#).await;
    assert!(matches!(bed.seen().await, Seen::Started(_)));

    drop(client);
    assert_disconnected(&bed, DisconnectReason::Gone).await;
    bed.permits.add_permits(1);

    assert!(matches!(bed.seen().await, Seen::Finished(_)));
}

#[tokio::test]
async fn a_shutdown_tells_everybody_when_to_come_back_and_leaves_nobody() {
    let bed = Bed::start(config()).await;
    let (mut one, _) = bed.connect().await;
    let (mut two, _) = bed.connect().await;
    let said = Goodbye {
        reconnect_after_ms: Some(5_000),
        ..goodbye(GoodbyeCode::ShuttingDown)
    };

    let (has_ended, one, two) = tokio::join!(
        bed.engine.shutdown(&said, Duration::from_secs(10)),
        one.rest(),
        two.rest()
    );

    assert!(has_ended);
    assert!(
        [one, two]
            .iter()
            .all(|(texts, _)| texts[0].contains("reconnectAfterMs"))
    );
    assert_eq!(bed.engine.figures().websocket, 0);
    assert!(
        Client::try_open(bed.address, "")
            .await
            .is_err_and(|head| head.starts_with("HTTP/1.1 503"))
    );
}
