//! What a server tells by itself.

use hearth_protocol::{ErrorEvent, Goodbye, MessageSaved, RoomEvent, RoomId, Signal, UserEvent};
use serde::Deserialize;
use serde_json::Value;

/// One event of a connection.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "made once and handed on at once")]
pub enum Event {
    /// A durable change of a room.
    Room(RoomEvent),
    /// A durable change of the user's own.
    User(UserEvent),
    /// A message of this connection is on disk, in place of its `receive_message`.
    MessageSaved(MessageSaved),
    /// `join_room` was done.
    JoinedRoom(RoomId),
    /// Something momentary.
    Signal(Signal),
    /// A command that asked for no ack was refused.
    Refused(ErrorEvent),
    /// The server ends the connection.
    Goodbye(Goodbye),
    /// An event of a later protocol, or of another server.
    Other {
        /// Its name.
        name: String,
        /// Its first argument.
        payload: Value,
    },
}

impl Event {
    /// Reads an event by its name and its first argument, a JSON text.
    ///
    /// An unknown name, and a known one whose payload has grown out of our types, is [`Event::Other`].
    #[must_use]
    pub fn parse(name: &str, payload: &str) -> Self {
        let known = match name {
            "receive_message" => read(payload).map(|message| Self::Room(RoomEvent::ReceiveMessage(message))),
            "message_saved" => read(payload).map(Self::MessageSaved),
            "joined_room" => read(payload).map(Self::JoinedRoom),
            "goodbye" => read(payload).map(Self::Goodbye),
            "error" => read(payload).map(Self::Refused),
            _ => parse_tagged(name, payload),
        };
        known.unwrap_or_else(|| Self::Other {
            name: name.to_owned(),
            payload: read(payload).unwrap_or_default(),
        })
    }
}

/// The enums of the protocol are tagged with `event` and `data`, which are the name and the payload here.
fn parse_tagged(name: &str, payload: &str) -> Option<Event> {
    let tagged = format!(r#"{{"event":{},"data":{payload}}}"#, Value::from(name));
    read(&tagged)
        .map(Event::Room)
        .or_else(|| read(&tagged).map(Event::User))
        .or_else(|| read(&tagged).map(Event::Signal))
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190b5a2-7c1e-7000-8000-000000000001";

    #[test]
    fn durable_events_signals_and_answers_are_told_apart_by_name() {
        let moved = format!(r#"{{"userSeq":3,"roomId":"{ID}","readSeq":2,"readNumber":1}}"#);
        let typing = format!(r#"{{"roomId":"{ID}","userId":"{ID}"}}"#);
        let saved = format!(r#"{{"id":"{ID}","seq":2,"number":1,"roomId":"{ID}","timestamp":5}}"#);
        let left = format!(r#"{{"roomId":"{ID}","seq":9,"timestamp":5,"userId":"{ID}"}}"#);

        assert!(matches!(Event::parse("read_cursor_moved", &moved), Event::User(_)));
        assert!(matches!(Event::parse("user_stop_typing", &typing), Event::Signal(_)));
        assert!(matches!(Event::parse("message_saved", &saved), Event::MessageSaved(_)));
        assert!(matches!(Event::parse("member_left", &left), Event::Room(_)));
        assert!(matches!(
            Event::parse("joined_room", &format!("\"{ID}\"")),
            Event::JoinedRoom(_)
        ));
    }

    #[test]
    fn an_unknown_event_and_an_unknown_form_are_kept_as_they_are() {
        let other = |name: &str, payload: Value| Event::Other {
            name: name.to_owned(),
            payload,
        };

        assert_eq!(Event::parse("poll_opened", "7"), other("poll_opened", 7.into()));
        assert_eq!(Event::parse("goodbye", r#""soon""#), other("goodbye", "soon".into()));
        assert_eq!(Event::parse("x\"y", "null"), other("x\"y", Value::Null));
    }
}
