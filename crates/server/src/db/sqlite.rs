//! SQLite: one writer thread that groups waiting transactions into one durable commit, and a few reader threads.
//!
//! `synchronous=FULL` in WAL mode syncs at every commit, which is what survives a power cut; grouping makes that cheap. Each
//! transaction of a group runs in its own savepoint, so one that fails takes nobody with it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::{Context, bail};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{Announcer, Tx};
use crate::error::{Error, Result};

/// Told whether the commit that holds a job's changes succeeded.
type Finish = Box<dyn FnOnce(std::result::Result<(), Arc<anyhow::Error>>) + Send>;

/// A unit of work; returns whether it succeeded and how to answer for it.
pub(super) type Job = Box<dyn FnOnce(&mut Tx) -> (bool, Finish) + Send>;

/// Most transactions in one commit: bounds how long the first waits for the last.
const MAX_GROUP: usize = 256;
/// Waiting jobs; when full, callers wait their turn.
const QUEUE: usize = 4_096;
/// Reader threads: reads are short, and two cores are the machine we size for.
const READERS: usize = 3;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// The threads and the lock on the data folder.
pub(super) struct Sqlite {
    writes: Mutex<Option<mpsc::Sender<Job>>>,
    reads: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
}

impl Sqlite {
    pub(super) fn open(data: &Path, announcer: Announcer) -> anyhow::Result<Self> {
        let lock = lock(data)?;
        let path = data.join("hearth.db");
        let mut connection = connect(&path)?;
        migrate(&mut connection)?;

        let (writes, write_queue) = mpsc::channel(QUEUE);
        let (reads, read_queue) = mpsc::channel(QUEUE);
        let read_queue = Arc::new(Mutex::new(read_queue));

        let mut threads = vec![spawn("db-writer", move || {
            run_writer(connection, write_queue, &announcer)
        })?];
        for index in 0..READERS {
            let connection = connect(&path)?;
            connection.pragma_update(None, "query_only", true)?;
            let queue = Arc::clone(&read_queue);
            threads.push(spawn(&format!("db-reader-{index}"), move || {
                run_reader(connection, &queue)
            })?);
        }
        Ok(Self {
            writes: Mutex::new(Some(writes)),
            reads: Mutex::new(Some(reads)),
            threads: Mutex::new(threads),
            lock: Mutex::new(Some(lock)),
        })
    }

    pub(super) async fn enqueue_write(&self, job: Job) -> Result<()> {
        enqueue(&self.writes, job).await
    }

    pub(super) async fn enqueue_read(&self, job: Job) -> Result<()> {
        enqueue(&self.reads, job).await
    }

    pub(super) fn close(&self) {
        self.writes.lock().expect("no holder panics").take();
        self.reads.lock().expect("no holder panics").take();
        let threads = std::mem::take(&mut *self.threads.lock().expect("no holder panics"));
        for thread in threads {
            let _ = thread.join();
        }
        self.lock.lock().expect("no holder panics").take();
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.close();
    }
}

/// Takes a place in the queue at the first poll, always: tokio's cooperative budget would let later calls overtake.
async fn enqueue(queue: &Mutex<Option<mpsc::Sender<Job>>>, job: Job) -> Result<()> {
    let closed = || Error::Internal(anyhow::anyhow!("the database is closed"));
    let sender = queue.lock().expect("no holder panics").clone().ok_or_else(closed)?;
    tokio::task::unconstrained(sender.send(job)).await.map_err(|_| closed())
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> anyhow::Result<JoinHandle<()>> {
    Ok(std::thread::Builder::new().name(name.to_owned()).spawn(run)?)
}

/// Takes the data folder for this process.
fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another hearth process uses the data folder {}", data.display()),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}

pub(super) fn connect(path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Small, because every thread has its own; the kernel's page cache is the large one and is shared. Not mapped, so that the
    // file does not count as our memory.
    connection.pragma_update(None, "cache_size", -1_024)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let runner = embedded::migrations::runner().set_abort_missing(true);
    match runner.run(connection) {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), refinery::error::Kind::MissingVersion(_)) => bail!(
            "this database was made by a newer version of hearth; start that version, or restore a backup made before the upgrade"
        ),
        Err(error) => Err(error).context("cannot bring the database to this version"),
    }
}

fn run_writer(connection: Connection, mut queue: mpsc::Receiver<Job>, announcer: &Announcer) {
    let mut tx = Tx::on(connection);
    let mut group = Vec::with_capacity(MAX_GROUP);
    while queue.blocking_recv_many(&mut group, MAX_GROUP) > 0 {
        let mut finishes = Vec::with_capacity(group.len());
        let outcome = run_group(&mut tx, group.drain(..), &mut finishes);
        let announcements = std::mem::take(&mut tx.announcements);
        let committed = match outcome {
            Ok(()) => {
                if !announcements.is_empty() {
                    announcer(announcements);
                }
                Ok(())
            }
            Err(error) => {
                let _ = tx.connection.execute_batch("rollback");
                Err(Arc::new(error))
            }
        };
        for finish in finishes {
            finish(committed.clone());
        }
    }
}

/// Runs every job in its own savepoint and commits once.
fn run_group(tx: &mut Tx, jobs: impl Iterator<Item = Job>, finishes: &mut Vec<Finish>) -> anyhow::Result<()> {
    run_cached(tx, "begin immediate")?;
    for job in jobs {
        run_cached(tx, "savepoint job")?;
        let announced = tx.announcements.len();
        // A panicking job drops its answer, so its caller gets an internal error; the others must not suffer.
        let worked = match std::panic::catch_unwind(AssertUnwindSafe(|| job(tx))) {
            Ok((worked, finish)) => {
                finishes.push(finish);
                worked
            }
            Err(_) => false,
        };
        if !worked {
            tx.announcements.truncate(announced);
            run_cached(tx, "rollback to job")?;
        }
        run_cached(tx, "release job")?;
    }
    run_cached(tx, "commit")
}

fn run_cached(tx: &Tx, sql: &str) -> anyhow::Result<()> {
    tx.connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn run_reader(connection: Connection, queue: &Mutex<mpsc::Receiver<Job>>) {
    let mut tx = Tx::on(connection);
    loop {
        let job = queue.lock().expect("no holder panics").blocking_recv();
        let Some(job) = job else { return };
        let begun = run_cached(&tx, "begin").map_err(Arc::new);
        if let Ok((_, finish)) = std::panic::catch_unwind(AssertUnwindSafe(|| job(&mut tx))) {
            finish(begun);
        }
        let _ = run_cached(&tx, "commit");
    }
}

impl Tx {
    fn on(connection: Connection) -> Self {
        Self {
            connection,
            statements: Rewritten::default(),
            announcements: Vec::new(),
        }
    }
}

/// Statements with `$N` written as SQLite's `?N`, by the address of their text.
#[derive(Default)]
pub(super) struct Rewritten(HashMap<(usize, usize), String>);

impl Rewritten {
    pub(super) fn get(&mut self, sql: &'static str) -> &str {
        let address = (sql.as_ptr().addr(), sql.len());
        self.0.entry(address).or_insert_with(|| sql.replace('$', "?"))
    }
}
