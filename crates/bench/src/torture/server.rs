//! The server under torture: the real binary, killed, stopped, starved, and started again on the same data.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

const READY_WITHIN: Duration = Duration::from_secs(20);
/// Lines of its log that are kept.
const LOG_LINES: usize = 30;
/// A file that may not grow past this: any database is larger.
const FULL_BYTES: &str = "4096:";

const SETTINGS: [(&str, &str); 10] = [
    ("HEARTH_LISTEN", "127.0.0.1:0"),
    ("HEARTH_SIGNUP", "open"),
    ("HEARTH_LOG_LEVEL", "warn"),
    // A connection that carries nothing is noticed within two seconds.
    ("HEARTH_SOCKET_PING_INTERVAL_MS", "1000"),
    ("HEARTH_SOCKET_PING_TIMEOUT_MS", "1000"),
    ("HEARTH_SOCKET_MAX_UNAUTHENTICATED_PER_ADDRESS", "10000"),
    ("HEARTH_LIMITS_MESSAGES_PER_MINUTE", "1000000"),
    ("HEARTH_LIMITS_MESSAGES_BURST", "1000000"),
    ("HEARTH_LIMITS_ACTIONS_PER_MINUTE", "1000000"),
    ("HEARTH_LIMITS_ACTIONS_BURST", "1000000"),
];

/// A server process and its data, which go when this is dropped.
pub struct Server {
    binary: PathBuf,
    data: TempDir,
    process: Child,
    address: watch::Sender<SocketAddr>,
    log: Arc<Mutex<VecDeque<String>>>,
}

impl Server {
    /// Starts it with fresh data.
    ///
    /// Errors: it does not start.
    pub async fn start(binary: &Path) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let log = Arc::default();
        let (process, address) = spawn(binary, data.path(), &log).await?;
        let (address, _) = watch::channel(address);
        let binary = binary.to_owned();
        Ok(Self {
            binary,
            data,
            process,
            address,
            log,
        })
    }

    /// Where it is, now and after each start.
    #[must_use]
    pub fn address(&self) -> watch::Receiver<SocketAddr> {
        self.address.subscribe()
    }

    /// SIGKILL, and a new start on the same data after `down`.
    ///
    /// Errors: it had ended by itself, or does not start again.
    pub async fn kill(&mut self, down: Duration) -> Result<()> {
        if let Some(status) = self.process.try_wait()? {
            bail!("the server ended by itself: {status}");
        }
        self.process.kill().await?;
        tokio::time::sleep(down).await;
        let (process, address) = spawn(&self.binary, self.data.path(), &self.log).await?;
        self.process = process;
        self.address.send_replace(address);
        Ok(())
    }

    /// Stops the process for a while.
    ///
    /// Errors: there is no `kill` program.
    pub async fn pause(&self, time: Duration) -> Result<()> {
        self.tool("kill", &["-STOP"]).await?;
        tokio::time::sleep(time).await;
        self.tool("kill", &["-CONT"]).await
    }

    /// Lets no file of it grow for a while. False when this machine has no program to do so.
    ///
    /// Errors: the limit cannot be lifted again.
    pub async fn fill_disk(&self, time: Duration) -> Result<bool> {
        if self
            .tool("prlimit", &[&format!("--fsize={FULL_BYTES}"), "--pid"])
            .await
            .is_err()
        {
            return Ok(false);
        }
        tokio::time::sleep(time).await;
        self.tool("prlimit", &["--fsize=unlimited:", "--pid"]).await?;
        Ok(true)
    }

    /// The end of what it logged.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no holder panics").iter().cloned().collect()
    }

    /// Runs a program with its process id as the last argument.
    async fn tool(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let id = self.process.id().context("the server ended by itself")?;
        let status = Command::new(program)
            .args(arguments)
            .arg(id.to_string())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .with_context(|| format!("cannot run {program}"))?;
        ensure!(status.success(), "{program} failed: {status}");
        Ok(())
    }
}

/// Starts the process. A shell has it ignore SIGXFSZ, so that a write past the limit fails as on a full disk.
async fn spawn(binary: &Path, data: &Path, log: &Arc<Mutex<VecDeque<String>>>) -> Result<(Child, SocketAddr)> {
    let mut process = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" serve"])
        .arg(binary)
        .envs(SETTINGS)
        .env("HEARTH_LIMITS_REGISTRATIONS_PER_HOUR", "100000")
        .env("HEARTH_DATA", data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    let output = process.stdout.take().context("the output was piped")?;
    let errors = process.stderr.take().context("the errors were piped")?;
    tokio::spawn(keep(errors, Arc::clone(log)));
    let address = tokio::time::timeout(READY_WITHIN, read_address(output)).await;
    let address = address.context("the server is not ready in time")?;
    let last = || {
        log.lock()
            .expect("no holder panics")
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    };
    Ok((process, address.with_context(last)?))
}

/// The address that it prints when it is ready. Later lines are read away, so that its pipe never fills.
async fn read_address(output: impl AsyncRead + Unpin + Send + 'static) -> Result<SocketAddr> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        if let Some(address) = address {
            let address = address.replace("localhost", "127.0.0.1").parse()?;
            tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
            return Ok(address);
        }
    }
    bail!("the server ended without an address")
}

async fn keep(errors: impl AsyncRead + Unpin, log: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut log = log.lock().expect("no holder panics");
        if log.len() == LOG_LINES {
            log.pop_front();
        }
        log.push_back(line);
    }
}
