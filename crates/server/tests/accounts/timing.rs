//! The time of an answer does not tell whether an account exists. A measurement, so it runs only when asked for:
//! `cargo test --release -p hearth-server --test accounts timing -- --ignored --nocapture`
#![allow(clippy::print_stderr)]

use std::time::{Duration, Instant};

use crate::common::TestServer;

/// Tries of each kind.
const TRIES: usize = 200;

/// The share of pairs in which the first is quicker: 0.5 when both come from one source.
///
/// Source: Mann and Whitney 1947; with two samples of 200, 0.43–0.57 holds in all but one of a hundred runs.
fn share_of_quicker(one: &[Duration], other: &[Duration]) -> f64 {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let quicker = u32::try_from(pairs.filter(|(a, b)| a < b).count()).unwrap();
    f64::from(quicker) / f64::from(u32::try_from(one.len() * other.len()).unwrap())
}

fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64()
}

/// Times of wrong log-ins to both kinds of name, one after the other so that the machine's moods hit both.
async fn measure(server: &TestServer, known: &str, unknown: &str) -> [Vec<Duration>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TRIES {
        for (times, login) in times.iter_mut().zip([known, unknown]) {
            let started = Instant::now();
            server.log_in(login, "not the password").await;
            times.push(started.elapsed());
        }
    }
    times
}

#[tokio::test]
#[ignore = "a measurement"]
async fn known_and_unknown_names_take_the_same_time() {
    let server = TestServer::start_with(|config| {
        config.limits.wrong_logins_per_account = 10_000;
        config.limits.wrong_logins_per_address = 10_000;
    })
    .await;
    server.register("ada").await;

    for (known, unknown) in [("ada", "nobody"), ("ada@example.org", "nobody@example.org")] {
        let [known_times, unknown_times] = measure(&server, known, unknown).await;
        let share = share_of_quicker(&known_times, &unknown_times);
        let (a, b) = (median(&known_times), median(&unknown_times));
        eprintln!(
            "{known}: {:.2} ms, {unknown}: {:.2} ms, quicker {share:.3}",
            a * 1e3,
            b * 1e3
        );
        assert!((a - b).abs() / a.max(b) < 0.1);
        assert!((0.43..0.57).contains(&share));
    }
}
