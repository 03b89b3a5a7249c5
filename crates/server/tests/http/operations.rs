//! Health, figures, starting and stopping.

use http::StatusCode;
use serde_json::json;

use crate::common::{Polling, TestServer};

#[tokio::test]
async fn health_is_open_and_tells_nothing_more() {
    let server = TestServer::start().await;

    for path in ["/healthz", "/readyz"] {
        let answer = server.get(path).send().await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, "ok\n"));
    }
}

#[tokio::test]
async fn figures_are_for_this_machine_and_for_the_token() {
    let token = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c";
    let server = TestServer::start_with(|config| config.metrics.token = Some(token.to_owned())).await;
    let ask = async |forwarded: Option<&str>, token: Option<&str>| {
        let mut call = server.get("/metrics");
        if let Some(address) = forwarded {
            call = call.header("x-forwarded-for", address);
        }
        if let Some(token) = token {
            call = call.bearer(token);
        }
        call.send().await
    };

    let local = ask(None, None).await;

    assert_eq!(local.status, StatusCode::OK);
    assert!(local.text().contains("hearth_"), "{}", local.text());
    assert_eq!(ask(Some("198.51.100.1"), None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        ask(Some("198.51.100.1"), Some("wrong")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ask(Some("198.51.100.1"), Some(token)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn figures_problems_and_the_document_hold_no_secrets() {
    let server = TestServer::start().await;
    let ada = server.register("canary").await;
    server.refresh(&ada.refresh).await;
    let secrets = std::fs::read_to_string(server.config.data.join("secrets.json")).unwrap();
    let secrets: serde_json::Value = serde_json::from_str(&secrets).unwrap();
    let canaries = [
        secrets["server_key"].as_str().unwrap(),
        secrets["token_keys"][0]["key"].as_str().unwrap(),
        crate::common::PASSWORD,
        ada.access.as_str(),
        ada.refresh.as_str(),
    ];

    for path in [
        "/metrics",
        "/api/v1/openapi.json",
        "/api/v1/site",
        "/readyz",
        "/api/v1/nothing",
    ] {
        let answer = server.get(path).send().await;
        for canary in canaries {
            assert!(!answer.text().contains(canary), "{path}");
        }
    }
}

#[tokio::test]
async fn a_stop_says_goodbye_with_a_time_to_come_back_and_leaves_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let (socket, _) = Polling::connect(&server, &ada.access).await;
    let path = socket.path().to_owned();
    let address = server.running.address;
    let poll = tokio::spawn(async move { crate::common::get(address, &path).await });
    // The poll is waiting once the server has counted it; a second request on the same server comes after it.
    server.get("/healthz").send().await;

    let _folder = server.stop().await;
    let goodbye = poll.await.unwrap();

    assert!(goodbye.contains("shutting_down"), "{goodbye}");
    assert!(goodbye.contains("reconnectAfterMs"), "{goodbye}");
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let server = TestServer::start().await;
    let config = server.config.clone();

    let second = hearth_server::start(config).await;

    let refusal = second.err().map(|error| format!("{error:#}")).unwrap();
    assert!(refusal.contains("another hearth process"), "{refusal}");
}

#[tokio::test]
async fn a_key_rotation_logs_nobody_out() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let data = server.config.data.clone();

    let server = server
        .restart_after(|_| hearth_server::accounts::Secrets::rotate(&data).unwrap())
        .await;
    let old = server.me(&ada.access).await;
    let renewed = server.refresh(&ada.refresh).await.person(StatusCode::OK);

    assert_eq!(old, StatusCode::OK);
    assert_ne!(
        renewed.access.split('.').next(),
        ada.access.split('.').next(),
        "another key signs"
    );
}

#[tokio::test]
async fn a_storm_of_log_ins_does_not_delay_others() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let storm = (0..60).map(|index| {
        let (server, body) = (&server, json!({"login": format!("name{index}"), "password": "guess"}));
        async move { server.post("/api/v1/auth/login", &body).send().await.status }
    });
    let storm = futures_util::future::join_all(storm);
    let others = async {
        let mut answered = 0;
        for _ in 0..20 {
            assert_eq!(server.me(&ada.access).await, StatusCode::OK);
            answered += 1;
        }
        answered
    };

    // Sixty hashes take longer than twenty requests by far: the requests are done while most of the storm waits.
    let first = futures_util::future::select(Box::pin(storm), Box::pin(others)).await;

    assert!(matches!(first, futures_util::future::Either::Right((20, _))));
}
