//! The server's own secrets: made at the first start, kept in one file that only its owner can read.
//!
//! Nothing here is a setting. At most two keys for access tokens are active, so that a rotation logs nobody out.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::config::is_sample_secret;

const KEY_BYTES: usize = 32;
const MAX_ACTIVE: usize = 2;

/// The secrets, ready for use. Has no `Debug`, so that it cannot be logged.
pub struct Secrets {
    /// Keys for access tokens; the first one signs.
    pub(super) token_keys: Vec<TokenKey>,
    server: hmac::Key,
}

/// A key for access tokens.
pub(super) struct TokenKey {
    pub(super) kid: String,
    pub(super) bytes: Vec<u8>,
}

/// The file's form.
#[derive(Serialize, Deserialize)]
struct Stored {
    server_key: String,
    token_keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    key: String,
}

impl Secrets {
    /// Reads the secrets of a data folder, or makes them when there are none.
    ///
    /// Errors: the file is readable by others, damaged, or holds a short or sample key; the disk refuses.
    pub fn open(data: &Path) -> Result<Self> {
        let path = path(data);
        let stored = match fs::read_to_string(&path) {
            Ok(text) => {
                check_mode(&path)?;
                serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let stored = Stored {
                    server_key: random_text()?,
                    token_keys: vec![StoredKey::random()?],
                };
                save(&path, &stored)?;
                stored
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        stored.into_secrets().with_context(|| path.display().to_string())
    }

    /// Adds a key for new access tokens; the one so far goes on verifying until the next rotation.
    ///
    /// Errors: as [`Secrets::open`].
    pub fn rotate(data: &Path) -> Result<()> {
        drop(Self::open(data)?);
        let path = path(data);
        let mut stored: Stored = serde_json::from_str(&fs::read_to_string(&path)?)?;
        stored.token_keys.insert(0, StoredKey::random()?);
        stored.token_keys.truncate(MAX_ACTIVE);
        save(&path, &stored)
    }

    /// A keyed digest of `data`. `purpose` keeps the uses of the one key apart.
    pub(super) fn mac(&self, purpose: &str, data: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.server);
        context.update(purpose.as_bytes());
        for part in data {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }
}

impl Stored {
    fn into_secrets(self) -> Result<Secrets> {
        let keys = self.token_keys.into_iter().map(|stored| {
            Ok(TokenKey {
                bytes: decode(&stored.key)?,
                kid: stored.kid,
            })
        });
        let token_keys: Vec<TokenKey> = keys.collect::<Result<_>>()?;
        ensure!(
            (1..=MAX_ACTIVE).contains(&token_keys.len()),
            "needs one or two token keys"
        );
        Ok(Secrets {
            token_keys,
            server: hmac::Key::new(hmac::HMAC_SHA256, &decode(&self.server_key)?),
        })
    }
}

impl StoredKey {
    fn random() -> Result<Self> {
        let kid = hex(&random::<6>()?);
        Ok(Self {
            kid,
            key: random_text()?,
        })
    }
}

/// Random bytes from the system's generator.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .ok()
        .context("the system gives no random bytes")?;
    Ok(bytes)
}

/// A random token of 256 bits in URL-safe text.
pub(super) fn random_text() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<KEY_BYTES>()?))
}

/// How tokens and codes are stored.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    hash
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file that only its owner can read, as a whole or not at all.
///
/// Errors: the disk refuses.
pub(super) fn write_private(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("new");
    let _ = fs::remove_file(&temporary);
    let options = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary);
    let mut file = options.with_context(|| format!("cannot write {}", temporary.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path).with_context(|| format!("cannot write {}", path.display()))
}

fn path(data: &Path) -> PathBuf {
    data.join("secrets.json")
}

fn save(path: &Path, stored: &Stored) -> Result<()> {
    write_private(path, &serde_json::to_string_pretty(stored)?)
}

fn check_mode(path: &Path) -> Result<()> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(
        mode & 0o077 == 0,
        "{} can be read by others (mode {mode:o}); if nobody did, run: chmod 600 {}",
        path.display(),
        path.display()
    );
    Ok(())
}

fn decode(text: &str) -> Result<Vec<u8>> {
    ensure!(
        !is_sample_secret(text),
        "holds a sample key; remove the file to have keys made"
    );
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .context("holds a key that is not base64")?;
    ensure!(bytes.len() >= KEY_BYTES, "holds a key shorter than {KEY_BYTES} bytes");
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn secrets_are_made_once_and_only_their_owner_can_read_them() {
        let data = folder();

        let first = Secrets::open(data.path()).unwrap();
        let again = Secrets::open(data.path()).unwrap();

        assert_eq!(first.token_keys[0].bytes, again.token_keys[0].bytes);
        assert_eq!(first.mac("x", &[b"y"]), again.mac("x", &[b"y"]));
        let mode = fs::metadata(path(data.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn two_servers_have_different_secrets() {
        let (one, other) = (
            Secrets::open(folder().path()).unwrap(),
            Secrets::open(folder().path()).unwrap(),
        );

        assert_ne!(one.token_keys[0].bytes, other.token_keys[0].bytes);
        assert_ne!(one.mac("x", &[b"y"]), other.mac("x", &[b"y"]));
    }

    #[test]
    fn a_rotation_signs_with_a_new_key_and_keeps_one_old() {
        let data = folder();
        let first = Secrets::open(data.path()).unwrap().token_keys.remove(0).kid;

        Secrets::rotate(data.path()).unwrap();
        let second = Secrets::open(data.path()).unwrap();
        Secrets::rotate(data.path()).unwrap();
        let third = Secrets::open(data.path()).unwrap();

        assert_eq!(second.token_keys[1].kid, first);
        assert_ne!(second.token_keys[0].kid, first);
        assert_eq!(third.token_keys.len(), 2);
        assert!(third.token_keys.iter().all(|key| key.kid != first));
    }

    #[test]
    fn short_sample_and_readable_keys_are_refused() {
        let refused = |key: &str, mode: u32| {
            let data = folder();
            drop(Secrets::open(data.path()).unwrap());
            let text = fs::read_to_string(path(data.path())).unwrap();
            let mut stored: Stored = serde_json::from_str(&text).unwrap();
            stored.server_key = key.to_owned();
            save(&path(data.path()), &stored).unwrap();
            fs::set_permissions(path(data.path()), fs::Permissions::from_mode(mode)).unwrap();
            Secrets::open(data.path()).is_err()
        };
        let good = random_text().unwrap();

        assert!(!refused(&good, 0o600));
        assert!(refused(&good, 0o640));
        assert!(refused(&good[..20], 0o600));
        assert!(refused(&"A".repeat(43), 0o600));
        assert!(refused("changeme-changeme-changeme-changeme-changem", 0o600));
    }

    #[test]
    fn the_parts_of_a_digest_cannot_be_shifted() {
        let secrets = Secrets::open(folder().path()).unwrap();

        assert_ne!(secrets.mac("x", &[b"ab", b"c"]), secrets.mac("x", &[b"a", b"bc"]));
    }
}
