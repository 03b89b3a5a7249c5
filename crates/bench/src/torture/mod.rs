//! Torture: many clients, and a server and network that break all the time. In the end [`crate::checker`] reads everything.
//!
//! The server is the real binary. Its clients are those of `hearth-client`, through a proxy of ours; the [`host`] that keeps the record
//! goes around it. What breaks when comes from a seed alone ([`schedule`]); how that meets the clients does not, so a seed
//! makes a similar run, not the same one. Left out: jumps of the clock, for which the binary has no parameter.

mod device;
mod host;
mod notes;
mod proxy;
mod schedule;
mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hearth_client::Rest;
use hearth_protocol::rest::{Login, Register, Tokens};
use hearth_protocol::{RoomId, UserId, UserSnapshot};
use tokio::task::JoinHandle;

use crate::checker::{self, ClientLog, History, Proof, Violation};
use device::Device;
use host::{Host, Record};
use notes::Shared;
use proxy::{Mode, Proxy};
use schedule::{Due, Fault, Random, schedule};
use server::Server;

/// The longest that a client of ours waits before it tries again, and some time for the rest.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(40);
/// How often the record is brought up to date, and how often is asked who caught up.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Access tokens of fixed log-ins must outlive a run.
const LONGEST: Duration = Duration::from_secs(780);
/// Clients of each person.
const DEVICES: usize = 2;
const PASSWORD: &str = "correct horse battery";
const PEOPLE: [&str; 24] = [
    "anna", "ben", "cleo", "dan", "eva", "finn", "gia", "hugo", "ida", "jon", "kim", "leo", "mia", "nils", "ola",
    "pia", "quin", "rosa", "sam", "tess", "uma", "vito", "wim", "xena",
];

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The `hearth` binary.
    pub server: PathBuf,
    /// Where the schedule comes from.
    pub seed: u64,
    /// How long things break; catching up comes on top.
    pub lasts: Duration,
    /// People with two clients each, at most 24.
    pub people: usize,
    /// Rooms with everyone in them.
    pub rooms: usize,
}

/// What a run led to.
#[derive(Debug)]
pub struct Outcome {
    /// The proof, or every broken promise.
    pub verdict: Result<Proof, Vec<Violation>>,
    /// What broke.
    pub faults: Vec<Due>,
    /// What could not be done on this machine.
    pub skipped: Vec<&'static str>,
    /// The end of the server's log.
    pub log: Vec<String>,
    seed: u64,
}

impl Outcome {
    /// How often the server was killed.
    #[must_use]
    pub fn kills(&self) -> usize {
        self.faults
            .iter()
            .filter(|(_, fault)| matches!(fault, Fault::Kill(_)))
            .count()
    }
}

/// Runs it.
///
/// Errors: the server does not start, or ends by itself; a limit on a run.
pub async fn run(plan: &Plan) -> Result<Outcome> {
    ensure!(plan.lasts <= LONGEST, "a run lasts at most {} s", LONGEST.as_secs());
    ensure!(
        (1..=PEOPLE.len()).contains(&plan.people),
        "there are 1 to {} people",
        PEOPLE.len()
    );
    let mut server = Server::start(&plan.server).await?;
    let proxy = Proxy::start(server.address()).await?;
    let mut scene = Scene::set(plan, &server, &proxy).await?;
    let faults = schedule(plan.seed, plan.lasts);
    let acting = scene.act(plan.seed);
    let mut breaking = Breaking {
        server: &mut server,
        proxy: &proxy,
        random: Random::new(!plan.seed),
        skipped: vec!["jumps of the clock: the server has no parameter for it"],
    };
    let broken = tokio::select! {
        broken = breaking.run(&faults, plan.lasts) => broken,
        kept = keep_record(&scene.host, &mut scene.record) => kept,
    };
    let skipped = breaking.skipped;
    acting.iter().for_each(JoinHandle::abort);
    broken.with_context(|| server.log().join("\n"))?;
    proxy.heal();
    let history = scene.finish().await.with_context(|| server.log().join("\n"))?;
    Ok(Outcome {
        verdict: checker::check(&history),
        faults,
        skipped,
        log: server.log(),
        seed: plan.seed,
    })
}

/// Keeps the record up to date for ever; while the server is not there, it waits for the next time.
async fn keep_record(host: &Host, record: &mut Record) -> Result<()> {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let _ = host.fetch(record).await;
    }
}

/// Everyone and everything there is.
struct Scene {
    host: Host,
    devices: Vec<Device>,
    rooms: Vec<RoomId>,
    people: Vec<UserId>,
    record: Record,
}

impl Scene {
    async fn set(plan: &Plan, server: &Server, proxy: &Proxy) -> Result<Self> {
        let direct = Rest::new(format!("http://{}", *server.address().borrow()).parse()?);
        let through = Rest::new(format!("http://{}", proxy.address).parse()?);
        let shared = Shared::default();
        let mut logins = Vec::new();
        for name in PEOPLE.iter().take(plan.people) {
            logins.push((format!("{name}/1"), register(&direct, name).await?));
            for device in 2..=DEVICES {
                let login = Login {
                    login: (*name).to_owned(),
                    password: PASSWORD.to_owned(),
                };
                logins.push((format!("{name}/{device}"), direct.login(&login).await?));
            }
        }
        let mut people: Vec<UserId> = logins.iter().map(|(_, tokens)| tokens.user.id).collect();
        people.dedup();
        let tokens = register(&direct, "host").await?;
        let host = Host::new(server.address(), &tokens);
        let rooms = host.make_rooms(plan.rooms, &people).await?;
        logins.push(("host".to_owned(), tokens));
        let start = |(name, tokens)| Device::start(name, &through, &tokens, &shared);
        Ok(Self {
            host,
            devices: logins.into_iter().map(start).collect(),
            record: rooms.iter().map(|room_id| (*room_id, Vec::new())).collect(),
            rooms,
            people,
        })
    }

