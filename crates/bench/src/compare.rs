//! The same loads against two servers in turn.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::load::{Load, Outcome, Pace};
use crate::{Crowd, Shape, Target, idle, load};

/// A load with its people, as a line of the report.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What it shows.
    pub name: &'static str,
    /// The rooms and people it needs.
    pub shape: Shape,
    /// What is run.
    pub load: Load,
}

/// A server and the people that are on it.
pub struct Side<'a> {
    target: &'a Target,
    crowd: Option<(Shape, Crowd)>,
}

/// What both servers came to, each in the run with its median cost.
pub struct Pair {
    /// Ours.
    pub ours: Outcome,
    /// The peer.
    pub theirs: Outcome,
}

/// Fan-out into rooms, with and without messages waiting behind each other.
#[must_use]
pub fn fan_out(duration: Duration) -> [Scenario; 3] {
    let scenario = |name, (rooms, connections), window| Scenario {
        name,
        shape: Shape {
            rooms,
            people: connections,
        },
        load: Load {
            connections,
            pace: Pace::InFlight(window),
            bytes: 100,
            warm_up: duration / 4,
            duration,
        },
    };
    [
        scenario("1 room of 1,000, 1 message in flight", (1, 1_000), 1),
        scenario("1 room of 1,000, 16 in flight", (1, 1_000), 16),
        scenario("100 rooms of 10, 1 in flight each", (100, 1_000), 1),
    ]
}

/// 64 senders, each with a room of its own and one message in flight.
#[must_use]
pub fn durable_sends(duration: Duration) -> Scenario {
    Scenario {
        name: "64 senders, each waits for its ack",
        shape: Shape { rooms: 64, people: 64 },
        load: Load {
            connections: 64,
            pace: Pace::InFlight(1),
            bytes: 100,
            warm_up: duration / 4,
            duration,
        },
    }
}

/// Runs a scenario `rounds` times on each, in turn, so that what the machine does meanwhile meets both. Crowds fit the scenario's shape.
///
/// Errors: as [`load::run`].
pub async fn run(sides: &mut [Side<'_>; 2], scenario: Scenario, rounds: usize) -> Result<Pair> {
    for side in sides.iter_mut() {
        side.gather(scenario.shape).await?;
    }
    let [ours, theirs] = sides;
    let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        our_runs.push(ours.load(scenario.load).await?);
        their_runs.push(theirs.load(scenario.load).await?);
    }
    Ok(Pair {
        ours: median(our_runs),
        theirs: median(their_runs),
    })
}

/// The same number of idle connections on each.
///
/// Errors: as [`idle::run`].
pub async fn run_idle(sides: &mut [Side<'_>; 2], shape: Shape, connections: usize) -> Result<[idle::Outcome; 2]> {
    let [ours, theirs] = sides;
    Ok([
        ours.idle(shape, connections).await?,
        theirs.idle(shape, connections).await?,
    ])
}

impl<'a> Side<'a> {
    /// A server before its first load.
    #[must_use]
    pub fn new(target: &'a Target) -> Self {
        Self { target, crowd: None }
    }

    /// People are kept from load to load as long as the shape stays: each costs a password hash.
    async fn gather(&mut self, shape: Shape) -> Result<&mut Crowd> {
        let crowd = match self.crowd.take() {
            Some((known, crowd)) if known == shape => crowd,
            _ => Crowd::gather(self.target, shape).await?,
        };
        Ok(&mut self.crowd.insert((shape, crowd)).1)
    }

    async fn load(&mut self, load: Load) -> Result<Outcome> {
        let target = self.target;
        let Some((_, crowd)) = &mut self.crowd else {
            bail!("a load needs people");
        };
        let outcome = load::run(target, crowd, load).await?;
        load::settle(target.meter).await?;
        Ok(outcome)
    }

    async fn idle(&mut self, shape: Shape, connections: usize) -> Result<idle::Outcome> {
        let target = self.target;
        let crowd = self.gather(shape).await?;
        let outcome = idle::run(target, crowd, connections).await?;
        load::settle(target.meter).await?;
        Ok(outcome)
    }
}

fn median(mut runs: Vec<Outcome>) -> Outcome {
    let cost = |run: &Outcome| run.cpu_per_delivery().unwrap_or_else(|| 1.0 / run.acks_per_second());
    // Without receivers the cost for each of none says nothing: then the rate tells.
    let key = |run: &Outcome| {
        if run.deliveries == 0 {
            1.0 / run.acks_per_second()
        } else {
            cost(run)
        }
    };
    runs.sort_by(|a, b| key(a).total_cmp(&key(b)));
    runs.swap_remove(runs.len() / 2)
}
