//! Counts of durations in buckets that grow with the value: within 2 %, up to an hour.

use std::fmt;
use std::time::Duration;

/// Each power of two is divided into so many buckets.
const STEPS: u64 = 64;

/// A distribution of durations. Recording costs one addition.
#[derive(Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
}

impl Histogram {
    /// Counts one duration of so many nanoseconds.
    pub fn record(&mut self, nanos: u64) {
        let at = bucket(nanos).min(self.buckets.len() - 1);
        self.buckets[at] += 1;
        self.count += 1;
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *count += more;
        }
        self.count += other.count;
    }

    /// How many were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The duration that `per_mille` of 1,000 do not exceed; zero without any.
    #[must_use]
    pub fn per_mille(&self, per_mille: u64) -> Duration {
        let rank = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_nanos(upper(at));
            }
        }
        Duration::ZERO
    }
}

impl Default for Histogram {
    fn default() -> Self {
        let hour = Duration::from_secs(3_600).as_nanos();
        let longest = bucket(u64::try_from(hour).expect("an hour has fewer than 2^64 nanoseconds"));
        Self {
            buckets: vec![0; longest + 1],
            count: 0,
        }
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |per_mille| self.per_mille(per_mille).as_secs_f64() * 1_000.0;
        write!(
            f,
            "p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms",
            ms(500),
            ms(990),
            ms(999)
        )
    }
}

/// Below `STEPS` each value has its own bucket.
fn bucket(nanos: u64) -> usize {
    let power = nanos.max(STEPS).ilog2() - STEPS.ilog2();
    let at = u64::from(power) * STEPS + (nanos >> power);
    usize::try_from(at).expect("there are fewer than 4,096 buckets")
}

/// The largest value of a bucket.
fn upper(at: usize) -> u64 {
    let at = u64::try_from(at).expect("there are fewer than 4,096 buckets");
    let power = (at / STEPS).saturating_sub(1);
    ((at - power * STEPS + 1) << power) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_their_values_within_two_per_cent() {
        let is_close = |nanos: u64| {
            let upper = upper(bucket(nanos));
            upper >= nanos && upper - nanos <= nanos / 50
        };

        assert!((0..100_000).all(is_close));
        assert!((10..41).all(|power| is_close(1 << power) && is_close((1 << power) - 1)));
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_values() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|millis| histogram.record(millis * 1_000_000));

        let close = |per_mille, millis: u128| {
            let found = histogram.per_mille(per_mille).as_millis();
            found >= millis && found <= millis + millis / 50
        };
        assert!(close(500, 500));
        assert!(close(990, 990));
        assert!(close(1_000, 1_000));
        assert_eq!(Histogram::default().per_mille(500), Duration::ZERO);
    }
}
