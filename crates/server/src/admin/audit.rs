//! The audit log: who did what to whom, when and from where. It only grows, and each entry's hash covers the one before.
//!
//! Entries are written in the transaction that does what they tell of. Their words are JSON, so nothing in them can forge a
//! line. Addresses are kept here, and only here, because the log must tell from where.

use aws_lc_rs::digest::{Context, SHA256};
use hearth_protocol::{UnixMs, UserId};
use serde_json::Value;

use super::store::{self, AuditRow};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;

const PAGE: i64 = 500;

/// Something worth remembering.
#[derive(Debug)]
pub struct Entry {
    /// Who did it.
    pub actor: Option<UserId>,
    /// What, as `noun.verb`.
    pub action: &'static str,
    /// To whom or what, and from where.
    pub detail: Value,
}

/// Appends an entry to the log.
pub async fn record(tx: &mut Tx, entry: &Entry, now: UnixMs) -> Result<()> {
    let (last_id, last_hash) = store::find_last_entry(tx).await?.unwrap_or_default();
    let mut row = AuditRow {
        id: last_id + 1,
        created_at: now,
        actor_id: entry.actor,
        action: entry.action.to_owned(),
        detail: entry.detail.to_string(),
        hash: Vec::new(),
    };
    row.hash = hash(&last_hash, &row);
    store::insert_entry(tx, &row).await
}

/// What a reading of the whole log found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// So many entries, each where it was written.
    Whole(i64),
    /// The first entry that was changed, or before which one is missing.
    Broken(i64),
}

/// Reads the whole log and checks every hash.
///
/// Errors: internal ones only.
pub async fn verify(app: &App) -> Result<Verdict> {
    let (mut last_id, mut last_hash) = (0, Vec::new());
    loop {
        let page = app
            .db
            .read(move |tx| Box::pin(async move { store::list_entries(tx, last_id, PAGE).await }));
        let page = page.await?;
        if page.is_empty() {
            return Ok(Verdict::Whole(last_id));
        }
        for row in page {
            if row.id != last_id + 1 || row.hash != hash(&last_hash, &row) {
                return Ok(Verdict::Broken(row.id));
            }
            (last_id, last_hash) = (row.id, row.hash);
        }
    }
}

/// Each part with its length before it, so that no two rows read the same.
fn hash(previous: &[u8], row: &AuditRow) -> Vec<u8> {
    let actor = row.actor_id.map(|user_id| *user_id.0.as_bytes());
    let mut context = Context::new(&SHA256);
    let parts: [&[u8]; 6] = [
        previous,
        &row.id.to_be_bytes(),
        &row.created_at.0.to_be_bytes(),
        actor.as_ref().map_or(&[], <[u8; 16]>::as_slice),
        row.action.as_bytes(),
        row.detail.as_bytes(),
    ];
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}
