//! The task of one connection.
//!
//! A hand-written future, not an `async fn`: an idle connection then costs exactly the fields below, and every wake is
//! one turn over everything that may have happened.

mod input;
mod output;

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hearth_sio::{
    engine::{self, CloseReason, Payload, Transport},
    socket::{self, Namespace},
};
use tokio::sync::oneshot;

use super::{
    AckArgs, ConnectRefusal, DisconnectReason, Layer, Link, Peer, Service, WebSocket,
    engine::{Admitted, now},
    link::Rest,
    mail::{PollAnswer, PostAnswer},
};

/// How long work that an ended connection began may take before it is dropped.
const UNFINISHED_WORK: Duration = Duration::from_secs(10);

/// Drives one connection from its admission to its end.
pub(super) struct Connection<S: Service> {
    admitted: Admitted<S>,
    peer: Arc<Peer>,
    session: engine::Session,
    /// The namespaces; `None` on an engine that carries plain Engine.IO.
    sockets: Option<socket::Session>,
    websocket: Option<WebSocket>,
    candidate: Option<Box<WebSocket>>,
    polling: Option<Box<Polling>>,
    namespaces: Vec<(Namespace, S::Session)>,
    connecting: Option<Box<Connecting<S>>>,
    /// CONNECTs that wait for the one in work, with their credentials.
    waiting_connects: VecDeque<(Namespace, Option<String>)>,
    in_flight: Vec<InFlight>,
    /// The earliest time at which the shared timers will wake this task.
    timer: Option<Instant>,
    ending: Option<Ending>,
}

/// The HTTP requests of a connection that polls.
#[derive(Default)]
struct Polling {
    get: Option<oneshot::Sender<PollAnswer>>,
    post: Option<(Payload, oneshot::Sender<PostAnswer>)>,
    /// The waiting GET must be answered in this turn, with a NOOP if need be.
    is_released: bool,
}

/// A CONNECT that the application works on.
struct Connecting<S: Service> {
    namespace: Namespace,
    future: Pin<Box<dyn Future<Output = Result<S::Session, ConnectRefusal>> + Send>>,
    /// The client left before the answer.
    is_abandoned: bool,
}

/// An event that the application works on.
struct InFlight {
    namespace: Namespace,
    ack: Option<u64>,
    future: Pin<Box<dyn Future<Output = AckArgs> + Send>>,
}

/// The connection is over and what is queued is still being delivered.
struct Ending {
    /// When delivering is given up.
    by: Instant,
    /// The other side of the WebSocket closed or is gone.
    is_peer_done: bool,
}

impl<S: Service> Connection<S> {
    /// The task of a connection that begins with long-polling; its first GET is in the link's mail.
    pub(super) fn polling(admitted: Admitted<S>, peer: Arc<Peer>) -> Self {
        Self::new(admitted, peer, None)
    }

    /// The task of a connection that is a WebSocket from the beginning.
    pub(super) fn websocket(admitted: Admitted<S>, peer: Arc<Peer>, websocket: WebSocket) -> Self {
        admitted.link.attach(websocket.stream().clone());
        Self::new(admitted, peer, Some(websocket))
    }

    fn new(admitted: Admitted<S>, peer: Arc<Peer>, websocket: Option<WebSocket>) -> Self {
        let now = now();
        let config = &admitted.engine.config;
        let transport = match websocket {
            Some(_) => Transport::WebSocket,
            None => Transport::Polling,
        };
        let sid = admitted.sid.text();
        let session = engine::Session::new(&config.engine, now, transport, &sid);
        let sockets = match &config.layer {
            Layer::SocketIo(config) => Some(socket::Session::new(config, now)),
            Layer::EngineIo => None,
        };
        admitted.engine.counters.count_open(websocket.is_none());
        Self {
            polling: websocket.is_none().then(Box::default),
            admitted,
            peer,
            session,
            sockets,
            websocket,
            candidate: None,
            namespaces: Vec::new(),
            connecting: None,
            waiting_connects: VecDeque::new(),
            in_flight: Vec::new(),
            timer: None,
            ending: None,
        }
    }

    fn link(&self) -> &Arc<Link> {
        &self.admitted.link
    }

