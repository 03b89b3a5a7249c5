//! HTTP: what all routes share.

pub mod api;
pub mod assets;
pub mod envelope;
pub mod extract;
pub mod figures;
pub mod limits;
pub mod origin;
pub mod problem;
pub mod serve;
