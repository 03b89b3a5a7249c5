//! The two cookies: the refresh token of a browser, and the mark of a device that logged in before.

use http::{HeaderMap, HeaderValue, header};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The refresh token.
    Refresh,
    /// The mark of a known device.
    Device,
}

/// Whether browsers keep `Secure` cookies of this site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// TLS, or this machine.
    Secure,
    /// Plain HTTP over a network.
    Plain,
}

impl Cookie {
    /// Its name. The prefix makes browsers refuse it from other hosts, paths and plain HTTP.
    fn name(self, channel: Channel) -> &'static str {
        match (self, channel) {
            (Self::Refresh, Channel::Secure) => "__Host-hearth_refresh",
            (Self::Refresh, Channel::Plain) => "hearth_refresh",
            (Self::Device, Channel::Secure) => "__Host-hearth_device",
            (Self::Device, Channel::Plain) => "hearth_device",
        }
    }

    /// Its value in a request, if it is there exactly once.
    #[must_use]
    pub fn find(self, headers: &HeaderMap, channel: Channel) -> Option<String> {
        let values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let pairs = values
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs
            .filter(|(name, _)| *name == self.name(channel))
            .map(|(_, value)| value.to_owned());
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The header that sets it. `value` is one of our own tokens.
    #[must_use]
    pub fn set(self, channel: Channel, value: &str, max_age_seconds: u64) -> HeaderValue {
        let secure = match channel {
            Channel::Secure => "; Secure",
            Channel::Plain => "",
        };
        let name = self.name(channel);
        let text = format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&text).expect("our tokens are base64url text")
    }

    /// The header that removes it.
    #[must_use]
    pub fn clear(self, channel: Channel) -> HeaderValue {
        self.set(channel, "", 0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn request(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_cookie_set_carries_every_guard() {
        let set = Cookie::Refresh.set(Channel::Secure, "abc", 60);

        assert_eq!(
            set.to_str().unwrap(),
            "__Host-hearth_refresh=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = request("a=1; __Host-hearth_refresh=abc; hearth_refresh=weak");

        assert_eq!(Cookie::Refresh.find(&headers, Channel::Secure).as_deref(), Some("abc"));
        assert_eq!(Cookie::Refresh.find(&headers, Channel::Plain).as_deref(), Some("weak"));
        assert_eq!(Cookie::Device.find(&headers, Channel::Secure), None);
    }

    #[test]
    fn a_cookie_given_twice_is_not_believed() {
        let headers = request("hearth_refresh=mine; hearth_refresh=theirs");

        assert_eq!(Cookie::Refresh.find(&headers, Channel::Plain), None);
    }
}
