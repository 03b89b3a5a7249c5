//! The log of one client while it is being written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use hearth_client::core::Delivery;
use hearth_client::{Client, Deliveries};
use hearth_protocol::{
    ClientMessageId, Message, RoomEvent, RoomId, SendMessage, Seq, StreamEvent, StreamId, UserEvent, UserId,
    UserSnapshot,
};

use crate::checker::{Entry, room_of};

/// Events that somebody was told already, so that the logs of many clients share one copy.
pub type Shared = Arc<Mutex<HashMap<(StreamId, Seq), Arc<StreamEvent>>>>;

/// What a client noted so far. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notes {
    user_id: UserId,
    noted: Arc<Mutex<Noted>>,
    shared: Shared,
}

#[derive(Debug, Default)]
struct Noted {
    entries: Vec<Entry>,
    /// The last seq told of each stream.
    heads: BTreeMap<StreamId, Seq>,
    /// Messages of its own that nothing was told of yet.
    waiting: HashSet<ClientMessageId>,
    is_live: bool,
}

impl Notes {
    /// An empty log of a user's device.
    #[must_use]
    pub fn new(user_id: UserId, shared: &Shared) -> Self {
        Self {
            user_id,
            noted: Arc::default(),
            shared: Arc::clone(shared),
        }
    }

    /// Puts a message into the outbox and notes it. False when the outbox is full or the client is over.
    pub fn write(&self, client: &Client, room_id: RoomId, content: String) -> bool {
        let mut noted = self.lock();
        // Under the lock, so that no answer can be noted before.
        let Ok(key) = client.send(room_id, content.clone()) else {
            return false;
        };
        noted.waiting.insert(key.clone());
        noted.entries.push(Entry::Wrote(SendMessage {
            room_id,
            content,
            kind: None,
            client_message_id: Some(key),
        }));
        true
    }

    /// Notes an answer.
    pub fn push(&self, entry: Entry) {
        self.lock().entries.push(entry);
    }

    /// Notes everything that a client delivers, until it is over.
    pub async fn take(self, mut deliveries: Deliveries) {
        while let Some(delivery) = deliveries.next().await {
            self.note(delivery);
        }
    }

    /// The last seq told of a room.
    #[must_use]
    pub fn head(&self, room_id: RoomId) -> Option<Seq> {
        self.lock().heads.get(&room_id.into()).copied()
    }

    /// Whether it is connected, knows what became of all its messages, and was told everything up to a snapshot and nothing newer.
    #[must_use]
    pub fn has_all_of(&self, fresh: &UserSnapshot) -> bool {
        let noted = self.lock();
        let reached = |stream: StreamId, seq: Seq| noted.heads.get(&stream) == Some(&seq);
        let has_rooms = fresh.rooms.iter().all(|room| reached(room.room.id.into(), room.seq));
        noted.is_live && noted.waiting.is_empty() && reached(fresh.me.id.into(), fresh.user_seq) && has_rooms
    }

    /// The finished log.
    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        std::mem::take(&mut self.lock().entries)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().expect("no holder panics")
    }

    fn note(&self, delivery: Delivery) {
        let mut noted = self.lock();
        match delivery {
            Delivery::Event(event) => self.note_event(&mut noted, event),
            Delivery::Saved(saved) => {
                // A message in a room that is not followed has no place.
                if let Some(head) = noted.heads.get_mut(&saved.room_id.into()) {
                    *head = saved.seq.max(*head);
                }
                if let Some(key) = &saved.client_message_id {
                    noted.waiting.remove(key);
                }
                noted.entries.push(Entry::Saved(saved));
            }
            Delivery::SendFailed(key, refusal) => {
                noted.waiting.remove(&key);
                noted.entries.push(Entry::Failed(key, refusal.code));
            }
            Delivery::User(user) => {
                let is_there =
                    |stream: &StreamId| user.rooms.iter().any(|room| StreamId::from(room.room.id) == *stream);
                noted.heads.retain(|stream, _| is_there(stream));
                noted.heads.insert(user.me.id.into(), user.user_seq);
                for room in &user.rooms {
                    noted.heads.entry(room.room.id.into()).or_insert(room.seq);
                }
                noted.entries.push(Entry::User(user));
            }
            Delivery::Reset(summary) => {
                noted.heads.insert(summary.room.id.into(), summary.seq);
                noted.entries.push(Entry::Reset(summary));
            }
            Delivery::Gone(stream) => {
                noted.heads.remove(&stream);
                noted.entries.push(Entry::Gone(stream));
            }
            Delivery::Live => noted.is_live = true,
            Delivery::Stale => noted.is_live = false,
            // Whoever is over never catches up, which is what the checker will say.
            Delivery::Ended(_) | Delivery::Signal(_) => {}
        }
    }

    fn note_event(&self, noted: &mut Noted, event: StreamEvent) {
        let (stream, seq) = match &event {
            StreamEvent::Room(event) => (room_of(event).into(), event.seq()),
            StreamEvent::User(event) => (self.user_id.into(), event.seq()),
        };
        noted.heads.insert(stream, seq);
        match &event {
            StreamEvent::User(UserEvent::RoomAdded(added)) => {
                noted.heads.insert(added.room.room.id.into(), added.room.seq);
            }
            StreamEvent::User(UserEvent::RoomRemoved(removed)) => {
                noted.heads.remove(&removed.room_id.into());
            }
            StreamEvent::Room(RoomEvent::ReceiveMessage(message)) => self.settle(noted, message),
            StreamEvent::Room(_) | StreamEvent::User(_) => {}
        }
        noted.entries.push(Entry::Event(self.share((stream, seq), event)));
    }

    fn settle(&self, noted: &mut Noted, message: &Message) {
        if message.sender.id == self.user_id
            && let Some(key) = &message.client_message_id
        {
            noted.waiting.remove(key);
        }
    }

    /// The copy of the others, when it is the same event.
    fn share(&self, place: (StreamId, Seq), event: StreamEvent) -> Arc<StreamEvent> {
        let mut shared = self.shared.lock().expect("no holder panics");
        let first = shared.entry(place).or_insert_with(|| Arc::new(event.clone()));
        if **first == event {
            Arc::clone(first)
        } else {
            Arc::new(event)
        }
    }
}
