//! Senders that wait for their acks: how many messages a second get on disk.

use std::time::Duration;

use anyhow::Result;

use crate::load::{Load, Outcome, Pace};
use crate::{Crowd, Target, load};

/// Runs one sender in each room of the crowd, with one message on its way each and nobody listening.
///
/// Errors: as [`load::run`].
pub async fn run(target: &Target, crowd: &mut Crowd, duration: Duration) -> Result<Outcome> {
    let load = Load {
        connections: crowd.rooms.len(),
        pace: Pace::InFlight(1),
        bytes: 100,
        warm_up: duration / 4,
        duration,
    };
    load::run(target, crowd, load).await
}
