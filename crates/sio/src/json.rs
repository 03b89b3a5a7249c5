//! The little that this crate must know of JSON: where arguments end, and that nesting is bounded.

use bytes::Bytes;
use serde_json::value::RawValue;

/// Where one argument lies in its packet's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Why an argument list was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListError {
    NotAnArray,
    TooDeep,
}

/// Whether brackets nest more than `max_depth` deep; the text need not be valid JSON.
pub(crate) fn is_deeper_than(text: &[u8], max_depth: usize) -> bool {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = end_of_string(text, at + 1),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > max_depth {
            return true;
        }
        at += 1;
    }
    false
}

/// Splits a JSON array into its elements without looking into them more than validity needs.
pub(crate) fn split_array(text: &Bytes, max_depth: usize) -> Result<Vec<Span>, ListError> {
    if is_deeper_than(text, max_depth) {
        return Err(ListError::TooDeep);
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(text).map_err(|_| ListError::NotAnArray)?;
    let base = text.as_ptr() as usize;
    Ok(elements
        .into_iter()
        .map(|element| span_of(base, element.get()))
        .collect())
}

/// Index of the quote that ends a string whose content begins at `at`, or the text's length.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

fn span_of(base: usize, element: &str) -> Span {
    let start = element.as_ptr() as usize - base;
    let to_u32 = |at: usize| u32::try_from(at).expect("a packet is far shorter than 4 GiB");
    Span {
        start: to_u32(start),
        end: to_u32(start + element.len()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn split(text: &'static str) -> Vec<&'static str> {
        let bytes = Bytes::from_static(text.as_bytes());
        let spans = split_array(&bytes, 64).unwrap();
        spans
            .into_iter()
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect()
    }

    #[test]
    fn an_array_splits_into_the_texts_of_its_elements() {
        assert_eq!(
            split(r#"[ "a" , {"b":[1,"]"]},null]"#),
            [r#""a""#, r#"{"b":[1,"]"]}"#, "null"]
        );
    }

    #[test]
    fn brackets_inside_strings_do_not_nest() {
        assert!(!is_deeper_than(br#"["[[[[\"[[[[", "\\"]"#, 1));
    }

    #[test]
    fn nesting_is_counted_to_the_level() {
        assert!(!is_deeper_than(b"[[{}]]", 3));
        assert!(is_deeper_than(b"[[{}]]", 2));
    }

    #[test]
    fn siblings_do_not_add_up() {
        assert!(!is_deeper_than(b"[[],[],[],{}]", 2));
    }

    #[test]
    fn a_deep_bomb_is_refused_before_it_is_parsed() {
        let bomb = Bytes::from("[".repeat(1_000_000));
        assert_eq!(split_array(&bomb, 64), Err(ListError::TooDeep));
    }
}
