//! One client: it writes, reads, comes and goes, and notes everything.

use std::time::Duration;

use anyhow::Result;
use hearth_client::{Client, Error, Rest};
use hearth_protocol::rest::{ReadUpTo, Tokens};
use hearth_protocol::{ReadCursor, RoomId, UserId};
use http::Method;
use tokio::task::JoinHandle;

use super::notes::{Notes, Shared};
use super::schedule::Random;
use crate::checker::Entry;

/// A request through a connection that carries nothing must not hold up the next one.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// A device of a person.
pub struct Device {
    /// Who, for people.
    pub name: String,
    /// Whose.
    pub user_id: UserId,
    /// The access token of its log-in.
    pub token: String,
    /// Its log.
    pub notes: Notes,
    client: Client,
    rest: Rest,
}

impl Device {
    /// Starts the client of a log-in. `rest` leads through the proxy.
    #[must_use]
    pub fn start(name: String, rest: &Rest, tokens: &Tokens, shared: &Shared) -> Self {
        let (client, deliveries) = Client::start(rest, tokens);
        let user_id = tokens.user.id;
        let notes = Notes::new(user_id, shared);
        tokio::spawn(notes.clone().take(deliveries));
        Self {
            name,
            user_id,
            token: tokens.access_token.clone(),
            notes,
            client,
            rest: rest.with_token(&tokens.access_token),
        }
    }

    /// Goes on doing things until aborted.
    #[must_use]
    pub fn act(&self, rooms: &[RoomId], random: Random) -> JoinHandle<()> {
        let actor = Actor {
            name: self.name.clone(),
            user_id: self.user_id,
            notes: self.notes.clone(),
            client: self.client.clone(),
            rest: self.rest.clone(),
            rooms: rooms.to_vec(),
            random,
            written: 0,
        };
        tokio::spawn(actor.run())
    }
}

struct Actor {
    name: String,
    user_id: UserId,
    notes: Notes,
    client: Client,
    rest: Rest,
    rooms: Vec<RoomId>,
    random: Random,
    written: u32,
}

impl Actor {
    async fn run(mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(50 + self.random.below(600))).await;
            let room_id = *self.random.pick(&self.rooms);
            match self.random.below(100) {
                0..=79 => self.write(room_id, 1),
                80..=84 => self.write(room_id, 10),
                85..=96 => self.mark_read(room_id).await,
                _ => self.leave(room_id).await,
            }
        }
    }

    fn write(&mut self, room_id: RoomId, count: u32) {
        for _ in 0..count {
            self.written += 1;
            self.notes
                .write(&self.client, room_id, format!("{} #{}", self.name, self.written));
        }
    }

    async fn mark_read(&mut self, room_id: RoomId) {
        let Some(seq) = self.notes.head(room_id) else { return };
        let path = format!("/rooms/{}/read", room_id.0);
        let read = ReadUpTo { seq };
        let answer = self.rest.request::<ReadCursor>((Method::POST, &path), Some(&read));
        if let Ok(cursor) = in_time(answer).await {
            self.notes.push(Entry::Read(room_id, cursor));
        }
    }

    /// Whether it works shows in the room's stream.
    async fn leave(&mut self, room_id: RoomId) {
        let path = format!("/rooms/{}/members/{}", room_id.0, self.user_id.0);
        let answer = self.rest.request::<()>((Method::DELETE, &path), None::<&()>);
        let _ = in_time(answer).await;
    }
}

/// An answer, when it comes soon.
pub async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(ANSWER_WITHIN, answer)
        .await
        .map_err(|_| Error::TimedOut)?
}
