//! The database: transactions as closures, one SQL text for every engine.
//!
//! A closure given to [`Db::write`] sees a transaction and nothing of it is visible before it is on disk. On SQLite it runs on the
//! writer thread, which groups what waits into one commit; so it must await nothing but the [`Tx`]. Statements live in the
//! slices' `store.rs`, not here.

mod sqlite;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

pub use value::{Bind, Cell, Column, Row};

use crate::error::{Error, Result};
use crate::events::Announcement;
use sqlite::{Job, Sqlite};

/// Told of every committed transaction's announcements, in commit order, before the writers of that commit are answered.
pub type Announcer = Arc<dyn Fn(Vec<Announcement>) + Send + Sync>;

/// A database, open until dropped.
pub struct Db {
    engine: Sqlite,
}

impl Db {
    /// Opens or creates the SQLite database in `data` and brings it to this version's schema.
    ///
    /// Errors: another process uses the folder; the database was made by a newer version; the disk refuses.
    pub fn open_sqlite(data: &Path, announcer: Announcer) -> anyhow::Result<Self> {
        Ok(Self {
            engine: Sqlite::open(data, announcer)?,
        })
    }

    /// Runs `work` in a transaction that is committed when it returns `Ok` and rolled back otherwise.
    ///
    /// The answer comes after the commit is on disk. Transactions take effect in the order in which their futures were first polled.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.engine.enqueue_write(job(work, answer)).await?;
        answered.await.context("the database is closed")?
    }

    /// Runs `work` on a consistent view of everything committed so far. It must not write.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.engine.enqueue_read(job(work, answer)).await?;
        answered.await.context("the database is closed")?
    }

    /// Finishes what waits, closes the files and joins the threads.
    pub fn close(&self) {
        self.engine.close();
    }
}

/// Wraps `work` so that a thread of the engine can run it and answer once the outcome is known.
fn job<T, F>(work: F, answer: oneshot::Sender<Result<T>>) -> Job
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    use futures_util::FutureExt;
    Box::new(move |tx| {
        let result = match work(tx).now_or_never() {
            Some(result) => result,
            None => Err(anyhow::anyhow!("a transaction awaited something other than the database").into()),
        };
        let worked = result.is_ok();
        let finish = Box::new(move |committed: std::result::Result<(), Arc<anyhow::Error>>| {
            let outcome = match committed {
                Ok(()) => result,
                Err(error) => result.and(Err(Error::Internal(anyhow::anyhow!("commit failed: {error:#}")))),
            };
            // The caller may have gone (its connection closed); the change stands all the same.
            let _ = answer.send(outcome);
        });
        (worked, finish)
    })
}

/// A transaction in progress.
pub struct Tx {
    connection: rusqlite::Connection,
    statements: sqlite::Rewritten,
    announcements: Vec<Announcement>,
}

impl Tx {
    /// Runs a statement and tells how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, binds: &[Bind<'_>]) -> Result<usize> {
        let mut statement = self.connection.prepare_cached(self.statements.get(sql))?;
        Ok(statement.execute(rusqlite::params_from_iter(binds))?)
    }

    /// The first row, if any.
    pub async fn query_opt<T>(
        &mut self,
        sql: &'static str,
        binds: &[Bind<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(self.statements.get(sql))?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        match rows.next()? {
            Some(row) => read(&Row(row)).map(Some),
            None => Ok(None),
        }
    }

    /// The only row. Errors: internal, when there is none.
    pub async fn query_one<T>(
        &mut self,
        sql: &'static str,
        binds: &[Bind<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let row = self.query_opt(sql, binds, read).await?;
        Ok(row.with_context(|| format!("no row for: {sql}"))?)
    }

    /// Every row.
    pub async fn query_all<T>(
        &mut self,
        sql: &'static str,
        binds: &[Bind<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(self.statements.get(sql))?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(&Row(row))?);
        }
        Ok(all)
    }

    /// Has something announced when, and only if, this transaction is committed. For `events` and membership verbs.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }
}
