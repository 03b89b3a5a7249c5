//! One Engine.IO connection, step by step, on a clock that the test moves.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use bytes::Bytes;
use hearth_sio::{
    Frame,
    engine::{CloseReason, Config, Lane, Output, Packet, PollAnswer, Refusal, Session, Transport},
};
use proptest::prelude::*;

struct Bed {
    config: Config,
    now: Instant,
    session: Session,
}

impl Bed {
    fn open(transport: Transport) -> Self {
        let config = Config::default();
        let now = Instant::now();
        let mut session = Session::new(&config, now, transport, "sid");
        assert!(matches!(session.poll_output(), Some(Output::Send(_))));
        Self { config, now, session }
    }

    fn packet(&mut self, lane: Lane, packet: Packet) -> Vec<Output> {
        self.session.handle_packet(&self.config, self.now, (lane, packet));
        self.outputs()
    }

    fn pass(&mut self, time: Duration) -> Vec<Output> {
        self.now += time;
        self.session.handle_timeout(&self.config, self.now);
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.session.poll_output()).collect()
    }

    fn probed(&mut self) {
        self.session.handle_candidate(&self.config, self.now).unwrap();
        self.packet(Lane::Candidate, Packet::Ping(Bytes::from_static(b"probe")));
    }
}

fn send(packet: &str) -> Output {
    Output::Send(Frame::text(packet))
}

#[test]
fn the_open_packet_names_the_parameters() {
    let config = Config::default();
    let mut session = Session::new(&config, Instant::now(), Transport::Polling, "abc");

    let expected =
        r#"0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    assert_eq!(session.poll_output(), Some(send(expected)));
}

#[test]
fn an_answered_ping_is_followed_by_the_next_one_an_interval_later() {
    let mut bed = Bed::open(Transport::WebSocket);

    assert_eq!(bed.pass(bed.config.ping_interval), [send("2")]);
    bed.pass(Duration::from_secs(3));
    bed.packet(Lane::Current, Packet::Pong(Bytes::new()));

    assert_eq!(bed.session.poll_timeout(), Some(bed.now + bed.config.ping_interval));
    assert_eq!(bed.pass(bed.config.ping_interval), [send("2")]);
}

#[test]
fn an_unanswered_ping_ends_the_connection_when_it_is_due_not_later() {
    let mut bed = Bed::open(Transport::WebSocket);
    let late = Duration::from_millis(300);

    assert_eq!(bed.pass(bed.config.ping_interval + late), [send("2")]);
    assert_eq!(bed.pass(bed.config.ping_timeout - late - Duration::from_millis(1)), []);
    assert_eq!(
        bed.pass(Duration::from_millis(1)),
        [Output::Closed(CloseReason::PingTimeout)]
    );
}

#[test]
fn a_process_that_slept_gives_its_clients_half_of_the_time() {
    let mut bed = Bed::open(Transport::WebSocket);

    assert_eq!(bed.pass(Duration::from_secs(3_600)), [send("2")]);
    assert_eq!(bed.pass(bed.config.ping_timeout / 2 - Duration::from_millis(1)), []);
    assert_eq!(
        bed.pass(Duration::from_millis(1)),
        [Output::Closed(CloseReason::PingTimeout)]
    );
}

#[test]
fn clients_may_not_ping() {
    let mut bed = Bed::open(Transport::WebSocket);
    assert_eq!(
        bed.packet(Lane::Current, Packet::Ping(Bytes::new())),
        [Output::Closed(CloseReason::Parse)]
    );
}

#[test]
fn an_upgrade_is_probed_and_then_taken() {
    let mut bed = Bed::open(Transport::Polling);
    bed.session.handle_poll().unwrap();
    bed.session.handle_candidate(&bed.config, bed.now).unwrap();

    let probed = bed.packet(Lane::Candidate, Packet::Ping(Bytes::from_static(b"probe")));
    bed.session.handle_poll_answered(PollAnswer::Filler);
    let upgraded = bed.packet(Lane::Candidate, Packet::Upgrade);

    assert_eq!(
        probed,
        [Output::SendCandidate(Frame::text("3probe")), Output::ReleasePoll]
    );
    assert_eq!(upgraded, [Output::Upgraded]);
    assert_eq!(bed.session.handle_poll(), Err(Refusal::BadRequest));
}

