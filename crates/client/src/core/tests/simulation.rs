//! The client against a server in memory, over links that break anywhere; a failure prints its seed.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use hearth_protocol::{
    ClientMessageId, ErrorCode, Me, Message, MessageSaved, RoomEvent, RoomId, SendMessage, Seq, SiteRole, StreamEvent,
    StreamPage, Sync, SyncResult, UnixMs, UserId, UserSnapshot,
};

use super::super::{Core, Delivery, Output, Sent, room_of};
use super::{LASTS, ME, OTHER, ROOMS, draft, message, refusal, summary};
use crate::Event;

/// The real server resets after 1,000; a simulation should get there.
const RESET_AFTER: usize = 30;

/// What the real server promises of streams, sends and sync.
#[derive(Default)]
pub(super) struct Site {
    messages: BTreeMap<RoomId, Vec<Message>>,
}

impl Site {
    /// Seq 1 of every room is its creation.
    fn head(&self, room_id: RoomId) -> i64 {
        1 + i64::try_from(self.messages.get(&room_id).map_or(0, Vec::len)).unwrap()
    }

    fn append(&mut self, room_id: RoomId, from: (UserId, Option<ClientMessageId>), content: &str) -> Message {
        let message = message(room_id, self.head(room_id) + 1, from, content);
        self.messages.entry(room_id).or_default().push(message.clone());
        message
    }

    /// The second is true when the message is new.
    fn send(&mut self, send: SendMessage) -> (Message, bool) {
        let sent = self.messages.entry(send.room_id).or_default();
        match sent
            .iter()
            .find(|message| message.client_message_id == send.client_message_id)
        {
            Some(first) => (first.clone(), false),
            None => (
                self.append(send.room_id, (ME, send.client_message_id), &send.content),
                true,
            ),
        }
    }

    pub(super) fn sync(&self, sync: &Sync) -> SyncResult {
        let is_first = !sync.cursors.contains_key(&ME.into());
        let user = is_first.then(|| UserSnapshot {
            user_seq: Seq(1),
            me: Me {
                id: ME,
                username: "me".to_owned(),
                display_name: "Me".to_owned(),
                avatar: None,
                email: String::new(),
                role: SiteRole::Member,
                created_at: UnixMs(0),
            },
            rooms: ROOMS.map(|room_id| summary(room_id, self.head(room_id))).to_vec(),
        });
        let rooms = ROOMS.into_iter().filter_map(|room_id| {
            let after = sync.cursors.get(&room_id.into())?;
            Some((room_id.into(), self.page(room_id, *after)))
        });
        SyncResult {
            user,
            streams: rooms.collect(),
        }
    }

    fn page(&self, room_id: RoomId, after: Seq) -> StreamPage {
        let all = self.messages.get(&room_id).map_or(&[][..], Vec::as_slice);
        let missing: Vec<&Message> = all.iter().filter(|message| message.seq > after).collect();
        let reset = missing.len() > RESET_AFTER;
        let events = missing.iter().take(if reset { 0 } else { 3 });
        StreamPage {
            events: events
                .map(|message| StreamEvent::Room(RoomEvent::ReceiveMessage((*message).clone())))
                .collect(),
            head: Seq(self.head(room_id)),
            more: missing.len() > 3 && !reset,
            reset,
            gone: false,
            summary: reset.then(|| Box::new(summary(room_id, self.head(room_id)))),
        }
    }
}

/// What is on its way to the client.
#[expect(clippy::large_enum_variant, reason = "made once and handed on at once")]
enum Packet {
    Event(Event),
    Sent(u64, Sent),
    Synced(SyncResult),
}

