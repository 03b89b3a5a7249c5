//! The site's settings that people change on the site: its name and who may join.

use hearth_domain::labels;
use hearth_domain::permissions::{SiteAction, site_allows};
use hearth_protocol::rest::{Signup, Site, UpdateSite};
use serde_json::json;

use super::audit::{self, Entry};
use super::store;
use crate::accounts::Actor;
use crate::app::App;
use crate::config::Config;
use crate::db::Tx;
use crate::error::{Error, Result};

const NAME: &str = "name";
const SIGNUP: &str = "signup";

/// Whether somebody claimed the site.
pub async fn has_owner(tx: &mut Tx) -> Result<bool> {
    store::has_owner(tx).await
}

/// A value of the `site` table that another slice keeps there.
pub async fn find_value(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    store::find_value(tx, key).await
}

/// Writes such a value.
pub async fn write_value(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    store::write_value(tx, key, value).await
}

/// Removes such a value.
pub async fn delete_value(tx: &mut Tx, key: &str) -> Result<()> {
    store::delete_value(tx, key).await
}

/// What anyone may know of the site. What nobody changed on the site is as the configuration says, and closed at last.
pub async fn find(app: &App) -> Result<Site> {
    let (name, signup, has_owner) = app.db.read(|tx| Box::pin(async move { read(tx).await })).await?;
    Ok(site(&app.config, name, signup, has_owner))
}

async fn read(tx: &mut Tx) -> Result<(Option<String>, Option<Signup>, bool)> {
    let name = store::find_value(tx, NAME).await?;
    let signup = store::find_value(tx, SIGNUP).await?;
    let signup = signup.map(|text| serde_json::from_value(json!(text))).transpose()?;
    Ok((name, signup, store::has_owner(tx).await?))
}

fn site(config: &Config, name: Option<String>, signup: Option<Signup>, has_owner: bool) -> Site {
    Site {
        name: name.unwrap_or_else(|| config.site.name.clone()),
        signup: signup.or(config.signup).unwrap_or(Signup::Closed),
        setup_required: !has_owner,
    }
}

/// Writes what is given.
pub async fn write(tx: &mut Tx, name: Option<&str>, signup: Option<Signup>) -> Result<()> {
    if let Some(name) = name {
        store::write_value(tx, NAME, name).await?;
    }
    if let Some(signup) = signup {
        let text = match signup {
            Signup::Open => "open",
            Signup::Invite => "invite",
            Signup::Closed => "closed",
        };
        store::write_value(tx, SIGNUP, text).await?;
    }
    Ok(())
}

/// Changes what is given of the site.
///
/// Errors: `forbidden`, for everybody but admins and the owner; `invalid` by field.
pub async fn update(app: &App, actor: Actor, change: UpdateSite) -> Result<Site> {
    if !site_allows(actor.role, SiteAction::UpdateSite) {
        return Err(Error::forbidden("Only those who run the site may change it."));
    }
    let name = change.name.as_deref().map(labels::site_name).transpose();
    let name = name.map_err(|error| Error::invalid_field("name", error.to_string()))?;
    let (signup, now) = (change.signup, app.clock.now());
    let updated = app.db.write(move |tx| {
        Box::pin(async move {
            write(tx, name.as_deref(), signup).await?;
            let detail = json!({ "name": name, "signup": signup });
            let entry = Entry {
                actor: Some(actor.user_id),
                action: "site.updated",
                detail,
            };
            audit::record(tx, &entry, now).await?;
            read(tx).await
        })
    });
    let (name, signup, has_owner) = updated.await?;
    Ok(site(&app.config, name, signup, has_owner))
}
