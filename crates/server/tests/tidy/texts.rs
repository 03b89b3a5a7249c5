//! Rules about single files: their length, SQL, sleeps, open ends, migrations.

use std::collections::BTreeSet;

use crate::assert_none;
use crate::source::{Source, root, sources};

const LONGEST_FILE: usize = 500;

/// Files that may be longer, each with its reason.
const LONG_FILES: [(&str, &str); 1] = [("web/src/protocol/generated.ts", "made from crates/protocol")];

/// Files beside the stores that hold SQL, each with its reason.
const OTHER_SQL: [(&str, &str); 1] = [(
    "crates/server/src/accounts/people.rs",
    "what other slices may ask about accounts; the store's rows stay private",
)];

/// Where the time is read, each with its reason.
const CLOCKS: [(&str, &str); 2] = [
    ("crates/server/src/clock.rs", "the clock"),
    (
        "crates/server/src/socket/engine.rs",
        "the transport keeps time with tokio, which tests pause",
    ),
];

fn is_sql(line: &str) -> bool {
    let verbs = [
        "select ",
        "insert into ",
        "insert or ",
        "update ",
        "delete from ",
        "create table ",
        "create index ",
        "pragma ",
    ];
    let line = line.trim_start();
    verbs
        .iter()
        .any(|verb| line.starts_with(verb) || line.contains(&format!("\"{verb}")))
}

fn may_hold_sql(path: &str) -> bool {
    OTHER_SQL.iter().any(|(known, _)| *known == path)
        || path.ends_with("/store.rs")
        || path.contains("/store/")
        || path.ends_with("/src/events.rs")
        || path.contains("/src/jobs/")
        || path.contains("/src/db/")
}

#[test]
fn sql_lives_in_stores_only() {
    let server = sources("crates/server/src", &[".rs"]);
    let outside = server.iter().filter(|source| !may_hold_sql(&source.path));
    let findings: Vec<String> = outside
        .flat_map(|source| source.shipped_lines().into_iter().map(move |line| (source, line)))
        .filter(|(_, (_, line))| is_sql(line))
        .map(|(source, (number, line))| source.at(number, line))
        .collect();

    assert_none(
        "SQL belongs into a slice's store.rs (or events.rs, jobs/, db/):",
        &findings,
    );
}

#[test]
fn no_file_is_longer_than_its_reader() {
    let written = ["crates", "web", "tests", "scripts", "bench", "fuzz"];
    let endings = [".rs", ".ts", ".tsx", ".mjs", ".js", ".py", ".sh", ".css"];
    let long: BTreeSet<String> = written
        .iter()
        .flat_map(|folder| sources(folder, &endings))
        .filter(|source| source.text.lines().count() > LONGEST_FILE)
        .map(|source| source.path)
        .collect();
    let known: BTreeSet<String> = LONG_FILES.iter().map(|(path, _)| (*path).to_owned()).collect();

    let unknown: Vec<String> = long.difference(&known).cloned().collect();
    let outdated: Vec<String> = known.difference(&long).cloned().collect();

    assert_none(
        "These files are longer than 500 lines: split them, or give a reason in LONG_FILES:",
        &unknown,
    );
    assert_none("These files are short again: take them out of LONG_FILES:", &outdated);
}

/// Helpers that ask again and again until another process is ready, each with its reason.
const POLLERS: [(&str, &str); 1] = [(
    "web/src/testing/hearth.ts",
    "asks a starting server whether it is ready",
)];

#[test]
fn no_test_sleeps() {
    let sleeps = [
        "thread::sleep",
        "time::sleep",
        "sleep(Duration",
        "waitForTimeout",
        "time.sleep(",
        "setTimeout(resolve",
    ];
    let written = ["crates", "web/src", "web/e2e", "tests"];
    let files: Vec<Source> = written
        .iter()
        .flat_map(|folder| sources(folder, &[".rs", ".ts", ".tsx", ".mjs", ".py"]))
        .collect();
    let findings: Vec<String> = files
        .iter()
        .filter(|source| !source.path.contains("/tests/tidy/"))
        .filter(|source| POLLERS.iter().all(|(known, _)| *known != source.path))
        .flat_map(|source| source.test_lines().into_iter().map(move |line| (source, line)))
        .filter(|(_, (_, line))| sleeps.iter().any(|sleep| line.contains(sleep)))
        .map(|(source, (number, line))| source.at(number, line))
        .collect();

    assert_none("A test never sleeps: move the clock or await the event:", &findings);
}

