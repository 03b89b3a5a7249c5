//! Every type that crosses a wire.
