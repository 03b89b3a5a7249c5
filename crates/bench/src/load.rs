//! Rooms full of receivers, with one sender each.

use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use hearth_protocol::RoomId;
use tokio::task::LocalSet;

use crate::connection::{Connection, Tally, Watch, open_all};
use crate::{Crowd, Histogram, Meter, Target};

/// A server is quiet when it uses less than a hundredth of a processor.
const QUIET_STEP: Duration = Duration::from_millis(250);
const LONGEST_SETTLING: Duration = Duration::from_secs(20);
/// Nothing moves for so long: something is lost.
const STALLED_AFTER: Duration = Duration::from_secs(20);

/// How senders send.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As fast as answers come, with so many messages of a room on their way. A message is on its way until it is acked and every
    /// receiver has it.
    InFlight(u64),
    /// So many messages a second in each room. Latencies count from when a message was due.
    PerSecond(f64),
}

/// One run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Connections in all; room `i % rooms` has connection `i`, and the first of a room sends.
    pub connections: usize,
    /// How senders send.
    pub pace: Pace,
    /// Bytes of a message's content, about.
    pub bytes: usize,
    /// What is not counted.
    pub warm_up: Duration,
    /// What is.
    pub duration: Duration,
}

/// What a run came to.
#[derive(Clone)]
pub struct Outcome {
    /// Messages that reached receivers within the counted time.
    pub deliveries: u64,
    /// Messages that were acked within the counted time.
    pub acks: u64,
    /// The counted time.
    pub elapsed: Duration,
    /// What the server's process used of the processor within it.
    pub cpu: Option<Duration>,
    /// Send to receive.
    pub delivery: Histogram,
    /// Send to ack.
    pub ack: Histogram,
    /// All messages sent, warm-up and all.
    pub sent: u64,
    /// All deliveries, warm-up and all.
    pub delivered: u64,
}

impl Outcome {
    /// Deliveries a second.
    #[must_use]
    pub fn deliveries_per_second(&self) -> f64 {
        self.deliveries as f64 / self.elapsed.as_secs_f64()
    }

    /// Acks a second.
    #[must_use]
    pub fn acks_per_second(&self) -> f64 {
        self.acks as f64 / self.elapsed.as_secs_f64()
    }

    /// Microseconds of processor for each delivery.
    #[must_use]
    pub fn cpu_per_delivery(&self) -> Option<f64> {
        self.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / self.deliveries as f64)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deliveries > 0 {
            writeln!(f, "  deliveries/s     {:>12.0}", self.deliveries_per_second())?;
            if let Some(cpu) = self.cpu_per_delivery() {
                writeln!(f, "  CPU per delivery {cpu:>12.2} us")?;
            }
            writeln!(f, "  send to receive  {}", self.delivery)?;
        }
        writeln!(f, "  acks/s           {:>12.0}", self.acks_per_second())?;
        if let Some(cpu) = self.cpu {
            writeln!(
                f,
                "  CPU used         {:>12.0} %",
                cpu.as_secs_f64() / self.elapsed.as_secs_f64() * 100.0
            )?;
        }
        write!(f, "  send to ack      {}", self.ack)
    }
}

/// A room of a run.
struct Hall {
    room_id: RoomId,
    tally: Rc<Tally>,
    sender: Connection,
    receivers: u64,
    _others: Vec<Connection>,
}

/// Opens the connections, sends, and counts.
///
/// Errors: the server refused, lost or ended something.
pub async fn run(target: &Target, crowd: &mut Crowd, load: Load) -> Result<Outcome> {
    let opened = open_all(target, crowd.tokens(load.connections).await?).await?;
    let local = LocalSet::new();
    local.run_until(measure(target, &crowd.rooms, (load, opened))).await
}

