//! Making an account: by sign-up, by invite, or as the owner who claims the site.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;

use hearth_domain::labels;
use hearth_domain::limits::{Limit, RateLimiter};
use hearth_domain::names::{Username, UsernameError};
use hearth_protocol::rest::{Register, Setup, Signup, Tokens};
use hearth_protocol::{Me, SiteRole, UnixMs, UserId};
use serde_json::json;
use uuid::Uuid;

use super::password::Password;
use super::store::{self, NewAccount};
use super::{sessions, setup};
use crate::admin::audit::{self, Entry};
use crate::admin::settings;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events;
use crate::limits::noted::{RateLimit, note};
use crate::rooms::invites;
use crate::visitor::Visitor;
use crate::visitor::address::{Address, AddressClass};

/// Registrations of a private address for each one that a public address may make.
const PRIVATE_FACTOR: u32 = 167;

const MAX_EMAIL_CHARS: usize = 254;

/// How many accounts may be made from where.
pub(super) struct Registrations {
    public: (Limit, Mutex<RateLimiter<IpAddr>>),
    private: (Limit, Mutex<RateLimiter<IpAddr>>),
}

impl Registrations {
    pub(super) fn new(per_hour: u32) -> Self {
        let limiter = |limit: Limit| (limit, Mutex::new(RateLimiter::new(limit)));
        Self {
            public: limiter(Limit::per_hour(per_hour)),
            private: limiter(Limit::per_hour(per_hour.saturating_mul(PRIVATE_FACTOR))),
        }
    }

    fn take(&self, address: Address, now: std::time::Instant) -> Result<()> {
        let (limit, limiter) = match address.class {
            AddressClass::Public => &self.public,
            AddressClass::Private => &self.private,
        };
        let taken = limiter
            .lock()
            .expect("no holder panics")
            .take(now, &address.limit_key());
        note(RateLimit::of(*limit, taken));
        let message = "Too many accounts were made from here. Please try again later.";
        taken
            .map_err(|wait| Error::rate_limited(message, wait.retry_after))
            .map(drop)
    }
}

/// What a new account's own words come to.
struct Wanted {
    username: Username,
    display_name: String,
    email: String,
    password: Password,
}

/// Makes an account and opens its first login session.
///
/// Errors: `forbidden`, when the site is closed or asks for an invite; `not_found`, for an invite that does not work;
/// `invalid` by field; `conflict`, for a username that is not available; `rate_limited` by address.
pub async fn register(app: &App, visitor: &Visitor, command: &Register) -> Result<Tokens> {
    let signup = settings::find(app).await?.signup;
    if signup == Signup::Closed {
        return Err(Error::forbidden("This site doesn't take new members."));
    }
    let invite = command.invite.clone().filter(|code| !code.is_empty());
    if signup == Signup::Invite && invite.is_none() {
        return Err(Error::forbidden("This site takes new members by invite only."));
    }
    let display_name = command.display_name.as_deref();
    let wanted = check((&command.username, display_name), &command.email, &command.password)?;
    app.accounts.registrations.take(visitor.address, app.clock.instant())?;
    if let Some(code) = &invite {
        // Before the name is looked at: who has no working invite learns nothing about names.
        invites::preview(app, code).await?;
    }
    let making = make(app, visitor, wanted, SiteRole::Member).await?;
    let now = app.clock.now();
    let opened = app.db.write(move |tx| {
        Box::pin(async move {
            let user_id = making.account.me.id;
            let opened = insert(tx, making, now).await?;
            if let Some(code) = invite {
                invites::redeem(tx, user_id, &code, now).await?;
            }
            Ok(opened)
        })
    });
    sessions::tokens(app, opened.await?)
}

/// Makes the owner's account, once, for whoever has the token of the first start.
///
/// Errors: `forbidden`, for a wrong token; `conflict`, when the site is claimed; `rate_limited` by address; `invalid` by field.
pub async fn set_up(app: &App, visitor: &Visitor, command: &Setup) -> Result<Tokens> {
    app.accounts.registrations.take(visitor.address, app.clock.instant())?;
    setup::check(app, &command.token).await?;
    let wanted = check((&command.username, None), &command.email, &command.password);
    let site_name = command.site_name.as_deref().map(labels::site_name).transpose();
    let site_name = site_name.map_err(|error| Error::invalid_field("siteName", error.to_string()));
    let (wanted, site_name) = (wanted?, site_name?);
    let making = make(app, visitor, wanted, SiteRole::Owner).await?;
    let now = app.clock.now();
    let (token, signup) = (command.token.clone(), command.signup);
    let opened = app.db.write(move |tx| {
        Box::pin(async move {
            setup::spend(tx, &token).await?;
            settings::write(tx, site_name.as_deref(), signup).await?;
            insert(tx, making, now).await
        })
    });
    let opened = opened.await?;
    setup::forget(app);
    sessions::tokens(app, opened)
}