#[test]
fn a_poll_during_a_probe_is_released_at_once() {
    let mut bed = Bed::open(Transport::Polling);
    bed.probed();

    bed.session.handle_poll().unwrap();

    assert_eq!(bed.outputs(), [Output::ReleasePoll]);
}

#[test]
fn a_probe_that_is_wrong_late_or_lost_leaves_polling_alone() {
    let mut wrong = Bed::open(Transport::Polling);
    wrong.session.handle_candidate(&wrong.config, wrong.now).unwrap();
    assert_eq!(wrong.packet(Lane::Candidate, Packet::Upgrade), [Output::DropCandidate]);
    assert_eq!(wrong.session.handle_poll(), Ok(()));

    let mut late = Bed::open(Transport::Polling);
    late.probed();
    assert_eq!(late.pass(late.config.upgrade_timeout), [Output::DropCandidate]);
    assert_eq!(late.session.handle_poll(), Ok(()));

    let mut lost = Bed::open(Transport::Polling);
    lost.probed();
    lost.session.handle_websocket_lost(Lane::Candidate);
    assert_eq!(lost.outputs(), [Output::DropCandidate]);
    assert_eq!(lost.session.handle_poll(), Ok(()));
}

#[test]
fn there_is_one_probe_at_a_time_and_none_after_an_upgrade() {
    let mut bed = Bed::open(Transport::Polling);
    bed.probed();
    assert_eq!(
        bed.session.handle_candidate(&bed.config, bed.now),
        Err(Refusal::BadRequest)
    );
    bed.packet(Lane::Candidate, Packet::Upgrade);
    assert_eq!(
        bed.session.handle_candidate(&bed.config, bed.now),
        Err(Refusal::BadRequest)
    );
}

#[test]
fn two_polls_at_once_end_the_connection() {
    let mut bed = Bed::open(Transport::Polling);
    bed.session.handle_poll().unwrap();

    assert_eq!(bed.session.handle_poll(), Err(Refusal::BadRequest));
    assert_eq!(
        bed.outputs(),
        [send("1"), Output::ReleasePoll, Output::Closed(CloseReason::Overlap)]
    );
    assert_eq!(bed.session.handle_poll(), Err(Refusal::SessionUnknown));
}

#[test]
fn a_lost_poll_ends_the_connection_but_an_answered_one_does_not() {
    let mut bed = Bed::open(Transport::Polling);
    bed.session.handle_poll().unwrap();
    bed.session.handle_poll_answered(PollAnswer::Filler);
    bed.session.handle_poll_lost();
    assert!(!bed.session.is_closed());

    bed.session.handle_poll().unwrap();
    bed.session.handle_poll_lost();
    assert!(bed.session.is_closed());
}

#[test]
fn a_client_that_closes_over_post_gets_one_more_noop() {
    let mut bed = Bed::open(Transport::Polling);

    assert_eq!(
        bed.packet(Lane::Current, Packet::Close),
        [Output::Closed(CloseReason::Client)]
    );
    assert_eq!(bed.session.handle_poll(), Ok(()));
    assert_eq!(bed.outputs(), [Output::ReleasePoll]);
    bed.session.handle_poll_answered(PollAnswer::Filler);
    assert_eq!(bed.session.handle_poll(), Err(Refusal::SessionUnknown));
}

#[test]
fn what_the_server_said_last_can_be_fetched_before_the_close_comes_alone() {
    let mut bed = Bed::open(Transport::Polling);
    bed.session.handle_close(&bed.config, bed.now);
    assert_eq!(bed.outputs(), [Output::Closed(CloseReason::Server)]);

    assert_eq!(bed.session.handle_poll(), Ok(()));
    bed.session.handle_poll_answered(PollAnswer::Queued);
    assert_eq!(bed.session.handle_poll(), Ok(()));
    assert_eq!(bed.session.filler(), "1");
    bed.session.handle_poll_answered(PollAnswer::Filler);
    assert_eq!(bed.session.handle_poll(), Err(Refusal::SessionUnknown));
}

