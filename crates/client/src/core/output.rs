//! What a client's decisions lead to, and what those lead to.

use std::time::Duration;

use hearth_protocol::{
    ClientMessageId, GoodbyeCode, MessageSaved, Refusal, RoomSummary, SendMessage, Signal, StreamEvent, StreamId, Sync,
    UserSnapshot,
};

/// What the caller must do.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "made once and handed on at once")]
pub enum Output {
    /// Open a connection, then [`super::Core::handle_connected`] or [`super::Core::handle_unreachable`].
    Connect,
    /// The access token is not taken: get another one, then [`super::Core::handle_refreshed`].
    Refresh,
    /// The access token of the live connection is about to expire: get another one, emit `refresh_token`, then
    /// [`super::Core::handle_renewed`].
    Renew,
    /// Emit `send_message`, then [`super::Core::handle_sent`] with the same number.
    Send(u64, SendMessage),
    /// Emit `sync`, then [`super::Core::handle_synced`].
    Sync(Sync),
    /// Tell the application.
    Deliver(Delivery),
}

/// What the application is told.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "made once and handed on at once")]
pub enum Delivery {
    /// A durable event: of each stream every one, once, in order.
    Event(StreamEvent),
    /// Something momentary.
    Signal(Signal),
    /// The state of the user's own as of now; sent at the start and when too much was missed.
    User(Box<UserSnapshot>),
    /// Too much of this room was missed: take a fresh snapshot. Events go on after the summary's seq.
    Reset(Box<RoomSummary>),
    /// The stream is no longer the user's.
    Gone(StreamId),
    /// A message of ours is on disk: in its place of the stream, instead of its event. When its connection was lost before that
    /// was told, its event comes instead, or, within what a reset skips, this comes without a place.
    Saved(MessageSaved),
    /// A message of ours was refused for good.
    SendFailed(ClientMessageId, Refusal),
    /// What is delivered from now on happens now.
    Live,
    /// Not connected, or still catching up.
    Stale,
    /// The login is over; nothing follows.
    Ended(Ending),
}

/// Why a client stays away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The server said so.
    Goodbye(GoodbyeCode),
    /// No refresh token is taken any more.
    LoggedOut,
    /// The server ended the connection for good without a reason.
    Disconnected,
}

/// What [`Output::Send`] led to.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// On disk.
    Saved(MessageSaved),
    /// Refused.
    Refused(Refusal),
    /// No answer: it may be on disk.
    Unanswered,
}

/// What [`Output::Refresh`] led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// There is a new access token that lasts so long.
    For(Duration),
    /// The refresh token is not taken.
    Never,
    /// The server could not be asked.
    NotNow,
}
