//! Proves, from what everybody noted, that the promise of docs/protocol.md §8 was kept. Pure: no clock, task or socket.
//!
//! [`History`] is what a run leaves behind: the log of every client, and what the server holds in the end. [`check`] reads it and
//! names each [`Violation`] with the part of the history that shows it.
//!
//! A new kind of event needs a line in `model.rs` when it changes a room's summary or members; the other checks look at every event alike.

mod client;
mod model;
mod record;
mod story;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hearth_protocol::{
    ClientMessageId, ErrorCode, Message, MessageSaved, ReadCursor, RoomEvent, RoomId, RoomSnapshot, RoomSummary,
    SendMessage, Seq, StreamEvent, StreamId, UserEvent, UserId, UserSnapshot,
};

/// Everything that is known of a run.
#[derive(Debug, Clone)]
pub struct History {
    /// What the server holds of each room.
    pub rooms: BTreeMap<RoomId, RoomRecord>,
    /// What each client noted.
    pub clients: Vec<ClientLog>,
    /// How long a client may take to catch up once nothing is broken any more.
    pub catch_up_within: Duration,
}

/// A room as the server tells it.
#[derive(Debug, Clone)]
pub struct RoomRecord {
    /// Its stream from seq 1 on, fetched bit by bit while the run went on: what was told once must stay.
    pub events: Vec<RoomEvent>,
    /// Its messages over REST in the end.
    pub messages: Vec<Message>,
    /// A fresh snapshot in the end.
    pub snapshot: RoomSnapshot,
}

/// What one client did and was told, in order.
#[derive(Debug, Clone)]
pub struct ClientLog {
    /// Who, for people.
    pub name: String,
    /// Whose device it is.
    pub user_id: UserId,
    /// What happened.
    pub entries: Vec<Entry>,
    /// Time from the end of all faults until it had everything; `None` when it never did.
    pub caught_up_after: Option<Duration>,
    /// What the server says that this user has in the end.
    pub fresh: UserSnapshot,
}

/// One thing that a client did or was told.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Put a message into its outbox.
    Wrote(SendMessage),
    /// Was told that a message of its own is on disk.
    Saved(MessageSaved),
    /// Was told that a message of its own is refused for good.
    Failed(ClientMessageId, ErrorCode),
    /// Was told an event.
    Event(Arc<StreamEvent>),
    /// Was given the state of the user's own.
    User(Box<UserSnapshot>),
    /// Was told to go on after this summary.
    Reset(Box<RoomSummary>),
    /// Was told that a stream is not the user's any more.
    Gone(StreamId),
    /// Was answered that a room has this name now.
    Renamed(RoomId, String),
    /// Was answered that the read cursor of a room is here.
    Read(RoomId, ReadCursor),
}

/// The sentences of docs/protocol.md §8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// P1.
    AckedIsKept,
    /// P2.
    Once,
    /// P3.
    NothingInvented,
    /// P4.
    Gapless,
    /// P5.
    SameForAll,
    /// P6.
    OwnOrder,
    /// P7.
    CaughtUp,
    /// P8.
    ModelIsSnapshot,
}

impl Promise {
    /// Its sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AckedIsKept => "P1: what was acked stays",
            Self::Once => "P2: every message is there once",
            Self::NothingInvented => "P3: nothing is there that nobody did",
            Self::Gapless => "P4: every stream is told without a gap and without a repeat",
            Self::SameForAll => "P5: everyone is told the same",
            Self::OwnOrder => "P6: a sender's messages keep their order",
            Self::CaughtUp => "P7: everyone catches up in time",
            Self::ModelIsSnapshot => "P8: snapshot and later events make the new snapshot",
        }
    }
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which one.
    pub promise: Promise,
    /// What happened, in one sentence.
    pub what: String,
    /// The part of the history that shows it, a line each.
    pub story: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -- broken", self.promise.sentence())?;
        writeln!(f, "  {}", self.what)?;
        self.story.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// How much a clean run proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proof {
    /// Messages in history.
    pub messages: usize,
    /// Messages whose sender was told that they are on disk.
    pub acked: usize,
    /// Events of rooms and users that were told, over all clients.
    pub told: usize,
    /// The slowest client's time to catch up.
    pub slowest: Duration,
}

/// Checks every promise.
///
/// Errors: all violations, those of the rooms first and then client by client.
pub fn check(history: &History) -> Result<Proof, Vec<Violation>> {
    let mut check = Check::new(history);
    for room in history.rooms.values() {
        record::check(&mut check, room);
    }
    for log in &history.clients {
        client::check(&mut check, log);
    }
    if check.violations.is_empty() {
        Ok(check.proof)
    } else {
        Err(check.violations)
    }
}

/// A check that goes on.
struct Check<'h> {
    history: &'h History,
    /// Who wrote what, by its key.
    written: HashMap<&'h ClientMessageId, (UserId, &'h SendMessage)>,
    /// The events of users, as the first device told them.
    user_events: HashMap<(UserId, Seq), &'h UserEvent>,
    violations: Vec<Violation>,
    proof: Proof,
}

impl<'h> Check<'h> {
    fn new(history: &'h History) -> Self {
        let written = history.clients.iter().flat_map(|log| {
            log.entries.iter().filter_map(|entry| match entry {
                Entry::Wrote(message) => Some((message.client_message_id.as_ref()?, (log.user_id, message))),
                _ => None,
            })
        });
        Self {
            history,
            written: written.collect(),
            user_events: HashMap::new(),
            violations: Vec::new(),
            proof: Proof::default(),
        }
    }

    fn broken(&mut self, promise: Promise, what: String, story: Vec<String>) {
        self.violations.push(Violation { promise, what, story });
    }
}

/// Whose stream an event belongs to.
pub(crate) fn room_of(event: &RoomEvent) -> RoomId {
    match event {
        RoomEvent::RoomCreated(change) | RoomEvent::RoomUpdated(change) => change.room_id,
        RoomEvent::MemberJoined(change) | RoomEvent::MemberUpdated(change) => change.room_id,
        RoomEvent::MemberLeft(left) => left.room_id,
        RoomEvent::ReceiveMessage(message) => message.room_id,
    }
}
