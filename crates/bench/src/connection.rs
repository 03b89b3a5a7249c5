//! A connection that counts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use hearth_client::{Frames, Opened, open};
use hearth_protocol::RoomId;
use memchr::memmem;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::{Histogram, Target};

/// Connections being opened at once.
const AT_ONCE: usize = 64;
const READ_BYTES: usize = 256 * 1_024;

/// What all connections of a room count together.
pub(crate) struct Tally {
    /// Messages that receivers got; the sender's own do not come to it.
    pub delivered: Cell<u64>,
    /// Messages that were acked.
    pub acked: Cell<u64>,
    /// Acks and deliveries that a sender waits for; no wake for less, because there are many.
    pub wanted: Cell<(u64, u64)>,
    /// They are there, or there is a fault.
    pub changed: Notify,
    /// Send to receive.
    pub delivery: RefCell<Histogram>,
    /// Send to ack.
    pub ack: RefCell<Histogram>,
    /// Only what was sent from here on, in nanoseconds since the start, is recorded.
    pub record_from: Cell<u64>,
    /// The first thing that went wrong.
    pub fault: RefCell<Option<String>>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            delivered: Cell::default(),
            acked: Cell::default(),
            wanted: Cell::new((u64::MAX, u64::MAX)),
            changed: Notify::new(),
            delivery: RefCell::default(),
            ack: RefCell::default(),
            record_from: Cell::new(u64::MAX),
            fault: RefCell::default(),
        }
    }
}

impl Tally {
    /// Whether so much is counted.
    pub(crate) fn has(&self, (acked, delivered): (u64, u64)) -> bool {
        self.acked.get() >= acked && self.delivered.get() >= delivered
    }

    fn wake(&self) {
        if self.has(self.wanted.get()) {
            self.changed.notify_waiters();
        }
    }
}

/// The time of a run, in nanoseconds since its start.
#[derive(Clone, Copy)]
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn nanos(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).expect("a run is shorter than 500 years")
    }
}

/// An authenticated connection that reads by itself.
pub(crate) struct Connection {
    stream: Rc<TcpStream>,
    /// When each message that waits for its ack was sent, by ack number from `first_waiting` on.
    waiting: Rc<RefCell<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    first: u64,
    sent_at: std::collections::VecDeque<u64>,
}

/// Reads one connection and counts into its room's tally.
struct Reader {
    stream: Rc<TcpStream>,
    frames: Frames,
    waiting: Rc<RefCell<Waiting>>,
    tally: Rc<Tally>,
    watch: Watch,
}

/// Opens `count` connections, in order, `AT_ONCE` at a time.
pub(crate) async fn open_all(target: &Target, tokens: Vec<String>) -> Result<Vec<Opened>> {
    let mut opened = Vec::with_capacity(tokens.len());
    for batch in tokens.chunks(AT_ONCE) {
        let mut work = JoinSet::new();
        for (at, token) in batch.iter().cloned().enumerate() {
            let address = target.address.clone();
            work.spawn(async move { (at, open(&address, &token).await) });
        }
        let mut batch = Vec::with_capacity(AT_ONCE);
        while let Some(done) = work.join_next().await {
            let (at, connection) = done?;
            batch.push((at, connection.context("open a connection")?));
        }
        batch.sort_by_key(|(at, _)| *at);
        opened.extend(batch.into_iter().map(|(_, connection)| connection));
    }
    Ok(opened)
}

impl Connection {
    /// Starts reading, in a task of the current `LocalSet`.
    pub(crate) fn start(opened: Opened, tally: Rc<Tally>, watch: Watch) -> Self {
        let stream = Rc::new(opened.stream);
        let waiting = Rc::new(RefCell::default());
        let reader = Reader {
            stream: Rc::clone(&stream),
            // Events that came during the opening are not looked at: nothing was sent yet.
            frames: opened.wire.into_frames(),
            waiting: Rc::clone(&waiting),
            tally,
            watch,
        };
        tokio::task::spawn_local(reader.run());
        Self { stream, waiting }
    }

    /// Asks for the events of a room, which the peer wants to be asked for.
    pub(crate) async fn join(&self, room_id: RoomId) -> Result<()> {
        self.write(&format!("42[\"join_room\",\"{}\"]", room_id.0)).await
    }

