//! What programs rely on over the socket, told as stories on a real server with real connections.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod delivery;
mod fold;
mod limits;
mod malformed;
mod membership;
mod presence;
mod reads;
mod scene;
mod sessions;
mod sids;
mod slow;
mod stopping;
mod sync;
mod text;
mod typing;