#[test]
fn what_the_server_said_last_waits_only_for_a_while() {
    let mut bed = Bed::open(Transport::Polling);
    bed.session.handle_close(&bed.config, bed.now);

    bed.pass(bed.config.linger);

    assert_eq!(bed.session.handle_poll(), Err(Refusal::SessionUnknown));
}

#[test]
fn nothing_is_heard_after_the_end() {
    let mut bed = Bed::open(Transport::WebSocket);
    bed.packet(Lane::Current, Packet::Close);

    assert_eq!(bed.packet(Lane::Current, Packet::Text(Bytes::from_static(b"late"))), []);
    assert_eq!(bed.pass(Duration::from_secs(100)), []);
    assert_eq!(bed.session.poll_timeout(), None);
}

/// Anything that may happen to a connection.
#[derive(Clone, Debug)]
enum Step {
    Packet(bool, u8),
    Poll,
    Answered(bool),
    PollLost,
    Overlap,
    Candidate,
    Lost(bool),
    Malformed(bool),
    Close,
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (any::<bool>(), 0..8_u8).prop_map(|(current, kind)| Step::Packet(current, kind)),
        2 => Just(Step::Poll),
        2 => any::<bool>().prop_map(Step::Answered),
        1 => Just(Step::PollLost),
        1 => Just(Step::Overlap),
        2 => Just(Step::Candidate),
        1 => any::<bool>().prop_map(Step::Lost),
        1 => any::<bool>().prop_map(Step::Malformed),
        1 => Just(Step::Close),
        3 => (0..30_000_u64).prop_map(Step::Pass),
    ]
}

fn lane(is_current: bool) -> Lane {
    if is_current { Lane::Current } else { Lane::Candidate }
}

fn some_packet(kind: u8) -> Packet {
    match kind {
        0 => Packet::Open(Bytes::new()),
        1 => Packet::Close,
        2 => Packet::Ping(Bytes::from_static(b"probe")),
        3 => Packet::Pong(Bytes::new()),
        4 => Packet::Text(Bytes::from_static(b"hello")),
        5 => Packet::Upgrade,
        6 => Packet::Noop,
        _ => Packet::Binary(Bytes::from_static(b"hello")),
    }
}

proptest! {
    #[test]
    fn a_connection_ends_at_most_once_and_says_nothing_to_the_layer_above_afterwards(
        is_polling: bool, steps in proptest::collection::vec(steps(), 0..60),
    ) {
        let mut bed = Bed::open(if is_polling { Transport::Polling } else { Transport::WebSocket });
        let mut outputs = Vec::new();
        for step in steps {
            match step {
                Step::Packet(current, kind) => outputs.extend(bed.packet(lane(current), some_packet(kind))),
                Step::Poll => drop(bed.session.handle_poll()),
                Step::Answered(true) => bed.session.handle_poll_answered(PollAnswer::Filler),
                Step::Answered(false) => bed.session.handle_poll_answered(PollAnswer::Queued),
                Step::PollLost => bed.session.handle_poll_lost(),
                Step::Overlap => bed.session.handle_post_overlap(),
                Step::Candidate => drop(bed.session.handle_candidate(&bed.config, bed.now)),
                Step::Lost(current) => bed.session.handle_websocket_lost(lane(current)),
                Step::Malformed(current) => bed.session.handle_malformed(lane(current)),
                Step::Close => bed.session.handle_close(&bed.config, bed.now),
                Step::Pass(ms) => outputs.extend(bed.pass(Duration::from_millis(ms))),
            }
            outputs.extend(bed.outputs());
        }

        let end = outputs.iter().position(|output| matches!(output, Output::Closed(_)));
        prop_assert_eq!(end.is_some(), bed.session.is_closed());
        let after = &outputs[end.map_or(outputs.len(), |at| at + 1)..];
        prop_assert!(!after.iter().any(|output| matches!(output, Output::Closed(_) | Output::Text(_) | Output::Binary(_))));
    }
}
