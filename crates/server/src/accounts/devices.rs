//! The mark that a browser keeps after a log-in, so that strangers who guess passwords cannot lock its owner out.
//!
//! It proves nothing but "this device logged in to this account before", and opens nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hearth_protocol::UserId;

use super::secrets::{Secrets, random};

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

/// Makes a mark for a device that has logged in to this account.
///
/// Errors: none with a working random source.
pub(super) fn mark(secrets: &Secrets, user_id: UserId) -> anyhow::Result<String> {
    let id = random::<ID_BYTES>()?;
    let mac = mac(secrets, &id, user_id);
    Ok(URL_SAFE_NO_PAD.encode([id.as_slice(), mac.as_slice()].concat()))
}

/// The id in a mark of this account; `None` for anything else.
pub(super) fn read(secrets: &Secrets, mark: &str, user_id: UserId) -> Option<[u8; ID_BYTES]> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
    let (id, found) = bytes.split_first_chunk::<ID_BYTES>()?;
    if found.len() != MAC_BYTES {
        return None;
    }
    aws_lc_rs::constant_time::verify_slices_are_equal(found, &mac(secrets, id, user_id)).ok()?;
    Some(*id)
}

fn mac(secrets: &Secrets, id: &[u8], user_id: UserId) -> [u8; MAC_BYTES] {
    secrets.mac("known device", &[id, user_id.0.as_bytes()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_mark_speaks_for_its_own_account_on_its_own_server_only() {
        let data = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [here, there] = data.each_ref().map(|data| Secrets::open(data.path()).unwrap());
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));

        let marked = mark(&here, ada).unwrap();

        assert!(read(&here, &marked, ada).is_some());
        assert!(read(&here, &marked, bob).is_none());
        assert!(read(&there, &marked, ada).is_none());
        assert!(read(&here, &marked[1..], ada).is_none());
        assert!(read(&here, "", ada).is_none());
        assert_ne!(marked, mark(&here, ada).unwrap());
    }
}
