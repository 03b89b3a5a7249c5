//! Chat rules as pure state machines and functions: no clock, lock, task or random source inside; the time is passed in.
//!
//! What is *not* here: storage, sockets, accounts' secrets. `crates/server` calls these rules and acts on their answers.

mod characters;
pub mod labels;
pub mod limits;
pub mod names;
pub mod permissions;
#[cfg(test)]
mod testing;
pub mod text;
pub mod typing;

/// One live transport link of a user, as the node that holds it numbers it. Never crosses a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);
