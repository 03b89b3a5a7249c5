//! Events as frames, each encoded once.

use hearth_protocol::{Goodbye, GoodbyeCode, Message, MessageSaved, RoomEvent};
use hearth_sio::{Frame, FrameBuilder};
use serde::Serialize;
use serde_json::value::RawValue;

/// One Socket.IO event of the main namespace with one argument.
#[must_use]
pub fn event_frame(name: &str, data: &impl Serialize) -> Frame {
    let mut builder = FrameBuilder::event("/", name);
    builder.comma();
    serde_json::to_writer(&mut builder, data).expect("our own types serialize, and memory takes every byte");
    builder.finish_event()
}

/// A durable event of a room, for everyone but a sender who is told [`saved_frame`].
pub(super) fn room_event_frame(event: &RoomEvent) -> Frame {
    match event {
        RoomEvent::ReceiveMessage(message) => event_frame("receive_message", message),
        other => tagged_frame(other),
    }
}

/// What the sender's connection gets instead of its own message.
pub(super) fn saved_frame(message: &Message) -> Frame {
    event_frame("message_saved", &MessageSaved::from(message))
}

/// Anything whose JSON is `{event, data}`.
pub(super) fn tagged_frame(event: &impl Serialize) -> Frame {
    #[derive(serde::Deserialize)]
    struct Tagged<'a> {
        event: &'a str,
        #[serde(borrow)]
        data: &'a RawValue,
    }
    let text = serde_json::to_string(event).expect("our own types serialize");
    let tagged: Tagged<'_> = serde_json::from_str(&text).expect("events are tagged with `event` and `data`");
    event_frame(tagged.event, &tagged.data)
}

/// The words for each reason to end a connection.
#[must_use]
pub fn goodbye(code: GoodbyeCode) -> Goodbye {
    let message = match code {
        GoodbyeCode::ShuttingDown => "The server restarts. You will be reconnected.",
        GoodbyeCode::SlowConsumer => "This connection could not keep up. Reconnect and sync.",
        GoodbyeCode::TokenExpired => "The access token has expired.",
        GoodbyeCode::SessionEnded => "You have been logged out.",
        GoodbyeCode::Banned => "This account has been banned.",
    };
    Goodbye {
        code,
        message: message.to_owned(),
        temporary: code.is_temporary(),
        reconnect_after_ms: None,
    }
}
