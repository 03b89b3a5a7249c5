//! The first start: a one-time token that makes its holder the owner. "First to register" is never enough.

use std::path::PathBuf;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hearth_protocol::ErrorCode;

use super::secrets::{hex, random_text, sha256, write_private};
use crate::admin::settings;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};

/// The key in the `site` table under which the token's hash is kept until it is spent.
const TOKEN_HASH: &str = "setup_token_hash";

/// Prepares an unclaimed site: the link for its owner, or `None` when it is claimed.
///
/// The token is stored hashed; the link itself is in a file that only the server's user can read, gone after the claim.
///
/// Errors: internal ones only.
pub async fn prepare(app: &App) -> Result<Option<String>> {
    let stored = app.db.read(|tx| {
        Box::pin(async move {
            let is_claimed = settings::has_owner(tx).await?;
            Ok((is_claimed, settings::find_value(tx, TOKEN_HASH).await?))
        })
    });
    let (is_claimed, stored) = stored.await?;
    if is_claimed {
        forget(app);
        return Ok(None);
    }
    let kept = std::fs::read_to_string(path(app)).ok();
    let kept = kept
        .as_deref()
        .and_then(token_in)
        .filter(|token| stored.as_deref() == Some(&hash(token)));
    let token = match kept {
        Some(token) => token.to_owned(),
        None => make(app).await?,
    };
    let link = format!("{}/setup#token={token}", app.base_url);
    write_private(&path(app), &format!("{link}\n"))?;
    Ok(Some(link))
}

async fn make(app: &App) -> Result<String> {
    let token = random_text()?;
    let hash = hash(&token);
    let written = app
        .db
        .write(move |tx| Box::pin(async move { settings::write_value(tx, TOKEN_HASH, &hash).await }));
    written.await?;
    Ok(token)
}

/// Refuses a wrong token before any work is done for it.
///
/// Errors: `forbidden`; `conflict`, when the site is claimed.
pub(super) async fn check(app: &App, token: &str) -> Result<()> {
    let token = token.to_owned();
    app.db
        .read(move |tx| Box::pin(async move { check_in(tx, &token).await }))
        .await
}

/// Spends the token, inside the transaction that makes the owner: of many at once, one succeeds.
///
/// Errors: as [`check`].
pub(super) async fn spend(tx: &mut Tx, token: &str) -> Result<()> {
    check_in(tx, token).await?;
    settings::delete_value(tx, TOKEN_HASH).await
}

async fn check_in(tx: &mut Tx, token: &str) -> Result<()> {
    if settings::has_owner(tx).await? {
        return Err(Error::refused(ErrorCode::Conflict, "This site is already set up."));
    }
    let stored = settings::find_value(tx, TOKEN_HASH).await?.unwrap_or_default();
    verify_slices_are_equal(stored.as_bytes(), hash(token).as_bytes())
        .map_err(|_| Error::forbidden("This setup link doesn't work. Use the one that the server printed last."))
}

/// Removes the file with the link.
pub(super) fn forget(app: &App) {
    let removed = std::fs::remove_file(path(app));
    let failed = removed
        .err()
        .filter(|error| error.kind() != std::io::ErrorKind::NotFound);
    if let Some(error) = failed {
        tracing::warn!(%error, "the file with the spent setup link cannot be removed");
    }
}

fn path(app: &App) -> PathBuf {
    app.config.data.join("setup-link")
}

fn token_in(file: &str) -> Option<&str> {
    file.trim().split_once("#token=").map(|(_, token)| token)
}

fn hash(token: &str) -> String {
    hex(&sha256(token))
}
