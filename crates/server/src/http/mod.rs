//! HTTP: what all routes share.

pub mod extract;
pub mod problem;
