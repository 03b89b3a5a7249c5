//! Labels: texts of one line that are shown but identify nothing. Display names, room names, topics, the site's name.
//!
//! A label may hold any script, punctuation and emoji; it may not hold what is unseen, because a name must not be able to
//! imitate another's by zero-width characters or turn the text beside it around.

use unicode_normalization::UnicodeNormalization;

use crate::characters::{
    EMOJI_SELECTOR, ZERO_WIDTH_JOINER, is_bidi_control, is_invisible, is_pictorial, is_private_or_none,
    longest_run_of_marks,
};

/// Most characters of a display name.
pub const MAX_DISPLAY_NAME_CHARS: usize = 64;
/// Most characters of a room's name.
pub const MAX_ROOM_NAME_CHARS: usize = 80;
/// Most characters of a room's topic.
pub const MAX_TOPIC_CHARS: usize = 250;
/// Most characters of the site's name.
pub const MAX_SITE_NAME_CHARS: usize = 60;

/// More marks on one letter than any language uses.
const MAX_MARKS: usize = 4;

/// Reads a display name: 1–64 characters.
///
/// As with every label here: NFC, trimmed, each run of blanks one space. Errors: the first rule it breaks.
pub fn display_name(text: &str) -> Result<String, LabelError> {
    label(text, Label::new("A display name", MAX_DISPLAY_NAME_CHARS))
}

/// Reads the name of a group room: 1–80 characters.
pub fn room_name(text: &str) -> Result<String, LabelError> {
    label(text, Label::new("A room's name", MAX_ROOM_NAME_CHARS))
}

/// Reads a room's topic: at most 250 characters, and may be empty.
pub fn topic(text: &str) -> Result<String, LabelError> {
    match label(text, Label::new("A topic", MAX_TOPIC_CHARS)) {
        Err(LabelError::Empty { .. }) => Ok(String::new()),
        answer => answer,
    }
}

/// Reads the site's name: 1–60 characters.
pub fn site_name(text: &str) -> Result<String, LabelError> {
    label(text, Label::new("The site's name", MAX_SITE_NAME_CHARS))
}

/// Why a text is no label. Each reads as a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Nothing, or nothing but blanks.
    #[error("{what} can't be empty.")]
    Empty {
        /// Which label, as the start of a sentence.
        what: &'static str,
    },
    /// More characters than allowed.
    #[error("{what} can have at most {max_chars} characters.")]
    TooLong {
        /// Which label, as the start of a sentence.
        what: &'static str,
        /// The most that is allowed.
        max_chars: usize,
    },
    /// Control, bidirectional or invisible characters, a line break among them.
    #[error("{what} can't contain line breaks or invisible characters.")]
    Unseen {
        /// Which label, as the start of a sentence.
        what: &'static str,
    },
    /// Marks piled up so that they cover other lines.
    #[error("{what} can't stack that many accents on one letter.")]
    Marks {
        /// Which label, as the start of a sentence.
        what: &'static str,
    },
}

struct Label {
    what: &'static str,
    max_chars: usize,
}

impl Label {
    fn new(what: &'static str, max_chars: usize) -> Self {
        Self { what, max_chars }
    }
}

fn label(text: &str, Label { what, max_chars }: Label) -> Result<String, LabelError> {
    let composed: String = text.trim().nfc().collect();
    if has_unseen(&composed) {
        return Err(LabelError::Unseen { what });
    }
    let words: Vec<&str> = composed.split_whitespace().collect();
    let label = words.join(" ");
    if label.is_empty() {
        return Err(LabelError::Empty { what });
    }
    if label.chars().count() > max_chars {
        return Err(LabelError::TooLong { what, max_chars });
    }
    if longest_run_of_marks(&label) > MAX_MARKS {
        return Err(LabelError::Marks { what });
    }
    Ok(label)
}

