//! Reading packets.

use bytes::{Buf, Bytes};

use super::{Args, Event, Namespace, Packet};
use crate::json;

/// The largest acknowledgement number: what a client's floating point numbers hold exactly.
const MAX_ACK_ID: u64 = (1 << 53) - 1;

/// Names that client libraries use for themselves; a peer must not be able to raise them.
const RESERVED_NAMES: [&str; 6] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

/// Bounds on what one packet may hold. Its size in bytes is bounded by Engine.IO.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes in the name of a namespace.
    pub max_namespace_len: usize,
    /// Arguments of an event after its name, or of an acknowledgement.
    pub max_args: usize,
    /// Nested brackets.
    pub max_depth: usize,
    /// Binary attachments.
    pub max_attachments: usize,
    /// Bytes in all attachments of one packet together.
    pub max_attachment_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_namespace_len: 128,
            max_args: 32,
            max_depth: 64,
            max_attachments: 10,
            max_attachment_bytes: 1_000_000,
        }
    }
}

/// How a packet was malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A packet has at least its type.
    #[error("empty packet")]
    Empty,
    /// No packet has this type.
    #[error("unknown packet type {0:#04x}")]
    UnknownType(u8),
    /// The text is not UTF-8.
    #[error("invalid UTF-8")]
    BadUtf8,
    /// A binary packet does not say properly how many attachments follow.
    #[error("illegal attachments")]
    BadAttachments,
    /// More attachments, or more bytes in them, than allowed.
    #[error("too many attachments")]
    TooManyAttachments,
    /// The namespace's name is too long.
    #[error("namespace name too long")]
    LongNamespace,
    /// The acknowledgement number is missing or too large.
    #[error("illegal acknowledgement id")]
    BadAckId,
    /// The JSON is invalid or has the wrong form for its packet.
    #[error("invalid payload")]
    BadPayload,
    /// The JSON is nested too deeply.
    #[error("payload nested too deeply")]
    TooDeep,
    /// Too many arguments.
    #[error("too many arguments")]
    TooManyArgs,
    /// The event's name is missing or not a string.
    #[error("event without a name")]
    NoName,
    /// The event's name is one that peers must not raise.
    #[error("reserved event name")]
    ReservedName,
    /// A text came where an attachment was due.
    #[error("text instead of an attachment")]
    TextInAttachments,
    /// An attachment came that no packet announced.
    #[error("attachment without a packet")]
    StrayAttachment,
    /// A placeholder refers to no attachment.
    #[error("placeholder without an attachment")]
    BadPlaceholder,
}

/// Reads packets and puts binary ones together with their attachments.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Option<Box<Pending>>,
}

/// A packet that waits for attachments.
#[derive(Debug)]
struct Pending {
    packet: Packet,
    count: usize,
    bytes: usize,
    attachments: Vec<Bytes>,
}

impl Decoder {
    /// Reads a text message; `None` when attachments must follow.
    pub fn decode_text(&mut self, limits: &Limits, text: Bytes) -> Result<Option<Packet>, Error> {
        if self.pending.is_some() {
            return Err(Error::TextInAttachments);
        }
        let (packet, count) = decode_packet(limits, text)?;
        if count == 0 {
            return Ok(Some(packet));
        }
        self.pending = Some(Box::new(Pending {
            packet,
            count,
            bytes: 0,
            attachments: Vec::with_capacity(count),
        }));
        Ok(None)
    }

    /// Reads a binary message; `None` when more attachments must follow.
    pub fn decode_binary(&mut self, limits: &Limits, message: Bytes) -> Result<Option<Packet>, Error> {
        let pending = self.pending.as_mut().ok_or(Error::StrayAttachment)?;
        pending.bytes += message.len();
        if pending.bytes > limits.max_attachment_bytes {
            return Err(Error::TooManyAttachments);
        }
        pending.attachments.push(message);
        if pending.attachments.len() < pending.count {
            return Ok(None);
        }
        let done = self.pending.take().expect("it was there a line ago");
        let mut packet = done.packet;
        if let Packet::Event {
            event: Event { args, .. },
            ..
        }
        | Packet::Ack { args, .. } = &mut packet
        {
            args.set_attachments(done.attachments);
        }
        Ok(Some(packet))
    }
}

