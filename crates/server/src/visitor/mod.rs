//! What a request tells about who stands behind it, before anybody proved anything.

pub mod address;
pub mod cookies;
mod device;

use std::net::SocketAddr;

use http::{HeaderMap, header};

use crate::config::Config;
use address::{Address, client_address, is_trusted};
use cookies::{Channel, Cookie};

/// Who sends a request, as far as the request itself tells.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where from.
    pub address: Address,
    /// Browser and system in words.
    pub device: String,
    /// Whether its cookies are `Secure`.
    pub channel: Channel,
    /// The refresh token that a browser keeps.
    pub refresh_cookie: Option<String>,
    /// The mark of a device that logged in before.
    pub device_cookie: Option<String>,
}

impl Visitor {
    /// Reads a request's headers.
    #[must_use]
    pub fn read(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> Self {
        let channel = channel(config, peer, headers);
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            address: client_address(peer, headers, &config.http.trusted_proxies),
            device: device::in_words(agent.unwrap_or_default()),
            channel,
            refresh_cookie: Cookie::Refresh.find(headers, channel),
            device_cookie: Cookie::Device.find(headers, channel),
        }
    }
}

/// TLS ends here by configuration, at a trusted proxy, or is not needed because browsers trust this very machine.
fn channel(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> Channel {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let proto = text(header::HeaderName::from_static("x-forwarded-proto"));
    let is_forwarded = proto == Some("https") && is_trusted(peer.ip(), &config.http.trusted_proxies);
    let is_here = text(header::HOST).is_some_and(is_this_machine);
    if config.is_https() || is_forwarded || is_here {
        Channel::Secure
    } else {
        Channel::Plain
    }
}

/// Whether a `Host` names the machine that the browser runs on, whose cookies may be `Secure` without TLS.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_names_count_as_it() {
        let here = [
            "localhost",
            "localhost:3000",
            "LOCALHOST:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
        ];
        let elsewhere = [
            "localhost.example.org",
            "127.0.0.1.example.org:80",
            "192.168.0.2",
            "::1x",
            "",
            ":",
        ];

        assert!(here.iter().all(|host| is_this_machine(host)));
        assert!(!elsewhere.iter().any(|host| is_this_machine(host)));
    }
}
