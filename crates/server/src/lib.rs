//! The hearth server.