struct Simulation {
    core: Core,
    site: Site,
    now: Instant,
    random: u64,
    is_up: bool,
    to_server: VecDeque<Output>,
    to_client: VecDeque<Packet>,
    /// By room: every seq that was delivered, in order.
    delivered: BTreeMap<RoomId, Vec<i64>>,
    saved: Vec<ClientMessageId>,
    written: BTreeMap<RoomId, Vec<String>>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let now = Instant::now();
        Self {
            core: Core::new(now, LASTS, seed),
            site: Site::default(),
            now,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            is_up: false,
            to_server: VecDeque::new(),
            to_client: VecDeque::new(),
            delivered: BTreeMap::new(),
            saved: Vec::new(),
            written: BTreeMap::new(),
        }
    }

    fn chance(&mut self, of_100: u64) -> bool {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % 100 < of_100
    }

    fn room(&mut self) -> RoomId {
        ROOMS[usize::from(self.chance(50))]
    }

    /// One thing happens.
    fn step(&mut self, number: usize) {
        let room_id = self.room();
        if self.chance(30) {
            let message = self.site.append(room_id, (OTHER, None), "theirs");
            self.announce(message);
        }
        if self.chance(20) {
            let text = format!("mine-{number}");
            self.core.handle_written(self.now, draft(room_id, &text));
            self.written.entry(room_id).or_default().push(text);
        }
        self.work();
        if self.is_up && self.chance(4) {
            self.cut();
        }
        self.drain();
    }

    /// Announcements may get lost; everything else on a connection comes in order or not at all.
    fn announce(&mut self, message: Message) {
        if self.is_up && self.chance(90) {
            let event = Event::Room(RoomEvent::ReceiveMessage(message));
            self.to_client.push_back(Packet::Event(event));
        }
    }

    fn work(&mut self) {
        if self.chance(60)
            && let Some(command) = self.to_server.pop_front()
        {
            self.serve(command);
        }
        if self.chance(60)
            && let Some(packet) = self.to_client.pop_front()
        {
            match packet {
                Packet::Event(event) => self.core.handle_event(self.now, event),
                Packet::Sent(number, sent) => self.core.handle_sent(self.now, number, sent),
                Packet::Synced(result) => self.core.handle_synced(self.now, Some(result)),
            }
        }
        self.now += Duration::from_millis(100);
        self.core.handle_timeout(self.now);
    }

    fn serve(&mut self, command: Output) {
        match command {
            Output::Send(number, _) if self.chance(10) => {
                let refusal = refusal(ErrorCode::RateLimited, Some(300));
                self.to_client.push_back(Packet::Sent(number, Sent::Refused(refusal)));
            }
            Output::Send(number, send) => {
                let (message, is_new) = self.site.send(send);
                let saved = MessageSaved::from(&message);
                let event = Packet::Event(Event::MessageSaved(saved.clone()));
                let ack = Packet::Sent(number, Sent::Saved(saved));
                // The ack and the event come from different threads of the server.
                let packets = if is_new && self.chance(50) {
                    [ack, event]
                } else {
                    [event, ack]
                };
                self.to_client.extend(packets);
            }
            Output::Sync(sync) => self.to_client.push_back(Packet::Synced(self.site.sync(&sync))),
            _ => unreachable!("only commands go to the server"),
        }
    }

    fn cut(&mut self) {
        self.is_up = false;
        self.to_server.clear();
        self.to_client.clear();
        self.core.handle_lost(self.now);
    }

    fn drain(&mut self) {
        while let Some(output) = self.core.poll_output() {
            match output {
                Output::Connect if self.chance(70) => {
                    self.is_up = true;
                    self.core.handle_connected(self.now);
                }
                Output::Connect => self.core.handle_unreachable(self.now),
                Output::Send(..) | Output::Sync(_) => self.to_server.push_back(output),
                Output::Deliver(delivery) => self.take(delivery),
                Output::Refresh | Output::Renew => unreachable!("the token outlives the simulation"),
            }
        }
    }

    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Event(StreamEvent::Room(event)) => {
                self.delivered.entry(room_of(&event)).or_default().push(event.seq().0);
            }
            Delivery::Saved(saved) => {
                let delivered = self.delivered.entry(saved.room_id).or_default();
                if delivered.last().is_some_and(|last| saved.seq.0 > *last) {
                    delivered.push(saved.seq.0);
                }
                self.saved.extend(saved.client_message_id);
            }
            Delivery::User(snapshot) => {
                for room in snapshot.rooms {
                    self.delivered.entry(room.room.id).or_default().push(room.seq.0);
                }
            }
            Delivery::Reset(summary) => {
                // What is skipped counts as told.
                let delivered = self.delivered.entry(summary.room.id).or_default();
                let last = delivered.last().copied().unwrap();
                delivered.extend(last + 1..=summary.seq.0);
            }
            _ => {}
        }
    }

    /// Nothing breaks any more, and all there is to do gets done.
    fn settle(&mut self) {
        for _ in 0..2_000 {
            self.work();
            self.drain();
        }
    }
}

fn run(seed: u64, steps: usize) -> Simulation {
    let mut simulation = Simulation::new(seed);
    simulation.drain();
    for number in 0..steps {
        simulation.step(number);
    }
    simulation.settle();
    simulation
}

/// What is wrong with a finished run.
fn faults(seed: u64) -> Vec<String> {
    let run = run(seed, 400);
    let mut faults = Vec::new();
    for room_id in ROOMS {
        let delivered = &run.delivered[&room_id];
        let wanted: Vec<i64> = (delivered[0]..=run.site.head(room_id)).collect();
        if *delivered != wanted {
            faults.push(format!("seed {seed}: delivered {delivered:?}"));
        }
        let stored = run.site.messages.get(&room_id).into_iter().flatten();
        let mine: Vec<&str> = stored
            .filter(|message| message.sender.id == ME)
            .map(|message| message.content.as_str())
            .collect();
        let written = run.written.get(&room_id).cloned().unwrap_or_default();
        if mine != written {
            faults.push(format!("seed {seed}: wrote {written:?}, stored {mine:?}"));
        }
    }
    let mut saved = run.saved.clone();
    saved.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    saved.dedup();
    if saved.len() != run.saved.len() {
        faults.push(format!("seed {seed}: told twice that a message is saved"));
    }
    if !run.core.is_all_sent() {
        faults.push(format!("seed {seed}: something still waits"));
    }
    faults
}

#[test]
fn whatever_breaks_every_event_is_delivered_once_and_every_message_stored_once_in_order() {
    let faults: Vec<String> = (1..=300).flat_map(faults).collect();

    assert_eq!(faults, Vec::<String>::new());
}
