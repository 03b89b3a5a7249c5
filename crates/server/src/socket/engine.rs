//! All connections of one mount point.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hearth_protocol::Goodbye;
use hearth_sio::{engine, socket};
use tokio::{net::TcpStream, sync::Notify};

use super::{
    ConnectionId, Figures, Link, OriginPolicy, OutboxLimits, Service,
    admission::{Admission, Place, is_public},
    counters::Counters,
    timers::Timers,
};

/// The parameters of an engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Heartbeat and payload limits.
    pub engine: engine::Config,
    /// What travels in the messages.
    pub layer: Layer,
    /// Bounds of each connection's queue.
    pub outbox: OutboxLimits,
    /// Which web pages may connect.
    pub origins: OriginPolicy,
    /// Connections in all; more are answered 503.
    pub max_connections: usize,
    /// Connections without a connected namespace, for each public address.
    pub max_waiting_per_address: u32,
    /// The same for loopback and private addresses, behind which proxies and offices sit.
    pub max_waiting_per_private_address: u32,
    /// Events of one connection that are in work at once; beyond it the connection is not read.
    pub max_in_flight: usize,
    /// Bytes of each socket's send buffer in the kernel, so that a stalled reader costs little; `None` leaves it alone.
    pub send_buffer: Option<usize>,
}

/// What travels in an engine's messages.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Socket.IO: `Service::connect`, `event` and `disconnected` are called.
    SocketIo(socket::Config),
    /// Nothing more: `Service::message` is called.
    EngineIo,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            engine: engine::Config::default(),
            layer: Layer::SocketIo(socket::Config {
                namespaces: vec![socket::Namespace::MAIN],
                connect_timeout: Duration::from_secs(10),
                limits: socket::Limits::default(),
            }),
            outbox: OutboxLimits::default(),
            origins: OriginPolicy::SameHostAnd(Vec::new()),
            max_connections: 100_000,
            max_waiting_per_address: 20,
            max_waiting_per_private_address: 10_000,
            max_in_flight: 64,
            send_buffer: Some(64 * 1024),
        }
    }
}

/// Accepts connections and knows them all.
pub struct Engine<S: Service> {
    pub(super) service: Arc<S>,
    pub(super) config: EngineConfig,
    pub(super) timers: Arc<Timers>,
    pub(super) counters: Arc<Counters>,
    admission: Arc<Admission>,
    links: Mutex<HashMap<Sid, Arc<Link>>>,
    open: AtomicUsize,
    none_open: Notify,
    next_id: AtomicU64,
    is_stopping: AtomicBool,
}

/// An Engine.IO session id: 128 random bits. Whoever has it can act for the session, so it is never logged.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sid([u8; 16]);

impl Sid {
    pub(super) fn random() -> Self {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(bytes)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// Why no connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The whole server is, or it is stopping.
    Server,
    /// This address has too many connections that did not say who they are.
    Address,
}

/// A connection's places in the engine, given back when it is dropped.
pub(super) struct Admitted<S: Service> {
    pub(super) engine: Arc<Engine<S>>,
    pub(super) sid: Sid,
    pub(super) link: Arc<Link>,
    pub(super) waiting: Option<Place>,
}

impl<S: Service> Engine<S> {
    /// Starts an engine; must be called within a tokio runtime.
    pub fn start(service: Arc<S>, config: EngineConfig) -> Arc<Self> {
        let shortest = config.engine.ping_interval.min(config.engine.ping_timeout);
        let tick = (shortest / 20).clamp(Duration::from_millis(5), Duration::from_millis(500));
        let timers = Arc::new(Timers::new(now(), tick));
        tokio::spawn(run_timers(Arc::downgrade(&timers), tick));
        Arc::new(Self {
            service,
            config,
            timers,
            counters: Arc::default(),
            admission: Arc::default(),
            links: Mutex::default(),
            open: AtomicUsize::new(0),
            none_open: Notify::new(),
            next_id: AtomicU64::new(1),
            is_stopping: AtomicBool::new(false),
        })
    }

    /// Figures for metrics.
    pub fn figures(&self) -> Figures {
        self.counters.read()
    }

