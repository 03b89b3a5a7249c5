//! Where a request comes from, and what a proxy may say about it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// A visitor's address. Not logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The address; a mapped IPv4 one is written as IPv4.
    pub ip: IpAddr,
    /// Whether one person or many may be behind it.
    pub class: AddressClass,
}

/// What kind of network an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// The internet.
    Public,
    /// Loopback, private, link-local or carrier-grade NAT: a proxy or an office may sit behind it.
    Private,
}

impl Address {
    /// The address of a peer, mapped forms resolved.
    #[must_use]
    pub fn new(ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        let class = if is_private(ip) {
            AddressClass::Private
        } else {
            AddressClass::Public
        };
        Self { ip, class }
    }

    /// What limits count by: the address, or the /64 network of an IPv6 one, because one line has a whole /64.
    #[must_use]
    pub fn limit_key(&self) -> IpAddr {
        match self.ip {
            IpAddr::V4(ip) => IpAddr::V4(ip),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

/// The visitor's address: the nearest in `X-Forwarded-For` that is no trusted proxy, when the peer is one; else the peer's own.
///
/// A malformed entry ends the reading: what stands before it may be forged.
/// Source: RFC 7239 §5.2, read from the right.
#[must_use]
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Address {
    let mut client = peer.ip().to_canonical();
    for hop in hops_from_right(headers) {
        if !is_trusted(client, trusted) {
            break;
        }
        let Some(hop) = hop else { break };
        client = hop;
    }
    Address::new(client)
}

/// Whether the peer is a proxy that we believe.
#[must_use]
pub fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    trusted.iter().any(|network| network.contains(&ip))
}

fn hops_from_right(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let values: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let texts = values.into_iter().rev().map(|value| value.to_str().unwrap_or("?"));
    texts.flat_map(|text| text.rsplit(',').map(parse_hop))
}

/// An address, perhaps with a port, as proxies write it.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let ip = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    ip.ok().map(|ip| ip.to_canonical())
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_carrier_nat = a == 100 && (64..128).contains(&b);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || is_carrier_nat
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn address(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).ip.to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        assert_eq!(address("203.0.113.9:1", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(
            address("203.0.113.9:1", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(address("127.0.0.1:1", &["198.51.100.1"], &[]), "127.0.0.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_what_the_client_added_is_ignored() {
        let trusted = ["10.0.0.0/8", "127.0.0.1/32"];

        assert_eq!(address("10.0.0.1:1", &["198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(
            address("10.0.0.1:1", &["1.1.1.1, 198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            address("10.0.0.1:1", &["1.1.1.1", "198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            address("10.0.0.1:1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            address("[::ffff:10.0.0.1]:1", &["198.51.100.1:4711"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(address("127.0.0.1:1", &["[2001:db8::1]"], &trusted), "2001:db8::1");
        assert_eq!(address("127.0.0.1:1", &["[2001:db8::1]:443"], &trusted), "2001:db8::1");
    }

    #[test]
    fn a_malformed_hop_ends_the_reading() {
        assert_eq!(
            address("10.0.0.1:1", &["198.51.100.1, unknown"], &["10.0.0.0/8"]),
            "10.0.0.1"
        );
        assert_eq!(address("10.0.0.1:1", &[""], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1:1", &["10.0.0.2"], &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn networks_where_many_sit_are_told_from_the_internet() {
        let class = |text: &str| Address::new(text.parse().unwrap()).class;

        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
        ] {
            assert_eq!(class(private), AddressClass::Private, "{private}");
        }
        for public in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert_eq!(class(public), AddressClass::Public, "{public}");
        }
    }

    #[test]
    fn one_line_of_ipv6_is_one_visitor() {
        let key = |text: &str| Address::new(text.parse().unwrap()).limit_key();

        assert_eq!(key("2001:db8:1:2:3:4:5:6"), key("2001:db8:1:2:ffff::1"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    }
}
