//! Rules about who may know whom: crates, modules of the server, slices. The arrows are those of ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fs;

use crate::assert_none;
use crate::source::{Source, root, sources};

/// What each crate may use of ours, and what it must never use of others'.
const CRATES: [(&str, &[&str], &[&str]); 6] = [
    ("protocol", &[], &["tokio", "axum", "rusqlite"]),
    ("sio", &[], &["tokio", "axum", "rusqlite", "rand"]),
    (
        "domain",
        &["protocol"],
        &["tokio", "axum", "rusqlite", "rand", "serde_json"],
    ),
    ("client", &["sio", "protocol"], &["axum", "rusqlite"]),
    ("bench", &["client", "protocol"], &["axum", "rusqlite"]),
    ("server", &["domain", "sio", "media", "protocol"], &["sqlx", "diesel"]),
];

/// The parts of the server from the floor up. A part knows its own layer and those below; a slice's routes also know `http`.
///
/// The transport in `socket/` knows nothing of chat and lies on the floor; `socket/dispatch.rs`, where commands meet verbs, is above the slices.
const LAYERS: [&[&str]; 5] = [
    &["clock", "error", "config", "socket", "visitor"],
    &["db", "events", "hub", "jobs", "bus"],
    &[
        "app", "accounts", "rooms", "messages", "reads", "presence", "typing", "sync", "admin", "limits",
    ],
    &["http", "dispatch"],
    &["lib", "main", "running"],
];

/// Slices: each keeps its store to itself.
const SLICES: [&str; 8] = [
    "accounts", "rooms", "messages", "reads", "presence", "typing", "sync", "admin",
];

/// Names under `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_use_only_those_below_them() {
    let mut findings = Vec::new();
    for (name, ours, banned) in CRATES {
        let manifest = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest) {
            let foreign = dependency
                .strip_prefix("hearth-")
                .is_some_and(|dependency| !ours.contains(&dependency));
            if foreign || banned.contains(&dependency.as_str()) {
                findings.push(format!("crates/{name} depends on {dependency}"));
            }
        }
    }

    assert_none("These arrows between crates are not in ARCHITECTURE.md:", &findings);
}

#[test]
fn every_crate_has_its_row() {
    let known: BTreeSet<String> = CRATES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let there: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();

    assert_eq!(there, known);
}

/// The part of the server that a file belongs to: its folder, or its name.
fn part_of(source: &Source) -> &str {
    let inside = source.path.strip_prefix("crates/server/src/").unwrap();
    if inside == "socket/dispatch.rs" {
        return "dispatch";
    }
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

fn layer_of(part: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&part))
}

/// Every path of our own crate that a line names, without `crate::`; `{…}` is opened.
fn own_paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => paths.extend(group_members(group)),
            None => paths.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || "_:".contains(*c))
                    .collect(),
            ),
        }
    }
    paths
}

/// The members of an opened `{a::b, c::{d, e}}`, each up to its own brace.
fn group_members(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut members = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(String::new()),
            c if depth == 0 && !c.is_whitespace() => members.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    members.retain(|member| !member.is_empty());
    members
}

fn shipped(source: &Source) -> String {
    source
        .shipped_lines()
        .into_iter()
        .map(|(_, line)| format!("{line}\n"))
        .collect()
}

#[test]
fn every_part_of_the_server_has_its_layer() {
    let parts: BTreeSet<String> = sources("crates/server/src", &[".rs"])
        .iter()
        .map(|source| part_of(source).to_owned())
        .collect();
    let findings: Vec<String> = parts.into_iter().filter(|part| layer_of(part).is_none()).collect();

    assert_none("Give these parts a layer in tidy/arrows.rs:", &findings);
}

#[test]
fn parts_of_the_server_know_only_those_below_them() {
    let mut findings = Vec::new();
    for source in sources("crates/server/src", &[".rs"]) {
        let part = part_of(&source);
        for path in own_paths(&shipped(&source)) {
            let named = path.split("::").next().unwrap_or_default();
            let answers_http = named == "http" && source.path.ends_with("/routes.rs");
            if layer_of(named) > layer_of(part) && !answers_http {
                findings.push(format!("{}: knows crate::{path}", source.path));
            }
        }
    }

    assert_none(
        "A part knows its own layer and those below (ARCHITECTURE.md):",
        &findings,
    );
}

#[test]
fn a_slice_keeps_its_store_to_itself() {
    let mut findings = Vec::new();
    for source in sources("crates/server/src", &[".rs"]) {
        let part = part_of(&source);
        let code = shipped(&source);
        for slice in SLICES.into_iter().filter(|slice| *slice != part) {
            if code.contains(&format!("{slice}::store")) {
                findings.push(format!("{}: reaches into {slice}::store", source.path));
            }
        }
    }

    assert_none("A slice's rows are reached through its verbs:", &findings);
}

#[test]
fn paths_of_a_group_are_opened() {
    let code = "use crate::{db::Tx, rooms::{self, Member}};\nlet x = crate::hub::Hub::new();";

    assert_eq!(own_paths(code), ["db::Tx", "rooms::", "hub::Hub::new"]);
}
