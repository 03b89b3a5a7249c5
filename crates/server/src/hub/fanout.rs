//! The fan-out thread: who is connected, who listens to which room, and the writing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hearth_protocol::{GoodbyeCode, RoomEvent, RoomId, SessionId, Signal, UserId};
use hearth_sio::Frame;
use slab::Slab;

use super::encode::{goodbye, room_event_frame, saved_frame, tagged_frame};
use super::queue::{Input, Queue};
use super::{Attachment, OnOffline};
use crate::clock::Clock;
use crate::events::Announcement;
use crate::socket::{ConnectionId, Link, Pushed};

/// Inputs handled between two flushes: well below the frames a link may queue, so a burst cuts no healthy reader off.
const ROUND: usize = 128;

/// Where a connected user stands in the table. Rooms list these, so that a broadcast hashes nothing but the room's id.
type Slot = usize;

/// From how many connections on a flush is worth gathering for.
const LARGE_AUDIENCE: usize = 100;

/// Longest time that frames are gathered while an audience is busy.
const MAX_GATHERING: Duration = Duration::from_millis(10);

/// A connected user. Rooms are kept per user, not per connection: all devices hear the same.
struct Online {
    connections: Vec<Connection>,
    rooms: Rooms,
    /// The last round in which a signal for several rooms reached this user.
    reached: u64,
}

struct Connection {
    link: Arc<Link>,
    session_id: SessionId,
}

/// What a user listens to.
enum Rooms {
    /// The list is being read; these changes (joined or left) were committed meanwhile and are applied on top of it.
    Reading(Vec<(RoomId, bool)>),
    /// Known, and kept up to date.
    Known(HashSet<RoomId>),
}

pub(super) struct Fanout {
    users: Slab<Online>,
    slots: HashMap<UserId, Slot>,
    rooms: HashMap<RoomId, Vec<Slot>>,
    dirty: Vec<Arc<Link>>,
    reaches: u64,
    online: Arc<RwLock<HashSet<UserId>>>,
    clock: Clock,
    on_offline: OnOffline,
}

impl Fanout {
    pub(super) fn new(online: Arc<RwLock<HashSet<UserId>>>, clock: Clock, on_offline: OnOffline) -> Self {
        Self {
            users: Slab::new(),
            slots: HashMap::new(),
            rooms: HashMap::new(),
            dirty: Vec::new(),
            reaches: 0,
            online,
            clock,
            on_offline,
        }
    }

    pub(super) fn run(mut self, queue: &Queue) {
        let mut inputs = VecDeque::new();
        while queue.take(&mut inputs) {
            let mut hot = None;
            while !inputs.is_empty() {
                let round = inputs.len().min(ROUND);
                for input in inputs.drain(..round) {
                    self.handle(input);
                }
                hot = self.flush();
            }
            // What came while a large audience was written to will be followed by more: gathering it for as long as the writing
            // took makes one write of several frames. A message that comes alone never waits.
            if let Some(took) = hot.filter(|_| queue.has_waiting()) {
                std::thread::park_timeout(took.min(MAX_GATHERING));
            }
        }
    }

