//! Which seq of each stream was delivered, and of which streams something may be missing.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::{Seq, StreamId, Sync, UserSnapshot};

/// Where an event stands against what was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The next one.
    Next,
    /// Delivered before.
    Seen,
    /// Something in between is missing, or the stream is not followed (yet).
    AfterGap,
}

#[derive(Debug, Default)]
pub(super) struct Cursors {
    user: Option<StreamId>,
    delivered: BTreeMap<StreamId, Seq>,
    /// Streams to ask about.
    wanted: BTreeSet<StreamId>,
    wants_user: bool,
    wants_snapshot: bool,
    /// What came before the first snapshot, by its latest seq: asked for after it.
    early: BTreeMap<StreamId, Seq>,
    /// The same for the user's own stream, whose id is not known then.
    early_user: Option<Seq>,
}

impl Cursors {
    /// The user's own stream, once known.
    pub(super) fn user(&self) -> Option<StreamId> {
        self.user
    }

    pub(super) fn get(&self, stream: StreamId) -> Option<Seq> {
        self.delivered.get(&stream).copied()
    }

    /// Goes on after `seq`, whatever was before.
    pub(super) fn start(&mut self, stream: StreamId, seq: Seq) {
        self.delivered.insert(stream, seq);
    }

    pub(super) fn start_if_new(&mut self, stream: StreamId, seq: Seq) {
        self.delivered.entry(stream).or_insert(seq);
    }

    pub(super) fn advance(&mut self, stream: StreamId, seq: Seq) {
        self.delivered.insert(stream, seq);
    }

    pub(super) fn forget(&mut self, stream: StreamId) {
        self.delivered.remove(&stream);
        self.wanted.remove(&stream);
    }

    pub(super) fn place(&self, stream: StreamId, seq: Seq) -> Place {
        match self.delivered.get(&stream) {
            Some(delivered) if seq <= *delivered => Place::Seen,
            Some(delivered) if seq == delivered.next() => Place::Next,
            Some(_) | None => Place::AfterGap,
        }
    }

    /// An event of a stream after a gap. Where a room that is not followed begins, only a snapshot knows.
    pub(super) fn note_gap(&mut self, stream: StreamId, seq: Seq) {
        if self.delivered.contains_key(&stream) {
            return self.ask(stream);
        }
        let early = self.early.entry(stream).or_default();
        *early = seq.max(*early);
        if self.user.is_some() {
            self.ask_snapshot();
        }
    }

    /// Asks for a fresh snapshot of the user's own.
    pub(super) fn ask_snapshot(&mut self) {
        self.wants_snapshot = true;
    }

    /// An event of the user's own stream before the first snapshot.
    pub(super) fn note_early_user(&mut self, seq: Seq) {
        self.early_user = self.early_user.max(Some(seq));
    }

    pub(super) fn ask(&mut self, stream: StreamId) {
        if self.user == Some(stream) {
            self.wants_user = true;
        } else if self.delivered.contains_key(&stream) {
            self.wanted.insert(stream);
        }
    }

    pub(super) fn ask_all(&mut self) {
        self.wants_user = true;
        let user = self.user;
        let rooms = self.delivered.keys().copied().filter(|stream| Some(*stream) != user);
        self.wanted = rooms.collect();
    }

    /// Takes over what a snapshot knows. Rooms that are followed already are caught up by their own pages.
    pub(super) fn take_user(&mut self, snapshot: &UserSnapshot) {
        let user = StreamId::from(snapshot.me.id);
        self.user = Some(user);
        self.delivered.insert(user, snapshot.user_seq);
        let rooms: BTreeMap<StreamId, Seq> = snapshot
            .rooms
            .iter()
            .map(|summary| (summary.room.id.into(), summary.seq))
            .collect();
        self.delivered
            .retain(|stream, _| *stream == user || rooms.contains_key(stream));
        for (room, seq) in rooms {
            self.start_if_new(room, seq);
        }
        self.ask_for_early(snapshot.user_seq, user);
    }

    /// The next question, with at most [`Sync::MAX_CURSORS`]; `None` when nothing is missing.
    ///
    /// The user's own cursor is in every other one, because without it the server sends the whole snapshot.
    pub(super) fn next_question(&mut self) -> Option<Sync> {
        let wants_snapshot = std::mem::take(&mut self.wants_snapshot);
        if !std::mem::take(&mut self.wants_user) && !wants_snapshot && self.wanted.is_empty() {
            return None;
        }
        let user = self.user.filter(|_| !wants_snapshot);
        let mut cursors: BTreeMap<StreamId, Seq> = BTreeMap::new();
        cursors.extend(user.and_then(|user| Some((user, self.get(user)?))));
        while cursors.len() < Sync::MAX_CURSORS
            && let Some(stream) = self.wanted.pop_first()
        {
            cursors.extend(self.get(stream).map(|seq| (stream, seq)));
        }
        Some(Sync { cursors })
    }

    fn ask_for_early(&mut self, user_seq: Seq, user: StreamId) {
        if self.early_user.take().is_some_and(|early| early > user_seq) {
            self.ask(user);
        }
        for (stream, early) in std::mem::take(&mut self.early) {
            if self.get(stream).is_none_or(|delivered| early > delivered) {
                // A room that the snapshot does not know was joined after it; the user's own stream tells.
                self.ask(if self.get(stream).is_some() { stream } else { user });
            }
        }
    }
}
