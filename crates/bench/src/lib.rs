//! Load and capacity reports.
//!
//! The parts in the order a run meets them: [`Target`] is the server under test and its process, [`Crowd`] the people and rooms on
//! it, [`load`], [`idle`] and [`durable`] are the workloads, [`compare`] runs them in turn against two targets.
//!
//! All runs on one thread, so that the server has the other core of a small machine: connections are tasks that share one buffer,
//! and look only at what they count. There is no fault injection here yet.

pub mod compare;
mod connection;
mod crowd;
pub mod durable;
mod histogram;
pub mod idle;
pub mod load;
mod meter;
mod target;

pub use crowd::{Crowd, Shape};
pub use histogram::Histogram;
pub use meter::{Meter, Reading};
pub use target::Target;
