//! Engine.IO v4, Socket.IO v5 and WebSocket as sans-IO state machines.
//!
//! Three layers, each usable alone and knowing nothing of the one above it:
//!
//! - [`ws`]: RFC 6455 frames, both roles.
//! - [`engine`]: Engine.IO packets and polling payloads, and [`engine::Session`], the server's side of one connection.
//! - [`socket`]: Socket.IO packets, and [`socket::Session`], the namespaces that one connection carries.
//!
//! Bytes and the time go in, packets and deadlines come out. There is no clock, task, lock, socket or random source
//! here, and nothing of chat. Whatever bytes arrive, the worst outcome is an error that ends their own connection.
//!
//! Source: RFC 6455; Engine.IO protocol revision 4; Socket.IO protocol revision 5.

pub mod engine;
mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod json;
pub mod socket;
pub mod ws;

pub use frame::{Frame, FrameBuilder, FrameKind};