/// Reads `<type>[<count>-][/<namespace>,][<id>][<json>]`; also says how many attachments follow.
fn decode_packet(limits: &Limits, mut text: Bytes) -> Result<(Packet, usize), Error> {
    simdutf8::basic::from_utf8(&text).map_err(|_| Error::BadUtf8)?;
    let kind = *text.first().ok_or(Error::Empty)?;
    text.advance(1);
    let count = match kind {
        b'0'..=b'4' => 0,
        b'5' | b'6' => take_count(limits, &mut text)?,
        unknown => return Err(Error::UnknownType(unknown)),
    };
    let namespace = take_namespace(limits, &mut text)?;
    let id = take_id(&mut text)?;
    let packet = match kind {
        b'0' => Packet::Connect {
            namespace,
            data: optional_object(limits, &text)?,
        },
        b'1' if text.is_empty() => Packet::Disconnect { namespace },
        b'1' => return Err(Error::BadPayload),
        b'2' | b'5' => Packet::Event {
            namespace,
            ack: id,
            event: event(limits, &text)?,
        },
        b'4' => Packet::ConnectError {
            namespace,
            data: object(limits, &text)?,
        },
        _ => Packet::Ack {
            namespace,
            id: id.ok_or(Error::BadAckId)?,
            args: Args::parse(&text, limits)?,
        },
    };
    if let Packet::Event {
        event: Event { args, .. },
        ..
    }
    | Packet::Ack { args, .. } = &packet
        && count > 0
        && !args.has_sound_placeholders(count)
    {
        return Err(Error::BadPlaceholder);
    }
    Ok((packet, count))
}

fn take_count(limits: &Limits, text: &mut Bytes) -> Result<usize, Error> {
    let digits = take_digits(text);
    if text.first() != Some(&b'-') {
        return Err(Error::BadAttachments);
    }
    text.advance(1);
    match parse_number(&digits).ok_or(Error::BadAttachments)? {
        0 => Err(Error::BadAttachments),
        count => match usize::try_from(count) {
            Ok(count) if count <= limits.max_attachments => Ok(count),
            _ => Err(Error::TooManyAttachments),
        },
    }
}

fn take_namespace(limits: &Limits, text: &mut Bytes) -> Result<Namespace, Error> {
    if text.first() != Some(&b'/') {
        return Ok(Namespace::MAIN);
    }
    let end = memchr::memchr(b',', text).unwrap_or(text.len());
    if end > limits.max_namespace_len {
        return Err(Error::LongNamespace);
    }
    let name = text.split_to(end);
    if !text.is_empty() {
        text.advance(1);
    }
    Ok(Namespace::new(utf8(&name)?))
}

fn take_id(text: &mut Bytes) -> Result<Option<u64>, Error> {
    let digits = take_digits(text);
    if digits.is_empty() {
        return Ok(None);
    }
    match parse_number(&digits) {
        Some(id) if id <= MAX_ACK_ID => Ok(Some(id)),
        _ => Err(Error::BadAckId),
    }
}

fn take_digits(text: &mut Bytes) -> Bytes {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_to(end)
}

fn parse_number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn optional_object(limits: &Limits, text: &Bytes) -> Result<Option<String>, Error> {
    if text.is_empty() {
        Ok(None)
    } else {
        object(limits, text).map(Some)
    }
}

/// The text of a JSON object, checked.
fn object(limits: &Limits, text: &Bytes) -> Result<String, Error> {
    if json::is_deeper_than(text, limits.max_depth) {
        return Err(Error::TooDeep);
    }
    let raw: &serde_json::value::RawValue = serde_json::from_slice(text).map_err(|_| Error::BadPayload)?;
    if !raw.get().starts_with('{') {
        return Err(Error::BadPayload);
    }
    Ok(raw.get().to_owned())
}

fn event(limits: &Limits, text: &Bytes) -> Result<Event, Error> {
    let with_name = Limits {
        max_args: limits.max_args + 1,
        ..limits.clone()
    };
    let mut args = Args::parse(text, &with_name)?;
    let name: String = serde_json::from_str(args.get(0).ok_or(Error::NoName)?).map_err(|_| Error::NoName)?;
    if RESERVED_NAMES.contains(&name.as_str()) {
        return Err(Error::ReservedName);
    }
    args.remove_first();
    Ok(Event { name, args })
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::BadUtf8)
}
