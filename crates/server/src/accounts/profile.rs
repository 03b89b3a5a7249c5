//! One's own account: name, address, password. And finding other people.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hearth_domain::labels;
use hearth_domain::names::{Username, UsernameError, username_key};
use hearth_protocol::rest::{ChangePassword, Page, UpdateMe};
use hearth_protocol::{ErrorCode, GoodbyeCode, Me, ProfileUpdated, Signal, UnixMs, UserEvent, UserRef};
use serde_json::json;

use super::password::Password;
use super::register::parse_email;
use super::store::{self, PeopleSearch};
use super::{Actor, login, require_me, sessions};
use crate::admin::audit::{self, Entry};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Announcement};

/// The actor's own account.
pub async fn find_me(app: &App, actor: &Actor) -> Result<Me> {
    let user_id = actor.user_id;
    app.db
        .read(move |tx| Box::pin(async move { require_me(tx, user_id).await }))
        .await
}

/// Changes what is given of one's own account, and tells one's devices and everyone who shares a room.
///
/// Errors: `invalid` by field; `conflict`, for a username that is not available.
pub async fn update(app: &App, actor: &Actor, change: UpdateMe) -> Result<Me> {
    let wanted = check(change)?;
    let (user_id, now) = (actor.user_id, app.clock.now());
    let updated = app.db.write(move |tx| {
        Box::pin(async move {
            let before = require_me(tx, user_id).await?;
            let me = wanted.applied_to(before.clone());
            if me == before {
                return Ok(me);
            }
            store::update_profile(tx, &me, &username_key(&me.username)).await?;
            record_change(tx, (&before, &me), now).await?;
            announce(tx, &me, now).await?;
            Ok(me)
        })
    });
    updated.await
}

/// A name by which others know somebody, and the address, do not change without a trace.
async fn record_change(tx: &mut Tx, (before, me): (&Me, &Me), now: UnixMs) -> Result<()> {
    let names = json!({ "from": before.username, "to": me.username });
    let changes = [
        (me.email != before.email, "account.email_changed", json!({})),
        (me.username != before.username, "account.username_changed", names),
    ];
    for (_, action, detail) in changes.into_iter().filter(|(is_changed, ..)| *is_changed) {
        let actor = Some(me.id);
        audit::record(tx, &Entry { actor, action, detail }, now).await?;
    }
    Ok(())
}

/// Tells a user's devices and everyone who shares a room what the account looks like now.
pub(super) async fn announce(tx: &mut Tx, me: &Me, now: UnixMs) -> Result<()> {
    let user_id = me.id;
    let event = |user_seq| {
        UserEvent::ProfileUpdated(ProfileUpdated {
            user_seq,
            me: me.clone(),
        })
    };
    events::append_user(tx, user_id, now, event).await?;
    let user = UserRef {
        id: user_id,
        username: me.username.clone(),
        display_name: me.display_name.clone(),
        avatar: me.avatar.clone(),
    };
    tx.announce(Announcement::Around {
        user_id,
        signal: Signal::UserUpdated { user },
    });
    Ok(())
}

struct Wanted {
    username: Option<Username>,
    display_name: Option<String>,
    email: Option<String>,
}

impl Wanted {
    fn applied_to(self, mut me: Me) -> Me {
        if let Some(username) = self.username {
            me.username = username.into();
        }
        if let Some(display_name) = self.display_name {
            me.display_name = display_name;
        }
        if let Some(email) = self.email {
            me.email = email;
        }
        me
    }
}

fn check(change: UpdateMe) -> Result<Wanted> {
    let mut wrong = BTreeMap::new();
    let username = change.username.map(|text| Username::parse(text.trim())).transpose();
    let display_name = change.display_name.map(|text| labels::display_name(&text)).transpose();
    let email = change.email.map(|text| parse_email(&text)).transpose();
    match &username {
        // Told like a taken one, once everything else is right.
        Ok(_) | Err(UsernameError::Reserved) => {}
        Err(error) => {
            wrong.insert("username".to_owned(), error.to_string());
        }
    }
    if let Err(error) = &display_name {
        wrong.insert("displayName".to_owned(), error.to_string());
    }
    if let Err(message) = &email {
        wrong.insert("email".to_owned(), (*message).to_owned());
    }
    match (username, display_name, email) {
        (Ok(username), Ok(display_name), Ok(email)) => Ok(Wanted {
            username,
            display_name,
            email,
        }),
        _ if wrong.is_empty() => Err(store::username_taken()),
        _ => Err(Error::invalid_fields(wrong)),
    }
}

/// Sets a new password and ends all other login sessions.
///
/// Errors: `invalid` by field, for a wrong current or a bad new one; `rate_limited`.
pub async fn change_password(app: &App, actor: &Actor, change: &ChangePassword) -> Result<()> {
    let (user_id, kept) = (actor.user_id, Some(actor.session_id));
    let account = app
        .db
        .read(move |tx| Box::pin(async move { store::find_account(tx, user_id).await }))
        .await?;
    let account = account.ok_or_else(Error::not_found)?;
    let own = [account.me.username.as_str(), account.me.email.as_str()];
    let password = Password::chosen(&change.new_password, &own);
    let password = password.map_err(|message| Error::invalid_field("newPassword", message))?;
    login::confirm(app, &account, ("currentPassword", &change.current_password)).await?;
    let hash = app.accounts.hasher.hash(password).await?;
    let now = app.clock.now();
    let ended = app.db.write(move |tx| {
        Box::pin(async move {
            // Another change may have come in between; the password confirmed above is then nobody's any more.
            let current = store::find_account(tx, user_id).await?.ok_or_else(Error::not_found)?;
            if current.password_hash != account.password_hash {
                return Err(Error::invalid_field(
                    "currentPassword",
                    "This is not your current password.",
                ));
            }
            store::update_password(tx, user_id, &hash).await?;
            let detail = json!({});
            let entry = Entry {
                actor: Some(user_id),
                action: "account.password_changed",
                detail,
            };
            audit::record(tx, &entry, now).await?;
            sessions::end_all_in(tx, (user_id, kept), now).await
        })
    });
    for session_id in ended.await? {
        app.hub.close_session(session_id, GoodbyeCode::SessionEnded);
    }
    Ok(())
}

/// A page of people whose username or display name begins with `prefix`; of everyone, when it is empty.
///
/// Errors: `invalid`, for a cursor that no page gave.
pub async fn search(app: &App, prefix: &str, (cursor, limit): (Option<String>, i64)) -> Result<Page<UserRef>> {
    let after = cursor.map(|text| decode_cursor(&text)).transpose()?.unwrap_or_default();
    let prefix = prefix.trim().trim_start_matches('@');
    let search = PeopleSearch {
        username_key: username_key(prefix),
        display_key: store::display_key(prefix),
        after,
        limit: limit + 1,
    };
    let found = app
        .db
        .read(move |tx| Box::pin(async move { store::list_people(tx, &search).await }));
    let mut found = found.await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found
        .last()
        .filter(|_| has_more)
        .map(|(_, key)| URL_SAFE_NO_PAD.encode(key));
    let items = found.into_iter().map(|(user, _)| user).collect();
    Ok(Page { items, next_cursor })
}

fn decode_cursor(text: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| Error::refused(ErrorCode::Invalid, "This cursor is from no page."))
}
