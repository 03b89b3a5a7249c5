//! Connections that only are there.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::LocalSet;

use crate::connection::{Connection, Tally, Watch, open_all};
use crate::load::settle;
use crate::{Crowd, Target};

/// What idle connections cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How many were counted: half of those that are open.
    pub connections: usize,
    /// Resident bytes of the server's process for each.
    pub bytes_each: f64,
    /// Processor time for opening each, up to quiet.
    pub cpu_each: Duration,
    /// Resident bytes of the process with all of them.
    pub resident_bytes: u64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, mib) = (self.connections, self.resident_bytes as f64 / 1_048_576.0);
        writeln!(
            f,
            "  the second {count} of {} connections; the process has {mib:.1} MiB resident",
            2 * count
        )?;
        writeln!(f, "  resident, each   {:>12.2} KiB", self.bytes_each / 1_024.0)?;
        let micros = self.cpu_each.as_secs_f64() * 1e6;
        write!(f, "  CPU to open each {micros:>12.0} us")
    }
}

/// Opens connections and waits until the server is quiet. Only the second half is counted: what registering people left behind (password
/// hashing takes 19 MiB a thread, and an allocator gives it back late) is gone or in use again by then, and so does not hide what
/// connections cost.
///
/// Errors: a connection could not be opened, or the server's process is not known.
pub async fn run(target: &Target, crowd: &mut Crowd, connections: usize) -> Result<Outcome> {
    let tokens = crowd.tokens(connections).await?;
    let local = LocalSet::new();
    local.run_until(measure(target, crowd, tokens)).await
}

async fn measure(target: &Target, crowd: &Crowd, mut tokens: Vec<String>) -> Result<Outcome> {
    let meter = target.meter.context("which process is the server? (--pid)")?;
    let rest = tokens.split_off(tokens.len() / 2);
    let connections = rest.len();
    let mut held = hold(target, crowd, tokens).await?;
    settle(target.meter).await?;
    let before = meter.read()?;
    held.extend(hold(target, crowd, rest).await?);
    settle(target.meter).await?;
    let after = meter.read()?;
    let grown = after.resident_bytes as f64 - before.resident_bytes as f64;
    Ok(Outcome {
        connections,
        bytes_each: grown / connections as f64,
        cpu_each: (after.cpu - before.cpu) / u32::try_from(connections)?,
        resident_bytes: after.resident_bytes,
    })
}

async fn hold(target: &Target, crowd: &Crowd, tokens: Vec<String>) -> Result<Vec<Connection>> {
    let watch = Watch::start();
    let mut held = Vec::with_capacity(tokens.len());
    for (at, opened) in open_all(target, tokens).await?.into_iter().enumerate() {
        let connection = Connection::start(opened, std::rc::Rc::<Tally>::default(), watch);
        if !target.has_accounts {
            connection.join(crowd.rooms[at % crowd.rooms.len()]).await?;
        }
        held.push(connection);
    }
    Ok(held)
}
