//! Logging in. Nothing in the answer, nor the time it takes, tells whether an account exists.

use hearth_domain::names::username_key;
use hearth_protocol::rest::{Login, Tokens};
use hearth_protocol::{ErrorCode, UnixMs};
use serde_json::json;
use uuid::Uuid;

use super::password::{self, Password};
use super::secrets::sha256;
use super::store::{self, Account};
use super::throttle::{self, Attempt, Counted};
use super::{devices, sessions};
use crate::admin::audit::{self, Entry};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::visitor::Visitor;

/// Accounts that may share an e-mail address and still log in by it. So many hashes are computed for every address.
const MAX_SHARED: usize = 4;

/// Longest name that is looked at; no account has a longer one.
const MAX_NAME_BYTES: usize = 1_024;

/// What somebody typed as their name.
#[derive(Clone)]
enum LoginName {
    Username(String),
    Email(String),
}

impl LoginName {
    fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.contains('@') && !text.starts_with('@') {
            return Self::Email(store::email_key(text));
        }
        Self::Username(username_key(text.trim_start_matches('@')))
    }

    /// What attempts are counted by.
    fn counted(&self) -> &str {
        match self {
            Self::Username(key) | Self::Email(key) => key,
        }
    }

    /// How many hashes are computed, whatever is found.
    fn hashes(&self) -> usize {
        match self {
            Self::Username(_) => 1,
            Self::Email(_) => MAX_SHARED,
        }
    }
}

/// Opens a login session for whoever knows the password.
///
/// Errors: `unauthenticated`, the same for a wrong name and a wrong password; `rate_limited` by name, address or device;
/// `forbidden`, for the right password of a banned account.
pub async fn log_in(app: &App, visitor: &Visitor, login: &Login) -> Result<Tokens> {
    if login.login.len() > MAX_NAME_BYTES {
        return Err(wrong());
    }
    let name = LoginName::parse(&login.login);
    let accounts = list_accounts(app, &name).await?;
    let mark = known_device(app, visitor, &accounts).await?;
    let counted = match &mark {
        Some(mark) => Counted::Device { mark },
        None => Counted::Stranger {
            name: name.counted(),
            address: visitor.address,
        },
    };
    let attempt = throttle::reserve(app, &counted).await?;

    let mut hashes: Vec<_> = accounts
        .iter()
        .map(|account| Some(account.password_hash.clone()))
        .collect();
    hashes.resize(name.hashes(), None);
    let password = Password::typed(&login.password);
    let found = app.accounts.hasher.find_match(password, hashes).await;
    match found {
        Ok(None) => Err(wrong()),
        Ok(Some(index)) => {
            let account = accounts.into_iter().nth(index).ok_or_else(wrong)?;
            enter(app, visitor, (account, &login.password), attempt).await
        }
        Err(error) => {
            // Nobody looked at the password, so it was no attempt.
            let gave_back = app
                .db
                .write(move |tx| Box::pin(async move { throttle::give_back(tx, &attempt).await }));
            gave_back.await?;
            Err(error)
        }
    }
}

fn wrong() -> Error {
    Error::refused(
        ErrorCode::Unauthenticated,
        "The username, e-mail address or password is wrong.",
    )
}

async fn list_accounts(app: &App, name: &LoginName) -> Result<Vec<Account>> {
    let name = name.clone();
    let limit = i64::try_from(MAX_SHARED).unwrap_or(i64::MAX);
    let accounts = app.db.read(move |tx| {
        Box::pin(async move {
            match &name {
                LoginName::Username(key) => {
                    let account = store::find_account_by_username(tx, key).await?;
                    Ok(account.into_iter().collect())
                }
                LoginName::Email(key) => store::list_accounts_by_email(tx, key, limit).await,
            }
        })
    });
    accounts.await
}

