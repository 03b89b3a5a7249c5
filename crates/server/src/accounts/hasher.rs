//! The threads that hash passwords: few, so that a storm of log-ins delays no message, with a bounded queue before them.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::Context as _;
use hearth_protocol::ErrorCode;
use tokio::sync::oneshot;

use super::password::{self, Password};
use crate::error::{Error, Result};

/// Jobs that may wait; when it is full, further ones are refused as `unavailable`.
const QUEUE: usize = 64;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed set of threads with one queue.
pub(super) struct Hasher {
    queue: Mutex<Option<SyncSender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Hasher {
    /// Starts the threads. Errors: the system gives none.
    pub(super) fn start(threads: u32) -> anyhow::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let spawn = |index: u32| {
            let jobs = Arc::clone(&jobs);
            let builder = std::thread::Builder::new().name(format!("hasher-{index}"));
            builder
                .spawn(move || run(&jobs))
                .context("cannot start a hashing thread")
        };
        let threads = (0..threads).map(spawn).collect::<anyhow::Result<_>>()?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(threads),
        })
    }

    /// Hashes a new password. Errors: `unavailable` when too many wait.
    pub(super) async fn hash(&self, password: Password) -> Result<String> {
        Ok(self.run(move || password::hash(&password)).await??)
    }

    /// The index of the first hash that was made of this password. Every hash is tried whatever came before, and a `None`
    /// takes as long as a hash, so that the time tells only how many there are.
    ///
    /// Errors: `unavailable` when too many wait.
    pub(super) async fn find_match(&self, password: Password, hashes: Vec<Option<String>>) -> Result<Option<usize>> {
        let work = move || -> anyhow::Result<Option<usize>> {
            let mut found = None;
            for (index, hash) in hashes.iter().enumerate() {
                let matches = password::matches(&password, hash.as_deref())?;
                found = found.or(matches.then_some(index));
            }
            Ok(found)
        };
        Ok(self.run(work).await??)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // The caller may have gone; the work is done all the same.
            let _ = answer.send(work());
        });
        let queue = self.queue.lock().expect("no holder panics").clone();
        match queue.context("the hashing threads are stopped")?.try_send(job) {
            Ok(()) => Ok(answered.await.context("a hashing thread died")?),
            Err(TrySendError::Full(_)) => Err(Error::refused(
                ErrorCode::Unavailable,
                "Too many people are logging in right now. Please try again in a moment.",
            )),
            Err(TrySendError::Disconnected(_)) => Err(anyhow::anyhow!("the hashing threads are stopped").into()),
        }
    }

    /// Finishes what waits and joins the threads.
    pub(super) fn stop(&self) {
        self.queue.lock().expect("no holder panics").take();
        let threads = std::mem::take(&mut *self.threads.lock().expect("no holder panics"));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().expect("no holder panics").recv();
        let Ok(job) = job else { return };
        // A panic would end the thread for all; its caller notices the missing answer.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_matching_hash_is_found_among_others() {
        let hasher = Hasher::start(2).unwrap();
        let hash = async |text: &str| hasher.hash(Password::typed(text)).await.unwrap();
        let hashes = vec![
            None,
            Some(hash("one password").await),
            Some(hash("other password").await),
        ];

        let found = hasher
            .find_match(Password::typed("other password"), hashes.clone())
            .await
            .unwrap();
        let missing = hasher.find_match(Password::typed("no password"), hashes).await.unwrap();

        assert_eq!(found, Some(2));
        assert_eq!(missing, None);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let hasher = Hasher::start(1).unwrap();
        let (open, gate) = sync_channel::<()>(0);
        let (started, begun) = oneshot::channel();
        let blocked = hasher.run(move || {
            started.send(()).unwrap();
            gate.recv().ok()
        });
        let overfill = async {
            begun.await.unwrap();
            let mut waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(hasher.run(|| ()))).collect();
            for job in &mut waiting {
                assert!(job.as_mut().now_or_never().is_none());
            }
            let refused = hasher.run(|| ()).await;
            open.send(()).unwrap();
            futures_util::future::join_all(waiting).await;
            refused
        };

        let (_, refused) = tokio::join!(blocked, overfill);

        assert_eq!(refused.unwrap_err().into_refusal().code, ErrorCode::Unavailable);
    }

    #[tokio::test]
    async fn a_panic_is_one_callers_error_and_the_thread_goes_on() {
        let hasher = Hasher::start(1).unwrap();

        let panicked = hasher.run(|| panic!("as the test wants")).await;
        let after = hasher.run(|| 7).await;

        assert!(panicked.is_err() && after.is_ok_and(|seven: i32| seven == 7));
    }
}
