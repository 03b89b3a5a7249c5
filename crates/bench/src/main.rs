//! Load, fault injection and capacity reports.
fn main() {}
