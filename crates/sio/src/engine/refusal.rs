//! Answers to requests that belong to no connection.

/// Why a request was refused, in the reference server's own numbers and words, which clients compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The `transport` parameter is missing or names none of ours.
    #[error("Transport unknown")]
    TransportUnknown,
    /// No live connection has this `sid`.
    #[error("Session ID unknown")]
    SessionUnknown,
    /// A handshake must be a GET.
    #[error("Bad handshake method")]
    BadHandshakeMethod,
    /// The request does not fit the connection's transport, or is malformed.
    #[error("Bad request")]
    BadRequest,
    /// The origin may not connect here.
    #[error("Forbidden")]
    Forbidden,
    /// The `EIO` parameter is not 4.
    #[error("Unsupported protocol version")]
    UnsupportedProtocolVersion,
}

impl Refusal {
    /// The number in the body.
    pub fn code(self) -> u8 {
        match self {
            Self::TransportUnknown => 0,
            Self::SessionUnknown => 1,
            Self::BadHandshakeMethod => 2,
            Self::BadRequest => 3,
            Self::Forbidden => 4,
            Self::UnsupportedProtocolVersion => 5,
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        if self == Self::Forbidden { 403 } else { 400 }
    }

    /// The JSON body.
    pub fn body(self) -> String {
        format!(r#"{{"code":{},"message":"{self}"}}"#, self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn a_refusal_reads_as_the_reference_server_writes_it() {
        assert_eq!(
            Refusal::SessionUnknown.body(),
            r#"{"code":1,"message":"Session ID unknown"}"#
        );
        assert_eq!(Refusal::SessionUnknown.status(), 400);
        assert_eq!(Refusal::Forbidden.status(), 403);
    }
}
