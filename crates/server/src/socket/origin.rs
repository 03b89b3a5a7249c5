//! Which web pages may connect.

use http::{HeaderMap, Uri, header};

/// Which values of the `Origin` header are served; requests without one do not come from a web page and are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginPolicy {
    /// All of them; for test servers only.
    Any,
    /// The host that the request itself names, and these origins, written `https://chat.example.org`.
    SameHostAnd(Vec<String>),
}

impl OriginPolicy {
    /// Whether a request with these headers is served.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let Self::SameHostAnd(listed) = self else {
            return true;
        };
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        origins.next().is_none()
            && (is_same_host(origin, headers) || listed.iter().any(|one| one.eq_ignore_ascii_case(origin)))
    }
}

fn is_same_host(origin: &str, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let Ok(uri) = origin.parse::<Uri>() else {
        return false;
    };
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    is_web
        && uri
            .authority()
            .is_some_and(|authority| authority.as_str().eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http::HeaderValue;

    use super::*;

    fn allows(origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example.org:8443"));
        headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        OriginPolicy::SameHostAnd(vec!["https://app.example.com".to_owned()]).allows(&headers)
    }

    #[test]
    fn good_origins_are_the_own_host_and_the_listed_ones() {
        assert!(allows("https://chat.example.org:8443"));
        assert!(allows("http://CHAT.example.org:8443"));
        assert!(allows("https://app.example.com"));
        assert!(OriginPolicy::SameHostAnd(Vec::new()).allows(&HeaderMap::new()));
    }

    #[test]
    fn everything_else_is_a_bad_origin() {
        let bad = [
            "https://chat.example.org",
            "https://evil.org",
            "https://chat.example.org:8443.evil.org",
            "https://app.example.com.evil.org",
            "https://evil@chat.example.org:8443",
            "http://app.example.com",
            "https://app.example.com:444",
            "ftp://chat.example.org:8443",
            "null",
            "",
            "chat.example.org:8443",
        ];
        assert_eq!(
            bad.into_iter().filter(|origin| allows(origin)).collect::<Vec<_>>(),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::ORIGIN, HeaderValue::from_static("https://app.example.com"));
        headers.append(header::ORIGIN, HeaderValue::from_static("https://app.example.com"));
        assert!(!OriginPolicy::SameHostAnd(vec!["https://app.example.com".to_owned()]).allows(&headers));
    }
}