#[test]
fn time_is_read_in_one_place() {
    let pure = [
        "crates/server/src",
        "crates/domain/src",
        "crates/sio/src",
        "crates/protocol/src",
    ];
    let readers = ["Instant::now(", "SystemTime::now(", "OffsetDateTime::now", "Utc::now("];
    let files: Vec<Source> = pure.iter().flat_map(|folder| sources(folder, &[".rs"])).collect();
    let findings: Vec<String> = files
        .iter()
        .filter(|source| CLOCKS.iter().all(|(known, _)| *known != source.path))
        .flat_map(|source| source.shipped_lines().into_iter().map(move |line| (source, line)))
        .filter(|(_, (_, line))| readers.iter().any(|reader| line.contains(reader)))
        .map(|(source, (number, line))| source.at(number, line))
        .collect();

    assert_none("The time is read in the clocks only:", &findings);
}

#[test]
fn nothing_is_left_open_without_a_number() {
    let marks = ["TODO", "FIXME", "XXX", "HACK", "todo!(", "unimplemented!("];
    let written = ["crates", "web/src", "web/e2e", "scripts", "tests", "docs"];
    let endings = [".rs", ".ts", ".tsx", ".mjs", ".py", ".sh", ".sql", ".css", ".md"];
    let files: Vec<Source> = written.iter().flat_map(|folder| sources(folder, &endings)).collect();
    let open = |line: &str| marks.iter().any(|mark| line.contains(mark)) && !line.contains("TODO(#");
    let findings: Vec<String> = files
        .iter()
        .filter(|source| !source.path.contains("/tests/tidy/"))
        .flat_map(|source| (1..).zip(source.text.lines()).map(move |line| (source, line)))
        .filter(|(_, (_, line))| open(line))
        .map(|(source, (number, line))| source.at(number, line))
        .collect();

    assert_none(
        "An open end has the number of its issue, as in TODO(#12), or is closed:",
        &findings,
    );
}

#[test]
fn every_module_says_what_it_is() {
    let findings: Vec<String> = sources("crates", &[".rs"])
        .iter()
        .filter(|source| !source.path.ends_with("/tests.rs") && !source.text.starts_with("//!"))
        .map(|source| source.at(1, "starts without a module doc"))
        .collect();

    assert_none("The first line of a module says what it is:", &findings);
}

/// Names of the migrations for one database, in order.
fn migrations(database: &str) -> Vec<String> {
    let folder = format!("crates/server/migrations/{database}");
    let name = |source: Source| source.path.rsplit('/').next().unwrap().to_owned();
    sources(&folder, &[".sql"]).into_iter().map(name).collect()
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let found = migrations("sqlite");
    let numbers: Vec<String> = found
        .iter()
        .map(|name| name.split("__").next().unwrap().to_owned())
        .collect();
    let wanted: Vec<String> = (1..=found.len()).map(|number| format!("V{number:04}")).collect();

    assert!(!found.is_empty());
    assert_eq!(numbers, wanted);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let postgres = if root().join("crates/server/migrations/postgres").is_dir() {
        migrations("postgres")
    } else {
        migrations("sqlite")
    };

    assert_eq!(postgres, migrations("sqlite"));
}

#[test]
fn every_migration_says_why_and_what_it_locks() {
    let findings: Vec<String> = sources("crates/server/migrations", &[".sql"])
        .iter()
        .filter(|source| !source.text.starts_with("-- "))
        .map(|source| source.at(1, "starts without a header"))
        .collect();

    assert_none("A migration starts with its reason:", &findings);
}
