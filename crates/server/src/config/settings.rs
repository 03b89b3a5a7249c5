//! The list of all settings, read from the schema of [`Config`] so that no second list can drift from it.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use utoipa::PartialSchema;

use super::Config;

/// One setting as its struct describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// Section, empty for the top level.
    pub section: String,
    /// Name in its section.
    pub name: String,
    /// Form of its value.
    pub kind: Kind,
    /// Its doc comment.
    pub docs: String,
    /// A value to show for a setting without a default.
    pub example: Option<String>,
}

/// Form of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Bool,
    List,
}

impl Setting {
    /// Name with its section, as in `limits.messages_per_minute`.
    pub(super) fn path(&self) -> String {
        if self.section.is_empty() {
            return self.name.clone();
        }
        format!("{}.{}", self.section, self.name)
    }

    /// Name in the environment, as in `HEARTH_LIMITS_MESSAGES_PER_MINUTE`.
    pub(super) fn variable(&self) -> String {
        format!("HEARTH_{}", self.path().replace('.', "_").to_uppercase())
    }
}

/// All settings, top level first. A field that is a section has its schema inside `allOf`, its default beside it.
///
/// Errors: a field of [`Config`] whose schema this reader does not understand; a test would show it.
pub(super) fn all() -> Result<Vec<Setting>> {
    let schema = serde_json::to_value(Config::schema())?;
    let mut settings = Vec::new();
    let mut sections = Vec::new();
    for (name, field) in properties(&schema)? {
        match field.pointer("/allOf/0") {
            Some(section) => sections.push((name, section)),
            None => settings.push(setting("", name, field)?),
        }
    }
    for (section, field) in sections {
        for (name, field) in properties(field)? {
            settings.push(setting(section, name, field)?);
        }
    }
    Ok(settings)
}

fn properties(schema: &Value) -> Result<impl Iterator<Item = (&String, &Value)>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    Ok(properties
        .context("the schema of the settings has no properties")?
        .iter())
}

fn setting(section: &str, name: &str, field: &Value) -> Result<Setting> {
    Ok(Setting {
        section: section.to_owned(),
        name: name.to_owned(),
        kind: kind(field).with_context(|| format!("setting {section}.{name}"))?,
        docs: text(field, "description").unwrap_or_default(),
        example: text(field, "example"),
    })
}

fn text(field: &Value, key: &str) -> Option<String> {
    field.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The schema's type, where an optional one is written as `[type, "null"]`.
fn kind(field: &Value) -> Result<Kind> {
    let declared = match field.get("type") {
        Some(Value::Array(types)) => types.first(),
        other => other,
    };
    match declared.and_then(Value::as_str) {
        Some("string") => Ok(Kind::Text),
        Some("integer" | "number") => Ok(Kind::Number),
        Some("boolean") => Ok(Kind::Bool),
        Some("array") => Ok(Kind::List),
        other => bail!("unknown type {other:?}"),
    }
}