    /// Writes what was queued; tells how long that took when many connections were written to.
    fn flush(&mut self) -> Option<Duration> {
        let is_large = self.dirty.len() >= LARGE_AUDIENCE;
        let started = self.clock.instant();
        for link in self.dirty.drain(..) {
            link.flush();
        }
        is_large.then(|| self.clock.instant().duration_since(started))
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Attach(attachment) => self.attach(attachment),
            Input::Subscribe { user_id, rooms } => self.subscribe(user_id, rooms),
            Input::Detach { connection_id, user_id } => self.detach(connection_id, user_id),
            Input::Announce(announcement) => self.announce(announcement),
            Input::Signal {
                room_id,
                signal,
                except,
            } => self.signal(room_id, &signal, except),
            Input::CloseSession { session_id, code } => self.close_session(session_id, code),
            Input::CloseUser { user_id, code } => self.close_user(user_id, code),
        }
    }

    fn attach(
        &mut self,
        Attachment {
            link,
            user_id,
            session_id,
        }: Attachment,
    ) {
        let slot = *self.slots.entry(user_id).or_insert_with(|| {
            let rooms = Rooms::Reading(Vec::new());
            self.users.insert(Online {
                connections: Vec::with_capacity(1),
                rooms,
                reached: 0,
            })
        });
        self.users[slot].connections.push(Connection { link, session_id });
        self.online.write().expect("no holder panics").insert(user_id);
    }

    fn subscribe(&mut self, user_id: UserId, rooms: Vec<RoomId>) {
        let Some(&slot) = self.slots.get(&user_id) else {
            return;
        };
        let Rooms::Reading(changes) = &self.users[slot].rooms else {
            return;
        };
        let mut known: HashSet<RoomId> = rooms.into_iter().collect();
        for (room_id, joined) in changes {
            if *joined {
                known.insert(*room_id);
            } else {
                known.remove(room_id);
            }
        }
        for room_id in &known {
            self.rooms.entry(*room_id).or_default().push(slot);
        }
        self.users[slot].rooms = Rooms::Known(known);
        self.around(user_id, &Signal::UserConnected { user_id });
    }

    fn detach(&mut self, connection_id: ConnectionId, user_id: UserId) {
        let Some(&slot) = self.slots.get(&user_id) else {
            return;
        };
        let connections = &mut self.users[slot].connections;
        connections.retain(|connection| connection.link.id() != connection_id);
        if !connections.is_empty() {
            return;
        }
        let last_seen = self.clock.now();
        self.around(user_id, &Signal::UserDisconnected { user_id, last_seen });
        self.online.write().expect("no holder panics").remove(&user_id);
        self.slots.remove(&user_id);
        if let Rooms::Known(rooms) = self.users.remove(slot).rooms {
            for room_id in rooms {
                self.forget(room_id, slot);
            }
        }
        (self.on_offline)(user_id, last_seen);
    }

    fn forget(&mut self, room_id: RoomId, slot: Slot) {
        let Some(listeners) = self.rooms.get_mut(&room_id) else {
            return;
        };
        if let Some(at) = listeners.iter().position(|listener| *listener == slot) {
            listeners.swap_remove(at);
        }
        if listeners.is_empty() {
            self.rooms.remove(&room_id);
        }
    }

    fn announce(&mut self, announcement: Announcement) {
        match announcement {
            Announcement::Room {
                room_id,
                event,
                saved_for,
            } => self.room_event(room_id, &event, saved_for),
            Announcement::User { user_id, event } => self.tell_user(user_id, &tagged_frame(&event)),
            Announcement::Joined { user_id, room_id } => self.change(user_id, room_id, true),
            Announcement::Left { user_id, room_id } => self.change(user_id, room_id, false),
            Announcement::Around { user_id, signal } => self.around(user_id, &signal),
        }
    }

    fn change(&mut self, user_id: UserId, room_id: RoomId, joined: bool) {
        let Some(&slot) = self.slots.get(&user_id) else {
            return;
        };
        match &mut self.users[slot].rooms {
            Rooms::Reading(changes) => changes.push((room_id, joined)),
            Rooms::Known(rooms) if joined => {
                if rooms.insert(room_id) {
                    self.rooms.entry(room_id).or_default().push(slot);
                }
            }
            Rooms::Known(rooms) => {
                if rooms.remove(&room_id) {
                    self.forget(room_id, slot);
                }
            }
        }
    }

    fn room_event(&mut self, room_id: RoomId, event: &RoomEvent, saved_for: Option<ConnectionId>) {
        let frame = room_event_frame(event);
        let saved = match (saved_for, event) {
            (Some(connection_id), RoomEvent::ReceiveMessage(message)) => Some((connection_id, saved_frame(message))),
            _ => None,
        };
        let Some(listeners) = self.rooms.get(&room_id) else {
            return;
        };
        for slot in listeners {
            for connection in &self.users[*slot].connections {
                let frame = match &saved {
                    Some((sender, saved)) if *sender == connection.link.id() => saved,
                    _ => &frame,
                };
                push(&mut self.dirty, &connection.link, frame);
            }
        }
    }

    fn signal(&mut self, room_id: RoomId, signal: &Signal, except: Option<ConnectionId>) {
        let frame = tagged_frame(signal);
        let Some(listeners) = self.rooms.get(&room_id) else {
            return;
        };
        for slot in listeners {
            for connection in &self.users[*slot].connections {
                if Some(connection.link.id()) != except {
                    push(&mut self.dirty, &connection.link, &frame);
                }
            }
        }
    }

    /// Tells everyone who shares a room with the user, once each, the user excepted.
    fn around(&mut self, user_id: UserId, signal: &Signal) {
        let Some(&slot) = self.slots.get(&user_id) else {
            return;
        };
        self.reaches += 1;
        self.users[slot].reached = self.reaches;
        let Rooms::Known(rooms) = &self.users[slot].rooms else {
            return;
        };
        let frame = tagged_frame(signal);
        let shared = rooms.iter().filter_map(|room_id| self.rooms.get(room_id));
        for listener in shared.flatten().copied().collect::<Vec<Slot>>() {
            let user = &mut self.users[listener];
            if std::mem::replace(&mut user.reached, self.reaches) == self.reaches {
                continue;
            }
            for connection in &user.connections {
                push(&mut self.dirty, &connection.link, &frame);
            }
        }
    }

    fn tell_user(&mut self, user_id: UserId, frame: &Frame) {
        let slot = self.slots.get(&user_id);
        for connection in slot.map_or(&[][..], |slot| &self.users[*slot].connections) {
            push(&mut self.dirty, &connection.link, frame);
        }
    }

    fn close_session(&self, session_id: SessionId, code: GoodbyeCode) {
        let connections = self.users.iter().flat_map(|(_, user)| &user.connections);
        for connection in connections.filter(|connection| connection.session_id == session_id) {
            connection.link.close(goodbye(code));
        }
    }

    fn close_user(&self, user_id: UserId, code: GoodbyeCode) {
        let slot = self.slots.get(&user_id);
        for connection in slot.map_or(&[][..], |slot| &self.users[*slot].connections) {
            connection.link.close(goodbye(code));
        }
    }
}