    /// Ends all connections and accepts no more; true when all of them ended within `patience`.
    ///
    /// Each client is told a different time to come back, up to the one in `goodbye`.
    pub async fn shutdown(&self, goodbye: &Goodbye, patience: Duration) -> bool {
        self.is_stopping.store(true, Ordering::SeqCst);
        let links: Vec<_> = self.links().values().cloned().collect();
        for link in links {
            let reconnect_after_ms = goodbye.reconnect_after_ms.map(random_up_to);
            link.close(Goodbye {
                reconnect_after_ms,
                ..goodbye.clone()
            });
        }
        tokio::time::timeout(patience, self.all_ended()).await.is_ok()
    }

    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Admitted<S>, Full> {
        let waiting = match self.config.layer {
            Layer::SocketIo(_) => {
                let place = self.admission.enter(address, self.max_waiting(address));
                Some(place.ok_or(Full::Address)?)
            }
            Layer::EngineIo => None,
        };
        let id = ConnectionId(self.next_id.fetch_add(1, Ordering::Relaxed));
        let link = Link::new(id, self.config.outbox, self.counters.clone());
        let sid = Sid::random();
        self.links().insert(sid, link.clone());
        let others = self.open.fetch_add(1, Ordering::SeqCst);
        let admitted = Admitted {
            engine: self.clone(),
            sid,
            link,
            waiting,
        };
        // Looked at last: a shutdown either sees this connection among the links or is seen here.
        if others >= self.config.max_connections || self.is_stopping.load(Ordering::SeqCst) {
            return Err(Full::Server);
        }
        Ok(admitted)
    }

    pub(super) fn find(&self, sid: &str) -> Option<Arc<Link>> {
        self.links().get(&Sid::parse(sid)?).cloned()
    }

    /// Sets what every connection's socket needs.
    pub(super) fn prepare(&self, stream: &TcpStream) {
        // Failing leaves a connection that is slower or holds more memory, but works.
        let _ = stream.set_nodelay(true);
        if let Some(bytes) = self.config.send_buffer {
            let _ = socket2::SockRef::from(stream).set_send_buffer_size(bytes);
        }
    }

    fn max_waiting(&self, address: IpAddr) -> u32 {
        if is_public(address) {
            self.config.max_waiting_per_address
        } else {
            self.config.max_waiting_per_private_address
        }
    }

    async fn all_ended(&self) {
        loop {
            let ended = self.none_open.notified();
            tokio::pin!(ended);
            // Registered before the look, so that an end in between is not missed.
            ended.as_mut().enable();
            if self.open.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    }

    fn links(&self) -> MutexGuard<'_, HashMap<Sid, Arc<Link>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Service> Drop for Admitted<S> {
    fn drop(&mut self) {
        self.link.end();
        self.engine.links().remove(&self.sid);
        if self.engine.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.engine.none_open.notify_waiters();
        }
    }
}

/// The time, as tokio sees it, so that tests can move it.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// A number of at most `max`, drawn at random.
fn random_up_to(max: u64) -> u64 {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).expect("the operating system gives random bytes");
    u64::from_ne_bytes(bytes) % max.saturating_add(1).max(1)
}

/// Fires timers until the engine is gone.
async fn run_timers(timers: Weak<Timers>, tick: Duration) {
    let mut interval = tokio::time::interval(tick);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        interval.tick().await;
        match timers.upgrade() {
            Some(timers) => timers.fire(now()),
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sids_are_128_bits_in_text_and_never_repeat() {
        let sids: HashSet<String> = (0..10_000).map(|_| Sid::random().text()).collect();

        assert_eq!(sids.len(), 10_000);
        assert!(sids.iter().all(|sid| sid.len() == 22));
    }

    #[test]
    fn every_bit_of_a_sid_is_random() {
        let ones = (0..128).map(|bit| {
            (0..1_000)
                .filter(|_| Sid::random().0[bit / 8] >> (bit % 8) & 1 == 1)
                .count()
        });

        // A fair coin leaves this range once in 10^25 tries.
        assert!(ones.into_iter().all(|count| (330..670).contains(&count)));
    }

    #[test]
    fn a_sid_is_read_back_and_nothing_else_is_one() {
        let sid = Sid::random();

        assert!(Sid::parse(&sid.text()) == Some(sid));
        assert!(
            ["", "abc", "AAAAAAAAAAAAAAAAAAAAAAAA", "../../../../etc/passwd"]
                .iter()
                .all(|text| Sid::parse(text).is_none())
        );
    }
}
