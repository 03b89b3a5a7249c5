//! A client that comes back: the tasks around [`Core`].

use std::time::{Duration, Instant};

use hearth_protocol::rest::Tokens;
use hearth_protocol::{ClientMessageId, ErrorCode, RoomId, SendMessage, Seq, StreamId};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::core::{Core, Delivery, Output, Refreshed, Sent};
use crate::{Connection, Error, Event, Events, Rest};

/// Deliveries that may wait to be taken; then the connection is not read, ends when too much waits there, and catches up later.
const MAX_DELIVERIES: usize = 1_024;
/// Messages that may wait between the application and the outbox.
const MAX_REQUESTS: usize = 1_024;

/// A client that connects, comes back by itself, sends once and delivers every event once. Cheap to clone.
///
/// It ends when its [`Deliveries`] are dropped.
#[derive(Debug, Clone)]
pub struct Client {
    requests: mpsc::Sender<Request>,
}

/// What a [`Client`] delivers.
#[derive(Debug)]
pub struct Deliveries {
    deliveries: mpsc::Receiver<Delivery>,
}

#[derive(Debug)]
enum Request {
    Send(SendMessage),
    Known(StreamId, Seq),
}

impl Client {
    /// Starts a client with the tokens of a log-in. It keeps them fresh, so nobody else may use the refresh token.
    #[must_use]
    pub fn start(rest: &Rest, tokens: &Tokens) -> (Self, Deliveries) {
        let (requests, requested) = mpsc::channel(MAX_REQUESTS);
        let (sender, deliveries) = mpsc::channel(MAX_DELIVERIES);
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        let lasts = Duration::from_secs(tokens.expires_in);
        let shell = Shell {
            core: Core::new(Instant::now(), lasts, seed),
            rest: rest.clone(),
            access_token: tokens.access_token.clone(),
            refresh_token: tokens.refresh_token.clone(),
            refresh_key: Uuid::new_v4().to_string(),
            is_renewing: false,
            is_refresh_due: false,
            live: None,
            generation: 0,
            work: JoinSet::new(),
            deliveries: sender,
        };
        tokio::spawn(shell.run(requested));
        (Self { requests }, Deliveries { deliveries })
    }

    /// Writes a message. It goes out once, after those written before it; [`Delivery::Saved`] or [`Delivery::SendFailed`] tell.
    ///
    /// Errors: [`Error::OutboxFull`]; [`Error::Closed`] when the client has ended.
    pub fn send(&self, room_id: RoomId, content: String) -> Result<ClientMessageId, Error> {
        let id = ClientMessageId::try_from(Uuid::new_v4().to_string()).expect("a UUID is a client message id");
        self.request(Request::Send(SendMessage {
            room_id,
            content,
            kind: None,
            client_message_id: Some(id.clone()),
        }))?;
        Ok(id)
    }

    /// Follows a stream from `seq` on, as known from a snapshot or an earlier run.
    ///
    /// Errors: [`Error::OutboxFull`]; [`Error::Closed`] when the client has ended.
    pub fn follow(&self, stream: StreamId, seq: Seq) -> Result<(), Error> {
        self.request(Request::Known(stream, seq))
    }

    fn request(&self, request: Request) -> Result<(), Error> {
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::OutboxFull,
            mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })
    }
}

impl Deliveries {
    /// The next delivery; `None` after [`Delivery::Ended`].
    pub async fn next(&mut self) -> Option<Delivery> {
        self.deliveries.recv().await
    }
}

/// What a piece of work led to. Answers carry the generation of their connection: those of a lost one are not believed.
enum Done {
    Connected(Result<(Connection, Events), Error>),
    Refreshed(Result<Tokens, Error>),
    Renewed(Result<Tokens, Error>),
    Sent(u32, u64, Sent),
    Synced(u32, Option<hearth_protocol::SyncResult>),
}

struct Shell {
    core: Core,
    rest: Rest,
    access_token: String,
    refresh_token: String,
    /// Makes a repeat of the same refresh harmless when only its answer was lost.
    refresh_key: String,
    /// A refresh token works once, so a second use waits for the first one's answer and takes that.
    is_renewing: bool,
    is_refresh_due: bool,
    live: Option<(Connection, Events)>,
    generation: u32,
    work: JoinSet<Done>,
    deliveries: mpsc::Sender<Delivery>,
}