/// Queues a frame and notes the link for the round's flush.
fn push(dirty: &mut Vec<Arc<Link>>, link: &Arc<Link>, frame: &Frame) {
    if link.push(frame.clone()) == Pushed::MustFlush {
        dirty.push(Arc::clone(link));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn fanout() -> Fanout {
        Fanout::new(Arc::default(), Clock::default(), Box::new(|_, _| {}))
    }

    fn attach(fanout: &mut Fanout, user_id: UserId, connection: u64) {
        let link = Link::idle(ConnectionId(connection));
        let session_id = SessionId(Uuid::nil());
        fanout.handle(Input::Attach(Attachment {
            link,
            user_id,
            session_id,
        }));
    }

    fn listens(fanout: &Fanout, user_id: UserId, room_id: RoomId) -> bool {
        let listeners = fanout.rooms.get(&room_id).cloned().unwrap_or_default();
        fanout.slots.get(&user_id).is_some_and(|slot| listeners.contains(slot))
    }

    #[test]
    fn what_changed_while_the_rooms_were_read_is_applied_on_top_of_them() {
        let [user_id, stays] = [UserId(Uuid::now_v7()), UserId(Uuid::now_v7())];
        let [kept, left, joined] = [(); 3].map(|()| RoomId(Uuid::now_v7()));
        let mut fanout = fanout();
        attach(&mut fanout, user_id, 1);

        // Read before these two commits, told after them.
        let rooms = vec![kept, left];
        fanout.handle(Input::Announce(Announcement::Left { user_id, room_id: left }));
        fanout.handle(Input::Announce(Announcement::Joined {
            user_id,
            room_id: joined,
        }));
        fanout.handle(Input::Announce(Announcement::Joined {
            user_id: stays,
            room_id: joined,
        }));
        fanout.handle(Input::Subscribe { user_id, rooms });

        assert!(listens(&fanout, user_id, kept) && listens(&fanout, user_id, joined));
        assert!(!listens(&fanout, user_id, left));
    }

    #[test]
    fn nothing_is_left_of_who_went() {
        let [user_id, other] = [UserId(Uuid::now_v7()), UserId(Uuid::now_v7())];
        let room_id = RoomId(Uuid::now_v7());
        let mut fanout = fanout();
        for (connection, user) in [(1, user_id), (2, user_id), (3, other)] {
            attach(&mut fanout, user, connection);
            fanout.handle(Input::Subscribe {
                user_id: user,
                rooms: vec![room_id],
            });
        }

        fanout.handle(Input::Detach {
            connection_id: ConnectionId(1),
            user_id,
        });
        assert!(listens(&fanout, user_id, room_id), "the other device is there");
        fanout.handle(Input::Detach {
            connection_id: ConnectionId(2),
            user_id,
        });

        assert!(!listens(&fanout, user_id, room_id) && listens(&fanout, other, room_id));
        fanout.handle(Input::Detach {
            connection_id: ConnectionId(3),
            user_id: other,
        });
        assert!(fanout.users.is_empty() && fanout.slots.is_empty() && fanout.rooms.is_empty());
    }
}
