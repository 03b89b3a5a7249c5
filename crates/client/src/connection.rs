//! One connection with acks and a queue of events.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hearth_protocol::{
    MarkRead, MessageSaved, ReadCursor, RefreshToken, RefusedAck, RoomId, RoomSnapshot, SendMessage, Sync, SyncResult,
    TokenRefreshed,
};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::{Error, Event, Incoming, Opened, ServerAddress, Wire, open};

/// Events that may wait to be taken; a connection whose events are not taken ends, as at the server's side.
const MAX_EVENTS: usize = 8_192;
/// Commands that may wait to be written; then callers wait.
const MAX_COMMANDS: usize = 64;
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Forgotten calls are cleared away when there are so many.
const MANY_CALLS: usize = 256;

/// An authenticated connection. Cheap to clone; it ends when the last clone and [`Events`] are dropped.
#[derive(Debug, Clone)]
pub struct Connection {
    commands: mpsc::Sender<Command>,
}

/// What the server tells over one connection.
#[derive(Debug)]
pub struct Events {
    events: mpsc::Receiver<Event>,
}

#[derive(Debug)]
struct Command {
    name: &'static str,
    payload: String,
    answer: Option<oneshot::Sender<String>>,
}

impl Connection {
    /// Connects, authenticates, and goes on in a task of its own.
    ///
    /// Errors: as [`open`].
    pub async fn open(server: &ServerAddress, token: &str) -> Result<(Self, Events), Error> {
        Ok(Self::start(open(server, token).await?))
    }

    /// Drives an opened connection in a task of its own.
    pub fn start(opened: Opened) -> (Self, Events) {
        let (commands, queue) = mpsc::channel(MAX_COMMANDS);
        let (sender, events) = mpsc::channel(MAX_EVENTS);
        let driver = Driver {
            stream: opened.stream,
            wire: opened.wire,
            calls: HashMap::new(),
            events: sender,
        };
        tokio::spawn(driver.run(queue));
        (Self { commands }, Events { events })
    }

    /// Sends a message; `Ok` means that it is on disk.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn send_message(&self, message: &SendMessage) -> Result<MessageSaved, Error> {
        self.call("send_message", message).await
    }

    /// Opens a room: its state as of now.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn join_room(&self, room_id: RoomId) -> Result<RoomSnapshot, Error> {
        self.call("join_room", &room_id).await
    }

    /// Begins, or goes on, to type.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn typing(&self, room_id: RoomId) -> Result<(), Error> {
        self.call::<IgnoredAny>("typing", &room_id).await.map(drop)
    }

    /// Stops typing.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn stop_typing(&self, room_id: RoomId) -> Result<(), Error> {
        self.call::<IgnoredAny>("stop_typing", &room_id).await.map(drop)
    }

    /// Moves the read cursor forward.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn mark_read(&self, mark: MarkRead) -> Result<ReadCursor, Error> {
        self.call("mark_read", &mark).await
    }

    /// Fetches what is missing of streams.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn sync(&self, sync: &Sync) -> Result<SyncResult, Error> {
        self.call("sync", sync).await
    }

    /// Goes on with this connection under a newer token of the same login session.
    ///
    /// Errors: as [`Connection::call`].
    pub async fn refresh_token(&self, access_token: String) -> Result<TokenRefreshed, Error> {
        self.call("refresh_token", &RefreshToken { access_token }).await
    }

    /// Emits a command and waits for its ack.
    ///
    /// Errors: [`Error::Refused`]; no ack within 15 s; the connection has ended.
    pub async fn call<A: DeserializeOwned>(&self, name: &'static str, payload: &impl Serialize) -> Result<A, Error> {
        let (answer, answered) = oneshot::channel();
        self.push(name, payload, Some(answer)).await?;
        let ack = tokio::time::timeout(ANSWER_WITHIN, answered).await;
        read_ack(&ack.map_err(|_| Error::TimedOut)?.map_err(|_| Error::Closed)?)
    }

    /// Emits a command without asking for an ack; a refusal comes as [`Event::Refused`].
    ///
    /// Errors: the connection has ended.
    pub async fn emit(&self, name: &'static str, payload: &impl Serialize) -> Result<(), Error> {
        self.push(name, payload, None).await
    }

    async fn push(
        &self,
        name: &'static str,
        payload: &impl Serialize,
        answer: Option<oneshot::Sender<String>>,
    ) -> Result<(), Error> {
        let payload = serde_json::to_string(payload).map_err(|error| Error::Unexpected(error.to_string()))?;
        let command = Command { name, payload, answer };
        self.commands.send(command).await.map_err(|_| Error::Closed)
    }
}

