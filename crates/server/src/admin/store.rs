//! SQL of the site's settings and of the audit log.

use hearth_protocol::{UnixMs, UserId};

use crate::db::Tx;
use crate::error::Result;

pub(super) async fn find_value(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    tx.query_opt(FIND_VALUE, &[key.into()], |row| row.get(0)).await
}

pub(super) async fn write_value(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    tx.execute(WRITE_VALUE, &[key.into(), value.into()]).await?;
    Ok(())
}

pub(super) async fn delete_value(tx: &mut Tx, key: &str) -> Result<()> {
    tx.execute(DELETE_VALUE, &[key.into()]).await?;
    Ok(())
}

/// Whether somebody claimed the site.
pub(super) async fn has_owner(tx: &mut Tx) -> Result<bool> {
    Ok(tx.query_opt(FIND_OWNER, &[], |row| row.get::<i64>(0)).await?.is_some())
}

/// A row of the audit log.
#[derive(Debug, Clone)]
pub(super) struct AuditRow {
    pub(super) id: i64,
    pub(super) created_at: UnixMs,
    pub(super) actor_id: Option<UserId>,
    pub(super) action: String,
    pub(super) detail: String,
    pub(super) hash: Vec<u8>,
}

pub(super) async fn find_last_entry(tx: &mut Tx) -> Result<Option<(i64, Vec<u8>)>> {
    tx.query_opt(FIND_LAST_ENTRY, &[], |row| Ok((row.get(0)?, row.get(1)?)))
        .await
}

pub(super) async fn insert_entry(tx: &mut Tx, row: &AuditRow) -> Result<()> {
    let binds = [
        row.id.into(),
        row.created_at.into(),
        row.actor_id.into(),
        (&row.action).into(),
        (&row.detail).into(),
        row.hash.as_slice().into(),
    ];
    tx.execute(INSERT_ENTRY, &binds).await?;
    Ok(())
}

/// At most `limit` rows after `after`, in order.
pub(super) async fn list_entries(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<AuditRow>> {
    tx.query_all(LIST_ENTRIES, &[after.into(), limit.into()], |row| {
        Ok(AuditRow {
            id: row.get(0)?,
            created_at: row.get(1)?,
            actor_id: row.get(2)?,
            action: row.get(3)?,
            detail: row.get(4)?,
            hash: row.get(5)?,
        })
    })
    .await
}

/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[
    FIND_VALUE,
    WRITE_VALUE,
    DELETE_VALUE,
    FIND_OWNER,
    FIND_LAST_ENTRY,
    INSERT_ENTRY,
    LIST_ENTRIES,
];

const FIND_VALUE: &str = "
select value
from site
where key = $1";

const WRITE_VALUE: &str = "
insert into site (key, value)
values ($1, $2)
on conflict (key) do update set value = excluded.value";

const DELETE_VALUE: &str = "
delete from site
where key = $1";

const FIND_OWNER: &str = "
select 1
from users
where role = 'owner'";

const FIND_LAST_ENTRY: &str = "
select id, hash
from audit_log
order by id desc
limit 1";

const INSERT_ENTRY: &str = "
insert into audit_log (id, created_at, actor_id, action, detail, hash)
values ($1, $2, $3, $4, $5, $6)";

const LIST_ENTRIES: &str = "
select id, created_at, actor_id, action, detail, hash
from audit_log
where id > $1
order by id
limit $2";
