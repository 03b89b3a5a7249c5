//! Socket.IO packets.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use super::{Error, Limits};
use crate::json::{self, ListError, Span};

/// The name of a namespace, `/` for the main one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace(Cow<'static, str>);

impl Namespace {
    /// The namespace of every connection that asks for no other.
    pub const MAIN: Self = Self(Cow::Borrowed("/"));

    /// A namespace by its name.
    pub fn new(name: &str) -> Self {
        if name == "/" {
            Self::MAIN
        } else {
            Self(Cow::Owned(name.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A list of JSON arguments as they came, not parsed further than their borders, with binary attachments.
#[derive(Clone, Debug, Default)]
pub struct Args {
    text: Bytes,
    spans: Vec<Span>,
    attachments: Vec<Bytes>,
}

impl Args {
    /// Reads a JSON array.
    pub(super) fn parse(text: &Bytes, limits: &Limits) -> Result<Self, Error> {
        let spans = json::split_array(text, limits.max_depth).map_err(|error| match error {
            ListError::NotAnArray => Error::BadPayload,
            ListError::TooDeep => Error::TooDeep,
        })?;
        if spans.len() > limits.max_args {
            return Err(Error::TooManyArgs);
        }
        Ok(Self {
            text: text.clone(),
            spans,
            attachments: Vec::new(),
        })
    }

    /// Arguments to send: `list` is comma separated JSON texts, `""` for none, and must be valid.
    pub fn new(list: &str) -> Self {
        Self::with_attachments(list, Vec::new())
    }

    /// Arguments to send that refer to `attachments` by `{"_placeholder":true,"num":N}`.
    pub fn with_attachments(list: &str, attachments: Vec<Bytes>) -> Self {
        let text = Bytes::from(format!("[{list}]"));
        let spans = json::split_array(&text, usize::MAX).unwrap_or_default();
        Self {
            text,
            spans,
            attachments,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The JSON text of one argument.
    pub fn get(&self, index: usize) -> Option<&str> {
        let span = self.spans.get(index)?;
        self.slice(span.start, span.end)
    }

    /// The JSON texts of all arguments, comma separated, as they came.
    pub fn list(&self) -> &str {
        match (self.spans.first(), self.spans.last()) {
            (Some(first), Some(last)) => self.slice(first.start, last.end).unwrap_or_default(),
            _ => "",
        }
    }

    /// The binary attachments, which placeholders refer to by their index.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// The attachment that an argument stands for, when the argument is a placeholder.
    pub fn binary(&self, index: usize) -> Option<&Bytes> {
        let value: serde_json::Value = serde_json::from_str(self.get(index)?).ok()?;
        self.attachments.get(placeholder(&value)?.ok()?)
    }

    pub(super) fn set_attachments(&mut self, attachments: Vec<Bytes>) {
        self.attachments = attachments;
    }

    pub(super) fn remove_first(&mut self) {
        self.spans.remove(0);
    }

    /// Whether every placeholder refers to one of `count` attachments.
    pub(super) fn has_sound_placeholders(&self, count: usize) -> bool {
        let is_sound = |index| self.get(index).is_some_and(|text| text_is_sound(text, count));
        (0..self.len()).all(is_sound)
    }

    fn slice(&self, start: u32, end: u32) -> Option<&str> {
        // The text was checked as a whole and spans lie between ASCII characters of JSON.
        std::str::from_utf8(self.text.get(start as usize..end as usize)?).ok()
    }
}

impl PartialEq for Args {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list() && self.attachments == other.attachments
    }
}

impl Eq for Args {}

/// An event: a name and arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The name, never one that clients and servers keep to themselves, such as `connect`.
    pub name: String,
    /// The arguments after the name.
    pub args: Args,
}

/// One packet, with its attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// `0`: from a client, asks for a namespace; from a server, grants it.
    Connect {
        /// Which one.
        namespace: Namespace,
        /// A JSON object: the client's credentials, or the server's `{"sid":…}`.
        data: Option<String>,
    },
    /// `1`: leaves a namespace.
    Disconnect {
        /// Which one.
        namespace: Namespace,
    },
    /// `2` or `5`: an event.
    Event {
        /// Where.
        namespace: Namespace,
        /// The number under which the sender awaits an acknowledgement.
        ack: Option<u64>,
        /// What.
        event: Event,
    },
    /// `3` or `6`: acknowledges an event.
    Ack {
        /// Where.
        namespace: Namespace,
        /// The event's number.
        id: u64,
        /// The answer.
        args: Args,
    },
    /// `4`: refuses a namespace.
    ConnectError {
        /// Which one.
        namespace: Namespace,
        /// A JSON object with `message`.
        data: String,
    },
}

/// Whether all placeholders within a JSON text are whole and refer to one of `count` attachments.
fn text_is_sound(text: &str, count: usize) -> bool {
    serde_json::from_str(text).is_ok_and(|value| value_is_sound(&value, count))
}

fn value_is_sound(value: &serde_json::Value, count: usize) -> bool {
    match (placeholder(value), value) {
        (Some(Ok(num)), _) => num < count,
        (Some(Err(())), _) => false,
        (None, serde_json::Value::Array(items)) => items.iter().all(|item| value_is_sound(item, count)),
        (None, serde_json::Value::Object(fields)) => fields.values().all(|item| value_is_sound(item, count)),
        (None, _) => true,
    }
}

/// The attachment's index when the value is a placeholder; `Err` when it is one without a usable index.
fn placeholder(value: &serde_json::Value) -> Option<Result<usize, ()>> {
    if value.get("_placeholder")? != &serde_json::Value::Bool(true) {
        return None;
    }
    let num = value.get("num").and_then(serde_json::Value::as_u64);
    Some(num.and_then(|num| usize::try_from(num).ok()).ok_or(()))
}
