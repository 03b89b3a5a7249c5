//! The id of a transport session: a secret of 128 random bits, and useless without the login session.
//!
//! Over long-polling whoever has the sid of somebody's connection could ask for its packets, so it is random, never in
//! a log, and a second reader is noticed: two GETs at once end the connection. A sid alone gives no new connection, and
//! the packets of a sid whose login session ended are gone.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;

use crate::common::{Polling, TestServer};

#[tokio::test]
async fn sids_are_long_and_random() {
    let server = TestServer::start().await;
    let mut bits = [0_usize; 128];
    let mut sids = BTreeSet::new();

    for _ in 0..200 {
        let opened = server.get("/socket.io/?EIO=4&transport=polling").send().await;
        let opened: Value = serde_json::from_str(&opened.text()[1..]).unwrap();
        let sid = URL_SAFE_NO_PAD.decode(opened["sid"].as_str().unwrap()).unwrap();
        for (index, bit) in bits.iter_mut().enumerate() {
            *bit += usize::from(sid[index / 8] >> (index % 8) & 1);
        }
        sids.insert(sid);
    }

    assert_eq!(sids.len(), 200);
    // Each bit is set in half of them; 60 from 100 is over 5 standard deviations with 128 bits looked at.
    assert!(bits.iter().all(|count| (55..=145).contains(count)), "{bits:?}");
}

#[tokio::test]
async fn a_second_reader_of_a_polling_connection_ends_it() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (polling, _) = Polling::connect(&server, &alice.access).await;

    let (own, thief) = tokio::join!(polling.poll(), polling.poll());
    let after = polling.poll().await;

    assert!(own.is_none() || thief.is_none());
    assert_eq!(after, None);
}

#[tokio::test]
async fn a_sid_is_worth_nothing_after_its_login_session() {
    let server = TestServer::start().await;
    let alice = server.register("alice").await;
    let (polling, _) = Polling::connect(&server, &alice.access).await;

    let call = server
        .post("/api/v1/auth/logout", &serde_json::json!({}))
        .bearer(&alice.access);
    assert_eq!(call.send().await.status, StatusCode::NO_CONTENT);
    let last = polling.read_to_end().await;

    assert!(last.contains(r#""code":"session_ended""#), "{last}");
    assert_eq!(polling.poll().await, None);
}
