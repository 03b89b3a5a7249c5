//! What a connection does about it.

use std::{
    task::{Context, Poll},
    time::Instant,
};

use hearth_sio::{
    Frame,
    engine::{self, CloseReason, Lane, PollAnswer},
    socket::{self, Namespace, ack_frames, connect_error_body},
    ws::Close,
};

use super::{Connecting, Connection, InFlight};
use crate::socket::{
    AckArgs, ConnectRefusal, DisconnectReason, Event, EventReply, Hello, Message, Service,
    engine::{Admitted, Sid},
};

impl<S: Service> Connection<S> {
    /// Does everything that the state machines ask for.
    pub(super) fn drain(&mut self, cx: &mut Context<'_>, now: Instant) {
        loop {
            if let Some(output) = self.session.poll_output() {
                self.handle_engine_output(now, output);
            } else if let Some(output) = self.sockets.as_mut().and_then(socket::Session::poll_output) {
                self.handle_socket_output(cx, now, output);
            } else {
                return;
            }
        }
    }

    fn handle_engine_output(&mut self, now: Instant, output: engine::Output) {
        match output {
            engine::Output::Send(frame) => self.link().push_own([frame]),
            engine::Output::SendCandidate(frame) => self.write_to_candidate(&frame),
            engine::Output::Text(text) => self.handle_message(now, Message::Text(text)),
            engine::Output::Binary(message) => self.handle_message(now, Message::Binary(message)),
            engine::Output::ReleasePoll => {
                if let Some(polling) = &mut self.polling {
                    polling.is_released = true;
                }
            }
            engine::Output::Upgraded => self.switch_to_candidate(),
            engine::Output::DropCandidate => self.candidate = None,
            engine::Output::Closed(reason) => self.handle_closed(now, reason),
        }
    }

    fn handle_closed(&mut self, now: Instant, reason: CloseReason) {
        if self.websocket.is_some() && self.ending.is_none() {
            let code = match reason {
                CloseReason::Parse | CloseReason::Overlap => Close::PROTOCOL_ERROR,
                CloseReason::Client | CloseReason::Transport | CloseReason::PingTimeout | CloseReason::Server => {
                    Close::NORMAL
                }
            };
            self.link().start_closing();
            self.link().push_own([Frame::ws_close(Some(&Close {
                code,
                reason: reason.to_string(),
            }))]);
        }
        self.end(now, reason);
    }

    /// Answers a probing WebSocket. So little is ever written to it that the kernel has room, or else it is dropped.
    pub(super) fn write_to_candidate(&mut self, frame: &Frame) {
        let Some(candidate) = &self.candidate else {
            return;
        };
        let written = candidate.stream().try_write(frame.ws_bytes());
        if !written.is_ok_and(|count| count == frame.len()) {
            self.session.handle_websocket_lost(Lane::Candidate);
        }
    }

    fn switch_to_candidate(&mut self) {
        if let Some(candidate) = self.candidate.take() {
            self.link().attach(candidate.stream().clone());
            self.websocket = Some(*candidate);
            self.admitted.engine.counters.count_closed(true);
            self.admitted.engine.counters.count_open(false);
        }
    }

    fn handle_message(&mut self, now: Instant, message: Message) {
        let engine = &self.admitted.engine;
        let config = match &engine.config.layer {
            crate::socket::Layer::SocketIo(config) => config,
            crate::socket::Layer::EngineIo => return engine.service.message(&self.admitted.link, message),
        };
        let Some(sockets) = &mut self.sockets else {
            return;
        };
        match message {
            Message::Text(text) => sockets.handle_text(config, now, text),
            Message::Binary(message) => sockets.handle_binary(config, now, message),
        }
    }

    fn handle_socket_output(&mut self, cx: &mut Context<'_>, now: Instant, output: socket::Output) {
        match output {
            socket::Output::Send(frames) => self.link().push_own(frames),
            socket::Output::Connect { namespace, auth } => {
                self.waiting_connects.push_back((namespace, auth));
                self.start_connect();
            }
            socket::Output::Event { namespace, ack, event } => {
                let event = Event {
                    name: event.name,
                    args: event.args,
                    wants_ack: ack.is_some(),
                };
                self.handle_event(cx, (namespace, ack), event);
            }
            // Nothing of ours asks clients to acknowledge.
            socket::Output::Ack { .. } => {}
            socket::Output::Disconnected(namespace) => self.handle_left(&namespace),
            socket::Output::ConnectTimeout => {
                self.session.handle_close(&self.admitted.engine.config.engine, now);
            }
            socket::Output::ParseError(error) => {
                tracing::debug!(connection.id = self.link().id().0, %error, "malformed packet");
                self.session.handle_malformed(Lane::Current);
            }
            socket::Output::OutOfTurn => self.session.handle_malformed(Lane::Current),
        }
    }

    /// Begins the next CONNECT, one at a time, so that what is held back belongs to one.
    fn start_connect(&mut self) {
        if self.connecting.is_some() {
            return;
        }
        let Some((namespace, auth)) = self.waiting_connects.pop_front() else {
            return;
        };
        let Admitted { engine, link, .. } = &self.admitted;
        link.shut_gate();
        let hello = Hello {
            namespace: namespace.clone(),
            auth,
            peer: self.peer.clone(),
        };
        let future = Box::pin(engine.service.clone().connect(link.clone(), hello));
        self.connecting = Some(Box::new(Connecting {
            namespace,
            future,
            is_abandoned: false,
        }));
    }