    /// Sets everyone going; the last device is the host's, who only changes rooms.
    fn act(&self, seed: u64) -> Vec<JoinHandle<()>> {
        let Some((host, others)) = self.devices.split_last() else {
            return Vec::new();
        };
        let seeds = (1..).map(|number| Random::new(seed.wrapping_add(number)));
        let acting = others
            .iter()
            .zip(seeds)
            .map(|(device, random)| device.act(&self.rooms, random));
        let changing = self
            .host
            .act((&self.rooms, &self.people), &host.notes, Random::new(seed));
        acting.chain([changing]).collect()
    }

    /// Waits until everyone caught up, and gathers what everyone knows.
    async fn finish(mut self) -> Result<History> {
        let (caught_up, fresh) = self.catch_up().await;
        self.host.fetch(&mut self.record).await?;
        let mut rooms = BTreeMap::new();
        for (room_id, events) in self.record {
            rooms.insert(room_id, self.host.finish(room_id, events).await?);
        }
        let mut clients = Vec::new();
        for (device, caught_up_after) in self.devices.into_iter().zip(caught_up) {
            clients.push(ClientLog {
                fresh: fresh
                    .get(&device.user_id)
                    .cloned()
                    .context("nobody could be asked for their rooms")?,
                name: device.name,
                user_id: device.user_id,
                entries: device.notes.into_entries(),
                caught_up_after,
            });
        }
        Ok(History {
            rooms,
            clients,
            catch_up_within: CATCH_UP_WITHIN,
        })
    }

    /// When each device had everything, and the state that it had to have.
    async fn catch_up(&self) -> (Vec<Option<Duration>>, BTreeMap<UserId, UserSnapshot>) {
        let start = Instant::now();
        let mut caught_up = vec![None; self.devices.len()];
        loop {
            let mut fresh = BTreeMap::new();
            for device in &self.devices {
                if !fresh.contains_key(&device.user_id)
                    && let Ok(snapshot) = self.host.fresh(&device.token).await
                {
                    fresh.insert(device.user_id, snapshot);
                }
            }
            for (device, since) in self.devices.iter().zip(&mut caught_up) {
                let has_all = fresh
                    .get(&device.user_id)
                    .is_some_and(|fresh| device.notes.has_all_of(fresh));
                *since = has_all.then(|| since.unwrap_or_else(|| start.elapsed()));
            }
            if caught_up.iter().all(Option::is_some) || start.elapsed() > CATCH_UP_WITHIN {
                return (caught_up, fresh);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

async fn register(rest: &Rest, name: &str) -> Result<Tokens> {
    let register = Register {
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password: PASSWORD.to_owned(),
        display_name: None,
        invite: None,
    };
    Ok(rest.register(&register).await?)
}

/// Breaks things when they are due.
struct Breaking<'s> {
    server: &'s mut Server,
    proxy: &'s Proxy,
    random: Random,
    skipped: Vec<&'static str>,
}

impl Breaking<'_> {
    async fn run(&mut self, faults: &[Due], lasts: Duration) -> Result<()> {
        let start = tokio::time::Instant::now();
        for (at, fault) in faults {
            tokio::time::sleep_until(start + *at).await;
            self.strike(*fault).await?;
        }
        tokio::time::sleep_until(start + lasts).await;
        Ok(())
    }

    async fn strike(&mut self, fault: Fault) -> Result<()> {
        // Whatever came before has lasted until now.
        self.proxy.heal();
        match fault {
            Fault::Kill(down) => self.server.kill(down).await?,
            Fault::Pause(time) => self.server.pause(time).await?,
            Fault::CutAll => self.proxy.strike(&mut self.random, 100, Mode::Cut),
            Fault::Cut(part) => self.proxy.strike(&mut self.random, part, Mode::Cut),
            Fault::HalfOpen(part) => self.proxy.strike(&mut self.random, part, Mode::Nothing),
            Fault::LoseAnswers(part) => self.proxy.strike(&mut self.random, part, Mode::NoAnswers),
            Fault::Delay(by) => self.proxy.delay(by),
            Fault::Split => self.proxy.split(7),
            Fault::FullDisk(time) => {
                if !self.server.fill_disk(time).await? {
                    self.skipped
                        .push("a full disk: there is no prlimit program that may do it");
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (faults, kills) = (self.faults.len(), self.kills());
        writeln!(
            f,
            "torture with seed {}: {faults} faults, {kills} of them SIGKILL",
            self.seed
        )?;
        for what in &self.skipped {
            writeln!(f, "skipped {what}")?;
        }
        match &self.verdict {
            Ok(proof) => write!(
                f,
                "every promise kept: {} messages, {} of them acked, {} events told; the slowest caught up in {} ms",
                proof.messages,
                proof.acked,
                proof.told,
                proof.slowest.as_millis()
            ),
            Err(violations) => self.tell(violations, f),
        }
    }
}

impl Outcome {
    fn tell(&self, violations: &[Violation], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_promise: BTreeMap<_, Vec<&Violation>> = BTreeMap::new();
        for violation in violations {
            by_promise.entry(violation.promise).or_default().push(violation);
        }
        for broken in by_promise.values() {
            writeln!(f, "broken {} times, first:", broken.len())?;
            broken.first().map_or(Ok(()), |first| writeln!(f, "{first}"))?;
        }
        writeln!(f, "what broke when:")?;
        for (at, fault) in &self.faults {
            writeln!(f, "  {:>7} ms  {fault}", at.as_millis())?;
        }
        writeln!(f, "the end of the server's log:")?;
        self.log.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
