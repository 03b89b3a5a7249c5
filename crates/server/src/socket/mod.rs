//! Socket.IO connections: the transport, and what the application sees of it.
//!
//! [`Engine`] accepts connections over HTTP and runs one task for each; the application is a [`Service`], and [`Link`]
//! is the handle through which everybody else reaches a connection. The protocols themselves are in the crate
//! `hearth-sio`.

mod admission;
mod connection;
mod counters;
pub mod dispatch;
mod engine;
mod http;
mod link;
mod mail;
mod origin;
mod outbox;
mod service;
mod timers;
pub mod upgrade;
mod websocket;

pub use counters::Figures;
pub use engine::{Engine, EngineConfig, Layer};
pub use http::{ClientAddress, router};
pub use link::{ConnectionId, Link, Pushed};
pub use origin::OriginPolicy;
pub use outbox::OutboxLimits;
pub use service::{AckArgs, ConnectRefusal, DisconnectReason, Event, EventReply, Hello, Message, Peer, Service};
pub use websocket::{Read, WebSocket};
