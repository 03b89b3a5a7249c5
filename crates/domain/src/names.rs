//! Usernames: what may be one, and when two of them are the same to the eye.
//!
//! Names that are shown but identify nobody (display names, room names) are in [`crate::labels`].

use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

use crate::characters::{
    is_bidi_control, is_invisible, is_letter_mark, is_letter_or_digit, is_private_or_none, longest_run_of_marks,
};

/// Names that would speak for the site or mean something else in the product.
const RESERVED: [&str; 46] = [
    "abuse",
    "admin",
    "administrator",
    "all",
    "anonymous",
    "anyone",
    "api",
    "billing",
    "bot",
    "channel",
    "deleted",
    "everybody",
    "everyone",
    "guest",
    "hearth",
    "help",
    "here",
    "hostmaster",
    "invite",
    "login",
    "logout",
    "me",
    "mod",
    "moderator",
    "moderators",
    "mods",
    "nobody",
    "null",
    "official",
    "online",
    "owner",
    "postmaster",
    "register",
    "room",
    "root",
    "security",
    "self",
    "settings",
    "setup",
    "staff",
    "superuser",
    "support",
    "system",
    "undefined",
    "webmaster",
    "you",
];

/// A well-formed username, as its owner wrote it but for NFKC.
///
/// Letters and digits of any script in use today, with `_`, `.` and `-` between or after them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Fewest characters.
    pub const MIN_CHARS: usize = 2;
    /// Most characters.
    pub const MAX_CHARS: usize = 32;

    /// Reads a username after bringing it to NFKC.
    ///
    /// Errors: the first rule it breaks. Whether the name is taken is not known here.
    /// Source: docs/protocol.md §6; UTS 39 for scripts and look-alikes.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name: String = text.nfkc().take(Self::MAX_CHARS + 1).collect();
        if text.chars().any(is_unseen) || name.chars().any(is_unseen) {
            return Err(UsernameError::Unseen);
        }
        let length = name.chars().count();
        if length < Self::MIN_CHARS {
            return Err(UsernameError::TooShort);
        }
        if length > Self::MAX_CHARS {
            return Err(UsernameError::TooLong);
        }
        check_characters(&name)?;
        let key = username_key(&name);
        if RESERVED.iter().any(|reserved| username_key(reserved) == key) {
            return Err(UsernameError::Reserved);
        }
        Ok(Self(name))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What uniqueness goes by: see [`username_key`].
    #[must_use]
    pub fn key(&self) -> String {
        username_key(&self.0)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

/// What makes two usernames one: the same for names that differ in case, width or only to a computer's eye.
///
/// `Alice`, `alice`, `ALICE`, `al1ce`, `aIice` (capital i) and the Cyrillic `аlice` have one key. Works on any text, so that
/// a log-in can be looked up without being well formed. For comparing only: never show a key.
/// Source: UTS 39, "skeleton"; `i` joins `l` because an `I` is one in most typefaces.
#[must_use]
pub fn username_key(text: &str) -> String {
    let seen = fold_case(&skeleton(&fold_case(&text.nfkc().collect::<String>())).collect::<String>());
    seen.nfkc().map(|c| if c == 'i' { 'l' } else { c }).collect()
}

/// Full case folding as far as the standard library goes: by way of capitals, so that `ß` is `ss` and `ς` is `σ`.
fn fold_case(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_unseen(c: char) -> bool {
    c.is_control() || is_bidi_control(c) || is_invisible(c) || is_private_or_none(c)
}

fn check_characters(name: &str) -> Result<(), UsernameError> {
    let allowed = |c: char| is_letter_or_digit(c) || is_letter_mark(c) || matches!(c, '_' | '.' | '-');
    if let Some(found) = name.chars().find(|&c| !allowed(c)) {
        return Err(UsernameError::Character { found });
    }
    if !name.starts_with(is_letter_or_digit) {
        return Err(UsernameError::Start);
    }
    if longest_run_of_marks(name) > 2 {
        return Err(UsernameError::Marks);
    }
    // Separators are left out: `_` is restricted by the profile, and they belong to every script.
    let letters: String = name.chars().filter(|c| !matches!(c, '_' | '.' | '-')).collect();
    // Allowed are one script, and Latin with Chinese, Japanese or Korean: what people really mix.
    if !letters.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
        return Err(UsernameError::MixedScripts);
    }
    Ok(())
}

/// Why a text is no username. Each reads as a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Fewer than [`Username::MIN_CHARS`].
    #[error("A username needs at least 2 characters.")]
    TooShort,
    /// More than [`Username::MAX_CHARS`].
    #[error("A username can have at most 32 characters.")]
    TooLong,
    /// A character that is no letter, digit or separator.
    #[error(
        "A username can't contain \u{201c}{found}\u{201d}: use letters, digits, \u{201c}_\u{201d}, \u{201c}.\u{201d} and \u{201c}-\u{201d}."
    )]
    Character {
        /// The first such character.
        found: char,
    },
    /// Control, bidirectional or invisible characters.
    #[error("A username can't contain invisible characters.")]
    Unseen,
    /// Starts with a separator or a mark.
    #[error("A username has to start with a letter or a digit.")]
    Start,
    /// More marks over one letter than any language uses.
    #[error("A username can't stack that many accents on one letter.")]
    Marks,
    /// Alphabets that together make look-alikes.
    #[error("A username can't mix letters of different alphabets.")]
    MixedScripts,
    /// Would speak for the site.
    #[error("This username isn't available.")]
    Reserved,
}

#[cfg(test)]
mod tests;
