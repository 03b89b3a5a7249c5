//! Holds the rules of the house that no compiler knows: the arrows between parts, where SQL lives, sizes, sleeps, open ends.
//!
//! Each rule lists what breaks it with file and line; the rules themselves are told in ARCHITECTURE.md and CONTRIBUTING.md.
#![allow(clippy::unwrap_used)]

mod arrows;
mod proofs;
mod source;
mod texts;

/// Fails with every finding on a line of its own.
#[track_caller]
fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
