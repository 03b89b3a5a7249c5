//! Reading the settings: file, then environment, then checks. Unknown keys are refused, naming the nearest known one.

use anyhow::{Context, Result, anyhow, bail, ensure};
use toml::{Table, Value};

use super::settings::{self, Kind, Setting};
use super::{Config, Metrics};

/// Variables that belong to the tools around the server, not to its settings.
const FOREIGN: &[&str] = &["HEARTH_CONFIG", "HEARTH_BIN", "HEARTH_URL", "HEARTH_PORT"];

/// Container platforms announce a service called "hearth" by variables of these forms.
const FOREIGN_PREFIXES: &[&str] = &[
    "HEARTH_PORT_",
    "HEARTH_SERVICE_",
    "HEARTH_TEST_",
    "HEARTH_E2E_",
    "HEARTH_BENCH_",
];

/// Secrets that stand in examples and tutorials.
const SAMPLES: &[&str] = &["changeme", "secret", "example", "openssl", "password", "your-", "xxxx"];

const MIN_SECRET_BYTES: usize = 32;

/// Makes the configuration from a TOML file's text and the environment.
///
/// Errors: bad TOML, an unknown key, a value of the wrong form or out of range, a weak secret.
pub fn load(file: Option<&str>, environment: impl IntoIterator<Item = (String, String)>) -> Result<Config> {
    let settings = settings::all()?;
    let mut table: Table = match file {
        Some(text) => text.parse().context("the configuration file is not valid TOML")?,
        None => Table::new(),
    };
    check_keys(&table, &settings)?;
    for (variable, value) in environment {
        overlay(&mut table, &settings, (&variable, &value))?;
    }
    let mut config: Config = table.try_into().context("a setting has a wrong value")?;
    normalise(&mut config);
    check(&config)?;
    Ok(config)
}

fn check_keys(table: &Table, settings: &[Setting]) -> Result<()> {
    for (key, value) in table {
        let is_section = settings.iter().any(|setting| setting.section == *key);
        match value {
            Value::Table(section) if is_section => {
                for name in section.keys() {
                    check_key(&format!("{key}.{name}"), settings)?;
                }
            }
            _ => check_key(key, settings)?,
        }
    }
    Ok(())
}

fn check_key(path: &str, settings: &[Setting]) -> Result<()> {
    let known = || settings.iter().map(Setting::path);
    if known().any(|setting| setting == path) {
        return Ok(());
    }
    let nearest = nearest(path, known());
    Err(anyhow!("unknown setting `{path}`; did you mean `{nearest}`?"))
}

fn nearest(wanted: &str, known: impl Iterator<Item = String>) -> String {
    known
        .min_by_key(|name| {
            let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
            strsim::damerau_levenshtein(wanted, name).min(strsim::damerau_levenshtein(&last(wanted), &last(name)))
        })
        .unwrap_or_default()
}

/// Puts one variable of the environment over what the file said. Variables without our prefix are not looked at.
fn overlay(table: &mut Table, settings: &[Setting], (variable, value): (&str, &str)) -> Result<()> {
    let foreign = FOREIGN.contains(&variable) || FOREIGN_PREFIXES.iter().any(|prefix| variable.starts_with(prefix));
    if !variable.starts_with("HEARTH_") || foreign {
        return Ok(());
    }
    let Some(setting) = settings.iter().find(|setting| setting.variable() == variable) else {
        let nearest = nearest(variable, settings.iter().map(Setting::variable));
        bail!("unknown setting `{variable}` in the environment; did you mean `{nearest}`?");
    };
    let value = parse(setting.kind, value).with_context(|| format!("wrong value of `{variable}`"))?;
    let section = match setting.section.as_str() {
        "" => table,
        name => table
            .entry(name)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut()
            .context("a section of settings must be a table")?,
    };
    section.insert(setting.name.clone(), value);
    Ok(())
}

fn parse(kind: Kind, text: &str) -> Result<Value> {
    let text = text.trim();
    Ok(match kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Number => Value::Integer(text.parse().context("not a whole number")?),
        Kind::Bool => Value::Boolean(text.parse().context("neither true nor false")?),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
    })
}

fn normalise(config: &mut Config) {
    if let Some(url) = &mut config.site.public_url {
        url.truncate(url.trim_end_matches('/').len());
    }
    config.site.public_url = config.site.public_url.take().filter(|url| !url.is_empty());
    let origins = std::mem::take(&mut config.http.allowed_origins);
    config.http.allowed_origins = origins
        .into_iter()
        .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase())
        .collect();
}

fn check(config: &Config) -> Result<()> {
    if let Some(url) = &config.site.public_url {
        check_origin("site.public_url", url)?;
    }
    for origin in &config.http.allowed_origins {
        check_origin("http.allowed_origins", origin)?;
    }
    check_ranges(config)?;
    check_secret(&config.metrics)
}

