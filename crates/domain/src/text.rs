//! What a message says: brought into one form, otherwise stored as written.
//!
//! Markdown is not looked at here, and bidirectional controls stay: the client renders, sanitises and isolates.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::characters::{is_bidi_control, is_invisible};

/// Most characters of a message, counted after normalisation.
pub const MAX_CONTENT_CHARS: usize = 20_000;

/// Brings a message's content into the form that is stored.
///
/// NFC; `\r\n` becomes `\n`; control characters but line feed and tab are removed; nothing else changes, blanks at the ends included.
///
/// Errors: nothing is left but what cannot be seen, or more than [`MAX_CONTENT_CHARS`] are left.
/// Source: docs/protocol.md §3, `send_message`.
pub fn content(text: &str) -> Result<String, ContentError> {
    let kept = remove_controls(text);
    let composed = if is_nfc(&kept) { kept } else { kept.nfc().collect() };
    if !composed.chars().any(is_seen) {
        return Err(ContentError::Empty);
    }
    let chars = composed.chars().count();
    if chars > MAX_CONTENT_CHARS {
        return Err(ContentError::TooLong { chars });
    }
    Ok(composed)
}

/// A lone `\r` was a line end once and is a control character now: it goes like the others.
fn remove_controls(text: &str) -> String {
    text.chars()
        .filter(|&c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !is_invisible(c) && !is_bidi_control(c)
}

/// Why a text is no message. Each reads as a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Nothing to see in it.
    #[error("A message can't be empty.")]
    Empty,
    /// More than [`MAX_CONTENT_CHARS`].
    #[error("A message can have at most 20,000 characters; this one has {chars}.")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_stored_as_written() {
        let written = "  # Hi <b>you</b>\n\n\t`code` \u{202e}right\u{202c} 👩‍👩‍👧 \n";

        assert_eq!(content(written), Ok(written.to_owned()));
    }

    #[test]
    fn controls_go_and_line_ends_become_line_feeds() {
        assert_eq!(
            content("a\r\nb\u{0}\u{7}\u{1b}[31m\tc\u{85}\u{7f}"),
            Ok("a\nb[31m\tc".into())
        );
    }

    #[test]
    fn letters_are_composed() {
        assert_eq!(content("e\u{301}"), Ok("é".into()));
    }

    #[test]
    fn a_message_without_anything_to_see_is_empty() {
        assert_eq!(content(""), Err(ContentError::Empty));
        assert_eq!(content(" \n\t\u{a0}"), Err(ContentError::Empty));
        assert_eq!(content("\u{0}\u{1}"), Err(ContentError::Empty));
        assert_eq!(content("\u{200b}\u{202e} \u{3164}"), Err(ContentError::Empty));
    }

    #[test]
    fn twenty_thousand_characters_pass_and_one_more_does_not() {
        assert!(content(&"é".repeat(20_000)).is_ok());
        assert_eq!(
            content(&"é".repeat(20_001)),
            Err(ContentError::TooLong { chars: 20_001 })
        );
        assert!(content(&format!("{}{}", "a".repeat(20_000), "\u{0}".repeat(10))).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_stored_is_stored_again_unchanged(text in any::<String>()) {
            if let Ok(stored) = content(&text) {
                prop_assert_eq!(content(&stored), Ok(stored.clone()));
                prop_assert!(!stored.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
            }
        }
    }
}