impl Events {
    /// The next event; `None` when the connection has ended, whoever ended it.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The next event that is already here.
    pub fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

/// An ack is either the answer or `{error}`.
fn read_ack<A: DeserializeOwned>(payload: &str) -> Result<A, Error> {
    if let Ok(RefusedAck { error }) = serde_json::from_str(payload) {
        return Err(Error::Refused(error));
    }
    serde_json::from_str(payload).map_err(|error| Error::Unexpected(error.to_string()))
}

/// The task of a connection.
struct Driver {
    stream: TcpStream,
    wire: Wire,
    calls: HashMap<u64, oneshot::Sender<String>>,
    events: mpsc::Sender<Event>,
}

impl Driver {
    /// Runs until either side ends. Whoever waits for an answer then hears [`Error::Closed`].
    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut buffer = Vec::with_capacity(16_384);
        let mut is_over = !self.deliver();
        while !is_over {
            let output = self.wire.take_output();
            if !output.is_empty() && self.stream.write_all(&output).await.is_err() {
                return;
            }
            let silent_at = tokio::time::Instant::from_std(self.wire.poll_timeout());
            tokio::select! {
                read = read(&self.stream, &mut buffer) => is_over = !read || !self.handle_bytes(&buffer),
                command = commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => return self.close().await,
                },
                () = tokio::time::sleep_until(silent_at) => is_over = self.wire.handle_timeout(Instant::now()).is_err(),
            }
        }
        // An answer to a close, or a last pong: the other side may be gone already.
        let _ = self.stream.write_all(&self.wire.take_output()).await;
    }

    async fn close(mut self) {
        self.wire.close();
        // The other side may be gone already.
        let _ = self.stream.write_all(&self.wire.take_output()).await;
        let _ = self.stream.shutdown().await;
    }

    fn handle_command(&mut self, command: Command) {
        let Some(answer) = command.answer else {
            return self.wire.emit(command.name, &command.payload);
        };
        if self.calls.len() >= MANY_CALLS {
            self.calls.retain(|_, answer| !answer.is_closed());
        }
        let id = self.wire.call(command.name, &command.payload);
        self.calls.insert(id, answer);
    }

    /// False when the connection is over.
    fn handle_bytes(&mut self, bytes: &[u8]) -> bool {
        let handled = self.wire.handle_bytes(Instant::now(), bytes);
        // What came before the fault is good.
        self.deliver() && handled.is_ok()
    }

    /// Hands out what arrived; false when the connection is over, or its events are not taken.
    fn deliver(&mut self) -> bool {
        while let Some(incoming) = self.wire.poll_incoming() {
            match incoming {
                Incoming::Event { name, payload } => {
                    if self.events.try_send(Event::parse(&name, &payload)).is_err() {
                        return false;
                    }
                }
                Incoming::Ack { id, payload } => {
                    if let Some(answer) = self.calls.remove(&id) {
                        // The caller may have given up.
                        let _ = answer.send(payload);
                    }
                }
                Incoming::Disconnected | Incoming::Closed | Incoming::ConnectRefused { .. } => return false,
                Incoming::Opened | Incoming::Connected { .. } => {}
            }
        }
        true
    }
}

/// Waits for bytes and takes them, without holding a buffer while it waits to be polled again; false at the end.
async fn read(stream: &TcpStream, buffer: &mut Vec<u8>) -> bool {
    loop {
        if stream.readable().await.is_err() {
            return false;
        }
        buffer.clear();
        match stream.try_read_buf(buffer) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
    }
}
