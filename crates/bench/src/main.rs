//! `hearth-bench`: load, capacity reports and torture.
#![allow(clippy::print_stdout, reason = "the report is the product")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use hearth_bench::compare::Side;
use hearth_bench::load::{Load, Pace};
use hearth_bench::{Crowd, Shape, Target, compare, durable, idle, load, torture};

/// Opens real connections to a server, loads it, and prints what that cost the server.
#[derive(Parser)]
#[command(name = "hearth-bench", version)]
struct Cli {
    #[command(flatten)]
    server: Server,
    /// Folder of the Node peer: runs the same loads in turn against it and prints the ratios.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Runs of each load on each server when comparing; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds that are counted of each run; a quarter of it before is warm-up.
    #[arg(long, default_value_t = 8.0, global = true)]
    seconds: f64,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Which server.
#[derive(Args)]
struct Server {
    /// The `hearth` binary: started on a free port with data that goes away, and stopped at the end.
    #[arg(long, global = true)]
    server: Option<PathBuf>,
    /// A server that runs already, with sign-up open and limits raised, e.g. `http://localhost:3000`.
    #[arg(long, global = true, conflicts_with = "server")]
    url: Option<String>,
    /// Its process, for processor and memory figures.
    #[arg(long, global = true, requires = "url")]
    pid: Option<u32>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Workload(Workload),
    /// Clients that must lose nothing while server and network break for `--seconds`; needs `--server`.
    Torture {
        /// Makes what breaks when; random when absent.
        #[arg(long)]
        seed: Option<u64>,
        /// People with two clients each.
        #[arg(long, default_value_t = 12)]
        people: usize,
        /// Rooms with everyone in them.
        #[arg(long, default_value_t = 4)]
        rooms: usize,
    },
}

#[derive(Subcommand)]
enum Workload {
    /// Rooms of receivers with one sender each.
    Load(LoadArgs),
    /// Connections that only are there.
    Idle {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        /// Accounts; connections take turns with them. Each costs the server some 30 ms to register.
        #[arg(long, default_value_t = 1_000)]
        people: usize,
        /// Rooms that the people are spread over.
        #[arg(long, default_value_t = 100)]
        rooms: usize,
    },
    /// Senders that wait until their message is on disk.
    Durable {
        /// How many, each with a room of its own.
        #[arg(long, default_value_t = 64)]
        senders: usize,
    },
}

#[derive(Args)]
struct LoadArgs {
    #[arg(long, default_value_t = 1_000)]
    connections: usize,
    #[arg(long, default_value_t = 1)]
    rooms: usize,
    /// Accounts; as many as connections when absent.
    #[arg(long)]
    people: Option<usize>,
    /// Messages of a room on their way at once.
    #[arg(long, default_value_t = 1, conflicts_with = "rate")]
    in_flight: u64,
    /// Messages a second in each room, instead.
    #[arg(long)]
    rate: Option<f64>,
    /// Bytes of content.
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let duration = Duration::from_secs_f64(cli.seconds);
    let workload = match cli.command {
        Some(Command::Torture { seed, people, rooms }) => {
            let plan = torture::Plan {
                server: cli.server.server.context("torture needs --server PATH/hearth")?,
                seed: seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0 >> 32),
                lasts: duration,
                people,
                rooms,
            };
            return endure(&plan).await;
        }
        Some(Command::Workload(workload)) => Some(workload),
        None => None,
    };
    let target = cli.server.start().await?;
    match (&workload, &cli.peer) {
        (Some(workload), None) => one(&target, workload, duration).await?,
        (None, None) => report(&target, duration).await?,
        (None, Some(folder)) => ratios(&target, folder, (duration, cli.rounds)).await?,
        (Some(_), Some(_)) => bail!("--peer runs the whole comparison: leave the command out"),
    }
    target.stop().await
}

/// Prints what a run of torture led to; fails when a promise was broken.
async fn endure(plan: &torture::Plan) -> Result<()> {
    println!("torture with seed {} for {} s", plan.seed, plan.lasts.as_secs_f64());
    let outcome = torture::run(plan).await?;
    println!("{outcome}");
    ensure!(outcome.verdict.is_ok(), "a promise was broken");
    Ok(())
}

impl Server {
    async fn start(&self) -> Result<Target> {
        match (&self.server, &self.url) {
            (Some(binary), _) => Target::hearth(binary).await,
            (None, Some(url)) => Ok(Target::running(url.parse()?, self.pid)),
            (None, None) => bail!("which server? --server PATH/hearth, or --url http://…"),
        }
    }
}

