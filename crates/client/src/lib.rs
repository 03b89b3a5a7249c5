//! Rust client: connect, sync, send, outbox.
//!
//! Three layers, each usable alone:
//!
//! - [`Rest`]: the REST API, and [`open`], which makes an authenticated [`Wire`] over a TCP stream.
//! - [`Connection`]: one connection with acks and an event queue. It ends when the link ends.
//! - [`Client`]: comes back by itself, sends what was written meanwhile once and in order, and delivers every event of every
//!   stream exactly once. What it decides is [`core::Core`], which knows no clock, task or socket.
//!
//! WebSocket only, and plain `http` only: TLS ends in the proxy in front of a server, and programs beside it need none.
//! Nothing is written to disk: an outbox lives as long as its process.

mod address;
mod client;
mod connection;
pub mod core;
mod error;
mod event;
mod frames;
mod open;
mod rest;
mod wire;

pub use address::ServerAddress;
pub use client::{Client, Deliveries};
pub use connection::{Connection, Events};
pub use error::Error;
pub use event::Event;
pub use frames::Frames;
pub use open::{Opened, open};
pub use rest::{HistoryFrom, Rest};
pub use wire::{Broken, Incoming, Wire};
