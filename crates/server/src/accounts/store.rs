//! SQL of accounts.

pub mod sessions;

use hearth_protocol::{Me, SiteRole, UnixMs, UserId, UserRef};

use super::people::{read_me, role_text};
use crate::db::{Row, Tx};
use crate::error::{Error, Result};

/// An account with what only `accounts` may see of it.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) me: Me,
    pub(super) password_hash: String,
    pub(super) is_banned: bool,
}

/// A new account.
pub(super) struct NewAccount {
    pub(super) me: Me,
    pub(super) username_key: String,
    pub(super) password_hash: String,
}
/// How an address is compared: lower case. Works on any text.
pub(super) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// How display names are searched.
pub(super) fn display_key(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    name.nfkc().collect::<String>().to_lowercase()
}

/// Inserts the account, or says that its username is not available.
pub(super) async fn insert_account(tx: &mut Tx, account: &NewAccount) -> Result<()> {
    let me = &account.me;
    let inserted = tx
        .execute(
            INSERT_ACCOUNT,
            &[
                me.id.into(),
                (&me.username).into(),
                (&account.username_key).into(),
                (&me.display_name).into(),
                (&display_key(&me.display_name)).into(),
                (&me.email).into(),
                (&email_key(&me.email)).into(),
                (&account.password_hash).into(),
                role_text(me.role).into(),
                me.created_at.into(),
            ],
        )
        .await?;
    if inserted == 0 { Err(username_taken()) } else { Ok(()) }
}

/// One answer for taken, look-alike and reserved names.
pub(super) fn username_taken() -> Error {
    let message = "This username isn't available.";
    let mut error = Error::refused(hearth_protocol::ErrorCode::Conflict, message);
    if let Error::Refused(refusal) = &mut error {
        refusal.fields.insert("username".to_owned(), message.to_owned());
    }
    error
}

/// Writes what [`Me`] says over the stored profile, or says that the username is not available.
pub(super) async fn update_profile(tx: &mut Tx, me: &Me, username_key: &str) -> Result<()> {
    let taken = tx
        .query_opt(FIND_BY_KEY, &[username_key.into()], |row| row.get::<UserId>(0))
        .await?;
    if taken.is_some_and(|user_id| user_id != me.id) {
        return Err(username_taken());
    }
    tx.execute(
        UPDATE_PROFILE,
        &[
            me.id.into(),
            (&me.username).into(),
            username_key.into(),
            (&me.display_name).into(),
            (&display_key(&me.display_name)).into(),
            (&me.email).into(),
            (&email_key(&me.email)).into(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn update_password(tx: &mut Tx, user_id: UserId, password_hash: &str) -> Result<()> {
    tx.execute(UPDATE_PASSWORD, &[user_id.into(), password_hash.into()])
        .await?;
    Ok(())
}

pub(super) async fn update_role(tx: &mut Tx, user_id: UserId, role: SiteRole) -> Result<()> {
    tx.execute(UPDATE_ROLE, &[user_id.into(), role_text(role).into()])
        .await?;
    Ok(())
}

/// Bans with a time, lifts the ban with `None`.
pub(super) async fn update_ban(tx: &mut Tx, user_id: UserId, banned_at: Option<UnixMs>) -> Result<()> {
    tx.execute(UPDATE_BAN, &[user_id.into(), banned_at.into()]).await?;
    Ok(())
}

pub(super) async fn find_account(tx: &mut Tx, user_id: UserId) -> Result<Option<Account>> {
    tx.query_opt(FIND_ACCOUNT, &[user_id.into()], read_account).await
}

pub(super) async fn find_account_by_username(tx: &mut Tx, username_key: &str) -> Result<Option<Account>> {
    tx.query_opt(FIND_ACCOUNT_BY_USERNAME, &[username_key.into()], read_account)
        .await
}

/// The oldest accounts with this address, at most `limit`.
pub(super) async fn list_accounts_by_email(tx: &mut Tx, email_key: &str, limit: i64) -> Result<Vec<Account>> {
    tx.query_all(LIST_ACCOUNTS_BY_EMAIL, &[email_key.into(), limit.into()], read_account)
        .await
}

fn read_account(row: &Row<'_>) -> Result<Account> {
    Ok(Account {
        me: read_me(row)?,
        password_hash: row.get(7)?,
        is_banned: row.get::<Option<UnixMs>>(8)?.is_some(),
    })
}

/// Which people to list.
pub(super) struct PeopleSearch {
    /// Beginning of the username's key.
    pub(super) username_key: String,
    /// Beginning of the display name's key.
    pub(super) display_key: String,
    /// Key of the last one on the page before; empty for the first page.
    pub(super) after: String,
    pub(super) limit: i64,
}

/// Active people whose username or display name begins so, in order of their key, each with that key.
pub(super) async fn list_people(tx: &mut Tx, search: &PeopleSearch) -> Result<Vec<(UserRef, String)>> {
    let (username_end, display_end) = (end_of(&search.username_key), end_of(&search.display_key));
    let binds = [
        (&search.username_key).into(),
        (&username_end).into(),
        (&search.display_key).into(),
        (&display_end).into(),
        (&search.after).into(),
        search.limit.into(),
    ];
    tx.query_all(LIST_PEOPLE, &binds, |row| {
        let user = UserRef {
            id: row.get(0)?,
            username: row.get(1)?,
            display_name: row.get(2)?,
            avatar: row.get(3)?,
        };
        Ok((user, row.get(4)?))
    })
    .await
}

/// A text after everything that begins with `prefix`.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
/// Every statement of this file; a test prepares them all.
pub const STATEMENTS: &[&str] = &[
    INSERT_ACCOUNT,
    FIND_BY_KEY,
    UPDATE_PROFILE,
    UPDATE_PASSWORD,
    UPDATE_ROLE,
    UPDATE_BAN,
    FIND_ACCOUNT,
    FIND_ACCOUNT_BY_USERNAME,
    LIST_ACCOUNTS_BY_EMAIL,
    LIST_PEOPLE,
];

const INSERT_ACCOUNT: &str = "
insert into users (id, username, username_key, display_name, display_key, email, email_key, password_hash, role, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (username_key) do nothing";

const FIND_BY_KEY: &str = "
select id
from users
where username_key = $1";

const UPDATE_PROFILE: &str = "
update users
set username = $2, username_key = $3, display_name = $4, display_key = $5, email = $6, email_key = $7
where id = $1";

const UPDATE_PASSWORD: &str = "
update users
set password_hash = $2
where id = $1";

const UPDATE_ROLE: &str = "
update users
set role = $2
where id = $1";

const UPDATE_BAN: &str = "
update users
set banned_at = $2
where id = $1";

const FIND_ACCOUNT: &str = "
select id, username, display_name, avatar, email, role, created_at, password_hash, banned_at
from users
where id = $1";

const FIND_ACCOUNT_BY_USERNAME: &str = "
select id, username, display_name, avatar, email, role, created_at, password_hash, banned_at
from users
where username_key = $1";

const LIST_ACCOUNTS_BY_EMAIL: &str = "
select id, username, display_name, avatar, email, role, created_at, password_hash, banned_at
from users
where email_key = $1
order by id
limit $2";

const LIST_PEOPLE: &str = "
select id, username, display_name, avatar, username_key
from users
where (username_key >= $1 and username_key < $2 or display_key >= $3 and display_key < $4)
  and username_key > $5
  and banned_at is null
order by username_key
limit $6";
