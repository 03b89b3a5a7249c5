//! What a client that comes back decides: when to connect, what to ask for, what to send again, what to deliver.
//!
//! Sans-IO: call a `handle_*`, then [`Core::poll_output`] until `None`, then look at [`Core::poll_timeout`].
//!
//! ```text
//! waiting ──► connecting ──► live ──► waiting (lost, temporary goodbye)
//!    ▲            │  ▲         │
//!    └────────────┘  └─ refreshing ◄── (token not taken)
//!                          └──► ended (logged out, banned, the refresh token is not taken)
//! ```

mod cursors;
mod outbox;
mod output;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use hearth_protocol::{
    ClientMessageId, Goodbye, GoodbyeCode, MessageSaved, RoomEvent, RoomId, SendMessage, Seq, StreamEvent, StreamId,
    StreamPage, SyncResult, UserEvent,
};

use crate::Event;
use cursors::{Cursors, Place};
use outbox::Outbox;
pub use output::{Delivery, Ending, Output, Refreshed, Sent};

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Waiting { until: Instant },
    Connecting,
    Refreshing,
    Live,
    Ended,
}

/// The state of one client.
#[derive(Debug)]
pub struct Core {
    link: Link,
    /// Tries since the link was last live.
    tries: u32,
    /// The token was refreshed since the link was last live: a second refusal is no matter of age.
    has_refreshed: bool,
    /// What a temporary goodbye asked for.
    wait: Option<Duration>,
    is_syncing: bool,
    /// When the live connection's token should be replaced.
    renew_at: Option<Instant>,
    /// A `sync` failed; the next one waits until then.
    sync_at: Option<Instant>,
    is_stale: bool,
    cursors: Cursors,
    outbox: Outbox,
    random: u64,
    outputs: VecDeque<Output>,
}

impl Core {
    /// A client that connects at once with a token that lasts for `lasts`; `seed` is random and spreads the tries of many clients.
    #[must_use]
    pub fn new(now: Instant, lasts: Duration, seed: u64) -> Self {
        let mut core = Self {
            link: Link::Waiting { until: now },
            tries: 0,
            has_refreshed: false,
            wait: None,
            is_syncing: false,
            renew_at: Some(renewal(now, lasts)),
            sync_at: None,
            is_stale: true,
            cursors: Cursors::default(),
            outbox: Outbox::default(),
            random: seed,
            outputs: VecDeque::new(),
        };
        core.handle_timeout(now);
        core
    }

    /// Starts a stream after `seq`, as known from a snapshot or an earlier run.
    pub fn handle_known(&mut self, stream: StreamId, seq: Seq) {
        self.cursors.start(stream, seq);
    }

    /// The application wrote a message with a key of its own; it is refused when too many wait already.
    pub fn handle_written(&mut self, now: Instant, message: SendMessage) {
        let id = message.client_message_id.clone();
        if let (Err(refusal), Some(id)) = (self.outbox.push(message), id) {
            self.deliver(Delivery::SendFailed(id, refusal));
        }
        self.send_due(now);
    }

    /// The connection is open and authenticated.
    pub fn handle_connected(&mut self, now: Instant) {
        if self.link != Link::Connecting {
            return;
        }
        self.link = Link::Live;
        self.tries = 0;
        self.has_refreshed = false;
        self.is_syncing = false;
        self.sync_at = None;
        self.cursors.ask_all();
        self.sync_on();
        self.send_due(now);
    }

    /// The connection could not be opened.
    pub fn handle_unreachable(&mut self, now: Instant) {
        if self.link == Link::Connecting {
            self.wait_to_connect(now);
        }
    }

    /// The connection was refused for its token.
    pub fn handle_unauthenticated(&mut self) {
        if self.link == Link::Connecting {
            self.refresh();
        }
    }