/// What a device's attempts are counted by, when it showed that it was logged in to the one account that was named.
async fn known_device(app: &App, visitor: &Visitor, accounts: &[Account]) -> Result<Option<Vec<u8>>> {
    // With several accounts behind an address, a stranger's own could stand for somebody else's.
    let [account] = accounts else { return Ok(None) };
    let user_id = account.me.id;
    let mark = visitor.device_cookie.as_deref();
    if let Some(mark) = mark.and_then(|mark| devices::read(&app.accounts.secrets, mark, user_id)) {
        return Ok(Some(mark.to_vec()));
    }
    let Some(refresh_token) = visitor.refresh_cookie.as_deref() else {
        return Ok(None);
    };
    let hash = sha256(refresh_token);
    let token = app
        .db
        .read(move |tx| Box::pin(async move { store::sessions::find_token(tx, &hash).await }))
        .await?;
    let is_theirs = token.filter(|token| token.user_id == user_id && token.spent_at.is_none() && !token.is_ended);
    Ok(is_theirs.map(|token| token.session_id.0.as_bytes().to_vec()))
}

async fn enter(app: &App, visitor: &Visitor, (account, typed): (Account, &str), attempt: Attempt) -> Result<Tokens> {
    let now = app.clock.now();
    let newer_hash = match password::is_outdated(&account.password_hash) {
        true => Some(app.accounts.hasher.hash(Password::typed(typed)).await?),
        false => None,
    };
    let entering = Entering {
        account,
        newer_hash,
        device: visitor.device.clone(),
        address: visitor.address.ip.to_string(),
        attempt,
        expires_at: sessions::refresh_expiry(app),
    };
    let opened = app
        .db
        .write(move |tx| Box::pin(async move { enter_in(tx, entering, now).await }));
    let opened = opened
        .await?
        .ok_or_else(|| Error::forbidden("This account has been banned."))?;
    sessions::tokens(app, opened)
}

struct Entering {
    account: Account,
    newer_hash: Option<String>,
    device: String,
    address: String,
    attempt: Attempt,
    expires_at: UnixMs,
}

/// `None` for a banned account; its attempt is given back all the same, for its password was right.
async fn enter_in(tx: &mut Tx, entering: Entering, now: UnixMs) -> Result<Option<sessions::Opened>> {
    let user_id = entering.account.me.id;
    throttle::give_back(tx, &entering.attempt).await?;
    // The account may have changed while its password was looked at.
    let Some(account) = store::find_account(tx, user_id).await? else {
        return Err(wrong());
    };
    if account.password_hash != entering.account.password_hash {
        return Err(wrong());
    }
    if account.is_banned {
        return Ok(None);
    }
    if let Some(hash) = &entering.newer_hash {
        store::update_password(tx, user_id, hash).await?;
    }
    let opened = sessions::open(tx, account.me, (&entering.device, entering.expires_at), now).await?;
    let entry = Entry {
        actor: Some(user_id),
        action: "session.started",
        detail: json!({ "sessionId": opened.session_id, "device": entering.device, "address": entering.address }),
    };
    audit::record(tx, &entry, now).await?;
    Ok(Some(opened))
}

/// Checks that the actor knows their own password, with a counter of its own.
///
/// Errors: `invalid` for the field; `rate_limited`.
pub(super) async fn confirm(app: &App, account: &Account, (field, typed): (&str, &str)) -> Result<()> {
    let user_id: Uuid = account.me.id.0;
    let attempt = throttle::reserve(app, &Counted::Owner { user_id }).await?;
    let hashes = vec![Some(account.password_hash.clone())];
    let found = app.accounts.hasher.find_match(Password::typed(typed), hashes).await;
    if matches!(found, Ok(None)) {
        return Err(Error::invalid_field(field, "This is not your current password."));
    }
    let gave_back = app
        .db
        .write(move |tx| Box::pin(async move { throttle::give_back(tx, &attempt).await }));
    gave_back.await?;
    found.map(drop)
}
