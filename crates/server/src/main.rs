//! The hearth binary.

use std::io::Write as _;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Self-hosted real-time chat.
#[derive(Parser)]
#[command(name = "hearth", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints every setting with its default and its documentation.
    Config,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Config => {
            let example = hearth_server::config::example()?;
            std::io::stdout().write_all(example.as_bytes())?;
            Ok(())
        }
    }
}