    /// The answer to [`Output::Refresh`].
    pub fn handle_refreshed(&mut self, now: Instant, refreshed: Refreshed) {
        if self.link != Link::Refreshing {
            return;
        }
        match refreshed {
            Refreshed::For(lasts) => {
                self.renew_at = Some(renewal(now, lasts));
                self.connect();
            }
            Refreshed::Never => self.end(Ending::LoggedOut),
            Refreshed::NotNow => {
                self.has_refreshed = false;
                self.wait_to_connect(now);
            }
        }
    }

    /// The answer to [`Output::Renew`]: how long the new token lasts; `None` when it did not work, which is tried again.
    pub fn handle_renewed(&mut self, now: Instant, lasts: Option<Duration>) {
        self.renew_at = Some(lasts.map_or(now + LONGEST_WAIT, |lasts| renewal(now, lasts)));
    }

    /// The connection has ended.
    pub fn handle_lost(&mut self, now: Instant) {
        if self.link != Link::Live {
            return;
        }
        self.outbox.handle_lost();
        self.is_syncing = false;
        self.become_stale();
        self.wait_to_connect(now);
    }

    /// The server told something.
    pub fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Room(event) => self.handle_stream_event(StreamEvent::Room(event)),
            Event::User(event) => self.handle_stream_event(StreamEvent::User(event)),
            Event::MessageSaved(saved) => self.handle_saved(saved),
            Event::Signal(signal) => self.deliver(Delivery::Signal(signal)),
            Event::Goodbye(goodbye) => self.handle_goodbye(&goodbye),
            Event::JoinedRoom(_) | Event::Refused(_) | Event::Other { .. } => {}
        }
        self.send_due(now);
    }

    /// The answer to [`Output::Send`] of this number.
    pub fn handle_sent(&mut self, now: Instant, number: u64, sent: Sent) {
        match sent {
            Sent::Saved(saved) => self.handle_stored(&saved),
            Sent::Refused(refusal) => {
                let wait = self.jitter(FIRST_WAIT);
                if let Some(id) = self.outbox.handle_refused((now, wait), number, &refusal) {
                    self.deliver(Delivery::SendFailed(id, refusal));
                }
            }
            Sent::Unanswered => self.outbox.handle_unanswered(number),
        }
        self.send_due(now);
    }

    /// The answer to [`Output::Sync`]; `None` when there was none.
    pub fn handle_synced(&mut self, now: Instant, result: Option<SyncResult>) {
        if self.link != Link::Live || !std::mem::take(&mut self.is_syncing) {
            return;
        }
        let Some(result) = result else {
            self.cursors.ask_all();
            self.sync_at = Some(now + self.jitter(LONGEST_WAIT / 10));
            return;
        };
        let mut pages = result.streams;
        // The user's own stream says from where on a room is followed, so it goes before the rooms.
        if let Some(user) = self.cursors.user()
            && let Some(page) = pages.remove(&user)
        {
            self.handle_page(user, page);
        }
        for (stream, page) in pages {
            self.handle_page(stream, page);
        }
        if let Some(snapshot) = result.user {
            self.cursors.take_user(&snapshot);
            self.deliver(Delivery::User(Box::new(snapshot)));
            self.deliver_skipped();
        }
        self.sync_on();
        self.send_due(now);
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Link::Waiting { until } = self.link
            && now >= until
        {
            self.connect();
        }
        if self.link == Link::Live && self.renew_at.is_some_and(|at| now >= at) {
            self.renew_at = None;
            self.outputs.push_back(Output::Renew);
        }
        if self.sync_at.is_some_and(|at| now >= at) {
            self.sync_at = None;
            self.sync_on();
        }
        self.send_due(now);
    }

    /// What to do next; call until `None` after every input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Core::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.link {
            Link::Waiting { until } => Some(until),
            Link::Live => {
                let times = [self.outbox.poll_timeout(), self.sync_at, self.renew_at];
                times.into_iter().flatten().min()
            }
            Link::Connecting | Link::Refreshing | Link::Ended => None,
        }
    }

    /// The last seq that was delivered of a stream.
    #[must_use]
    pub fn cursor(&self, stream: StreamId) -> Option<Seq> {
        self.cursors.get(stream)
    }

    /// Whether no message waits to be sent or answered.
    #[must_use]
    pub fn is_all_sent(&self) -> bool {
        self.outbox.is_empty()
    }

    fn handle_stream_event(&mut self, event: StreamEvent) {
        let (stream, seq) = match &event {
            StreamEvent::Room(event) => (room_of(event).into(), event.seq()),
            StreamEvent::User(event) => match self.cursors.user() {
                Some(user) => (user, event.seq()),
                None => return self.cursors.note_early_user(event.seq()),
            },
        };
        match self.cursors.place(stream, seq) {
            Place::Next => {
                self.cursors.advance(stream, seq);
                self.note(&event);
                let is_removal = matches!(event, StreamEvent::User(UserEvent::RoomRemoved(_)));
                self.deliver(Delivery::Event(event));
                if is_removal {
                    self.deliver_skipped();
                }
            }
            Place::Seen => {}
            Place::AfterGap => self.handle_gap(stream, seq),
        }
    }

    /// The sender's connection is told of its own message in place of the event.
    fn handle_saved(&mut self, saved: MessageSaved) {
        let stream: StreamId = saved.room_id.into();
        match self.cursors.place(stream, saved.seq) {
            Place::Next => {
                self.cursors.advance(stream, saved.seq);
                self.settle(saved.client_message_id.as_ref());
                self.deliver(Delivery::Saved(saved));
            }
            Place::Seen => self.handle_stored(&saved),
            Place::AfterGap => {
                self.handle_stored(&saved);
                self.handle_gap(stream, saved.seq);
            }
        }
    }

    /// A message of ours is on disk; its place in the stream may already be delivered, or skipped by a reset.
    fn handle_stored(&mut self, saved: &MessageSaved) {
        self.outbox.mark_stored(saved);
        self.deliver_skipped();
    }

    /// Tells of messages on disk whose place will not be delivered any more: it was skipped, or the room is no longer followed.
    fn deliver_skipped(&mut self) {
        if self.cursors.user().is_none() {
            return;
        }
        let cursors = &self.cursors;
        let is_skipped = |saved: &MessageSaved| cursors.get(saved.room_id.into()).is_none_or(|seq| saved.seq <= seq);
        for saved in self.outbox.take_skipped(is_skipped) {
            self.deliver(Delivery::Saved(saved));
        }
    }

    fn handle_gap(&mut self, stream: StreamId, seq: Seq) {
        self.cursors.note_gap(stream, seq);
        self.become_stale();
        self.sync_on();
    }

    /// What an event means for the state in here.
    fn note(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::Room(RoomEvent::ReceiveMessage(message)) => {
                // Anyone may choose any key, so that of somebody else's message says nothing of ours.
                if self.cursors.user() == Some(message.sender.id.into()) {
                    self.settle(message.client_message_id.as_ref());
                }
            }
            StreamEvent::User(UserEvent::RoomAdded(added)) => {
                self.cursors.start(added.room.room.id.into(), added.room.seq);
            }
            StreamEvent::User(UserEvent::RoomRemoved(removed)) => self.cursors.forget(removed.room_id.into()),
            StreamEvent::Room(_) | StreamEvent::User(_) => {}
        }
    }

    /// The place of a message is being delivered: it is no longer on its way.
    fn settle(&mut self, id: Option<&ClientMessageId>) {
        if let Some(id) = id {
            self.outbox.remove(id);
        }
    }

    fn handle_page(&mut self, stream: StreamId, page: StreamPage) {
        if page.gone {
            return self.handle_gone(stream);
        }
        if page.reset {
            let Some(summary) = page.summary else { return };
            self.cursors.start(stream, summary.seq);
            self.deliver(Delivery::Reset(summary));
            return self.deliver_skipped();
        }
        for event in page.events {
            let added = match &event {
                StreamEvent::User(UserEvent::RoomAdded(added)) => Some(added.room.room.id),
                _ => None,
            };
            self.handle_stream_event(event);
            // Its summary is as old as the event: what came since was told to nobody here.
            if let Some(room_id) = added {
                self.cursors.ask(room_id.into());
            }
        }
        if page.more {
            self.cursors.ask(stream);
        }
    }

    /// The answer may be older than a live event that let the user in again, so a fresh snapshot has the last word.
    fn handle_gone(&mut self, stream: StreamId) {
        if self.cursors.get(stream).is_some() {
            self.cursors.forget(stream);
            self.cursors.ask_snapshot();
            self.deliver(Delivery::Gone(stream));
            self.deliver_skipped();
        }
    }

    fn handle_goodbye(&mut self, goodbye: &Goodbye) {
        if self.link != Link::Live {
            return;
        }
        if goodbye.temporary {
            // The connection is about to be lost.
            self.wait = goodbye.reconnect_after_ms.map(Duration::from_millis);
        } else if goodbye.code == GoodbyeCode::TokenExpired {
            self.outbox.handle_lost();
            self.is_syncing = false;
            self.become_stale();
            self.refresh();
        } else {
            self.end(Ending::Goodbye(goodbye.code));
        }
    }

    /// Asks for what is missing, or notes that nothing is.
    fn sync_on(&mut self) {
        if self.is_syncing || self.sync_at.is_some() || self.link != Link::Live {
            return;
        }
        match self.cursors.next_question() {
            Some(sync) => {
                self.is_syncing = true;
                self.outputs.push_back(Output::Sync(sync));
            }
            None if self.is_stale => {
                self.is_stale = false;
                self.deliver(Delivery::Live);
            }
            None => {}
        }
    }

    fn send_due(&mut self, now: Instant) {
        if self.link == Link::Live {
            while let Some((number, message)) = self.outbox.poll_due(now) {
                self.outputs.push_back(Output::Send(number, message));
            }
        }
    }

    fn become_stale(&mut self) {
        if !self.is_stale {
            self.is_stale = true;
            self.deliver(Delivery::Stale);
        }
    }

    fn connect(&mut self) {
        self.link = Link::Connecting;
        self.outputs.push_back(Output::Connect);
    }

    /// One refresh for each time the token is not taken: a fresh one that is refused will not get better.
    fn refresh(&mut self) {
        if std::mem::replace(&mut self.has_refreshed, true) {
            return self.end(Ending::LoggedOut);
        }
        self.link = Link::Refreshing;
        self.outputs.push_back(Output::Refresh);
    }

    fn wait_to_connect(&mut self, now: Instant) {
        let longest = FIRST_WAIT.saturating_mul(1 << self.tries.min(10)).min(LONGEST_WAIT);
        self.tries += 1;
        let wait = self.wait.take().unwrap_or(longest);
        let until = now + self.jitter(wait);
        self.link = Link::Waiting { until };
    }

    fn end(&mut self, ending: Ending) {
        self.link = Link::Ended;
        self.become_stale();
        self.deliver(Delivery::Ended(ending));
    }

    fn deliver(&mut self, delivery: Delivery) {
        self.outputs.push_back(Output::Deliver(delivery));
    }

    /// Between a half of `longest` and all of it.
    fn jitter(&mut self, longest: Duration) -> Duration {
        // xorshift64; zero is its one fixed point.
        let mut random = self.random.max(1);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.random = random;
        let part = u32::try_from(random % 1_024).expect("below 1,024");
        longest / 2 + longest * part / 2_048
    }
}

/// A token is replaced when a fifth of its life is left.
fn renewal(now: Instant, lasts: Duration) -> Instant {
    now + lasts * 4 / 5
}

fn room_of(event: &RoomEvent) -> RoomId {
    match event {
        RoomEvent::RoomCreated(change) | RoomEvent::RoomUpdated(change) => change.room_id,
        RoomEvent::MemberJoined(change) | RoomEvent::MemberUpdated(change) => change.room_id,
        RoomEvent::MemberLeft(left) => left.room_id,
        RoomEvent::ReceiveMessage(message) => message.room_id,
    }
}
