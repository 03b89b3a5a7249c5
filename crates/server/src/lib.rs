//! The hearth server: the only crate with the database, HTTP and sockets.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod events;
pub mod http;
pub mod hub;
pub mod limits;
pub mod messages;
pub mod reads;
pub mod rooms;
mod running;
pub mod socket;
pub mod sync;
pub mod typing;
pub mod visitor;

pub use running::{Running, start, start_at};
