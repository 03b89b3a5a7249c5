//! What may be a password, and how one is hashed. Where hashing runs is `hasher`.

use std::collections::HashSet;
use std::sync::LazyLock;

use anyhow::{Result, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use unicode_normalization::UnicodeNormalization as _;

const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;

/// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Verified when there is no account, so that its absence takes as long. Matches no password: nobody knows one for an all-zero output.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$aGVhcnRoLW5vYm9keS4u$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// A password as typed, in NFC. Has no `Debug`, so that it cannot be logged.
pub(super) struct Password(String);

impl Password {
    /// Takes what somebody typed to log in, whatever it is.
    pub(super) fn typed(text: &str) -> Self {
        Self(text.nfc().collect())
    }

    /// Takes what somebody chose as a new password. `own` are the user's own names, which everybody knows.
    ///
    /// Errors: a sentence for the person who typed it.
    pub(super) fn chosen(text: &str, own: &[&str]) -> Result<Self, &'static str> {
        let password = Self::typed(text);
        let length = password.0.chars().count();
        if length < MIN_CHARS {
            return Err("Use at least 8 characters.");
        }
        if length > MAX_CHARS {
            return Err("Use at most 256 characters.");
        }
        let folded = password.0.to_lowercase();
        if COMMON.contains(folded.as_str()) {
            return Err("This password is one of the most common ones. Choose another.");
        }
        if own.iter().any(|name| is_own(name, &folded)) {
            return Err("Don't use your own name or address as the password.");
        }
        Ok(password)
    }
}

fn is_own(name: &str, folded_password: &str) -> bool {
    let name = name.nfc().collect::<String>().to_lowercase();
    let local_part = name.split('@').next().unwrap_or_default();
    name == folded_password || local_part == folded_password
}

/// Hashes a password with today's parameters and a salt of its own, as a PHC string.
///
/// Errors: none with a working random source.
pub(super) fn hash(password: &Password) -> Result<String> {
    let hash: PasswordHash = argon2()?
        .hash_password(password.0.as_bytes())
        .map_err(|error| anyhow!("cannot hash a password: {error}"))?;
    Ok(hash.to_string())
}

/// Whether `phc` was made of this password, with the parameters that `phc` names. `None` takes as long and is false.
pub(super) fn matches(password: &Password, phc: Option<&str>) -> Result<bool> {
    let parsed =
        PasswordHash::new(phc.unwrap_or(NOBODY)).map_err(|error| anyhow!("a stored hash is damaged: {error}"))?;
    let verified = argon2()?.verify_password(password.0.as_bytes(), &parsed).is_ok();
    Ok(verified && phc.is_some())
}

/// Whether a stored hash is weaker than what [`hash`] makes today.
pub(super) fn is_outdated(phc: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(phc) else {
        return true;
    };
    let Ok(params) = Params::try_from(&parsed) else {
        return true;
    };
    let is_argon2id = parsed.algorithm.as_str() == Algorithm::Argon2id.as_str();
    !is_argon2id || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const OWN: &[&str] = &["ada.lovelace", "ada.king@example.org"];

    fn refusal(text: &str) -> Option<&'static str> {
        Password::chosen(text, OWN).err()
    }

    #[test]
    fn forty_passwords_are_judged_by_length_commonness_and_own_names_alone() {
        let long = "x7".repeat(128);
        let good = [
            "correct horse battery staple",
            "aaaaaaaaaaaaab",
            "        !",
            "пароль-мой-42",
            "密码密码密码密码",
            "🦊🦊🦊🦊🦊🦊🦊🦊",
            "zxlkq wmn",
            "MjQ0-ndu2",
            "no digits here",
            "UPPER ONLY PHRASE",
            "ada.lovelace!",
            "'; drop table users; --",
            "<script>alert(1)</script>",
            "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "tab\tand\nline",
            "  leading and trailing  ",
            "%00%0a%0d%ff",
            long.as_str(),
            "7 + 8 = 15",
        ];
        let too_long = "x".repeat(257);
        let bad = [
            "",
            "short",
            "1234567",
            "🦊🦊🦊🦊🦊🦊🦊",
            "e\u{301}e\u{301}e\u{301}e\u{301}",
            too_long.as_str(),
            "password",
            "PASSWORD",
            "PassWord1",
            "12345678",
            "123456789",
            "qwertyuiop",
            "1q2w3e4r",
            "iloveyou",
            "trustno1",
            "football",
            "letmein1",
            "ada.lovelace",
            "Ada.Lovelace",
            "ada.king@example.org",
        ];

        let refused: Vec<_> = good.iter().filter(|text| refusal(text).is_some()).collect();
        let taken: Vec<_> = bad.iter().filter(|text| refusal(text).is_none()).collect();

        assert!(refused.is_empty(), "{refused:?}");
        assert!(taken.is_empty(), "{taken:?}");
    }

    #[test]
    fn at_least_three_thousand_common_passwords_long_enough_to_be_chosen_are_refused() {
        let refused = COMMON.iter().filter(|text| refusal(text).is_some()).count();

        assert!(refused >= 3_000);
        assert_eq!(refused, COMMON.len());
    }

    #[test]
    fn a_hash_names_its_parameters_and_matches_its_password_only() {
        let hashed = hash(&Password::typed("correct horse")).unwrap();

        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches(&Password::typed("correct horse"), Some(&hashed)).unwrap());
        assert!(!matches(&Password::typed("correct horsf"), Some(&hashed)).unwrap());
        assert_ne!(hashed, hash(&Password::typed("correct horse")).unwrap());
    }

    #[test]
    fn the_two_ways_of_writing_an_accent_are_one_password() {
        let hashed = hash(&Password::typed("caf\u{e9} cr\u{e8}me")).unwrap();

        assert!(matches(&Password::typed("cafe\u{301} cre\u{300}me"), Some(&hashed)).unwrap());
    }

    #[test]
    fn nobody_has_a_password() {
        assert!(!matches(&Password::typed(""), None).unwrap());
    }

    #[test]
    fn weaker_hashes_are_outdated_and_todays_are_not() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let weak: PasswordHash = weak.hash_password(b"correct horse").unwrap();

        assert!(is_outdated(&weak.to_string()));
        assert!(is_outdated("$2b$12$abcdefghijklmnopqrstuv"));
        assert!(!is_outdated(&hash(&Password::typed("correct horse")).unwrap()));
    }
}
