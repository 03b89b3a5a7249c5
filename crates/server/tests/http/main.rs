//! What surrounds every answer: headers, problems, limits on slow and hostile clients, health, figures.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod attacks;
mod binary;
mod bounds;
mod canaries;
mod hostile;
mod operations;
