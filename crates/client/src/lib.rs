//! Rust client: connect, sync, send, outbox.