fn check_ranges(config: &Config) -> Result<()> {
    let positive = [
        ("http.max_connections", config.http.max_connections),
        ("http.request_timeout_seconds", config.http.request_timeout_seconds),
        ("limits.messages_per_minute", config.limits.messages_per_minute),
        ("limits.messages_burst", config.limits.messages_burst),
        ("limits.actions_per_minute", config.limits.actions_per_minute),
        ("limits.actions_burst", config.limits.actions_burst),
        (
            "limits.wrong_logins_per_account",
            config.limits.wrong_logins_per_account,
        ),
        (
            "limits.wrong_logins_per_address",
            config.limits.wrong_logins_per_address,
        ),
        ("limits.registrations_per_hour", config.limits.registrations_per_hour),
        ("sessions.idle_days", config.sessions.idle_days),
        ("sessions.hash_threads", config.sessions.hash_threads),
        ("socket.ping_interval_ms", config.socket.ping_interval_ms),
        ("socket.ping_timeout_ms", config.socket.ping_timeout_ms),
        ("socket.connect_timeout_ms", config.socket.connect_timeout_ms),
        ("socket.max_connections", config.socket.max_connections),
    ];
    for (name, value) in positive {
        ensure!(value > 0, "`{name}` must be at least 1");
    }
    ensure!(
        config.http.max_body_bytes >= 1_024,
        "`http.max_body_bytes` must be at least 1024"
    );
    ensure!(
        config.socket.max_payload_bytes >= 1_024,
        "`socket.max_payload_bytes` must be at least 1024"
    );
    ensure!(
        config.sessions.hash_threads <= 64,
        "`sessions.hash_threads` must be at most 64"
    );
    let name_length = config.site.name.chars().count();
    ensure!(
        (1..=60).contains(&name_length),
        "`site.name` must have 1 to 60 characters"
    );
    Ok(())
}

/// An origin: scheme, host, perhaps a port, and nothing else.
fn check_origin(name: &str, origin: &str) -> Result<()> {
    let uri: http::Uri = origin
        .parse()
        .with_context(|| format!("`{name}`: {origin:?} is not an address"))?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let bare = uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/');
    ensure!(
        web && bare && uri.host().is_some_and(|host| !host.is_empty()),
        "`{name}`: {origin:?} must be like https://chat.example.org, without a path"
    );
    Ok(())
}

fn check_secret(metrics: &Metrics) -> Result<()> {
    let Some(token) = &metrics.token else { return Ok(()) };
    ensure!(
        token.len() >= MIN_SECRET_BYTES,
        "`metrics.token` must have at least {MIN_SECRET_BYTES} bytes"
    );
    ensure!(
        !is_sample_secret(token),
        "`metrics.token` is a sample value; make one with: openssl rand -hex 32"
    );
    Ok(())
}

/// Whether a secret was copied from an example, or is one character over and over.
pub(crate) fn is_sample_secret(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    distinct.len() < 2 || SAMPLES.iter().any(|sample| lower.contains(sample))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn refusal(file: &str, pairs: &[(&str, &str)]) -> String {
        format!("{:#}", load(Some(file), env(pairs)).unwrap_err())
    }

    #[test]
    fn nothing_set_is_the_default() {
        assert_eq!(load(None, []).unwrap(), Config::default());
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
        let file = "listen = \"127.0.0.1:1\"\n[limits]\nmessages_burst = 5\nmessages_per_minute = 7";

        let config = load(
            Some(file),
            env(&[
                ("HEARTH_LISTEN", "0.0.0.0:8080"),
                ("HEARTH_LIMITS_MESSAGES_BURST", "6"),
                ("HEARTH_SIGNUP", "open"),
                ("HEARTH_HTTP_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
                ("PATH", "/bin"),
            ]),
        )
        .unwrap();

        assert_eq!(config.listen.port(), 8080);
        assert_eq!(
            (config.limits.messages_burst, config.limits.messages_per_minute),
            (6, 7)
        );
        assert_eq!(config.signup, Some(hearth_protocol::rest::Signup::Open));
        assert_eq!(config.http.trusted_proxies.len(), 2);
    }

    #[test]
    fn an_unknown_key_is_refused_and_the_nearest_named() {
        assert!(refusal("lisen = \"x\"", &[]).contains("did you mean `listen`"));
        assert!(refusal("[limits]\nmesages_burst = 3", &[]).contains("`limits.messages_burst`"));
        assert!(refusal("messages_burst = 3", &[]).contains("`limits.messages_burst`"));
        assert!(refusal("", &[("HEARTH_LISTN", "x")]).contains("`HEARTH_LISTEN`"));
    }

    #[test]
    fn variables_of_container_platforms_are_no_settings() {
        let platform = env(&[
            ("HEARTH_PORT", "tcp://10.0.0.1:3000"),
            ("HEARTH_SERVICE_HOST", "10.0.0.1"),
        ]);

        assert_eq!(load(None, platform).unwrap(), Config::default());
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        assert!(refusal("listen = \"nowhere\"", &[]).contains("listen"));
        assert!(refusal("signup = \"maybe\"", &[]).contains("signup"));
        assert!(refusal("", &[("HEARTH_LIMITS_MESSAGES_BURST", "many")]).contains("MESSAGES_BURST"));
        assert!(refusal("[limits]\nmessages_burst = 0", &[]).contains("limits.messages_burst"));
        assert!(refusal("[site]\npublic_url = \"chat.example.org\"", &[]).contains("site.public_url"));
        assert!(refusal("[site]\npublic_url = \"https://a.example/path\"", &[]).contains("site.public_url"));
    }

    #[test]
    fn short_and_sample_secrets_are_refused_and_good_ones_never_printed() {
        let with = |token: &str| load(Some(&format!("[metrics]\ntoken = {token:?}")), []);

        assert!(with("a3f1").is_err());
        assert!(with(&"a".repeat(64)).is_err());
        assert!(with("please-changeme-please-changeme-please").is_err());
        let good = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c";
        let config = with(good).unwrap();
        assert!(!format!("{config:?}").contains(good));
    }

    #[test]
    fn a_slash_after_the_public_address_does_not_matter() {
        let config = load(None, env(&[("HEARTH_SITE_PUBLIC_URL", "https://chat.example.org/")])).unwrap();

        assert_eq!(config.site.public_url.as_deref(), Some("https://chat.example.org"));
        assert!(config.is_https());
    }
}
