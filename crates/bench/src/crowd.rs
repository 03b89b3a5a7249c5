//! The people and rooms of a run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hearth_client::Rest;
use hearth_protocol::rest::{CreateInvite, CreateRoom, Register, Tokens};
use hearth_protocol::{RoomId, RoomType};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Target;

/// Requests on their way at once: the server hashes passwords on two threads.
const AT_ONCE: usize = 8;
/// Access tokens live for 15 minutes; a run must not outlive them.
const FRESH_FOR: Duration = Duration::from_secs(300);
/// The most that one invite link lets in.
const MOST_USES: u32 = 1_000;

/// How many of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rooms. Person `i` is in room `i % rooms`.
    pub rooms: usize,
    /// People with an account each.
    pub people: usize,
}

/// People with their tokens, and the rooms they are in.
pub struct Crowd {
    /// The rooms.
    pub rooms: Vec<RoomId>,
    people: Vec<Tokens>,
    /// What the peer takes as a token.
    has_accounts: bool,
    fresh_at: Instant,
    rest: Rest,
}

impl Crowd {
    /// Registers people and lets them join their rooms by invite. The peer has neither, so there it only makes up ids.
    ///
    /// Errors: sign-up is not open, or a limit is in the way.
    pub async fn gather(target: &Target, shape: Shape) -> Result<Self> {
        let rest = Rest::new(target.address.clone());
        let mut crowd = Self {
            rooms: Vec::new(),
            people: Vec::new(),
            has_accounts: target.has_accounts,
            fresh_at: Instant::now(),
            rest,
        };
        if !target.has_accounts {
            crowd.rooms = (0..shape.rooms).map(|_| RoomId(Uuid::now_v7())).collect();
            return Ok(crowd);
        }
        crowd.register(shape.people).await?;
        crowd.fill_rooms(shape).await?;
        crowd.fresh_at = Instant::now();
        Ok(crowd)
    }

    /// A token for each of `count` connections: people take turns.
    ///
    /// Errors: tokens could not be refreshed.
    pub async fn tokens(&mut self, count: usize) -> Result<Vec<String>> {
        if !self.has_accounts {
            return Ok(vec!["peer".to_owned(); count]);
        }
        if self.fresh_at.elapsed() > FRESH_FOR {
            self.refresh().await?;
        }
        let tokens = self.people.iter().cycle().take(count);
        Ok(tokens.map(|tokens| tokens.access_token.clone()).collect())
    }

    async fn register(&mut self, people: usize) -> Result<()> {
        let run = Uuid::new_v4().simple().to_string();
        let run = run.get(..8).context("a UUID has more than eight digits")?;
        for start in (0..people).step_by(AT_ONCE) {
            let batch = (start..people.min(start + AT_ONCE)).map(|number| {
                let rest = self.rest.clone();
                let register = Register {
                    username: format!("bench-{run}-{number}"),
                    email: format!("bench-{run}-{number}@example.org"),
                    password: format!("correct horse {run} battery"),
                    display_name: None,
                    invite: None,
                };
                async move { Ok(rest.register(&register).await?) }
            });
            self.people.extend(in_order(batch).await.context("register")?);
        }
        Ok(())
    }

    async fn refresh(&mut self) -> Result<()> {
        let people = std::mem::take(&mut self.people);
        for batch in people.chunks(AT_ONCE) {
            let batch = batch.iter().map(|tokens| {
                let (rest, token) = (self.rest.clone(), tokens.refresh_token.clone());
                async move { Ok(rest.refresh(&token, &Uuid::new_v4().to_string()).await?) }
            });
            self.people.extend(in_order(batch).await.context("refresh")?);
        }
        self.fresh_at = Instant::now();
        Ok(())
    }

    /// The first person of a room makes it; the others come by invite links.
    async fn fill_rooms(&mut self, Shape { rooms, people }: Shape) -> Result<()> {
        if people < rooms {
            bail!("every room needs at least one person");
        }
        for room in 0..rooms {
            let owner = self.rest.with_token(&self.people[room].access_token);
            let group = CreateRoom {
                kind: RoomType::Group,
                name: Some(format!("Bench {room}")),
                topic: None,
                members: Vec::new(),
            };
            let made = owner.create_room(&group).await;
            let room_id = made.context("create a room")?.room.id;
            self.rooms.push(room_id);
            let guests: Vec<&Tokens> = self.people.iter().skip(room + rooms).step_by(rooms).collect();
            for guests in guests.chunks(MOST_USES as usize) {
                self.invite(&owner, room_id, guests).await?;
            }
        }
        Ok(())
    }

    async fn invite(&self, owner: &Rest, room_id: RoomId, guests: &[&Tokens]) -> Result<()> {
        let link = CreateInvite {
            max_uses: Some(MOST_USES),
            expires_in_seconds: None,
        };
        let invite = owner.create_invite(room_id, &link).await.context("create an invite")?;
        for batch in guests.chunks(AT_ONCE) {
            let batch = batch.iter().map(|guest| {
                let (rest, code) = (self.rest.with_token(&guest.access_token), invite.code.clone());
                async move { Ok(rest.accept_invite(&code).await?) }
            });
            in_order(batch).await.context("accept an invite")?;
        }
        Ok(())
    }
}

/// Runs a batch at once and gives the answers in the order of the questions.
async fn in_order<T: Send + 'static>(
    batch: impl Iterator<Item = impl Future<Output = Result<T>> + Send + 'static>,
) -> Result<Vec<T>> {
    let mut work = JoinSet::new();
    for (at, task) in batch.enumerate() {
        work.spawn(async move { (at, task.await) });
    }
    let mut answers: Vec<(usize, T)> = Vec::new();
    while let Some(done) = work.join_next().await {
        let (at, answer) = done?;
        answers.push((at, answer?));
    }
    answers.sort_by_key(|(at, _)| *at);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}
