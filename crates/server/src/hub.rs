//! This node's connections by topic.

/// One transport link on this node.
pub type ConnectionId = u64;
