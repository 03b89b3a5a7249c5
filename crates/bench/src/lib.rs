//! Load and capacity reports, and torture.
//!
//! The parts in the order a run meets them: [`Target`] is the server under test and its process, [`Crowd`] the people and rooms on
//! it, [`load`], [`idle`] and [`durable`] are the workloads, [`compare`] runs them in turn against two targets.
//!
//! All runs on one thread, so that the server has the other core of a small machine: connections are tasks that share one buffer,
//! and look only at what they count.
//!
//! Apart from those, [`torture`] breaks a server and its network under clients, and [`checker`] reads what they noted and proves or
//! refutes the promise of docs/protocol.md §8.

pub mod checker;
pub mod compare;
mod connection;
mod crowd;
pub mod durable;
mod histogram;
pub mod idle;
pub mod load;
mod meter;
mod target;
pub mod torture;

pub use crowd::{Crowd, Shape};
pub use histogram::Histogram;
pub use meter::{Meter, Reading};
pub use target::Target;
