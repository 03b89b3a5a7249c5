//! The server under test: a process of ours on a free port, or one that runs already.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hearth_client::ServerAddress;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Meter;

/// A run measures the engine, not the limits on people.
const LIMITS: [(&str, &str); 5] = [
    ("HEARTH_LIMITS_MESSAGES_PER_MINUTE", "1000000000"),
    ("HEARTH_LIMITS_MESSAGES_BURST", "1000000000"),
    ("HEARTH_LIMITS_ACTIONS_PER_MINUTE", "1000000000"),
    ("HEARTH_LIMITS_ACTIONS_BURST", "1000000000"),
    ("HEARTH_LIMITS_REGISTRATIONS_PER_HOUR", "1000000"),
];

/// A server that answers.
pub struct Target {
    /// What to call it in a report.
    pub name: String,
    /// Where it is.
    pub address: ServerAddress,
    /// Its counters, when it is known which process it is.
    pub meter: Option<Meter>,
    /// Whether it has accounts and rooms; the peer takes any token and any room.
    pub has_accounts: bool,
    /// Ours: killed when dropped, before its data goes.
    process: Option<Child>,
    _data: Option<TempDir>,
}

impl Target {
    /// Starts `hearth serve` with data that goes away.
    ///
    /// Errors: it does not start.
    pub async fn hearth(binary: &Path) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .env("HEARTH_DATA", data.path())
            .env("HEARTH_LISTEN", "127.0.0.1:0")
            .env("HEARTH_SIGNUP", "open")
            .env("HEARTH_LOG_LEVEL", "warn")
            .envs(LIMITS);
        Self::start("hearth", command, Some(data)).await
    }

    /// Starts a variant of the Node peer: `memory` or `sqlite`.
    ///
    /// Errors: it does not start.
    pub async fn peer(folder: &Path, variant: &str) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = Command::new("node");
        command
            .arg(folder.join("server.mjs"))
            .arg(variant)
            .env("PEER_DATA", data.path())
            .env("NODE_ENV", "production");
        let mut target = Self::start(&format!("node {variant}"), command, Some(data)).await?;
        target.has_accounts = false;
        Ok(target)
    }

    /// A server that runs already, with sign-up open and limits raised. `pid` is for its counters.
    #[must_use]
    pub fn running(address: ServerAddress, pid: Option<u32>) -> Self {
        Self {
            name: "hearth".to_owned(),
            address,
            meter: pid.map(Meter::new),
            has_accounts: true,
            process: None,
            _data: None,
        }
    }

    /// Both kinds of server of ours print their address when they are ready.
    async fn start(name: &str, mut command: Command, data: Option<TempDir>) -> Result<Self> {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let output = process.stdout.take().context("the output was piped")?;
        let mut lines = BufReader::new(output).lines();
        let found = tokio::time::timeout(Duration::from_secs(20), async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                    return Ok(address.to_owned());
                }
            }
            bail!("{name} ended without an address")
        });
        let address = found.await.with_context(|| format!("{name} is not ready in time"))??;
        // What it prints later is of no interest, but its pipe must not fill.
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        Ok(Self {
            name: name.to_owned(),
            address: address.replace("localhost", "127.0.0.1").parse()?,
            meter: process.id().map(Meter::new),
            has_accounts: true,
            process: Some(process),
            _data: data,
        })
    }

    /// Stops it, when it is ours.
    ///
    /// Errors: it cannot be stopped.
    pub async fn stop(mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => Ok(process.kill().await?),
            None => Ok(()),
        }
    }
}