    /// Lets the application go on with a CONNECT.
    pub(super) fn poll_connecting(&mut self, cx: &mut Context<'_>, now: Instant) {
        while let Some(connecting) = &mut self.connecting {
            let Poll::Ready(answer) = connecting.future.as_mut().poll(cx) else {
                return;
            };
            let Some(done) = self.connecting.take() else {
                return;
            };
            self.finish_connect(*done, answer);
            self.drain(cx, now);
            let has_connected = !self.namespaces.is_empty();
            self.link().open_gate(has_connected);
            self.start_connect();
        }
    }

    fn finish_connect(&mut self, done: Connecting<S>, answer: Result<S::Session, ConnectRefusal>) {
        let Connecting {
            namespace,
            is_abandoned,
            ..
        } = done;
        let Some(sockets) = &mut self.sockets else {
            return;
        };
        match answer {
            Ok(session) if is_abandoned => {
                let Admitted { engine, link, .. } = &self.admitted;
                engine.service.disconnected(session, link, DisconnectReason::Gone);
            }
            Ok(session) => {
                sockets.handle_accepted(&namespace, &Sid::random().text());
                self.namespaces.push((namespace, session));
                self.admitted.waiting = None;
            }
            Err(_) if is_abandoned => {}
            Err(ConnectRefusal { message, data }) => {
                sockets.handle_refused(&namespace, connect_error_body(&message, data.as_deref()));
            }
        }
    }

    fn handle_left(&mut self, namespace: &Namespace) {
        self.waiting_connects.retain(|(name, _)| name != namespace);
        if let Some(connecting) = self.connecting.as_mut().filter(|one| one.namespace == *namespace) {
            connecting.is_abandoned = true;
        }
        if let Some(at) = self.namespaces.iter().position(|(name, _)| name == namespace) {
            let (_, session) = self.namespaces.swap_remove(at);
            let Admitted { engine, link, .. } = &self.admitted;
            engine.service.disconnected(session, link, DisconnectReason::ClientLeft);
        }
    }

    fn handle_event(&mut self, cx: &mut Context<'_>, (namespace, ack): (Namespace, Option<u64>), event: Event) {
        let Admitted { engine, link, .. } = &self.admitted;
        let Some((_, session)) = self.namespaces.iter_mut().find(|(name, _)| *name == namespace) else {
            return;
        };
        match engine.service.event(session, link, event) {
            EventReply::None => {}
            EventReply::Now(args) => self.acknowledge(&namespace, ack, &args),
            EventReply::Later(mut future) => match future.as_mut().poll(cx) {
                Poll::Ready(args) => self.acknowledge(&namespace, ack, &args),
                Poll::Pending => self.in_flight.push(InFlight { namespace, ack, future }),
            },
        }
    }

    /// Lets the application go on with events.
    pub(super) fn poll_in_flight(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while let Some(one) = self.in_flight.get_mut(at) {
            match one.future.as_mut().poll(cx) {
                Poll::Pending => at += 1,
                Poll::Ready(args) => {
                    let done = self.in_flight.remove(at);
                    self.acknowledge(&done.namespace, done.ack, &args);
                }
            }
        }
        if self.in_flight.is_empty() {
            // An idle connection keeps no room for events.
            self.in_flight = Vec::new();
        }
    }

    fn acknowledge(&self, namespace: &Namespace, ack: Option<u64>, args: &AckArgs) {
        let is_connected = self.namespaces.iter().any(|(name, _)| name == namespace);
        if let (Some(id), true) = (ack, is_connected) {
            self.link()
                .push_own(ack_frames((namespace.as_str(), id), &args.list, &args.attachments));
        }
    }

    /// Answers the waiting GET when there is something for it.
    pub(super) fn answer_poll(&mut self, cx: &mut Context<'_>, now: Instant) {
        let Some(polling) = &mut self.polling else {
            return;
        };
        let is_released = std::mem::take(&mut polling.is_released);
        let Some(get) = &mut polling.get else {
            return;
        };
        if get.poll_closed(cx).is_ready() {
            polling.get = None;
            self.session.handle_poll_lost();
            return self.drain(cx, now);
        }
        let link = &self.admitted.link;
        let max_payload = self.admitted.engine.config.engine.max_payload;
        let waiting = if self.session.is_polling() {
            link.take_payload(max_payload)
        } else {
            None
        };
        let (payload, with) = match waiting {
            Some(payload) => (payload, PollAnswer::Queued),
            None if is_released => (self.session.filler().into(), PollAnswer::Filler),
            None => return,
        };
        if let Some(get) = polling.get.take() {
            let is_lost = get.send(Ok(payload)).is_err();
            self.session.handle_poll_answered(with);
            if is_lost {
                self.session.handle_websocket_lost(Lane::Current);
            }
        }
        self.drain(cx, now);
        if !self.session.is_polling() {
            // Upgraded: no request will come any more.
            self.polling = None;
        }
    }
}
