//! The transport over real sockets, with an application that only watches.

#![allow(clippy::unwrap_used)]

mod bed;
mod ending;
mod limits;
mod order;
