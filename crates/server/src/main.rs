//! The hearth binary.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use hearth_server::accounts::Secrets;
use hearth_server::admin::audit::{self, Verdict};
use hearth_server::config::{self, Config, LogFormat};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Self-hosted real-time chat.
#[derive(Parser)]
#[command(name = "hearth", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    Serve(File),
    /// Prints every setting with its default and its documentation.
    Config,
    /// Makes a new key for access tokens; the one so far works until the next time. Restart the server afterwards.
    RotateKeys(File),
    /// Checks that nobody changed the audit log. Only while the server is stopped.
    CheckAudit(File),
}

#[derive(Args)]
struct File {
    /// The configuration file; without it, the environment alone.
    #[arg(long, short, env = "HEARTH_CONFIG")]
    config: Option<PathBuf>,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Serve(file) => serve(load(&file)?),
        Command::Config => print(&config::example()?),
        Command::RotateKeys(file) => Secrets::rotate(&load(&file)?.data),
        Command::CheckAudit(file) => check_audit(load(&file)?),
    }
}

fn load(file: &File) -> Result<Config> {
    let text = file.config.as_deref().map(read).transpose()?;
    // What is not UTF-8 is no setting of ours.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    config::load(text.as_deref(), environment)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[tokio::main]
async fn serve(config: Config) -> Result<()> {
    start_log(&config)?;
    // Before anything is printed, so that whoever reads the output may already send them.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let is_local = config.listen.ip().is_loopback();
    let running = hearth_server::start(config).await?;
    print(&greeting(&running, is_local))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

fn greeting(running: &hearth_server::Running, is_local: bool) -> String {
    let mut text = format!("Hearth is at {}\n", running.app.base_url);
    if is_local {
        text += "Only this machine can reach it. To open it to the network: HEARTH_LISTEN=0.0.0.0:3000\n";
    }
    if let Some(link) = &running.setup_link {
        text += &format!("Nobody owns this site yet. Open this link once to become its owner:\n\n  {link}\n\n");
    }
    text
}

fn print(text: &str) -> Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn start_log(config: &Config) -> Result<()> {
    // What the migrations tell is worth a line only when they fail.
    let filter = format!("refinery_core=warn,{}", config.log.level);
    let filter = EnvFilter::try_new(filter).context("`log.level` is not a level")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start the log: {error}"))
}

#[tokio::main]
async fn check_audit(mut config: Config) -> Result<()> {
    config.listen.set_port(0);
    let running = hearth_server::start(config).await?;
    let verdict = audit::verify(&running.app).await;
    running.stop().await;
    match verdict? {
        Verdict::Whole(entries) => print(&format!("The audit log is whole: {entries} entries.\n")),
        Verdict::Broken(entry) => bail!("the audit log was changed at or before entry {entry}"),
    }
}
