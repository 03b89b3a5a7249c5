//! Who is typing where, on this node.
//!
//! ```text
//!            start                      start (renews)
//!   silent ─────────▶ typing ◀──────────┐
//!     ▲    Started      │ └─────────────┘
//!     └─────────────────┘
//!       Stopped: stop, message_sent, the connection or membership goes, 3 s after the last start
//! ```
//!
//! A user with several devices types until the last of them has stopped. Whether the user may write there is asked before.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use hearth_protocol::{RoomId, UserId};

use crate::ConnectionId;

/// How long typing lasts after the last start.
pub const TYPING_LASTS: Duration = Duration::from_secs(3);

/// In how many rooms one connection may type at once; a start beyond that is ignored.
pub const MAX_ROOMS_PER_CONNECTION: usize = 8;

/// How many may type on a node at once; a start beyond that is ignored, because a lost signal costs nothing.
pub const MAX_TYPING: usize = 100_000;

/// Somebody in a room.
pub type Place = (RoomId, UserId);

/// The state of everyone who types.
#[derive(Debug, Default)]
pub struct Typing {
    /// Until when each device types, by place.
    devices: BTreeMap<Place, BTreeMap<ConnectionId, Instant>>,
    /// The places of each device.
    places: BTreeMap<ConnectionId, BTreeSet<Place>>,
    /// All of them, by their end.
    ends: BTreeSet<(Instant, Place, ConnectionId)>,
    outputs: VecDeque<Output>,
}

/// What the room has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// `user_typing`, to everyone in the room but the connection that types.
    Started {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// On which connection.
        connection: ConnectionId,
    },
    /// `user_stop_typing`, likewise.
    Stopped {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// On which connection last.
        connection: ConnectionId,
    },
}

impl Typing {
    /// The user starts typing there, or goes on.
    pub fn start(&mut self, now: Instant, (room, user): Place, connection: ConnectionId) {
        self.handle_timeout(now);
        let place = (room, user);
        let until = now + TYPING_LASTS;
        let known = self
            .devices
            .get(&place)
            .and_then(|devices| devices.get(&connection))
            .copied();
        if let Some(known) = known {
            self.renew(place, connection, known.max(until));
            return;
        }
        if self.is_full_for(connection) {
            return;
        }
        if !self.devices.contains_key(&place) {
            self.outputs.push_back(Output::Started { room, user, connection });
        }
        self.devices.entry(place).or_default().insert(connection, until);
        self.places.entry(connection).or_default().insert(place);
        self.ends.insert((until, place, connection));
    }

    /// The user stops typing there on this connection.
    pub fn stop(&mut self, place: Place, connection: ConnectionId) {
        self.end(place, connection);
    }

    /// The user sent a message there, on whatever device: the typing led to it.
    pub fn message_sent(&mut self, place: Place) {
        self.end_all(place);
    }

    /// The user is no longer in that room.
    pub fn member_left(&mut self, place: Place) {
        self.end_all(place);
    }

    /// The connection is no longer there.
    pub fn connection_gone(&mut self, connection: ConnectionId) {
        for place in self.places.get(&connection).cloned().unwrap_or_default() {
            self.end(place, connection);
        }
    }