    /// Sends a message that carries `sent_at` and is filled up to about `bytes`.
    pub(crate) async fn send(&self, room_id: RoomId, sent_at: u64, bytes: usize) -> Result<()> {
        let (ack, key) = {
            let mut waiting = self.waiting.borrow_mut();
            waiting.sent_at.push_back(sent_at);
            let number = waiting.first + waiting.sent_at.len() as u64 - 1;
            (number, uuid::Uuid::new_v4().simple().to_string())
        };
        let text = format!("{sent_at} ");
        let filling = "the quick brown fox jumps over the lazy dog ".chars().cycle();
        let filling: String = filling.take(bytes.saturating_sub(text.len() + 1)).collect();
        let room = room_id.0;
        let packet = format!(
            "42{ack}[\"send_message\",{{\"roomId\":\"{room}\",\"content\":\"{text}{filling}.\",\"clientMessageId\":\"{key}\"}}]"
        );
        self.write(&packet).await
    }

    async fn write(&self, packet: &str) -> Result<()> {
        write_text(&self.stream, packet).await
    }
}

async fn write_text(stream: &TcpStream, packet: &str) -> Result<()> {
    let frame = Frames::text(packet);
    let mut rest = frame.as_slice();
    while !rest.is_empty() {
        match stream.try_write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

thread_local! {
    /// All connections read into the same memory: only one reads at a time.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

impl Reader {
    async fn run(mut self) {
        if let Err(error) = self.read_on().await {
            self.tally.fault.borrow_mut().get_or_insert(format!("{error:#}"));
            self.tally.changed.notify_waiters();
        }
    }

    async fn read_on(&mut self) -> Result<()> {
        loop {
            self.stream.readable().await?;
            let wants_pong = BUFFER.with_borrow_mut(|buffer| match self.stream.try_read(buffer) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(count) => self.take(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(false),
                Err(error) => Err(error.into()),
            })?;
            if wants_pong {
                write_text(&self.stream, "3").await?;
            }
        }
    }

    /// Counts what the bytes hold; true when a heartbeat wants its answer.
    fn take(&mut self, mut bytes: &[u8]) -> Result<bool> {
        let now = self.watch.nanos();
        let mut wants_pong = false;
        let mut delivered = 0;
        while let Some(text) = self.frames.next_text(&mut bytes)? {
            if text.starts_with(b"42[\"receive_message\"") {
                delivered += 1;
                self.note_delivery(now, &text)?;
            } else if text.starts_with(b"43") {
                self.note_ack(now, &text)?;
            } else if text.as_ref() == b"2" {
                wants_pong = true;
            } else if text.starts_with(b"42[\"goodbye\"") || text.starts_with(b"42[\"error\"") {
                bail!("the server says {}", String::from_utf8_lossy(&text));
            }
        }
        if delivered > 0 {
            self.tally.delivered.set(self.tally.delivered.get() + delivered);
            self.tally.wake();
        }
        Ok(wants_pong)
    }

    fn note_delivery(&self, now: u64, text: &[u8]) -> Result<()> {
        let content = memmem::find(text, b"\"content\":\"").context("a message without content")?;
        let digits = text[content + 11..].iter().take_while(|byte| byte.is_ascii_digit());
        let sent_at = digits.fold(0, |sum: u64, digit| sum.wrapping_mul(10) + u64::from(digit - b'0'));
        if sent_at >= self.tally.record_from.get() {
            self.tally.delivery.borrow_mut().record(now.saturating_sub(sent_at));
        }
        Ok(())
    }

    /// Acks of one connection come in the order of its sends.
    fn note_ack(&self, now: u64, text: &[u8]) -> Result<()> {
        if memmem::find(text, b"\"error\":{").is_some() {
            bail!("refused: {}", String::from_utf8_lossy(text));
        }
        let mut waiting = self.waiting.borrow_mut();
        let sent_at = waiting.sent_at.pop_front().context("an ack that nobody waits for")?;
        if !text.starts_with(format!("43{}[", waiting.first).as_bytes()) {
            bail!("ack {} is missing", waiting.first);
        }
        waiting.first += 1;
        if sent_at >= self.tally.record_from.get() {
            self.tally.ack.borrow_mut().record(now.saturating_sub(sent_at));
        }
        self.tally.acked.set(self.tally.acked.get() + 1);
        self.tally.wake();
        Ok(())
    }
}
