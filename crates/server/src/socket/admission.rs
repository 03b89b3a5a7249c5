//! Who may hold a connection open before saying who they are.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts connections without a connected namespace by address.
#[derive(Debug, Default)]
pub(super) struct Admission {
    waiting: Mutex<HashMap<IpAddr, u32>>,
}

/// One place among the waiting of an address; dropped when the connection has said who it is, or ends.
#[derive(Debug)]
pub(super) struct Place {
    admission: Arc<Admission>,
    key: IpAddr,
}

impl Admission {
    /// Takes a place, unless `max` are taken already.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, max: u32) -> Option<Place> {
        let key = key_of(address);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(key).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Place {
            admission: self.clone(),
            key,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.admission.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.key);
            }
        }
    }
}

/// Whether an address belongs to one client: a proxy or an office sits behind the others.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || is_shared)
        }
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

/// One customer of an IPv6 network has a whole /64.
fn key_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_free_again_when_its_holder_leaves() {
        let admission = Arc::new(Admission::default());
        let first = admission.enter(address("203.0.113.1"), 1);

        assert!(admission.enter(address("203.0.113.1"), 1).is_none());
        assert!(admission.enter(address("203.0.113.2"), 1).is_some());
        drop(first);
        assert!(admission.enter(address("203.0.113.1"), 1).is_some());
        assert!(admission.waiting.lock().unwrap().is_empty());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_their_places() {
        let admission = Arc::new(Admission::default());
        let _first = admission.enter(address("2001:db8::1"), 1).unwrap();

        assert!(admission.enter(address("2001:db8::2"), 1).is_none());
        assert!(admission.enter(address("2001:db8:0:1::1"), 1).is_some());
    }

    #[test]
    fn proxies_and_offices_are_not_public() {
        let shared = [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ];
        let public = ["8.8.8.8", "100.128.0.1", "2001:db8::1", "172.32.0.1"];

        assert!(shared.iter().all(|text| !is_public(address(text))));
        assert!(public.iter().all(|text| is_public(address(text))));
    }
}