    /// Ends what has lasted its time.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(until, place, connection)) = self.ends.first() {
            if until > now {
                return;
            }
            self.end(place, connection);
        }
    }

    /// When [`Typing::handle_timeout`] is due; `None` while nobody types.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.ends.first().map(|(until, ..)| *until)
    }

    /// What the room has to be told, oldest first.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn is_full_for(&self, connection: ConnectionId) -> bool {
        let rooms = self.places.get(&connection).map_or(0, BTreeSet::len);
        rooms >= MAX_ROOMS_PER_CONNECTION || self.ends.len() >= MAX_TYPING
    }

    fn renew(&mut self, place: Place, connection: ConnectionId, until: Instant) {
        let devices = self.devices.entry(place).or_default();
        if let Some(before) = devices.insert(connection, until) {
            self.ends.remove(&(before, place, connection));
        }
        self.ends.insert((until, place, connection));
    }

    fn end_all(&mut self, place: Place) {
        let devices: Vec<ConnectionId> = self
            .devices
            .get(&place)
            .into_iter()
            .flat_map(BTreeMap::keys)
            .copied()
            .collect();
        for connection in devices {
            self.end(place, connection);
        }
    }

    fn end(&mut self, place: Place, connection: ConnectionId) {
        let Some(devices) = self.devices.get_mut(&place) else {
            return;
        };
        let Some(until) = devices.remove(&connection) else {
            return;
        };
        self.ends.remove(&(until, place, connection));
        if devices.is_empty() {
            self.devices.remove(&place);
            let (room, user) = place;
            self.outputs.push_back(Output::Stopped { room, user, connection });
        }
        if let Some(places) = self.places.get_mut(&connection) {
            places.remove(&place);
            if places.is_empty() {
                self.places.remove(&connection);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{outputs, room, user};

    const PHONE: ConnectionId = ConnectionId(1);
    const LAPTOP: ConnectionId = ConnectionId(2);

    fn ada() -> Place {
        (room(1), user(1))
    }

    fn started(connection: ConnectionId) -> Output {
        Output::Started {
            room: room(1),
            user: user(1),
            connection,
        }
    }

    fn stopped(connection: ConnectionId) -> Output {
        Output::Stopped {
            room: room(1),
            user: user(1),
            connection,
        }
    }

    #[test]
    fn typing_is_told_once_however_often_it_is_renewed() {
        let now = Instant::now();
        let mut typing = Typing::default();

        typing.start(now, ada(), PHONE);
        typing.start(now + Duration::from_secs(1), ada(), PHONE);

        assert_eq!(outputs(&mut typing), [started(PHONE)]);
    }

    #[test]
    fn typing_ends_three_seconds_after_the_last_start() {
        let now = Instant::now();
        let mut typing = Typing::default();
        typing.start(now, ada(), PHONE);
        typing.start(now + Duration::from_secs(2), ada(), PHONE);
        outputs(&mut typing);

        typing.handle_timeout(now + Duration::from_millis(4_999));
        let before = outputs(&mut typing);
        let due = typing.poll_timeout();
        typing.handle_timeout(now + Duration::from_secs(5));

        assert_eq!(before, []);
        assert_eq!(due, Some(now + Duration::from_secs(5)));
        assert_eq!(outputs(&mut typing), [stopped(PHONE)]);
        assert_eq!(typing.poll_timeout(), None);
    }

    #[test]
    fn a_stop_without_a_start_says_nothing() {
        let mut typing = Typing::default();

        typing.stop(ada(), PHONE);
        typing.message_sent(ada());
        typing.connection_gone(PHONE);

        assert_eq!(outputs(&mut typing), []);
    }

    #[test]
    fn the_last_of_several_devices_ends_it() {
        let now = Instant::now();
        let mut typing = Typing::default();
        typing.start(now, ada(), PHONE);
        typing.start(now, ada(), LAPTOP);

        typing.stop(ada(), PHONE);
        let after_one = outputs(&mut typing);
        typing.stop(ada(), LAPTOP);

        assert_eq!(after_one, [started(PHONE)]);
        assert_eq!(outputs(&mut typing), [stopped(LAPTOP)]);
    }

    #[test]
    fn a_message_ends_it_on_every_device() {
        let now = Instant::now();
        let mut typing = Typing::default();
        typing.start(now, ada(), PHONE);
        typing.start(now, ada(), LAPTOP);
        outputs(&mut typing);

        typing.message_sent(ada());

        assert_eq!(outputs(&mut typing).len(), 1);
        assert_eq!(typing.poll_timeout(), None);
    }

    #[test]
    fn a_lost_connection_ends_it_in_every_room() {
        let now = Instant::now();
        let mut typing = Typing::default();
        typing.start(now, ada(), PHONE);
        typing.start(now, (room(2), user(1)), PHONE);
        outputs(&mut typing);

        typing.connection_gone(PHONE);

        assert_eq!(
            outputs(&mut typing),
            [
                stopped(PHONE),
                Output::Stopped {
                    room: room(2),
                    user: user(1),
                    connection: PHONE
                }
            ]
        );
    }

    #[test]
    fn a_connection_types_in_eight_rooms_at_most() {
        let now = Instant::now();
        let mut typing = Typing::default();

        (1..=9).for_each(|n| typing.start(now, (room(n), user(1)), PHONE));

        assert_eq!(outputs(&mut typing).len(), MAX_ROOMS_PER_CONNECTION);
    }
}
