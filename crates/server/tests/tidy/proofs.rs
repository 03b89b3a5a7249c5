//! Every requirement of docs/security.md names proofs that exist, and what no other test looks at holds.

use std::collections::BTreeSet;
use std::fs;

use crate::assert_none;
use crate::source::{root, sources};

/// The requirements that bind what exists.
const BINDING: [std::ops::RangeInclusive<u32>; 6] = [1..=20, 22..=23, 29..=33, 37..=43, 46..=46, 47..=48];

/// Every `file#name` of the page.
fn proofs(page: &str) -> Vec<(String, String)> {
    let quoted = page.split('`').skip(1).step_by(2);
    let pairs = quoted.filter_map(|text| text.split_once('#'));
    let placed = pairs.filter(|(file, _)| file.contains('.')).map(|(file, name)| {
        let is_rooted = ["crates/", "web/", "tests/"]
            .iter()
            .any(|folder| file.starts_with(folder));
        let file = if is_rooted {
            file.to_owned()
        } else {
            format!("crates/server/tests/{file}")
        };
        (file, name.to_owned())
    });
    placed.collect()
}

fn is_test(text: &str, name: &str) -> bool {
    text.contains(&format!("fn {name}(")) || text.contains(&format!("'{name}'"))
}

#[test]
fn every_proof_of_a_security_requirement_exists() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let proofs = proofs(&page);

    let missing: Vec<String> = proofs
        .iter()
        .filter(|(file, name)| !fs::read_to_string(root().join(file)).is_ok_and(|text| is_test(&text, name)))
        .map(|(file, name)| format!("{file}: {name}"))
        .collect();

    assert!(proofs.len() > 60, "the page is read");
    assert_none("docs/security.md names tests that do not exist:", &missing);
}

#[test]
fn every_binding_requirement_has_its_row_with_a_proof() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let proved: BTreeSet<&str> = page
        .lines()
        .filter(|line| !proofs(line).is_empty())
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .collect();

    let wanted = BINDING.into_iter().flatten().map(|number| format!("S{number}"));
    let missing: Vec<String> = wanted.filter(|number| !proved.contains(number.as_str())).collect();

    assert_none("docs/security.md proves nothing of:", &missing);
}

#[test]
fn every_crate_forbids_unsafe_code_and_every_tree_has_its_lock_file() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let crates = sources("crates", &["Cargo.toml"]);
    let without: Vec<String> = crates
        .iter()
        .filter(|manifest| !manifest.text.contains("[lints]\nworkspace = true"))
        .map(|manifest| manifest.path.clone())
        .collect();
    let trees = ["", "web/", "tests/stock/", "bench/peer-node/"];
    let locks = trees.map(|tree| match tree {
        "" => "Cargo.lock".to_owned(),
        tree => format!("{tree}package-lock.json"),
    });
    let unlocked: Vec<String> = locks
        .iter()
        .filter(|lock| !root().join(lock).is_file())
        .cloned()
        .collect();

    assert!(workspace.contains("unsafe_code = \"forbid\""));
    assert!(crates.len() >= 6);
    assert_none("These crates do not take the workspace's lints:", &without);
    assert_none("These lock files are missing:", &unlocked);
}

#[test]
fn the_container_is_not_root() {
    let recipe = fs::read_to_string(root().join("Dockerfile")).unwrap();
    let (_, last_stage) = recipe.rsplit_once("\nFROM ").unwrap();

    assert!(last_stage.contains("\nUSER hearth\n"));
    assert!(last_stage.find("\nUSER ") < last_stage.find("\nENTRYPOINT "));
}
