//! Seeded simulations: thousands of random schedules against the plainest possible model. A failure prints its seed.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hearth_domain::ConnectionId;
use hearth_domain::limits::{Limit, RateLimiter};
use hearth_domain::typing::{MAX_ROOMS_PER_CONNECTION, Output, TYPING_LASTS, Typing};
use hearth_protocol::{RoomId, UserId};
use uuid::Uuid;

const SCHEDULES: u64 = 2_000;
const STEPS: usize = 120;

/// Splitmix64: enough for a schedule, and the seed is all of it.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn user(&mut self) -> UserId {
        UserId(Uuid::from_u128(u128::from(self.below(3))))
    }

    fn room(&mut self) -> RoomId {
        RoomId(Uuid::from_u128(u128::from(self.below(10))))
    }

    fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.below(most + 1))
    }
}

/// Typing as one would write it without a thought for cost.
#[derive(Default)]
struct PlainTyping {
    until: BTreeMap<(RoomId, UserId, ConnectionId), Instant>,
}

impl PlainTyping {
    fn start(&mut self, now: Instant, (room, user): (RoomId, UserId), connection: ConnectionId) {
        let rooms = self.until.keys().filter(|(.., device)| *device == connection).count();
        let known = self.until.contains_key(&(room, user, connection));
        if known || rooms < MAX_ROOMS_PER_CONNECTION {
            self.until.insert((room, user, connection), now + TYPING_LASTS);
        }
    }

    fn who(&self) -> BTreeSet<(RoomId, UserId)> {
        self.until.keys().map(|(room, user, _)| (*room, *user)).collect()
    }
}

fn typing_schedule(seed: u64) {
    let mut dice = Dice(seed);
    let mut now = Instant::now();
    let (mut typing, mut plain) = (Typing::default(), PlainTyping::default());
    let mut told = BTreeSet::new();
    for _ in 0..STEPS {
        let (place, connection) = ((dice.room(), dice.user()), ConnectionId(dice.below(4)));
        now += dice.millis(900);
        typing.handle_timeout(now);
        plain.until.retain(|_, until| *until > now);
        match dice.below(12) {
            0..7 => {
                typing.start(now, place, connection);
                plain.start(now, place, connection);
            }
            7..9 => {
                typing.stop(place, connection);
                plain.until.remove(&(place.0, place.1, connection));
            }
            9 => {
                typing.message_sent(place);
                plain.until.retain(|(room, user, _), _| (*room, *user) != place);
            }
            10 => {
                typing.member_left(place);
                plain.until.retain(|(room, user, _), _| (*room, *user) != place);
            }
            _ => {
                typing.connection_gone(connection);
                plain.until.retain(|(.., device), _| *device != connection);
            }
        }
        while let Some(output) = typing.poll_output() {
            let changed = match output {
                Output::Started { room, user, .. } => told.insert((room, user)),
                Output::Stopped { room, user, .. } => told.remove(&(room, user)),
            };
            assert!(changed, "seed {seed}: told twice: {output:?}");
        }
        assert_eq!(told, plain.who(), "seed {seed}");
        assert_eq!(
            typing.poll_timeout(),
            plain.until.values().min().copied(),
            "seed {seed}"
        );
    }
}

#[test]
fn in_every_schedule_the_room_knows_exactly_who_is_typing() {
    (0..SCHEDULES).for_each(typing_schedule);
}

/// In a window that starts with a full bucket, `burst` pass and one more for each interval that goes by.
fn no_window_holds_too_many(times: &[Instant], per_minute: u64, burst: u64) -> bool {
    let interval = Duration::from_secs(60) / u32::try_from(per_minute).unwrap();
    (0..times.len()).all(|first| {
        (first..times.len()).all(|last| {
            let regained = (times[last] - times[first]).as_nanos() / interval.as_nanos();
            (last - first + 1) as u128 <= u128::from(burst) + regained
        })
    })
}

fn limits_schedule(seed: u64) {
    let mut dice = Dice(seed);
    let (per_minute, burst) = (1 + dice.below(600), 1 + dice.below(30));
    let limit = Limit::per_minute(u32::try_from(per_minute).unwrap(), u32::try_from(burst).unwrap());
    let mut limiter = RateLimiter::new(limit);
    let start = Instant::now();
    let mut now = start;
    let mut passed: BTreeMap<u64, Vec<Instant>> = BTreeMap::new();
    for _ in 0..STEPS {
        let key = dice.below(3);
        now += dice.millis(400);
        match limiter.take(now, &key) {
            Ok(_) => passed.entry(key).or_default().push(now),
            Err(wait) => {
                assert!(!wait.retry_after.is_zero(), "seed {seed}");
                let in_time = limiter.clone().take(now + wait.retry_after, &key);
                assert!(in_time.is_ok(), "seed {seed}: told to wait too short a time");
            }
        }
    }
    for times in passed.values() {
        assert!(no_window_holds_too_many(times, per_minute, burst), "seed {seed}");
    }
    limiter.take(now + Duration::from_secs(3_600), &9).unwrap();
    assert_eq!(limiter.keys(), 1, "seed {seed}: idle keys are forgotten");
}

#[test]
fn in_every_schedule_no_window_holds_more_than_the_limit_and_waiting_as_told_passes() {
    (0..SCHEDULES / 4).for_each(limits_schedule);
}
