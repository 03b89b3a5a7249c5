//! What the unit tests share.

use hearth_protocol::{RoomId, UserId};

use crate::typing::{Output, Typing};

/// The `n`th user.
pub(crate) fn user(n: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(n))
}

/// The `n`th room.
pub(crate) fn room(n: u128) -> RoomId {
    RoomId(uuid::Uuid::from_u128(n))
}

/// Everything that waits to be told.
pub(crate) fn outputs(typing: &mut Typing) -> Vec<Output> {
    std::iter::from_fn(|| typing.poll_output()).collect()
}
