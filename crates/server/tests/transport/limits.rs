//! What one client may not do to the others.

use hearth_server::socket::{DisconnectReason, Layer, OriginPolicy, OutboxLimits, Pushed};
use hearth_sio::Frame;

use crate::bed::{Bed, Client, Seen, config, short};

fn status(result: Result<Client, String>) -> String {
    result
        .err()
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_full_server_says_when_to_try_again() {
    let bed = Bed::start(hearth_server::socket::EngineConfig {
        max_connections: 1,
        ..config()
    })
    .await;
    let (client, _) = bed.connect().await;

    let refused = Client::try_open(bed.address, "").await.err().unwrap();
    let (polling, _) = bed.request("GET", "/socket.io/?EIO=4&transport=polling", "").await;

    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 10"));
    assert!(polling.starts_with("HTTP/1.1 503"));
    drop(client);
    assert!(matches!(bed.seen().await, Seen::Disconnected(_)));
}

#[tokio::test]
async fn an_address_holds_few_connections_that_did_not_say_who_they_are() {
    let mut config = config();
    config.max_waiting_per_private_address = 2;
    let bed = Bed::start(config).await;

    let mut first = Client::open(bed.address).await;
    let _second = Client::open(bed.address).await;
    let third = Client::try_open(bed.address, "").await;
    first.send("40{}").await;
    assert!(first.next().await.starts_with("40{"));
    let fourth = Client::try_open(bed.address, "").await;

    assert_eq!(status(third), "HTTP/1.1 429 Too Many Requests");
    assert!(fourth.is_ok());
}

#[tokio::test]
async fn a_connection_that_does_not_say_who_it_is_is_closed() {
    let mut config = config();
    if let Layer::SocketIo(layer) = &mut config.layer {
        layer.connect_timeout = short();
    }
    let bed = Bed::start(config).await;

    let mut silent = Client::open(bed.address).await;
    let mut refused = Client::open(bed.address).await;
    refused.send(r#"40{"as":"refused"}"#).await;

    assert_eq!(silent.rest().await.1, "server closed");
    let (texts, reason) = refused.rest().await;
    assert_eq!(texts, [r#"44{"message":"refused","data":{"why":"asked"}}"#]);
    assert_eq!(reason, "server closed");
}

#[tokio::test]
async fn pages_of_foreign_origins_are_refused_on_both_transports() {
    let mut config = config();
    config.origins = OriginPolicy::SameHostAnd(vec!["https://app.example".to_owned()]);
    let bed = Bed::start(config).await;
    let get = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1";

    let own = bed.request_with(get, "origin: http://chat.example\r\n", "").await;
    let listed = bed.request_with(get, "origin: https://app.example\r\n", "").await;
    let foreign = bed.request_with(get, "origin: https://evil.example\r\n", "").await;
    let websocket = Client::try_open(bed.address, "origin: https://evil.example\r\n").await;

    assert!(own.0.starts_with("HTTP/1.1 200"));
    assert!(listed.0.contains("access-control-allow-origin: https://app.example"));
    assert!(foreign.0.starts_with("HTTP/1.1 403"));
    assert_eq!(foreign.1, r#"{"code":4,"message":"Forbidden"}"#);
    assert_eq!(status(websocket), "HTTP/1.1 403 Forbidden");
}

#[tokio::test]
async fn a_slow_consumer_is_told_and_cut_and_costs_a_bounded_queue() {
    let mut config = config();
    config.outbox = OutboxLimits {
        max_bytes: 1 << 20,
        max_frames: 1_000,
    };
    let bed = Bed::start(config).await;
    let (mut client, link) = bed.connect().await;
    let frame = Frame::event("news", &format!("\"{}\"", "x".repeat(10_000)));

    let mut sent = 0;
    while link.push(frame.clone()) != Pushed::Refused {
        link.flush();
        sent += 1;
    }
    let (texts, _) = client.rest().await;

    let (said, news) = texts.split_last().unwrap();
    assert!(said.contains(r#""code":"slow_consumer""#));
    assert!(news.len() < sent && news.iter().all(|text| text.as_bytes() == frame.packet()));
    assert_eq!(bed.engine.figures().slow_consumers, 1);
    assert!(matches!(bed.seen().await, Seen::Disconnected(DisconnectReason::Server)));
}

#[tokio::test]
async fn a_client_that_asks_without_reading_the_answers_is_a_slow_consumer_too() {
    let mut config = config();
    config.outbox = OutboxLimits {
        max_bytes: 1 << 20,
        max_frames: 10,
    };
    config.send_buffer = Some(4 * 1024);
    let bed = Bed::start(config).await;
    let (mut client, _) = bed.connect().await;

    let echo = format!(r#"421["echo","{}"]"#, "x".repeat(100_000));
    let flood = async {
        for _ in 0..200 {
            client.send(&echo).await;
        }
    };
    // The server stops reading once the client is cut, so the flood may never end by itself.
    tokio::select! {
        () = flood => {}
        seen = bed.seen() => assert!(matches!(seen, Seen::Disconnected(DisconnectReason::Server))),
    }

    assert_eq!(bed.engine.figures().slow_consumers, 1);
}

#[tokio::test]
async fn a_connection_with_too_many_events_in_work_is_not_read() {
    let mut config = config();
    config.max_in_flight = 3;
    let bed = Bed::start(config).await;
    let (mut client, _) = bed.connect().await;

    for number in 0..5 {
        client.send(&format!(r#"42{number}["hold",{number}]"#)).await;
    }
    for number in 0..3 {
        assert!(matches!(bed.seen().await, Seen::Started(list) if list == number.to_string()));
    }
    bed.permits.add_permits(1);

    assert!(matches!(bed.seen().await, Seen::Finished(list) if list == "0"));
    assert!(matches!(bed.seen().await, Seen::Started(list) if list == "3"));
    assert_eq!(client.next().await, "430[0]");
}
