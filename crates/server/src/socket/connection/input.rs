//! What happens to a connection.

use std::{
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use hearth_protocol::Goodbye;
use hearth_sio::{
    Frame,
    engine::{Lane, Packet, decode_payload},
    socket,
    ws::{self, Close, Item},
};

use super::{Connection, Ending};
use crate::socket::{
    Link, Read, Service,
    link::Arrived,
    mail::{Mail, PollAnswer, PostAnswer},
};
use hearth_sio::engine::Refusal;
use tokio::sync::oneshot;

/// Messages read in one turn, so that a busy connection lets others have theirs.
const MAX_READS: usize = 256;

impl<S: Service> Connection<S> {
    pub(super) fn handle_arrived(&mut self, cx: &mut Context<'_>, now: Instant, arrived: Arrived) {
        for mail in arrived.mail {
            match mail {
                Mail::Poll(answer) => self.handle_get(answer),
                Mail::Post(body, answer) => self.handle_post(body, answer),
                Mail::PostOverlap => self.session.handle_post_overlap(),
                Mail::WebSocket(websocket) => {
                    let config = &self.admitted.engine.config.engine;
                    if self.session.handle_candidate(config, now).is_ok() {
                        self.candidate = Some(websocket);
                    }
                }
            }
            self.drain(cx, now);
        }
        if arrived.is_broken {
            self.session.handle_websocket_lost(Lane::Current);
            self.note_peer_done();
            self.drain(cx, now);
        }
        if let Some(goodbye) = arrived.goodbye {
            self.say_goodbye(cx, now, &goodbye);
        }
    }

    pub(super) fn handle_times(&mut self, cx: &mut Context<'_>, now: Instant, deadline: Option<Instant>) {
        self.session.handle_timeout(&self.admitted.engine.config.engine, now);
        if let Some(sockets) = &mut self.sockets {
            sockets.handle_timeout(now);
        }
        self.drain(cx, now);
        if deadline.is_some_and(|deadline| now >= deadline) && self.ending.is_none() {
            self.link().start_closing();
            let goodbye = self.admitted.engine.service.deadline_goodbye();
            self.say_goodbye(cx, now, &goodbye);
        }
    }

    /// Reads what is there, up to a bound; true when there may be more.
    pub(super) fn poll_websocket(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        for _ in 0..MAX_READS {
            let Some(websocket) = &mut self.websocket else {
                return false;
            };
            if self.in_flight.len() >= self.admitted.engine.config.max_in_flight
                || self.ending.as_ref().is_some_and(|ending| ending.is_peer_done)
            {
                return false;
            }
            let Poll::Ready(read) = websocket.poll_read(cx) else {
                return false;
            };
            self.handle_read(now, Lane::Current, read);
            self.drain(cx, now);
        }
        true
    }

    /// Reads what a probing WebSocket brings.
    pub(super) fn poll_candidate(&mut self, cx: &mut Context<'_>, now: Instant) {
        while let Some(candidate) = &mut self.candidate {
            let Poll::Ready(read) = candidate.poll_read(cx) else {
                return;
            };
            self.handle_read(now, Lane::Candidate, read);
            self.drain(cx, now);
        }
    }

    /// Takes the packets of a POST as far as the events in work allow, and answers it when all are taken.
    pub(super) fn continue_post(&mut self, cx: &mut Context<'_>, now: Instant) {
        while !self.is_full() {
            let Some(polling) = &mut self.polling else {
                return;
            };
            let Some((packets, _)) = &mut polling.post else {
                return;
            };
            let next = packets.next();
            let is_malformed = matches!(next, Some(Err(_)));
            match next {
                Some(Ok(packet)) => {
                    let config = &self.admitted.engine.config.engine;
                    self.session.handle_packet(config, now, (Lane::Current, packet));
                }
                Some(Err(_)) => self.session.handle_malformed(Lane::Current),
                None => self.answer_post(Ok(())),
            }
            if is_malformed {
                self.answer_post(Err(Refusal::BadRequest));
            }
            self.drain(cx, now);
        }
    }

    fn answer_post(&mut self, answer: PostAnswer) {
        if let Some((_, sender)) = self.polling.as_mut().and_then(|polling| polling.post.take()) {
            // A client that went away meanwhile needs no answer.
            let _ = sender.send(answer);
        }
    }

    fn handle_get(&mut self, answer: oneshot::Sender<PollAnswer>) {
        match (self.session.handle_poll(), &mut self.polling) {
            (Ok(()), Some(polling)) => polling.get = Some(answer),
            (Err(refusal), _) => drop(answer.send(Err(refusal))),
            (Ok(()), None) => drop(answer.send(Err(Refusal::BadRequest))),
        }
    }

    fn handle_post(&mut self, body: Bytes, answer: oneshot::Sender<PostAnswer>) {
        match &mut self.polling {
            Some(polling) if self.session.is_polling() && !self.session.is_closed() => {
                polling.post = Some((decode_payload(body), answer));
            }
            _ if self.session.is_closed() => drop(answer.send(Err(Refusal::SessionUnknown))),
            _ => drop(answer.send(Err(Refusal::BadRequest))),
        }
    }

    fn handle_read(&mut self, now: Instant, lane: Lane, read: Read) {
        match read {
            Read::Item(Item::Text(text)) => match Packet::decode_text(&text) {
                Ok(packet) => self.handle_packet(now, lane, packet),
                Err(_) => self.session.handle_malformed(lane),
            },
            Read::Item(Item::Binary(message)) => self.handle_packet(now, lane, Packet::Binary(message)),
            Read::Item(Item::Ping(payload)) if lane == Lane::Current => {
                self.link().push_own([Frame::ws_pong(&payload)]);
            }
            Read::Item(Item::Ping(payload)) => self.write_to_candidate(&Frame::ws_pong(&payload)),
            Read::Item(Item::Pong(_)) => {}
            Read::Item(Item::Close(close)) => {
                if lane == Lane::Current {
                    self.answer_close(now, close.as_ref());
                }
                self.session.handle_websocket_lost(lane);
            }
            Read::Malformed(error) => {
                self.end_unreadable(now, lane, error);
                self.session.handle_malformed(lane);
            }
            Read::Lost => {
                self.session.handle_websocket_lost(lane);
                if lane == Lane::Current {
                    self.ending.get_or_insert(Ending {
                        by: now,
                        is_peer_done: true,
                    });
                    self.note_peer_done();
                }
            }
        }
    }

    fn handle_packet(&mut self, now: Instant, lane: Lane, packet: Packet) {
        let config = &self.admitted.engine.config.engine;
        self.session.handle_packet(config, now, (lane, packet));
    }

    /// Answers a close frame; nothing follows it.
    fn answer_close(&mut self, now: Instant, close: Option<&Close>) {
        self.start_ending(now, close);
        self.note_peer_done();
    }

    /// Ends a stream whose frames have lost their meaning.
    fn end_unreadable(&mut self, now: Instant, lane: Lane, error: ws::Error) {
        if lane == Lane::Candidate {
            return;
        }
        let close = Close {
            code: error.close_code(),
            reason: error.to_string(),
        };
        self.start_ending(now, Some(&close));
        if let Some(websocket) = &mut self.websocket {
            websocket.discard();
        }
    }

    fn start_ending(&mut self, now: Instant, close: Option<&Close>) {
        if self.ending.is_none() {
            self.link().start_closing();
            self.link().push_own([Frame::ws_close(close)]);
            let by = now + self.admitted.engine.config.engine.linger;
            self.ending = Some(Ending {
                by,
                is_peer_done: false,
            });
        }
    }

    fn note_peer_done(&mut self) {
        if let Some(ending) = &mut self.ending {
            ending.is_peer_done = true;
        }
    }

    /// Says goodbye in every namespace and ends the connection after what is queued.
    fn say_goodbye(&mut self, cx: &mut Context<'_>, now: Instant, goodbye: &Goodbye) {
        if self.ending.is_some() {
            return;
        }
        let args = serde_json::to_string(goodbye).expect("a goodbye is plain strings and numbers");
        if let Some(sockets) = &mut self.sockets {
            let link: &Link = &self.admitted.link;
            for namespace in sockets.connected() {
                link.push_own([socket::event_frame(namespace.as_str(), "goodbye", &args)]);
            }
            if !goodbye.temporary {
                sockets.handle_disconnect();
            }
        }
        self.drain(cx, now);
        self.session.handle_close(&self.admitted.engine.config.engine, now);
        self.drain(cx, now);
    }
}