async fn one(target: &Target, workload: &Workload, duration: Duration) -> Result<()> {
    match workload {
        Workload::Load(args) => {
            let people = args.people.unwrap_or(args.connections);
            let mut crowd = Crowd::gather(
                target,
                Shape {
                    rooms: args.rooms,
                    people,
                },
            )
            .await?;
            let load = Load {
                connections: args.connections,
                pace: args.rate.map_or(Pace::InFlight(args.in_flight), Pace::PerSecond),
                bytes: args.bytes,
                warm_up: duration / 4,
                duration,
            };
            println!("{}\n{}", title(args), load::run(target, &mut crowd, load).await?);
        }
        Workload::Idle {
            connections,
            people,
            rooms,
        } => {
            let shape = Shape {
                rooms: *rooms,
                people: *people,
            };
            let mut crowd = Crowd::gather(target, shape).await?;
            println!("idle, {people} people");
            println!("{}", idle::run(target, &mut crowd, *connections).await?);
        }
        Workload::Durable { senders } => {
            let shape = Shape {
                rooms: *senders,
                people: *senders,
            };
            let mut crowd = Crowd::gather(target, shape).await?;
            println!("durable sends, {senders} senders");
            println!("{}", durable::run(target, &mut crowd, duration).await?);
        }
    }
    Ok(())
}

fn title(args: &LoadArgs) -> String {
    let pace = match args.rate {
        Some(rate) => format!("{rate} messages/s in each"),
        None => format!("{} in flight in each", args.in_flight),
    };
    format!("{} connections in {} rooms, {pace}", args.connections, args.rooms)
}

/// All figures of one server.
async fn report(target: &Target, duration: Duration) -> Result<()> {
    let durable = compare::durable_sends(duration);
    for scenario in compare::fan_out(duration).into_iter().chain([durable]) {
        let mut crowd = Crowd::gather(target, scenario.shape).await?;
        println!(
            "{}\n{}",
            scenario.name,
            load::run(target, &mut crowd, scenario.load).await?
        );
    }
    let shape = Shape {
        rooms: 100,
        people: 1_000,
    };
    let mut crowd = Crowd::gather(target, shape).await?;
    println!("idle\n{}", idle::run(target, &mut crowd, 10_000).await?);
    Ok(())
}

/// Our figures, those of the Node peer, and what that is in times.
async fn ratios(ours: &Target, folder: &Path, (duration, rounds): (Duration, usize)) -> Result<()> {
    let memory = Target::peer(folder, "memory").await?;
    let sides = &mut [Side::new(ours), Side::new(&memory)];
    println!(
        "{rounds} runs of {} s on each in turn; the median counts",
        duration.as_secs_f64()
    );
    for scenario in compare::fan_out(duration) {
        let pair = compare::run(sides, scenario, rounds).await?;
        println!("{}", scenario.name);
        print_cost("ours", &pair.ours);
        print_cost("node", &pair.theirs);
        let cost = |run: &load::Outcome| run.cpu_per_delivery().unwrap_or(f64::NAN);
        println!("  ratio  {:>8.2} x", cost(&pair.theirs) / cost(&pair.ours));
    }
    let shape = Shape {
        rooms: 100,
        people: 1_000,
    };
    let outcomes = compare::run_idle(sides, shape, 5_000).await?;
    println!("5,000 idle connections of 1,000 people, resident each");
    let [our_kib, their_kib] = outcomes.map(|outcome| outcome.bytes_each / 1_024.0);
    println!(
        "  ours   {our_kib:>8.2} KiB\n  node   {their_kib:>8.2} KiB\n  ratio  {:>8.2} x",
        their_kib / our_kib
    );
    memory.stop().await?;

    let sqlite = Target::peer(folder, "sqlite").await?;
    let scenario = compare::durable_sends(duration);
    let pair = compare::run(&mut [Side::new(ours), Side::new(&sqlite)], scenario, rounds).await?;
    println!("{}, on disk before the ack", scenario.name);
    print_acks("ours", &pair.ours);
    print_acks("node", &pair.theirs);
    println!(
        "  ratio  {:>8.2} x",
        pair.ours.acks_per_second() / pair.theirs.acks_per_second()
    );
    sqlite.stop().await
}

fn print_cost(name: &str, run: &load::Outcome) {
    let (cost, rate) = (run.cpu_per_delivery().unwrap_or(f64::NAN), run.deliveries_per_second());
    println!(
        "  {name}   {cost:>8.2} us a delivery, {rate:>9.0} deliveries/s, {}",
        run.delivery
    );
}

fn print_acks(name: &str, run: &load::Outcome) {
    println!("  {name}   {:>8.0} acks/s, {}", run.acks_per_second(), run.ack);
}
