//! Accounts and trust, through HTTP and the socket of a real server.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod login;
mod moderation;
mod profile;
mod refresh;
mod register;
mod sessions;
mod setup;
mod timing;