    /// Everything that may have happened, once; true when more is known to wait.
    fn take_turn(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let arrived = self.link().begin_turn(cx.waker());
        let deadline = arrived.deadline;
        // First the time, so that a request after a missed ping finds the session closed.
        self.handle_times(cx, now, deadline);
        self.handle_arrived(cx, now, arrived);
        self.poll_candidate(cx, now);
        let mut has_more = self.poll_websocket(cx, now);
        self.continue_post(cx, now);
        self.poll_connecting(cx, now);
        let was_full = self.is_full();
        self.poll_in_flight(cx);
        has_more |= was_full && !self.is_full();

        let rest = self.link().end_turn();
        has_more |= rest.has_arrived;
        has_more |= self.settle(cx, now, &rest);
        self.schedule(now, deadline);
        has_more
    }

    /// Whether so many events are in work that no further one is taken.
    fn is_full(&self) -> bool {
        self.in_flight.len() >= self.admitted.engine.config.max_in_flight
    }

    /// What follows from how far the writing went; true when another turn is due at once.
    fn settle(&mut self, cx: &mut Context<'_>, now: Instant, rest: &Rest) -> bool {
        if rest.is_broken && self.ending.is_none() {
            self.session.handle_websocket_lost(engine::Lane::Current);
            self.drain(cx, now);
        }
        if let (true, Some(websocket)) = (rest.is_blocked, &self.websocket) {
            match websocket.stream().poll_write_ready(cx) {
                Poll::Ready(_) => {
                    self.link().unblock();
                    return true;
                }
                Poll::Pending => {}
            }
        }
        self.answer_poll(cx, now);
        false
    }

    /// Whether nothing is left to do.
    fn is_done(&self, now: Instant) -> bool {
        let Some(ending) = &self.ending else {
            return false;
        };
        let is_delivered = match self.websocket {
            Some(_) => ending.is_peer_done && !self.link().has_waiting(),
            None => self.session.is_finished() && !self.session.is_poll_waiting(),
        };
        let is_idle = self.in_flight.is_empty() && self.connecting.is_none();
        (is_delivered || now >= ending.by) && (is_idle || now >= ending.by + UNFINISHED_WORK)
    }

    /// Sees to it that the task wakes when its next time comes.
    fn schedule(&mut self, now: Instant, deadline: Option<Instant>) {
        let next = match &self.ending {
            Some(ending) if now < ending.by => Some(ending.by),
            Some(ending) => Some(ending.by + UNFINISHED_WORK),
            None => {
                let sockets = self.sockets.as_ref().and_then(socket::Session::poll_timeout);
                [sockets, deadline].into_iter().flatten().min()
            }
        };
        let next = [self.session.poll_timeout(), next].into_iter().flatten().min();
        let Some(next) = next else {
            return;
        };
        if self.timer.is_none_or(|timer| timer <= now || timer > next) {
            self.timer = Some(next);
            self.admitted.engine.timers.register(next, Arc::downgrade(self.link()));
        }
    }

    /// The connection is over: tells the application, and the client why.
    fn end(&mut self, now: Instant, reason: CloseReason) {
        let reason = match reason {
            CloseReason::Client | CloseReason::Transport => DisconnectReason::Gone,
            CloseReason::PingTimeout => DisconnectReason::PingTimeout,
            CloseReason::Parse | CloseReason::Overlap => DisconnectReason::ProtocolError,
            CloseReason::Server => DisconnectReason::Server,
        };
        tracing::debug!(connection.id = self.link().id().0, ?reason, "connection ended");
        self.link().start_closing();
        self.disconnect_all(reason);
        let by = now + self.admitted.engine.config.engine.linger;
        self.ending.get_or_insert(Ending {
            by,
            is_peer_done: false,
        });
    }

    fn disconnect_all(&mut self, reason: DisconnectReason) {
        self.waiting_connects.clear();
        if let Some(connecting) = &mut self.connecting {
            connecting.is_abandoned = true;
        }
        for (_, session) in self.namespaces.drain(..) {
            let Admitted { engine, link, .. } = &self.admitted;
            engine.service.disconnected(session, link, reason);
        }
    }
}

// No field is pinned in place: what must not move is boxed.
impl<S: Service> Unpin for Connection<S> {}

impl<S: Service> Future for Connection<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let now = now();
        let has_more = this.take_turn(cx, now);
        if this.is_done(now) {
            return Poll::Ready(());
        }
        if has_more {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<S: Service> Drop for Connection<S> {
    fn drop(&mut self) {
        // Nothing is left here unless the task was aborted or the application panicked.
        self.disconnect_all(DisconnectReason::Server);
        self.admitted.engine.counters.count_closed(self.websocket.is_none());
    }
}
