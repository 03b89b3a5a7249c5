//! Who may do what, walked: every REST route and every socket command, as everyone from a passer-by to the site's owner.
//!
//! What is expected stands in `table.txt`. A route of the OpenAPI document or a command of the dispatcher without a row there
//! fails, and so does a row without a route.
#![allow(clippy::unwrap_used)]

mod http;
mod scene;
mod steps;

use std::collections::BTreeSet;

use hearth_server::socket::dispatch::COMMANDS;
use scene::{Persona, Scene};

const TABLE: &str = include_str!("table.txt");

/// A row of the table: what is done, and what it answers to each persona.
struct Row {
    /// `METHOD /path` or a command, with the variant after a `+`.
    step: String,
    /// In the order of [`Persona::ALL`].
    answers: Vec<String>,
}

fn rows() -> Vec<Row> {
    let lines = TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (step, answers) = line.split_once('|').unwrap();
            let answers = answers.split_whitespace().map(str::to_owned).collect();
            Row {
                step: step.trim().to_owned(),
                answers,
            }
        })
        .collect()
}

/// The route or command of a step, without its variant.
fn target(step: &str) -> &str {
    step.split(" +").next().unwrap()
}

/// Every route of the document, as `METHOD /path` below `/api/v1`.
fn routes() -> BTreeSet<String> {
    let (_, document) = hearth_server::http::api::api();
    let document = serde_json::to_value(&document).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| http::METHODS.contains(&key.as_str()))
        {
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes
}

#[test]
fn every_route_and_command_has_its_row_and_every_row_its_route() {
    let there: BTreeSet<String> = routes().into_iter().chain(COMMANDS.map(str::to_owned)).collect();
    let listed: BTreeSet<String> = rows().iter().map(|row| target(&row.step).to_owned()).collect();

    let unlisted: Vec<&String> = there.difference(&listed).collect();
    let gone: Vec<&String> = listed.difference(&there).collect();

    assert!(unlisted.is_empty(), "give these a row in table.txt: {unlisted:#?}");
    assert!(
        gone.is_empty(),
        "these rows of table.txt have no route or command: {gone:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_gets_exactly_what_the_table_says() {
    let mut scene = Scene::start().await;
    let mut wrong = Vec::new();

    for row in rows() {
        let mut answers = Vec::new();
        for persona in Persona::ALL {
            answers.push(steps::take(&mut scene, persona, &row.step).await);
        }
        if answers != row.answers {
            wrong.push(format!(
                "{} |\n  says {}\n  gave {}",
                row.step,
                row.answers.join(" "),
                answers.join(" ")
            ));
        }
    }
    scene.stop().await;

    assert!(wrong.is_empty(), "not as in table.txt:\n{}", wrong.join("\n"));
}
