//! `config.example.toml`, written from the struct's docs and defaults.

use std::fmt::Write as _;

use anyhow::Result;

use super::Config;
use super::settings::{self, Setting};

const HEAD: &str = "\
# Settings of Hearth, every one with its default. A first start needs none of them.
# Made by `hearth config`; do not edit config.example.toml by hand.
# Use:         hearth serve --config hearth.toml
# Environment: each setting is also read from the variable named beside it, which wins over the file.
";

/// The example file: every setting with its docs, its default (or an example) and its variable, commented out.
///
/// Errors: none that a test would not show.
pub fn example() -> Result<String> {
    let defaults = toml::Table::try_from(Config::default())?;
    let mut out = HEAD.to_owned();
    let mut section = String::new();
    for setting in settings::all()? {
        if setting.section != section {
            section.clone_from(&setting.section);
            write!(out, "\n[{section}]\n")?;
        }
        write_setting(&mut out, &setting, &defaults)?;
    }
    Ok(out)
}

fn write_setting(out: &mut String, setting: &Setting, defaults: &toml::Table) -> Result<()> {
    let table = match setting.section.as_str() {
        "" => Some(defaults),
        section => defaults.get(section).and_then(toml::Value::as_table),
    };
    let default = table
        .and_then(|table| table.get(&setting.name))
        .map(ToString::to_string);
    let example = setting.example.as_ref().map(|example| format!("{example:?}"));
    let value = default.or(example).unwrap_or_else(|| "\"\"".to_owned());
    writeln!(out, "\n# {}", setting.docs.trim().replace('\n', "\n# "))?;
    writeln!(out, "# {}", setting.variable())?;
    writeln!(out, "# {} = {value}", setting.name)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::load;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.example.toml");

    #[test]
    fn the_committed_example_is_what_the_struct_says() {
        let committed = std::fs::read_to_string(FILE).unwrap_or_default();

        assert_eq!(
            example().unwrap(),
            committed,
            "run `hearth config > config.example.toml`"
        );
    }

    #[test]
    fn every_line_of_the_example_works_when_its_comment_is_removed() {
        let is_setting = |line: &&str| line.starts_with('[') || line.contains(" = ");
        let uncomment = |line: &str| line.trim_start_matches("# ").to_owned();
        let lines: Vec<String> = example().unwrap().lines().filter(is_setting).map(uncomment).collect();
        let text = lines
            .join("\n")
            .replace("the output of: openssl rand -hex 32", &"b3".repeat(32));

        let config = load(Some(&text), []).unwrap();

        assert_eq!(config.limits, Config::default().limits);
        assert!(config.metrics.token.is_some());
    }

    #[test]
    fn the_settings_stay_few() {
        assert!(settings::all().unwrap().len() <= 36);
    }
}
