//! Settings: TOML file plus `HEARTH_*` environment, one struct per section. Their docs become `config.example.toml`.
//!
//! Secrets are not settings: the server makes them at its first start (see `accounts::secrets`).

mod example;
mod load;
mod settings;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use hearth_protocol::rest::Signup;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use example::example;
pub(crate) use load::is_sample_secret;
pub use load::load;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Config {
    /// Address and port to listen on. `0.0.0.0:3000` opens it to the network.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// Folder of the database, the secrets and everything else that must be kept.
    #[schema(value_type = String)]
    pub data: PathBuf,
    /// Who may make an account until somebody changes it on the site: `open`, `invite` or `closed`. When set, it holds even before the site is claimed.
    #[schema(value_type = Option<String>, example = "invite")]
    pub signup: Option<Signup>,
    /// How the site presents itself.
    #[schema(inline)]
    pub site: Site,
    /// What stands between the server and its visitors.
    #[schema(inline)]
    pub http: Http,
    /// How much one person or address may do.
    #[schema(inline)]
    pub limits: Limits,
    /// Login sessions.
    #[schema(inline)]
    pub sessions: Sessions,
    /// Socket.IO connections.
    #[schema(inline)]
    pub socket: Socket,
    /// What the server writes to its standard error.
    #[schema(inline)]
    pub log: Log,
    /// Figures for Prometheus at `/metrics`.
    #[schema(inline)]
    pub metrics: Metrics,
}

/// How the site presents itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Site {
    /// Its name until somebody changes it on the site.
    pub name: String,
    /// The address people type, with scheme and without a path. With `https` cookies are `Secure` and HSTS is sent.
    #[schema(example = "https://chat.example.org")]
    pub public_url: Option<String>,
}

/// What stands between the server and its visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Http {
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, as addresses or networks.
    #[serde(deserialize_with = "networks")]
    #[schema(value_type = Vec<String>)]
    pub trusted_proxies: Vec<IpNet>,
    /// Other web origins whose pages may use the API and the socket.
    pub allowed_origins: BTreeSet<String>,
    /// Open TCP connections; further ones wait to be accepted.
    pub max_connections: u32,
    /// Time in which a request must be read and answered (a long poll excepted).
    pub request_timeout_seconds: u32,
    /// Largest JSON body of a request.
    pub max_body_bytes: u32,
}

/// How much one person or address may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Limits {
    /// Messages one user may send in the long run.
    pub messages_per_minute: u32,
    /// Messages one user may send at once.
    pub messages_burst: u32,
    /// Other commands and requests that change something, one user, in the long run.
    pub actions_per_minute: u32,
    /// Other commands and requests that change something, one user, at once.
    pub actions_burst: u32,
    /// Wrong passwords for one account in 15 minutes.
    pub wrong_logins_per_account: u32,
    /// Wrong passwords from one public address in 15 minutes; private addresses have 20 times as many.
    pub wrong_logins_per_address: u32,
    /// New accounts from one public address in an hour; private addresses have about 170 times as many.
    pub registrations_per_hour: u32,
}

/// Login sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Sessions {
    /// Days after which an unused login ends.
    pub idle_days: u32,
    /// Threads that hash passwords. Each uses 19 MiB while it works.
    pub hash_threads: u32,
}

/// Socket.IO connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Socket {
    /// Time between heartbeats.
    pub ping_interval_ms: u32,
    /// Time in which a heartbeat must be answered.
    pub ping_timeout_ms: u32,
    /// Largest packet.
    pub max_payload_bytes: u32,
    /// Time in which a new connection must authenticate.
    pub connect_timeout_ms: u32,
    /// Connections of the whole server; further ones get 503.
    pub max_connections: u32,
    /// Bytes that may wait for one connection before it is cut as too slow.
    pub max_queue_bytes: u32,
    /// Kernel send buffer of one connection.
    pub send_buffer_bytes: u32,
    /// Connections of one public address that have not authenticated yet.
    pub max_unauthenticated_per_address: u32,
}

/// What the server writes to its standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Log {
    /// `text` for people or `json` for programs.
    #[schema(value_type = String)]
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`; also per module, as in `info,hearth_server::socket=debug`.
    pub level: String,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Figures for Prometheus at `/metrics`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Metrics {
    /// Secret (32 bytes or more) that a collector on another machine sends as bearer token. Without it only loopback peers are answered.
    #[schema(example = "the output of: openssl rand -hex 32")]
    pub token: Option<String>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = self.token.as_ref().map(|_| "[secret]");
        f.debug_struct("Metrics").field("token", &token).finish()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            data: PathBuf::from("./data"),
            signup: None,
            site: Site::default(),
            http: Http::default(),
            limits: Limits::default(),
            sessions: Sessions::default(),
            socket: Socket::default(),
            log: Log::default(),
            metrics: Metrics::default(),
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: "Hearth".to_owned(),
            public_url: None,
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            allowed_origins: BTreeSet::new(),
            max_connections: 20_000,
            request_timeout_seconds: 30,
            max_body_bytes: 65_536,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_minute: 60,
            messages_burst: 60,
            actions_per_minute: 600,
            actions_burst: 200,
            wrong_logins_per_account: 10,
            wrong_logins_per_address: 50,
            registrations_per_hour: 60,
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_days: 30,
            hash_threads: 2,
        }
    }
}

impl Default for Socket {
    fn default() -> Self {
        Self {
            ping_interval_ms: 25_000,
            ping_timeout_ms: 20_000,
            max_payload_bytes: 1_000_000,
            connect_timeout_ms: 10_000,
            max_connections: 20_000,
            max_queue_bytes: 1_048_576,
            send_buffer_bytes: 65_536,
            max_unauthenticated_per_address: 20,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            level: "info".to_owned(),
        }
    }
}

impl Config {
    /// Time in which a request must be read and answered.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.http.request_timeout_seconds.into())
    }

    /// Whether people reach the site over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.site
            .public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    /// Where people reach the site, without a slash at the end.
    #[must_use]
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.site.public_url {
            Some(url) => url.clone(),
            None if bound.ip().is_unspecified() || bound.ip().is_loopback() => {
                format!("http://localhost:{}", bound.port())
            }
            None => format!("http://{bound}"),
        }
    }
}

/// Networks, where a bare address is the network of that address alone.
fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address)),
        Err(_) => text.parse::<IpNet>().map_err(serde::de::Error::custom),
    };
    texts.iter().map(parse).collect()
}
