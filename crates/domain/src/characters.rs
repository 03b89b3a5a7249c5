//! Kinds of characters that the rules for names and labels speak of.

use unicode_normalization::char::is_combining_mark;
use unicode_security::GeneralSecurityProfile;

/// Joins the parts of one emoji; invisible anywhere else.
pub(crate) const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Asks for the coloured form of the character before it.
pub(crate) const EMOJI_SELECTOR: char = '\u{fe0f}';

/// Whether `c` changes the direction of the text around it.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` takes part in a text without being seen, or is seen as an empty place that is no space.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` means something only where it was agreed on, or nothing anywhere.
pub(crate) fn is_private_or_none(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether `c` may be a part of an emoji: a picture, a skin tone, a regional letter.
pub(crate) fn is_pictorial(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Whether `c` is a letter or digit in use today (Source: UTS 39, "Identifier_Status").
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    c.is_alphanumeric() && !is_combining_mark(c) && c.identifier_allowed()
}

/// Whether `c` is a mark that a letter in use today may carry (Source: UTS 39, "Identifier_Status").
pub(crate) fn is_letter_mark(c: char) -> bool {
    is_combining_mark(c) && c.identifier_allowed()
}

/// The longest run of combining marks in `text`.
pub(crate) fn longest_run_of_marks(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
