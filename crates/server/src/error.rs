//! The one error type of the server: a refusal for the caller, or an internal fault for us.

use std::collections::BTreeMap;
use std::time::Duration;

use hearth_protocol::{ErrorCode, Refusal};

/// Result of everything that may be refused or go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen.
#[derive(Debug)]
pub enum Error {
    /// The caller's doing; told to the caller.
    Refused(Box<Refusal>),
    /// Our doing; logged once at the edge, the caller sees only `internal`.
    Internal(anyhow::Error),
}

impl Error {
    /// A refusal with a sentence for people.
    #[must_use]
    pub fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            message: message.into(),
            temporary: code.is_temporary(),
            retry_after_ms: None,
            fields: BTreeMap::new(),
        }))
    }

    /// Not there, or not for this caller.
    #[must_use]
    pub fn not_found() -> Self {
        Self::refused(ErrorCode::NotFound, "This does not exist, or you have no access to it.")
    }

    /// The route exists, but not for this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::refused(ErrorCode::Invalid, "This route does not take this method.")
    }

    /// Allowed to know of it, but not to do it.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::refused(ErrorCode::Forbidden, message)
    }

    /// One field of a request is wrong.
    #[must_use]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields([(field.to_owned(), message.into())])
    }

    /// Several fields of a request are wrong. The first one's sentence is the whole refusal's.
    #[must_use]
    pub fn invalid_fields(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let fields: BTreeMap<String, String> = fields.into_iter().collect();
        let message = fields.values().next().cloned().unwrap_or_default();
        let code = ErrorCode::Invalid;
        Self::Refused(Box::new(Refusal {
            code,
            message,
            temporary: false,
            retry_after_ms: None,
            fields,
        }))
    }

    /// Too often; may be tried again after `wait`.
    #[must_use]
    pub fn rate_limited(message: impl Into<String>, wait: Duration) -> Self {
        let retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
        let code = ErrorCode::RateLimited;
        Self::Refused(Box::new(Refusal {
            code,
            message: message.into(),
            temporary: true,
            retry_after_ms,
            fields: BTreeMap::new(),
        }))
    }

    /// What the caller is told. An internal error is logged here, once, and hidden.
    #[must_use]
    pub fn into_refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => *refusal,
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "internal error");
                let code = ErrorCode::Internal;
                let message = "Something went wrong on our side. Please try again.".to_owned();
                Refusal {
                    code,
                    message,
                    temporary: true,
                    retry_after_ms: None,
                    fields: BTreeMap::new(),
                }
            }
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => f.write_str(&refusal.message),
            Self::Internal(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}
