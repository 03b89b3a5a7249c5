//! HTTP: what all routes share.

pub mod address;
pub mod api;
pub mod assets;
pub mod envelope;
pub mod extract;
pub mod figures;
pub mod problem;
pub mod serve;
