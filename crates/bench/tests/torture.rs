//! A short run of torture against the real binary: it is killed several times, and nobody may lose anything.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::time::Duration;

use hearth_bench::torture::{self, Plan};

#[tokio::test]
async fn nothing_is_lost_doubled_or_reordered_while_server_and_network_break() {
    let Some(server) = std::env::var_os("HEARTH_BIN") else {
        eprintln!("skipped: HEARTH_BIN names no hearth binary; `make test` sets it");
        return;
    };
    let plan = Plan {
        server: server.into(),
        seed: 1,
        lasts: Duration::from_secs(8),
        people: 6,
        rooms: 3,
    };

    let outcome = torture::run(&plan).await.unwrap();

    assert!(outcome.kills() >= 2, "{outcome}");
    assert!(outcome.verdict.is_ok(), "{outcome}");
}
