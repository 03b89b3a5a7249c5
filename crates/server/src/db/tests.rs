//! What the rest of the server relies on: atomic, ordered, durable, one process at a time.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::{Arc, Mutex};

use hearth_protocol::{ErrorCode, RoomId, UserId};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::events;

type Heard = Arc<Mutex<Vec<RoomId>>>;

/// A database that notes the rooms of the `Joined` announcements it makes.
fn open(data: &Path) -> (Db, Heard) {
    let heard = Heard::default();
    let ears = Arc::clone(&heard);
    let announcer: Announcer = Arc::new(move |announcements| {
        ears.lock()
            .unwrap()
            .extend(announcements.iter().filter_map(|announcement| match announcement {
                Announcement::Joined { room_id, .. } => Some(*room_id),
                _ => None,
            }));
    });
    (Db::open_sqlite(data, announcer).unwrap(), heard)
}

async fn create(tx: &mut Tx, room_id: RoomId) -> Result<()> {
    events::create_stream(tx, room_id.into()).await?;
    tx.announce(Announcement::Joined {
        user_id: UserId(Uuid::nil()),
        room_id,
    });
    Ok(())
}

async fn exists(db: &Db, room_id: RoomId) -> bool {
    let head = db.read(move |tx| Box::pin(events::find_head(tx, room_id.into()))).await;
    head.unwrap().is_some()
}

fn new_room() -> RoomId {
    RoomId(Uuid::now_v7())
}

fn refused() -> Error {
    Error::refused(ErrorCode::Conflict, "no")
}

#[tokio::test]
async fn a_refused_transaction_leaves_nothing_and_announces_nothing() {
    let data = TempDir::new().unwrap();
    let (db, heard) = open(data.path());
    let room_id = new_room();

    let outcome: Result<()> = db
        .write(move |tx| {
            Box::pin(async move {
                create(tx, room_id).await?;
                Err(refused())
            })
        })
        .await;

    assert!(matches!(outcome, Err(Error::Refused(_))));
    assert!(!exists(&db, room_id).await);
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn transactions_of_one_group_fail_and_panic_alone() {
    let data = TempDir::new().unwrap();
    let (db, heard) = open(data.path());
    let (first, second) = (new_room(), new_room());

    let (one, refusal, panicked, two) = tokio::join!(
        db.write(move |tx| Box::pin(create(tx, first))),
        db.write::<(), _>(|_| Box::pin(async { Err(refused()) })),
        db.write::<(), _>(|_| Box::pin(async { panic!("a bug") })),
        db.write(move |tx| Box::pin(create(tx, second))),
    );

    assert!(one.is_ok() && two.is_ok());
    assert!(matches!(refusal, Err(Error::Refused(_))));
    assert!(matches!(panicked, Err(Error::Internal(_))));
    assert!(exists(&db, first).await && exists(&db, second).await);
    assert_eq!(*heard.lock().unwrap(), [first, second]);
}

#[tokio::test]
async fn concurrent_writers_are_announced_in_the_order_of_their_calls() {
    let data = TempDir::new().unwrap();
    let (db, heard) = open(data.path());
    let rooms: Vec<RoomId> = (0..500).map(|_| new_room()).collect();

    let writes = rooms
        .iter()
        .map(|&room_id| db.write(move |tx| Box::pin(create(tx, room_id))));
    let written = futures_util::future::try_join_all(writes).await;

    assert!(written.is_ok());
    assert_eq!(*heard.lock().unwrap(), rooms);
}

#[tokio::test]
async fn a_transaction_that_awaits_something_else_is_refused_and_undone() {
    let data = TempDir::new().unwrap();
    let (db, _) = open(data.path());
    let room_id = new_room();

    let outcome = db
        .write(move |tx| {
            Box::pin(async move {
                create(tx, room_id).await?;
                tokio::task::yield_now().await;
                Ok(())
            })
        })
        .await;

    assert!(matches!(outcome, Err(Error::Internal(_))));
    assert!(!exists(&db, room_id).await);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let data = TempDir::new().unwrap();
    let (db, _) = open(data.path());
    let room_id = new_room();

    let outcome = db.read(move |tx| Box::pin(create(tx, room_id))).await;

    assert!(matches!(outcome, Err(Error::Internal(_))));
    assert!(!exists(&db, room_id).await);
}

#[tokio::test]
async fn what_was_answered_is_there_after_reopening() {
    let data = TempDir::new().unwrap();
    let room_id = new_room();
    let (db, _) = open(data.path());
    db.write(move |tx| Box::pin(create(tx, room_id))).await.unwrap();
    drop(db);

    let (db, _) = open(data.path());

    assert!(exists(&db, room_id).await);
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_refused() {
    let data = TempDir::new().unwrap();
    let (_db, _) = open(data.path());

    let second = Db::open_sqlite(data.path(), Arc::new(|_| {}));

    assert!(second.err().unwrap().to_string().contains("another hearth process"));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_in_words() {
    let data = TempDir::new().unwrap();
    drop(open(data.path()));
    let file = rusqlite::Connection::open(data.path().join("hearth.db")).unwrap();
    let newer = "insert into refinery_schema_history (version, name, applied_on, checksum)
        values (999, 'from_the_future', '2030-01-01T00:00:00Z', '1')";
    file.execute(newer, []).unwrap();
    drop(file);

    let opened = Db::open_sqlite(data.path(), Arc::new(|_| {}));

    assert!(opened.err().unwrap().to_string().contains("newer version"));
}

#[test]
fn commits_survive_a_power_cut() {
    let data = TempDir::new().unwrap();
    let (db, _) = open(data.path());
    drop(db);

    let connection = sqlite::connect(&data.path().join("hearth.db")).unwrap();
    let full: i64 = connection
        .query_row("pragma synchronous", [], |row| row.get(0))
        .unwrap();
    let journal: String = connection
        .query_row("pragma journal_mode", [], |row| row.get(0))
        .unwrap();

    assert_eq!((full, journal.as_str()), (2, "wal"));
}

#[test]
fn every_statement_is_valid() {
    let data = TempDir::new().unwrap();
    drop(open(data.path()));
    let connection = sqlite::connect(&data.path().join("hearth.db")).unwrap();
    let statements = [
        events::STATEMENTS,
        crate::accounts::people::STATEMENTS,
        crate::accounts::store::STATEMENTS,
        crate::accounts::store::sessions::STATEMENTS,
        crate::admin::store::STATEMENTS,
        crate::rooms::store::STATEMENTS,
        crate::messages::store::STATEMENTS,
    ];

    for sql in statements.concat() {
        let prepared = connection.prepare(&sql.replace('$', "?"));
        assert!(prepared.is_ok(), "{sql}: {:?}", prepared.err());
    }
}
