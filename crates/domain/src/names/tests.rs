#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<String, UsernameError> {
    Username::parse(text).map(String::from)
}

#[test]
fn names_of_every_living_script_are_taken_as_written() {
    let names = [
        "Alice",
        "al",
        "bob_2",
        "j.r.r",
        "a-b",
        "7of9",
        "Żółć",
        "Ünal",
        "Алиса",
        "Αλίκη",
        "נועה",
        "علي",
        "小明",
        "ゆき子",
        "지민",
        "हिन्दी",
        "สมชาย",
    ];

    let kept: Vec<String> = names.iter().map(|name| parsed(name).unwrap()).collect();

    assert_eq!(kept, names);
}

#[test]
fn latin_may_stand_beside_chinese_japanese_and_korean_only() {
    assert_eq!(parsed("ken太郎"), Ok("ken太郎".into()));
    assert_eq!(parsed("minji지민"), Ok("minji지민".into()));
    assert_eq!(parsed("pаypal"), Err(UsernameError::MixedScripts));
    assert_eq!(parsed("kαte"), Err(UsernameError::MixedScripts));
}

#[test]
fn wide_and_composed_forms_become_the_plain_ones() {
    assert_eq!(parsed("Ｂｏｂ"), Ok("Bob".into()));
    assert_eq!(parsed("e\u{301}mile"), Ok("émile".into()));
}

#[test]
fn a_name_has_two_to_thirty_two_characters() {
    assert_eq!(parsed(""), Err(UsernameError::TooShort));
    assert_eq!(parsed("a"), Err(UsernameError::TooShort));
    assert_eq!(parsed("ab"), Ok("ab".into()));
    assert_eq!(parsed(&"b".repeat(32)), Ok("b".repeat(32)));
    assert_eq!(parsed(&"b".repeat(33)), Err(UsernameError::TooLong));
    assert_eq!(parsed(&"é".repeat(32)), Ok("é".repeat(32)));
}

#[test]
fn a_name_starts_with_a_letter_or_a_digit() {
    assert_eq!(parsed("_bob"), Err(UsernameError::Start));
    assert_eq!(parsed(".bob"), Err(UsernameError::Start));
    assert_eq!(parsed("-bob"), Err(UsernameError::Start));
    assert_eq!(parsed("\u{301}bob"), Err(UsernameError::Start));
}

#[test]
fn what_is_no_letter_is_refused_and_named() {
    assert_eq!(parsed("a b"), Err(UsernameError::Character { found: ' ' }));
    assert_eq!(parsed("a@b"), Err(UsernameError::Character { found: '@' }));
    assert_eq!(parsed("<b>"), Err(UsernameError::Character { found: '<' }));
    assert_eq!(parsed("bob🔥"), Err(UsernameError::Character { found: '🔥' }));
    assert_eq!(
        parsed("a/b").unwrap_err().to_string(),
        "A username can't contain “/”: use letters, digits, “_”, “.” and “-”."
    );
}

#[test]
fn what_is_not_seen_is_refused() {
    let hidden = [
        '\u{0}',
        '\n',
        '\u{7f}',
        '\u{ad}',
        '\u{200b}',
        '\u{200d}',
        '\u{200f}',
        '\u{202e}',
        '\u{2066}',
        '\u{feff}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{e000}',
    ];

    let answers: Vec<_> = hidden.iter().map(|c| parsed(&format!("bo{c}b"))).collect();

    assert_eq!(answers, vec![Err(UsernameError::Unseen); hidden.len()]);
}

#[test]
fn stacked_marks_are_refused() {
    assert_eq!(parsed("q\u{301}\u{301}\u{301}b"), Err(UsernameError::Marks));
}

#[test]
fn names_that_speak_for_the_site_are_reserved_in_every_disguise() {
    let disguises = [
        "admin",
        "ADMIN",
        "Adm1n",
        "аdmіn",
        "ｓｙｓｔｅｍ",
        "0wner",
        "supp0rt",
        "me",
        "everyone",
    ];

    let refused = disguises.iter().filter(|name| parsed(name).is_err()).count();

    assert_eq!(refused, disguises.len());
    assert_eq!(parsed("Adm1n"), Err(UsernameError::Reserved));
    assert_eq!(parsed("administer"), Ok("administer".into()));
}

#[test]
fn look_alikes_have_one_key() {
    let twins = ["alice", "Alice", "ALICE", "al1ce", "aIice", "аlice", "ａｌｉｃｅ"];

    let keys: std::collections::BTreeSet<String> = twins.iter().map(|name| username_key(name)).collect();

    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(username_key("bob0"), username_key("BOBO"));
    assert_eq!(username_key("strasse"), username_key("straße"));
    assert_eq!(username_key("сосо"), username_key("coco"));
}

#[test]
fn names_that_look_different_have_different_keys() {
    let names = [
        "alice", "alice2", "bob", "b.ob", "b_ob", "b-ob", "user10", "user11", "jose", "josé", "user2", "user5", "user8",
    ];

    let keys: std::collections::BTreeSet<String> = names.iter().map(|name| username_key(name)).collect();

    assert_eq!(keys.len(), names.len(), "{keys:?}");
}

#[test]
fn the_list_of_reserved_names_is_sorted_and_free_of_twins() {
    let keys: std::collections::BTreeSet<String> = RESERVED.iter().map(|name| username_key(name)).collect();

    assert!(RESERVED.is_sorted());
    assert_eq!(keys.len(), RESERVED.len());
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_taken_is_taken_again_unchanged(text in any::<String>()) {
        if let Ok(name) = Username::parse(&text) {
            prop_assert_eq!(Username::parse(name.as_str()).unwrap(), name.clone());
            prop_assert!((2..=32).contains(&name.as_str().chars().count()));
        }
    }

    #[test]
    fn a_key_does_not_depend_on_case(name in "[a-zA-Z0-9_.-]{2,32}|\\p{L}{2,8}") {
        prop_assert_eq!(username_key(&name.to_lowercase()), username_key(&name.to_lowercase().to_uppercase()));
    }
}
