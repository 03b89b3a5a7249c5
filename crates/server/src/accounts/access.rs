//! Access tokens: short-lived JWTs, signed with HS256 and nothing else.
//!
//! A good token only names a login session; whether that session still lives is asked of the database at every use.

use std::collections::HashSet;

use anyhow::Result;
use hearth_protocol::{SessionId, UnixMs, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secrets::Secrets;

/// How long an access token works, in seconds.
pub const LIFETIME_SECONDS: u64 = 15 * 60;

const ISSUER: &str = "hearth";
const AUDIENCE: &str = "hearth-api";
const TYPE: &str = "at+jwt";
/// Longest text that is looked at.
const MAX_BYTES: usize = 2_048;
/// How far the clocks of two nodes may be apart.
const LEEWAY_SECONDS: i64 = 5;

/// Whom a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// The user.
    pub user_id: UserId,
    /// The login session.
    pub session_id: SessionId,
    /// When the token runs out.
    pub expires_at: UnixMs,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Makes a token.
///
/// Errors: none with a working cryptographic library.
pub(super) fn mint(secrets: &Secrets, (user_id, session_id): (UserId, SessionId), now: UnixMs) -> Result<String> {
    let issued = now.0 / 1_000;
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user_id.0,
        sid: session_id.0,
        iat: issued,
        nbf: issued,
        exp: issued.saturating_add_unsigned(LIFETIME_SECONDS),
    };
    let key = secrets
        .token_keys
        .first()
        .expect("secrets are never without a token key");
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    Ok(encode(&header, &claims, &EncodingKey::from_secret(&key.bytes))?)
}

/// Reads a token; `None` when anything about it is not exactly as [`mint`] makes it, or its time is not now.
///
/// Keys come from our own file by `kid` alone: `jku`, `jwk`, `x5u` and `x5c` are never followed.
pub(super) fn verify(secrets: &Secrets, token: &str, now: UnixMs) -> Option<Bearer> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let header = decode_header(token).ok()?;
    if header.alg != Algorithm::HS256 || header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
        return None;
    }
    let kid = header.kid?;
    let key = secrets.token_keys.iter().find(|key| key.kid == kid)?;
    let key = DecodingKey::from_secret(&key.bytes);
    let claims = decode::<Claims>(token, &key, &validation()).ok()?.claims;
    is_current(&claims, now).then(|| Bearer {
        user_id: UserId(claims.sub),
        session_id: SessionId(claims.sid),
        expires_at: UnixMs(claims.exp * 1_000),
    })
}

/// Times are checked by [`is_current`], because the library reads the machine's clock.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.required_spec_claims = HashSet::from(["iss", "aud", "sub", "exp", "nbf"].map(str::to_owned));
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation
}

fn is_current(claims: &Claims, now: UnixMs) -> bool {
    let now = now.0 / 1_000;
    let started = claims.nbf <= now.saturating_add(LEEWAY_SECONDS) && claims.iat <= now.saturating_add(LEEWAY_SECONDS);
    let lifetime = claims.exp.saturating_sub(claims.iat);
    let proper = lifetime > 0 && lifetime.unsigned_abs() <= LIFETIME_SECONDS;
    started && proper && now < claims.exp
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
