//! Every crate that goes into the binary carries a licence that the product may be given away under.
//!
//! `deny.toml` says the same to cargo-deny, which also knows advisories but needs the network.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use serde_json::Value;

const ALLOWED: [&str; 13] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "Zlib",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
    "0BSD",
    "Unlicense",
    "BSL-1.0",
];

/// What `cargo metadata` knows of the packages that the lock file names for this machine.
fn packages() -> Vec<Value> {
    let target = Command::new("rustc").args(["--print", "host-tuple"]).output().unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--format-version",
            "1",
            "--filter-platform",
        ])
        .arg(String::from_utf8(target.stdout).unwrap().trim())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let used: Vec<&Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["id"])
        .collect();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .filter(|package| used.contains(&&package["id"]))
        .cloned()
        .collect()
}

/// Whether an SPDX expression can be satisfied with allowed licences. `/` is how old manifests write `OR`.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    match split_top(expression.trim(), " AND ") {
        parts if parts.len() > 1 => parts.iter().all(|part| is_allowed(part)),
        _ => match split_top(expression.trim(), " OR ") {
            parts if parts.len() > 1 => parts.iter().any(|part| is_allowed(part)),
            _ => match expression
                .trim()
                .strip_prefix('(')
                .and_then(|inner| inner.strip_suffix(')'))
            {
                Some(inner) => is_allowed(inner),
                None => ALLOWED.contains(&expression.trim()),
            },
        },
    }
}

/// Splits at `operator` outside parentheses.
fn split_top<'e>(expression: &'e str, operator: &str) -> Vec<&'e str> {
    let depth =
        |at: usize| expression[..at].matches('(').count() as isize - expression[..at].matches(')').count() as isize;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in expression.match_indices(operator).filter(|(at, _)| depth(*at) == 0) {
        parts.push(&expression[start..at]);
        start = at + operator.len();
    }
    parts.push(&expression[start..]);
    parts
}

#[test]
fn every_crate_is_free_to_give_away() {
    let refused: Vec<String> = packages()
        .iter()
        .map(|package| {
            (
                package["name"].as_str().unwrap(),
                package["license"].as_str().unwrap_or("none given"),
            )
        })
        .filter(|(_, licence)| !is_allowed(licence))
        .map(|(name, licence)| format!("{name}: {licence}"))
        .collect();

    assert!(
        refused.is_empty(),
        "not on the list of licences:\n  {}",
        refused.join("\n  ")
    );
}

#[test]
fn no_crate_needs_a_system_library_or_a_second_engine() {
    let banned = ["openssl-sys", "native-tls", "sqlx", "diesel", "ring"];
    let found: Vec<String> = packages()
        .iter()
        .map(|package| package["name"].as_str().unwrap().to_owned())
        .filter(|name| banned.contains(&name.as_str()))
        .collect();

    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    assert!(is_allowed("MIT OR GPL-3.0"));
    assert!(is_allowed("MIT/GPL-2.0"));
    assert!(is_allowed("(MIT OR GPL-2.0) AND Unicode-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed("none given"));
}