async fn measure(
    target: &Target,
    rooms: &[RoomId],
    (load, opened): (Load, Vec<hearth_client::Opened>),
) -> Result<Outcome> {
    let watch = Watch::start();
    let halls = seat(target, rooms, (opened, watch)).await?;
    settle(target.meter).await?;
    let senders: Vec<_> = halls
        .iter()
        .map(|hall| tokio::task::spawn_local(send(Rc::clone(hall), watch, load)))
        .collect();

    tokio::time::sleep(load.warm_up).await;
    let total = |count: fn(&Tally) -> u64| halls.iter().map(|hall| count(&hall.tally)).sum::<u64>();
    let counts = || (total(|tally| tally.delivered.get()), total(|tally| tally.acked.get()));
    halls.iter().for_each(|hall| hall.tally.record_from.set(watch.nanos()));
    let (start, cpu, (delivered, acked)) = (Instant::now(), cpu_of(target)?, counts());
    tokio::time::sleep(load.duration).await;
    let (elapsed, cpu_end, (delivered_end, acked_end)) = (start.elapsed(), cpu_of(target)?, counts());

    let mut sent = 0;
    for sender in senders {
        sent += sender.await??;
    }
    let mut outcome = Outcome {
        deliveries: delivered_end - delivered,
        acks: acked_end - acked,
        elapsed,
        cpu: cpu_end.zip(cpu).map(|(end, start)| end - start),
        delivery: Histogram::default(),
        ack: Histogram::default(),
        sent,
        delivered: counts().0,
    };
    for hall in &halls {
        outcome.delivery.merge(&hall.tally.delivery.borrow());
        outcome.ack.merge(&hall.tally.ack.borrow());
    }
    Ok(outcome)
}

fn cpu_of(target: &Target) -> Result<Option<Duration>> {
    target.meter.map(|meter| Ok(meter.read()?.cpu)).transpose()
}

/// Gives every connection its room.
async fn seat(
    target: &Target,
    rooms: &[RoomId],
    (opened, watch): (Vec<hearth_client::Opened>, Watch),
) -> Result<Vec<Rc<Hall>>> {
    let tallies: Vec<Rc<Tally>> = rooms.iter().map(|_| Rc::default()).collect();
    let mut seats: Vec<Vec<Connection>> = rooms.iter().map(|_| Vec::new()).collect();
    for (at, opened) in opened.into_iter().enumerate() {
        let room = at % rooms.len();
        let connection = Connection::start(opened, Rc::clone(&tallies[room]), watch);
        if !target.has_accounts {
            connection.join(rooms[room]).await?;
        }
        seats[room].push(connection);
    }
    let mut halls = Vec::new();
    for ((room_id, tally), mut connections) in rooms.iter().zip(tallies).zip(seats) {
        if connections.is_empty() {
            bail!("there are more rooms than connections");
        }
        let sender = connections.swap_remove(0);
        halls.push(Rc::new(Hall {
            room_id: *room_id,
            tally,
            sender,
            receivers: connections.len() as u64,
            _others: connections,
        }));
    }
    Ok(halls)
}

/// Waits until what the opening caused is over.
pub(crate) async fn settle(meter: Option<Meter>) -> Result<()> {
    let Some(meter) = meter else {
        tokio::time::sleep(QUIET_STEP * 8).await;
        return Ok(());
    };
    let start = Instant::now();
    let mut before = meter.read()?.cpu;
    while start.elapsed() < LONGEST_SETTLING {
        tokio::time::sleep(QUIET_STEP).await;
        let cpu = meter.read()?.cpu;
        if cpu - before < QUIET_STEP / 100 {
            break;
        }
        before = cpu;
    }
    Ok(())
}

/// Sends into one room until the time is over and everything has arrived; says how many.
async fn send(hall: Rc<Hall>, watch: Watch, load: Load) -> Result<u64> {
    let end = watch.nanos() + nanos(load.warm_up + load.duration);
    let started = Instant::now();
    let mut sent: u64 = 0;
    loop {
        let due = match load.pace {
            Pace::InFlight(window) => {
                hall.wait_for(sent.saturating_sub(window.max(1) - 1)).await?;
                watch.nanos()
            }
            Pace::PerSecond(rate) => {
                let offset = Duration::from_secs_f64(sent as f64 / rate);
                tokio::time::sleep_until((started + offset).into()).await;
                watch.nanos() - nanos(started.elapsed().saturating_sub(offset))
            }
        };
        if due >= end {
            break;
        }
        hall.sender.send(hall.room_id, due, load.bytes).await?;
        sent += 1;
    }
    hall.wait_for(sent).await?;
    Ok(sent)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("a run is shorter than 500 years")
}

impl Hall {
    /// Waits until `messages` are acked and have reached every receiver.
    async fn wait_for(&self, messages: u64) -> Result<()> {
        loop {
            if let Some(fault) = self.tally.fault.borrow().as_ref() {
                bail!("{fault}");
            }
            let wanted = (messages, messages * self.receivers);
            if self.tally.has(wanted) {
                return Ok(());
            }
            self.tally.wanted.set(wanted);
            let changed = tokio::time::timeout(STALLED_AFTER, self.tally.changed.notified());
            if changed.await.is_err() {
                let (acked, delivered) = (self.tally.acked.get(), self.tally.delivered.get());
                bail!("of {messages} messages {acked} are acked, {delivered} delivered, and nothing moves");
            }
        }
    }
}
