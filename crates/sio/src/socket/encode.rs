//! Writing packets.

use bytes::Bytes;

use super::Packet;
use crate::{Frame, FrameBuilder};

/// Encodes a packet as the text frame and then its attachments, to be sent in that order with nothing in between.
pub fn encode(packet: &Packet) -> Vec<Frame> {
    match packet {
        Packet::Connect { namespace, data } => {
            vec![text('0', namespace.as_str(), data.as_deref().unwrap_or_default())]
        }
        Packet::Disconnect { namespace } => vec![text('1', namespace.as_str(), "")],
        Packet::ConnectError { namespace, data } => vec![text('4', namespace.as_str(), data)],
        Packet::Event { namespace, ack, event } => {
            let list = match event.args.list() {
                "" => quote(&event.name),
                list => format!("{},{list}", quote(&event.name)),
            };
            list_frames(
                ['2', '5'],
                (namespace.as_str(), *ack),
                (&list, event.args.attachments()),
            )
        }
        Packet::Ack { namespace, id, args } => list_frames(
            ['3', '6'],
            (namespace.as_str(), Some(*id)),
            (args.list(), args.attachments()),
        ),
    }
}

/// Encodes an event without attachments; `args` is comma separated JSON texts, `""` for none.
pub fn event_frame(namespace: &str, name: &str, args: &str) -> Frame {
    let mut builder = FrameBuilder::event(namespace, name);
    if !args.is_empty() {
        builder.comma();
        builder.push_str(args);
    }
    builder.finish_event()
}

/// Encodes an event with attachments, to be sent in this order with nothing in between.
pub fn binary_event_frames((namespace, name): (&str, &str), args: &str, attachments: &[Bytes]) -> Vec<Frame> {
    let list = match args {
        "" => quote(name),
        args => format!("{},{args}", quote(name)),
    };
    list_frames(['2', '5'], (namespace, None), (&list, attachments))
}

/// Encodes the acknowledgement of event `id`; `args` is comma separated JSON texts, `""` for none.
pub fn ack_frames((namespace, id): (&str, u64), args: &str, attachments: &[Bytes]) -> Vec<Frame> {
    list_frames(['3', '6'], (namespace, Some(id)), (args, attachments))
}

/// The body of a CONNECT_ERROR; `data` is a JSON text.
pub fn connect_error_body(message: &str, data: Option<&str>) -> String {
    let message = quote(message);
    match data {
        Some(data) => format!(r#"{{"message":{message},"data":{data}}}"#),
        None => format!(r#"{{"message":{message}}}"#),
    }
}

/// Appends `2`, the namespace, and the argument list up to and with the event's name.
pub(crate) fn write_event_head(builder: &mut FrameBuilder, namespace: &str, name: &str) {
    builder.push_str("2");
    push_namespace(builder, namespace);
    builder.push_str("[");
    builder.push_str(&quote(name));
}

fn text(kind: char, namespace: &str, data: &str) -> Frame {
    let mut builder = FrameBuilder::message(2 + namespace.len() + data.len());
    builder.push_str(kind.encode_utf8(&mut [0; 4]));
    push_namespace(&mut builder, namespace);
    builder.push_str(data);
    builder.finish()
}

/// Encodes a list of arguments; `kinds` are the types without and with attachments.
fn list_frames(kinds: [char; 2], head: (&str, Option<u64>), body: (&str, &[Bytes])) -> Vec<Frame> {
    let ((namespace, id), (list, attachments)) = (head, body);
    let mut builder = FrameBuilder::message(32 + list.len());
    match attachments.len() {
        0 => builder.push_str(kinds[0].encode_utf8(&mut [0; 4])),
        count => builder.push_str(&format!("{}{count}-", kinds[1])),
    }
    push_namespace(&mut builder, namespace);
    if let Some(id) = id {
        builder.push_str(&id.to_string());
    }
    builder.push_str("[");
    builder.push_str(list);
    let mut frames = Vec::with_capacity(1 + attachments.len());
    frames.push(builder.finish_event());
    frames.extend(attachments.iter().map(|attachment| Frame::binary(attachment)));
    frames
}

fn push_namespace(builder: &mut FrameBuilder, namespace: &str) {
    if namespace != "/" {
        builder.push_str(namespace);
        builder.push_str(",");
    }
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
