//! Who is there: counts each user's connections on this node.
//!
//! When somebody was last seen is not kept here: the caller stores it when a [`Change::Disconnected`] comes. Presence over
//! several nodes is not here either.

use std::collections::HashMap;

use hearth_protocol::UserId;

use crate::ConnectionId;

/// The connections of all users of this node.
#[derive(Debug, Default)]
pub struct Presence {
    users: HashMap<ConnectionId, UserId>,
    counts: HashMap<UserId, u32>,
}

/// What others have to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The first connection of this user came.
    Connected(UserId),
    /// The last connection of this user went.
    Disconnected(UserId),
}

impl Presence {
    /// Notes that a connection came. One that is known already changes nothing, whoever it is said to be.
    pub fn came(&mut self, connection: ConnectionId, user: UserId) -> Option<Change> {
        if self.users.contains_key(&connection) {
            return None;
        }
        self.users.insert(connection, user);
        let count = self.counts.entry(user).or_default();
        *count += 1;
        (*count == 1).then_some(Change::Connected(user))
    }

    /// Notes that a connection went. One that is not known changes nothing.
    pub fn gone(&mut self, connection: ConnectionId) -> Option<Change> {
        let user = self.users.remove(&connection)?;
        let count = self.counts.get_mut(&user).expect("every known connection is counted");
        *count -= 1;
        if *count > 0 {
            return None;
        }
        self.counts.remove(&user);
        Some(Change::Disconnected(user))
    }

    /// Whether at least one connection of `user` is there.
    #[must_use]
    pub fn is_online(&self, user: UserId) -> bool {
        self.counts.contains_key(&user)
    }

    /// How many connections of `user` are there.
    #[must_use]
    pub fn connections_of(&self, user: UserId) -> u32 {
        self.counts.get(&user).copied().unwrap_or_default()
    }

    /// How many users are there.
    #[must_use]
    pub fn users_online(&self) -> usize {
        self.counts.len()
    }

    /// How many connections are there.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.users.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;

    #[test]
    fn the_first_connection_connects_and_the_last_disconnects() {
        let mut presence = Presence::default();

        let changes = [
            presence.came(ConnectionId(1), user(1)),
            presence.came(ConnectionId(2), user(1)),
            presence.gone(ConnectionId(1)),
            presence.gone(ConnectionId(2)),
        ];

        assert_eq!(
            changes,
            [
                Some(Change::Connected(user(1))),
                None,
                None,
                Some(Change::Disconnected(user(1)))
            ]
        );
        assert!(!presence.is_online(user(1)));
    }

    #[test]
    fn coming_or_going_twice_counts_once() {
        let mut presence = Presence::default();
        presence.came(ConnectionId(1), user(1));
        presence.came(ConnectionId(2), user(1));

        let again = presence.came(ConnectionId(1), user(1));
        let foreign = presence.came(ConnectionId(1), user(2));
        presence.gone(ConnectionId(1));
        let gone_again = presence.gone(ConnectionId(1));

        assert_eq!([again, foreign, gone_again], [None; 3]);
        assert_eq!(presence.connections_of(user(1)), 1);
        assert!(!presence.is_online(user(2)));
    }

    #[test]
    fn nothing_is_kept_of_those_who_left() {
        let mut presence = Presence::default();
        presence.came(ConnectionId(1), user(1));
        presence.came(ConnectionId(2), user(2));

        presence.gone(ConnectionId(1));

        assert_eq!((presence.users_online(), presence.connections()), (1, 1));
    }
}
