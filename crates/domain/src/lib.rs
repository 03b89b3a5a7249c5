//! Chat rules as pure state machines and functions.
