//! Messages on their way: of each room one at a time, so that they arrive in the order they were written.

use std::time::{Duration, Instant};

use hearth_protocol::{ClientMessageId, ErrorCode, MessageSaved, Refusal, RoomId, SendMessage};

/// Messages that may wait.
const MAX_WAITING: usize = 10_000;
/// Temporary refusals, rate limits excepted, after which a message is given up.
const MAX_REFUSALS: u32 = 8;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: Vec<Entry>,
    next_number: u64,
}

#[derive(Debug)]
struct Entry {
    message: SendMessage,
    state: State,
    refusals: u32,
}

/// ```text
/// waiting ──► sending ──► stored ──► (removed when its place in the stream is delivered)
///    ▲           │
///    └───────────┘ no answer, or refused for now
/// ```
#[derive(Debug)]
enum State {
    Waiting { not_before: Option<Instant> },
    Sending { number: u64 },
    Stored(MessageSaved),
}

impl Outbox {
    /// Puts a message at the end.
    ///
    /// Errors: too many wait, or the message has no key of its own.
    pub(super) fn push(&mut self, message: SendMessage) -> Result<(), Refusal> {
        let is_known = self.find(message.client_message_id.as_ref()).is_some();
        if message.client_message_id.is_none() || is_known {
            return Err(refusal(ErrorCode::Invalid, "A message needs a key of its own."));
        }
        if self.entries.len() >= MAX_WAITING {
            return Err(refusal(ErrorCode::Unavailable, "Too many messages wait to be sent."));
        }
        self.entries.push(Entry {
            message,
            state: State::Waiting { not_before: None },
            refusals: 0,
        });
        Ok(())
    }

    /// The next message to emit, with the number under which its answer comes.
    pub(super) fn poll_due(&mut self, now: Instant) -> Option<(u64, SendMessage)> {
        let number = self.next_number;
        let at = self.heads().find(|at| {
            matches!(self.entries[*at].state, State::Waiting { not_before } if not_before.is_none_or(|time| time <= now))
        })?;
        let entry = &mut self.entries[at];
        entry.state = State::Sending { number };
        self.next_number += 1;
        Some((number, entry.message.clone()))
    }

    /// When a message that was refused for now is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let not_before = |at: usize| match self.entries[at].state {
            State::Waiting { not_before } => not_before,
            State::Sending { .. } | State::Stored(_) => None,
        };
        self.heads().filter_map(not_before).min()
    }

    /// It is on disk, and its place in the stream is still to be delivered.
    pub(super) fn mark_stored(&mut self, saved: &MessageSaved) {
        if let Some(at) = self.find(saved.client_message_id.as_ref()) {
            self.entries[at].state = State::Stored(saved.clone());
        }
    }

    /// Its place in the stream was delivered; false when it was not here.
    pub(super) fn remove(&mut self, id: &ClientMessageId) -> bool {
        let found = self.find(Some(id));
        if let Some(at) = found {
            self.entries.remove(at);
        }
        found.is_some()
    }

    /// Takes out the stored messages whose place is skipped.
    pub(super) fn take_skipped(&mut self, is_skipped: impl Fn(&MessageSaved) -> bool) -> Vec<MessageSaved> {
        let is_out = |entry: &mut Entry| matches!(&entry.state, State::Stored(saved) if is_skipped(saved));
        let saved = self
            .entries
            .extract_if(.., is_out)
            .filter_map(|entry| match entry.state {
                State::Stored(saved) => Some(saved),
                State::Waiting { .. } | State::Sending { .. } => None,
            });
        saved.collect()
    }

    /// Every answer that was awaited is lost.
    pub(super) fn handle_lost(&mut self) {
        for entry in &mut self.entries {
            if matches!(entry.state, State::Sending { .. }) {
                entry.state = State::Waiting { not_before: None };
            }
        }
    }

    /// No answer in time: the same message goes again.
    pub(super) fn handle_unanswered(&mut self, number: u64) {
        if let Some(at) = self.sending(number) {
            self.entries[at].state = State::Waiting { not_before: None };
        }
    }

    /// Refused: `Some` when for good, and then the message is out. `wait` is the first of growing pauses.
    pub(super) fn handle_refused(
        &mut self,
        (now, wait): (Instant, Duration),
        number: u64,
        refusal: &Refusal,
    ) -> Option<ClientMessageId> {
        let at = self.sending(number)?;
        let entry = &mut self.entries[at];
        let is_limited = refusal.code == ErrorCode::RateLimited;
        entry.refusals += u32::from(!is_limited);
        if !refusal.temporary || entry.refusals >= MAX_REFUSALS {
            return self.entries.remove(at).message.client_message_id;
        }
        let wait = wait * (1 << entry.refusals.min(6));
        let told = refusal.retry_after_ms.map(Duration::from_millis);
        let not_before = Some(now + told.map_or(wait, |told| told.max(Duration::from_millis(1))));
        entry.state = State::Waiting { not_before };
        None
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Of each room the first message that is not on disk yet.
    fn heads(&self) -> impl Iterator<Item = usize> {
        let mut rooms: Vec<RoomId> = Vec::new();
        self.entries.iter().enumerate().filter_map(move |(at, entry)| {
            let room_id = entry.message.room_id;
            if matches!(entry.state, State::Stored(_)) || rooms.contains(&room_id) {
                return None;
            }
            rooms.push(room_id);
            Some(at)
        })
    }

    fn sending(&self, number: u64) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| matches!(entry.state, State::Sending { number: awaited } if awaited == number))
    }

    fn find(&self, id: Option<&ClientMessageId>) -> Option<usize> {
        id?;
        self.entries
            .iter()
            .position(|entry| entry.message.client_message_id.as_ref() == id)
    }
}

fn refusal(code: ErrorCode, message: &str) -> Refusal {
    Refusal {
        code,
        message: message.to_owned(),
        temporary: code.is_temporary(),
        retry_after_ms: None,
        fields: std::collections::BTreeMap::new(),
    }
}
