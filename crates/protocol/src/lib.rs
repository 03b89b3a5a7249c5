//! Every type that crosses a wire: ids, commands, events, acks, errors, REST bodies. The contract itself is docs/protocol.md.
//!
//! There is no logic here beyond what parsing needs. `web/src/protocol/generated.ts` is made from these types.

mod command;
mod error;
mod event;
mod ids;
mod message;
pub mod rest;
mod room;
mod user;

pub use command::{
    MarkRead, ReadCursor, RefreshToken, RoomTarget, SendMessage, StreamEvent, StreamPage, Sync, SyncResult,
    TokenRefreshed,
};
pub use error::{ErrorCode, ErrorEvent, Goodbye, GoodbyeCode, Refusal, RefusedAck};
pub use event::{
    MemberChanged, MemberLeft, ProfileUpdated, ReadCursorMoved, RoomAdded, RoomChanged, RoomEvent, RoomRemoved, Signal,
    UserEvent,
};
pub use ids::{BadClientMessageId, ClientMessageId, MessageId, RoomId, Seq, SessionId, StreamId, UnixMs, UserId};
pub use message::{Message, MessageSaved, MessageType};
pub use room::{Encryption, Member, Room, RoomRole, RoomSnapshot, RoomSummary, RoomType, UserSnapshot};
pub use user::{LoginSession, Me, Presence, SiteRole, UserRef};
