//! A TCP proxy that delays, splits, cuts and half-opens.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::schedule::Random;

/// What a connection carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything.
    Open,
    /// Only what the client sends.
    NoAnswers,
    /// Nothing, and neither side is told.
    Nothing,
    /// It is gone.
    Cut,
}

impl Mode {
    fn carries(self, way: Way) -> bool {
        match self {
            Self::Open => true,
            Self::NoAnswers => way == Way::ToServer,
            Self::Nothing | Self::Cut => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ToServer,
    ToClient,
}

/// What all connections go through.
#[derive(Debug, Default)]
struct Weather {
    delay_ms: AtomicU64,
    /// Largest piece in bytes; 0 for no limit.
    piece_bytes: AtomicUsize,
    links: Mutex<Vec<watch::Sender<Mode>>>,
}

/// The proxy. It ends when dropped, and all connections through it.
#[derive(Debug)]
pub struct Proxy {
    /// Where clients connect to.
    pub address: SocketAddr,
    weather: Arc<Weather>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts on a free port. `server` is where the server is now.
    ///
    /// Errors: no free port.
    pub async fn start(server: watch::Receiver<SocketAddr>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(Weather::default());
        let accepting = tokio::spawn(accept(listener, server, Arc::clone(&weather)));
        Ok(Self {
            address,
            weather,
            accepting,
        })
    }

    /// Puts a part of the open connections, in per cent, into a mode.
    pub fn strike(&self, random: &mut Random, part: u64, mode: Mode) {
        self.for_links(|link| {
            if *link.borrow() == Mode::Open && random.chance(part) {
                link.send_replace(mode);
            }
        });
    }

    /// Cuts the connections that do not carry everything.
    pub fn cut_broken(&self) {
        self.for_links(|link| {
            if *link.borrow() != Mode::Open {
                link.send_replace(Mode::Cut);
            }
        });
    }

    /// Lets everything come later by this much.
    pub fn delay(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.weather.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// Lets everything come in pieces of at most so many bytes; 0 for no limit.
    pub fn split(&self, piece_bytes: usize) {
        self.weather.piece_bytes.store(piece_bytes, Ordering::Relaxed);
    }

    /// Nothing is broken any more.
    pub fn heal(&self) {
        self.delay(Duration::ZERO);
        self.split(0);
        self.cut_broken();
    }

    fn for_links(&self, mut act: impl FnMut(&watch::Sender<Mode>)) {
        let mut links = self.weather.links.lock().expect("no holder panics");
        links.retain(|link| !link.is_closed());
        links.iter().for_each(&mut act);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.weather.links.lock().expect("no holder panics").clear();
    }
}

async fn accept(listener: TcpListener, server: watch::Receiver<SocketAddr>, weather: Arc<Weather>) {
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        let (mode, modes) = watch::channel(Mode::Open);
        weather.links.lock().expect("no holder panics").push(mode);
        let to = *server.borrow();
        tokio::spawn(carry(client, to, modes, Arc::clone(&weather)));
    }
}

/// Carries one connection until either side ends it or it is cut.
async fn carry(client: TcpStream, to: SocketAddr, modes: watch::Receiver<Mode>, weather: Arc<Weather>) {
    let Ok(server) = TcpStream::connect(to).await else {
        return;
    };
    // Pieces must leave as they are.
    if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = modes.clone();
    tokio::select! {
        () = pump((from_client, to_server), modes.clone(), Way::ToServer, &weather) => {}
        () = pump((from_server, to_client), modes, Way::ToClient, &weather) => {}
        // An error means that the proxy is gone.
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn pump(
    (mut from, mut to): (OwnedReadHalf, OwnedWriteHalf),
    mut modes: watch::Receiver<Mode>,
    way: Way,
    weather: &Weather,
) {
    let mut buffer = vec![0; 16_384];
    loop {
        let carries = modes.borrow_and_update().carries(way);
        tokio::select! {
            changed = modes.changed() => match changed {
                Ok(()) => {}
                Err(_) => return,
            },
            read = from.read(&mut buffer), if carries => match read {
                Ok(0) | Err(_) => return,
                Ok(count) => if write(&mut to, &buffer[..count], weather).await.is_err() {
                    return;
                },
            },
        }
    }
}

async fn write(to: &mut OwnedWriteHalf, bytes: &[u8], weather: &Weather) -> std::io::Result<()> {
    let delay_ms = weather.delay_ms.load(Ordering::Relaxed);
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    let largest = match weather.piece_bytes.load(Ordering::Relaxed) {
        0 => bytes.len(),
        largest => largest,
    };
    for piece in bytes.chunks(largest.max(1)) {
        to.write_all(piece).await?;
        // A cut may come between two pieces.
        tokio::task::yield_now().await;
    }
    Ok(())
}
