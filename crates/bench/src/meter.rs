//! What the server's process costs, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Reads the counters of one process. Linux only.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    pid: u32,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Time on a processor, in user and in kernel mode, of all threads that live.
    pub cpu: Duration,
    /// Resident memory. What the kernel holds for sockets is not in it.
    pub resident_bytes: u64,
}

impl Meter {
    /// Reads the process with this id.
    #[must_use]
    pub fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// Reads the counters.
    ///
    /// Errors: the process is gone, or the kernel keeps no schedstat.
    pub fn read(self) -> Result<Reading> {
        Ok(Reading {
            cpu: self.cpu()?,
            resident_bytes: self.resident_bytes()?,
        })
    }

    fn cpu(self) -> Result<Duration> {
        let folder = format!("/proc/{}/task", self.pid);
        let mut nanos = 0;
        for task in fs::read_dir(&folder).with_context(|| format!("no process {}", self.pid))? {
            // A thread may end in between.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let first = text.split(' ').next().unwrap_or_default();
            nanos += first.parse::<u64>().context("schedstat starts with no number")?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    fn resident_bytes(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.context("the process has no VmRSS")?.trim().trim_end_matches(" kB");
        Ok(kib.parse::<u64>().context("VmRSS is no number")? * 1_024)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn work_and_memory_of_a_process_show() {
        let meter = Meter::new(std::process::id());
        let before = meter.read().unwrap();

        let mut held = vec![0_u8; 64 << 20];
        held.iter_mut()
            .enumerate()
            .for_each(|(at, byte)| *byte = u8::try_from(at % 251).unwrap());
        let after = meter.read().unwrap();

        assert!(after.cpu > before.cpu);
        assert!(after.resident_bytes >= before.resident_bytes + (48 << 20));
        assert!(held.contains(&250));
    }
}
