//! Where a server is.

use std::fmt;
use std::str::FromStr;

use tokio::net::TcpStream;

use crate::Error;

/// Host and port of a server, written as `http://host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// Host and port as the `Host` header wants them.
    authority: String,
    host: String,
    port: u16,
}

impl ServerAddress {
    /// Host and port, for the `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) async fn connect(&self) -> Result<TcpStream, Error> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl FromStr for ServerAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadAddress(text.to_owned());
        let authority = text.strip_prefix("http://").ok_or_else(bad)?;
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let uri: hyper::http::uri::Authority = authority.parse().map_err(|_| bad())?;
        if uri.as_str().contains('@') || (uri.port().is_some() && uri.port_u16().is_none()) {
            return Err(bad());
        }
        Ok(Self {
            host: uri.host().trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(80),
            authority: authority.to_owned(),
        })
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port_that_is_80_when_absent() {
        let named: ServerAddress = "http://chat.example.org/".parse().unwrap();
        let v6: ServerAddress = "http://[::1]:3000".parse().unwrap();

        assert_eq!((named.host.as_str(), named.port), ("chat.example.org", 80));
        assert_eq!((v6.host.as_str(), v6.port), ("::1", 3000));
        assert_eq!(v6.to_string(), "http://[::1]:3000");
    }

    #[test]
    fn tls_paths_passwords_and_nonsense_are_refused() {
        let is_refused = |text: &str| text.parse::<ServerAddress>().is_err();

        assert!(is_refused("https://chat.example.org"));
        assert!(is_refused("http://chat.example.org/path"));
        assert!(is_refused("http://me:secret@chat.example.org"));
        assert!(is_refused("http://"));
        assert!(is_refused("localhost:3000"));
    }
}