/// An account that is ready to be inserted.
struct Making {
    account: NewAccount,
    device: String,
    address: String,
    expires_at: UnixMs,
}

/// Hashes first, whatever the name: so the time does not tell whether it is taken.
async fn make(app: &App, visitor: &Visitor, wanted: Wanted, role: SiteRole) -> Result<Making> {
    let password_hash = app.accounts.hasher.hash(wanted.password).await?;
    let username_key = wanted.username.key();
    let me = Me {
        id: UserId(Uuid::now_v7()),
        username: wanted.username.into(),
        display_name: wanted.display_name,
        avatar: None,
        email: wanted.email,
        role,
        created_at: app.clock.now(),
    };
    Ok(Making {
        account: NewAccount {
            me,
            username_key,
            password_hash,
        },
        device: visitor.device.clone(),
        address: visitor.address.ip.to_string(),
        expires_at: sessions::refresh_expiry(app),
    })
}

async fn insert(tx: &mut Tx, making: Making, now: UnixMs) -> Result<sessions::Opened> {
    let me = &making.account.me;
    store::insert_account(tx, &making.account).await?;
    events::create_stream(tx, me.id.into()).await?;
    let entry = Entry {
        actor: Some(me.id),
        action: "account.created",
        detail: json!({ "username": me.username, "role": me.role, "device": making.device, "address": making.address }),
    };
    audit::record(tx, &entry, now).await?;
    sessions::open(tx, making.account.me, (&making.device, making.expires_at), now).await
}

/// Checks every field and explains each wrong one beside it.
fn check((username, display_name): (&str, Option<&str>), email: &str, password: &str) -> Result<Wanted> {
    let mut wrong = BTreeMap::new();
    let parsed_name = Username::parse(username.trim());
    let parsed_label = display_name.map(labels::display_name).transpose();
    let parsed_email = parse_email(email);
    let parsed_password = Password::chosen(password, &[username.trim(), email.trim()]);
    match &parsed_name {
        // Told like a taken one, once everything else is right.
        Ok(_) | Err(UsernameError::Reserved) => {}
        Err(error) => {
            wrong.insert("username".to_owned(), error.to_string());
        }
    }
    if let Err(error) = &parsed_label {
        wrong.insert("displayName".to_owned(), error.to_string());
    }
    if let Err(message) = &parsed_email {
        wrong.insert("email".to_owned(), (*message).to_owned());
    }
    if let Err(message) = &parsed_password {
        wrong.insert("password".to_owned(), (*message).to_owned());
    }
    match (parsed_name, parsed_label, parsed_email, parsed_password) {
        (Ok(username), Ok(display_name), Ok(email), Ok(password)) => Ok(Wanted {
            display_name: display_name.unwrap_or_else(|| username.as_str().to_owned()),
            username,
            email,
            password,
        }),
        _ if wrong.is_empty() => Err(store::username_taken()),
        _ => Err(Error::invalid_fields(wrong)),
    }
}

/// An address with one `@`, something on both sides and nothing unseen. Whether it works, only a mail to it tells.
pub(super) fn parse_email(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Err("Enter an e-mail address like ada@example.org.");
    };
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '@');
    let is_domain = !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
    if local.is_empty() || !is_domain || !local.chars().all(allowed) || !domain.chars().all(allowed) {
        return Err("Enter an e-mail address like ada@example.org.");
    }
    if text.chars().count() > MAX_EMAIL_CHARS {
        return Err("This e-mail address is too long.");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_words() {
        let good = [
            "ada@example.org",
            " ada@example.org ",
            "a+b@x",
            "ünï@例え.jp",
            "o'neil@example.org",
        ];
        let bad = [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a b@x.org",
            "a@b@c",
            "a@.org",
            "a@x..org",
            "<a@x.org>",
            "a\u{0}@x.org",
        ];

        assert!(good.iter().all(|text| parse_email(text).is_ok()));
        assert!(!bad.iter().any(|text| parse_email(text).is_ok()));
        assert!(parse_email(&format!("{}@x.org", "a".repeat(254))).is_err());
    }
}
