//! The owner of all rooms: makes them, changes them, lets people in again, and keeps the record. Not through the proxy.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hearth_client::{Connection, HistoryFrom, Rest};
use hearth_protocol::rest::{AddMember, CreateRoom, RoomDetails, SetRoomRole, Tokens, UpdateRoom};
use hearth_protocol::{
    Member, Message, RoomEvent, RoomId, RoomRole, RoomType, Seq, StreamEvent, StreamId, Sync, UserId, UserSnapshot,
};
use http::Method;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::device::in_time;
use super::notes::Notes;
use super::schedule::Random;
use crate::checker::{Entry, RoomRecord};

const PAGE: u32 = 200;

/// The host and where the server is.
#[derive(Clone)]
pub struct Host {
    server: watch::Receiver<SocketAddr>,
    token: String,
}

/// What the server told of each room so far.
pub type Record = BTreeMap<RoomId, Vec<RoomEvent>>;

impl Host {
    /// The host of a log-in.
    #[must_use]
    pub fn new(server: watch::Receiver<SocketAddr>, tokens: &Tokens) -> Self {
        Self {
            server,
            token: tokens.access_token.clone(),
        }
    }

    /// Makes rooms with everyone in them.
    ///
    /// Errors: the server refuses.
    pub async fn make_rooms(&self, count: usize, people: &[UserId]) -> Result<Vec<RoomId>> {
        let mut rooms = Vec::with_capacity(count);
        for number in 1..=count {
            let room = CreateRoom {
                kind: RoomType::Group,
                name: Some(format!("room {number}")),
                topic: None,
                members: people.iter().map(|user_id| user_id.0.to_string()).collect(),
            };
            rooms.push(self.rest().create_room(&room).await?.room.id);
        }
        Ok(rooms)
    }

    /// Goes on changing rooms until aborted, and notes the names that were answered.
    #[must_use]
    pub fn act(&self, (rooms, people): (&[RoomId], &[UserId]), notes: &Notes, mut random: Random) -> JoinHandle<()> {
        let (host, rooms, people, notes) = (self.clone(), rooms.to_vec(), people.to_vec(), notes.clone());
        tokio::spawn(async move {
            for number in 0_u32.. {
                tokio::time::sleep(Duration::from_millis(100 + random.below(400))).await;
                let (room_id, user_id) = (*random.pick(&rooms), *random.pick(&people));
                match random.below(10) {
                    0..=6 => host.add(room_id, user_id).await,
                    7 => {
                        host.give(room_id, user_id, *random.pick(&[RoomRole::Moderator, RoomRole::Member]))
                            .await
                    }
                    _ => host.rename(room_id, format!("name {number}"), &notes).await,
                }
            }
        })
    }

    /// What came of it shows in the room's stream.
    async fn add(&self, room_id: RoomId, user_id: UserId) {
        let whom = AddMember {
            user_id: Some(user_id),
            username: None,
        };
        let _ = in_time(self.rest().add_member(room_id, &whom)).await;
    }

    /// What came of it shows in the room's stream.
    async fn give(&self, room_id: RoomId, user_id: UserId, role: RoomRole) {
        let path = format!("/rooms/{}/members/{}", room_id.0, user_id.0);
        let rest = self.rest();
        let _ = in_time(rest.request::<Member>((Method::PUT, &path), Some(&SetRoomRole { role }))).await;
    }

    async fn rename(&self, room_id: RoomId, name: String, notes: &Notes) {
        let path = format!("/rooms/{}", room_id.0);
        let update = UpdateRoom {
            name: Some(name.clone()),
            topic: None,
        };
        let rest = self.rest();
        let answer = rest.request::<RoomDetails>((Method::PATCH, &path), Some(&update));
        if in_time(answer).await.is_ok() {
            notes.push(Entry::Renamed(room_id, name));
        }
    }

    /// Fetches what the record does not have yet.
    ///
    /// Errors: the server is not there now; the record fell too far behind.
    pub async fn fetch(&self, record: &mut Record) -> Result<()> {
        let (connection, _events) = self.connect(&self.token).await?;
        loop {
            let head = |events: &Vec<RoomEvent>| events.last().map_or(Seq(0), RoomEvent::seq);
            let cursors = record
                .iter()
                .map(|(room_id, events)| (StreamId::from(*room_id), head(events)))
                .collect();
            let answer = in_time(connection.sync(&Sync { cursors })).await?;
            let mut more = false;
            for (stream, page) in answer.streams {
                if page.reset || page.gone {
                    bail!("the record fell too far behind");
                }
                more |= page.more;
                let kept = record.entry(RoomId(stream.0)).or_default();
                kept.extend(page.events.into_iter().filter_map(|event| match event {
                    StreamEvent::Room(event) => Some(event),
                    StreamEvent::User(_) => None,
                }));
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// What the server holds of a room in the end, beside the events of the record.
    ///
    /// Errors: the server does not answer.
    pub async fn finish(&self, room_id: RoomId, events: Vec<RoomEvent>) -> Result<RoomRecord> {
        let (connection, _events) = self.connect(&self.token).await?;
        Ok(RoomRecord {
            events,
            messages: self.messages(room_id).await?,
            snapshot: connection.join_room(room_id).await?,
        })
    }

    /// The state of a user's own as the server has it now.
    ///
    /// Errors: the server does not answer.
    pub async fn fresh(&self, token: &str) -> Result<UserSnapshot> {
        let (connection, _events) = self.connect(token).await?;
        let answer = in_time(connection.sync(&Sync {
            cursors: BTreeMap::new(),
        }))
        .await?;
        answer.user.context("a sync without cursors gives the user's snapshot")
    }

    async fn messages(&self, room_id: RoomId) -> Result<Vec<Message>> {
        let mut messages: Vec<Message> = Vec::new();
        loop {
            let last = messages.last().map_or(Seq(0), |message| message.seq);
            let page = self.rest().history(room_id, HistoryFrom::After(last), PAGE).await?;
            messages.extend(page.items);
            if !page.has_after {
                return Ok(messages);
            }
        }
    }

    async fn connect(&self, token: &str) -> Result<(Connection, hearth_client::Events)> {
        let address = format!("http://{}", *self.server.borrow()).parse()?;
        Ok(in_time(Connection::open(&address, token)).await?)
    }

    fn rest(&self) -> Rest {
        let address = format!("http://{}", *self.server.borrow());
        let address = address.parse().expect("a socket address is an address of a server");
        Rest::new(address).with_token(&self.token)
    }
}