fn has_unseen(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let hidden = c.is_control() || is_bidi_control(c) || is_invisible(c) || is_private_or_none(c);
        if hidden && !is_emoji_glue(c, before, rest.peek().copied()) {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Whether `c` holds an emoji together where it stands: a joiner between two pictures, a selector after a symbol.
fn is_emoji_glue(c: char, before: Option<char>, after: Option<char>) -> bool {
    match c {
        ZERO_WIDTH_JOINER => {
            before.is_some_and(|b| is_pictorial(b) || b == EMOJI_SELECTOR) && after.is_some_and(is_pictorial)
        }
        EMOJI_SELECTOR => before.is_some_and(|b| {
            is_pictorial(b)
                || matches!(
                    b,
                    '0'..='9' | '#' | '*' | '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙'
                )
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHAT: &str = "A display name";

    #[test]
    fn a_display_name_may_hold_any_script_punctuation_and_emoji() {
        let names = [
            "Ada Lovelace",
            "O’Brien (he/him)",
            "小明 Smith",
            "Ж & Ж",
            "🔥 Ember",
            "👩‍👩‍👧 family",
            "❤️ heart",
            "🏳️‍🌈",
            "👋🏽",
            "1️⃣",
        ];

        let kept: Vec<_> = names.iter().map(|name| display_name(name)).collect();

        assert_eq!(kept, names.map(|name| Ok(name.to_owned())));
    }

    #[test]
    fn a_label_is_trimmed_composed_and_its_blanks_are_single_spaces() {
        assert_eq!(display_name("  Rene\u{301}\u{a0}\u{3000} X "), Ok("René X".into()));
    }

    #[test]
    fn a_label_of_blanks_only_is_empty() {
        assert_eq!(display_name(""), Err(LabelError::Empty { what: WHAT }));
        assert_eq!(display_name(" \u{2003}\u{a0}\t"), Err(LabelError::Empty { what: WHAT }));
    }

    #[test]
    fn what_is_unseen_is_refused() {
        let hidden = [
            "a\nb",
            "a\tb",
            "a\u{0}",
            "\u{202e}evil",
            "a\u{200b}b",
            "a\u{200d}b",
            "🔥\u{200d}",
            "a\u{fe0f}",
            "a\u{2028}b",
            "\u{3164}",
            "\u{e0067}",
            "\u{2800}",
            "\u{f8ff}",
        ];

        let answers: Vec<_> = hidden.iter().map(|name| display_name(name)).collect();

        assert_eq!(answers, vec![Err(LabelError::Unseen { what: WHAT }); hidden.len()]);
    }

    #[test]
    fn the_longest_labels_pass_and_one_character_more_does_not() {
        assert_eq!(display_name(&"é".repeat(64)), Ok("é".repeat(64)));
        assert_eq!(
            display_name(&"é".repeat(65)),
            Err(LabelError::TooLong {
                what: WHAT,
                max_chars: 64
            })
        );
        assert!(room_name(&"r".repeat(80)).is_ok());
        assert!(room_name(&"r".repeat(81)).is_err());
        assert!(topic(&"t".repeat(250)).is_ok());
        assert!(topic(&"t".repeat(251)).is_err());
        assert!(site_name(&"s".repeat(60)).is_ok());
        assert!(site_name(&"s".repeat(61)).is_err());
    }

    #[test]
    fn only_a_topic_may_be_empty() {
        assert_eq!(topic("  "), Ok(String::new()));
        assert_eq!(
            room_name("  ").map_err(|e| e.to_string()),
            Err("A room's name can't be empty.".into())
        );
        assert!(site_name("").is_err());
    }

    #[test]
    fn piled_up_marks_are_refused() {
        let piled = format!("Z{}", "\u{300}".repeat(9));

        assert_eq!(display_name(&piled), Err(LabelError::Marks { what: WHAT }));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_is_taken_again_unchanged(text in any::<String>()) {
            if let Ok(name) = display_name(&text) {
                prop_assert_eq!(display_name(&name), Ok(name.clone()));
            }
        }
    }
}