impl Shell {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while self.drain().await {
            let timer = self.core.poll_timeout().map(tokio::time::Instant::from_std);
            tokio::select! {
                Some(done) = self.work.join_next() => match done {
                    Ok(done) => self.handle_done(done),
                    // Work neither panics nor is aborted before the shell is.
                    Err(_) => return,
                },
                event = next_event(&mut self.live) => self.handle_event(event),
                Some(request) = requests.recv() => self.handle_request(request),
                () = tokio::time::sleep_until(timer.unwrap_or_else(tokio::time::Instant::now)), if timer.is_some() => {
                    self.core.handle_timeout(Instant::now());
                }
                () = self.deliveries.closed() => return,
            }
        }
    }

    /// Does what the core wants; false when the client is over.
    async fn drain(&mut self) -> bool {
        while let Some(output) = self.core.poll_output() {
            match output {
                Output::Deliver(delivery) => {
                    let is_end = matches!(delivery, Delivery::Ended(_));
                    if self.deliveries.send(delivery).await.is_err() || is_end {
                        return false;
                    }
                }
                Output::Connect => self.connect(),
                Output::Refresh => self.refresh(),
                Output::Renew => self.renew(),
                Output::Send(number, message) => self.send(number, message),
                Output::Sync(sync) => self.sync(sync),
            }
        }
        true
    }

    fn handle_done(&mut self, done: Done) {
        let now = Instant::now();
        match done {
            Done::Connected(Ok(live)) => {
                self.generation += 1;
                self.live = Some(live);
                self.core.handle_connected(now);
            }
            Done::Connected(Err(Error::ConnectRefused { .. })) => self.core.handle_unauthenticated(),
            Done::Connected(Err(_)) => self.core.handle_unreachable(now),
            Done::Refreshed(Ok(tokens)) => {
                let lasts = self.take_tokens(tokens);
                self.core.handle_refreshed(now, Refreshed::For(lasts));
            }
            Done::Refreshed(Err(error)) => self.core.handle_refreshed(now, why_not(&error)),
            Done::Renewed(tokens) => self.handle_renewed(now, tokens),
            Done::Sent(generation, number, sent) if generation == self.generation => {
                self.core.handle_sent(now, number, sent);
            }
            Done::Synced(generation, result) if generation == self.generation => self.core.handle_synced(now, result),
            Done::Sent(..) | Done::Synced(..) => {}
        }
    }

    fn handle_renewed(&mut self, now: Instant, tokens: Result<Tokens, Error>) {
        self.is_renewing = false;
        let refreshed = match tokens {
            Ok(tokens) => Refreshed::For(self.take_tokens(tokens)),
            Err(error) => why_not(&error),
        };
        let lasts = match refreshed {
            Refreshed::For(lasts) => Some(lasts),
            Refreshed::Never | Refreshed::NotNow => None,
        };
        self.core.handle_renewed(now, lasts);
        if std::mem::take(&mut self.is_refresh_due) {
            self.core.handle_refreshed(now, refreshed);
        }
    }

    fn handle_event(&mut self, event: Option<Event>) {
        let now = Instant::now();
        match event {
            Some(event) => self.core.handle_event(now, event),
            None => {
                self.live = None;
                self.core.handle_lost(now);
            }
        }
    }

    fn handle_request(&mut self, request: Request) {
        match request {
            Request::Send(message) => self.core.handle_written(Instant::now(), message),
            Request::Known(stream, seq) => self.core.handle_known(stream, seq),
        }
    }

    fn take_tokens(&mut self, tokens: Tokens) -> Duration {
        self.access_token = tokens.access_token;
        self.refresh_token = tokens.refresh_token;
        self.refresh_key = Uuid::new_v4().to_string();
        Duration::from_secs(tokens.expires_in)
    }

    fn connect(&mut self) {
        let (server, token) = (self.rest.server().clone(), self.access_token.clone());
        self.work
            .spawn(async move { Done::Connected(Connection::open(&server, &token).await) });
    }

    fn refresh(&mut self) {
        self.live = None;
        if self.is_renewing {
            self.is_refresh_due = true;
            return;
        }
        let (rest, token, key) = (self.rest.clone(), self.refresh_token.clone(), self.refresh_key.clone());
        self.work
            .spawn(async move { Done::Refreshed(rest.refresh(&token, &key).await) });
    }

    /// The new tokens are kept even when the connection does not take its one: it ends, and the next has it.
    fn renew(&mut self) {
        let Some((connection, _)) = &self.live else { return };
        let (rest, connection) = (self.rest.clone(), connection.clone());
        let (token, key) = (self.refresh_token.clone(), self.refresh_key.clone());
        self.is_renewing = true;
        self.work.spawn(async move {
            let tokens = rest.refresh(&token, &key).await;
            if let Ok(tokens) = &tokens {
                let _ = connection.refresh_token(tokens.access_token.clone()).await;
            }
            Done::Renewed(tokens)
        });
    }

    fn send(&mut self, number: u64, message: SendMessage) {
        let Some((connection, _)) = &self.live else { return };
        let (connection, generation) = (connection.clone(), self.generation);
        self.work.spawn(async move {
            let sent = match connection.send_message(&message).await {
                Ok(saved) => Sent::Saved(saved),
                Err(Error::Refused(refusal)) => Sent::Refused(refusal),
                Err(_) => Sent::Unanswered,
            };
            Done::Sent(generation, number, sent)
        });
    }

    fn sync(&mut self, sync: hearth_protocol::Sync) {
        let Some((connection, _)) = &self.live else { return };
        let (connection, generation) = (connection.clone(), self.generation);
        self.work
            .spawn(async move { Done::Synced(generation, connection.sync(&sync).await.ok()) });
    }
}

/// Waits for ever while there is no connection.
async fn next_event(live: &mut Option<(Connection, Events)>) -> Option<Event> {
    match live {
        Some((_, events)) => events.next().await,
        None => std::future::pending().await,
    }
}

/// A token that is not taken never will be; anything else may change.
fn why_not(error: &Error) -> Refreshed {
    match error.refusal() {
        Some(refusal) if refusal.code == ErrorCode::Unauthenticated => Refreshed::Never,
        _ => Refreshed::NotNow,
    }
}
