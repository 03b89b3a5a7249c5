//! What breaks when: made from the seed alone, so that a failed run can be tried again.

use std::fmt;
use std::time::Duration;

/// The longest quiet between two faults.
const LONGEST_QUIET_MS: u64 = 1_500;
/// Nothing breaks before everyone was there once.
const FIRST_MS: u64 = 800;

/// Random numbers from a seed. Source: splitmix64.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of 100 cases.
    pub fn chance(&mut self, of_100: u64) -> bool {
        self.below(100) < of_100
    }

    /// One of them; there is one.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let count = u64::try_from(from.len()).expect("a count fits");
        let at = usize::try_from(self.below(count)).expect("an index fits");
        &from[at]
    }

    fn ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}

/// Something that breaks. Parts of connections are in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL, and a new start on the same data after this time.
    Kill(Duration),
    /// SIGSTOP for this time.
    Pause(Duration),
    /// All connections are cut at once, so that everyone comes back at once.
    CutAll,
    /// These connections are cut.
    Cut(u64),
    /// These connections stay open and carry nothing any more.
    HalfOpen(u64),
    /// These connections carry what clients send, but no answers, and are cut a little later: clients must send again.
    LoseAnswers(u64),
    /// Everything is late by this much, for a while.
    Delay(Duration),
    /// Everything comes in tiny pieces, for a while.
    Split,
    /// No file may grow, for this time.
    FullDisk(Duration),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(time) => write!(f, "SIGKILL, down for {} ms", time.as_millis()),
            Self::Pause(time) => write!(f, "SIGSTOP for {} ms", time.as_millis()),
            Self::CutAll => write!(f, "cut all connections at once"),
            Self::Cut(part) => write!(f, "cut {part} % of connections"),
            Self::HalfOpen(part) => write!(f, "half-open {part} % of connections"),
            Self::LoseAnswers(part) => write!(f, "lose the answers of {part} % of connections, then cut them"),
            Self::Delay(time) => write!(f, "delay by {} ms", time.as_millis()),
            Self::Split => write!(f, "split into tiny pieces"),
            Self::FullDisk(time) => write!(f, "full disk for {} ms", time.as_millis()),
        }
    }
}

/// A fault and its time after the start.
pub type Due = (Duration, Fault);

/// The faults of a run, in order. Every fourth one is a kill, so that a run of ten seconds has some.
#[must_use]
pub fn schedule(seed: u64, lasts: Duration) -> Vec<Due> {
    let mut random = Random::new(seed);
    let mut at = Duration::from_millis(FIRST_MS);
    let mut faults = Vec::new();
    while at < lasts {
        let fault = if faults.len() % 4 == 1 {
            kill(&mut random)
        } else {
            any(&mut random)
        };
        faults.push((at, fault));
        at += random.ms(200, LONGEST_QUIET_MS);
    }
    faults
}

fn kill(random: &mut Random) -> Fault {
    Fault::Kill(random.ms(1, 600))
}

fn any(random: &mut Random) -> Fault {
    match random.below(9) {
        0 => Fault::Pause(random.ms(200, 3_000)),
        1 => Fault::CutAll,
        2 => Fault::Cut(10 + random.below(60)),
        3 => Fault::HalfOpen(10 + random.below(40)),
        4 | 5 => Fault::LoseAnswers(10 + random.below(60)),
        6 => Fault::Delay(random.ms(5, 150)),
        7 => Fault::Split,
        _ => Fault::FullDisk(random.ms(200, 1_500)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_secs(10);

    #[test]
    fn a_seed_makes_the_same_schedule_every_time_and_another_seed_another() {
        assert_eq!(schedule(7, LASTS), schedule(7, LASTS));
        assert_ne!(schedule(7, LASTS), schedule(8, LASTS));
    }

    #[test]
    fn a_short_run_has_two_kills_with_any_seed() {
        let kills = |seed| {
            let faults = schedule(seed, LASTS);
            faults
                .iter()
                .filter(|(_, fault)| matches!(fault, Fault::Kill(_)))
                .count()
        };
        let fewest = (0..1_000).map(kills).min();

        assert!(fewest >= Some(2), "{fewest:?}");
    }

    #[test]
    fn faults_come_in_order_and_before_the_end() {
        let faults = schedule(3, LASTS);

        assert!(faults.is_sorted_by_key(|(at, _)| *at));
        assert!(faults.iter().all(|(at, _)| *at < LASTS));
    }
}
