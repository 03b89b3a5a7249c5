//! What an application does with connections.

use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc};

use bytes::Bytes;
use hearth_protocol::{Goodbye, GoodbyeCode};
use hearth_sio::socket::{Args, Namespace};

use super::Link;

/// An application on top of the transport. Two exist: the chat, and the conformance example.
pub trait Service: Send + Sync + 'static {
    /// What the application keeps for one connected namespace; owned by the connection's task.
    type Session: Send + 'static;

    /// A client asks for a namespace.
    ///
    /// What is pushed to `link` from the beginning of this call on is delivered after the CONNECT packet, or dropped
    /// when the answer is a refusal. The future always runs to its end, even if the client goes away meanwhile.
    fn connect(
        self: Arc<Self>,
        link: Arc<Link>,
        hello: Hello,
    ) -> impl Future<Output = Result<Self::Session, ConnectRefusal>> + Send;

    /// One event. Called strictly in the order of arrival.
    ///
    /// A future in the reply is polled once at once, in order, and may then run beside others; when too many run, the
    /// connection is not read until some are done. It runs to its end even if the client goes away.
    fn event(self: &Arc<Self>, session: &mut Self::Session, link: &Arc<Link>, event: Event) -> EventReply;

    /// The namespace or the connection ended; called exactly once for every `Ok` of `connect`. Must not block.
    fn disconnected(self: &Arc<Self>, session: Self::Session, link: &Arc<Link>, reason: DisconnectReason);

    /// What to say when the deadline set by [`Link::set_deadline`] has passed; the connection then ends.
    fn deadline_goodbye(&self) -> Goodbye {
        Goodbye {
            code: GoodbyeCode::TokenExpired,
            message: "The access token ran out.".to_owned(),
            temporary: GoodbyeCode::TokenExpired.is_temporary(),
            reconnect_after_ms: None,
        }
    }

    /// A message on an engine that carries plain Engine.IO; the chat has no such engine.
    fn message(self: &Arc<Self>, _link: &Arc<Link>, _message: Message) {}
}

/// What is known of a client that asks for a namespace.
#[derive(Clone, Debug)]
pub struct Hello {
    /// Which namespace.
    pub namespace: Namespace,
    /// The credentials: the text of a JSON object.
    pub auth: Option<String>,
    /// Who connects.
    pub peer: Arc<Peer>,
}

/// The far end of a connection, as its handshake request showed it.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The client's address, behind the proxies that are trusted.
    pub address: IpAddr,
    /// The `Origin` header, already checked.
    pub origin: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `X-Forwarded-For` header as it came: untrusted.
    pub forwarded_for: Option<String>,
}

/// A refusal to connect, sent as CONNECT_ERROR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRefusal {
    /// For people, and for clients that compare it.
    pub message: String,
    /// A JSON text for programs.
    pub data: Option<String>,
}

/// One event from a client.
#[derive(Clone, Debug)]
pub struct Event {
    /// The event's name.
    pub name: String,
    /// Its arguments, not parsed.
    pub args: Args,
    /// Whether the client awaits an acknowledgement.
    pub wants_ack: bool,
}

/// The application's answer to an event.
pub enum EventReply {
    /// There is none, not even for a client that awaits one.
    None,
    /// At once.
    Now(AckArgs),
    /// When the future is done.
    Later(Pin<Box<dyn Future<Output = AckArgs> + Send>>),
}

/// The arguments of an acknowledgement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AckArgs {
    /// Comma separated JSON texts, empty for none.
    pub list: String,
    /// What placeholders in `list` refer to.
    pub attachments: Vec<Bytes>,
}

impl From<String> for AckArgs {
    fn from(list: String) -> Self {
        let attachments = Vec::new();
        Self { list, attachments }
    }
}

/// A message of plain Engine.IO.
#[derive(Clone, Debug)]
pub enum Message {
    /// UTF-8.
    Text(Bytes),
    /// Bytes.
    Binary(Bytes),
}

/// Why a namespace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The client left the namespace and may go on in others.
    ClientLeft,
    /// The client closed the connection or its transport broke.
    Gone,
    /// The client stopped answering pings.
    PingTimeout,
    /// The client broke the protocol.
    ProtocolError,
    /// Our side ended the connection.
    Server,
}
