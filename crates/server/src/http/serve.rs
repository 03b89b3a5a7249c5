//! The accept loop: TCP connections to HTTP/1.1, with bounds on their number and on slow clients.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tower::ServiceExt;

/// Time in which the head of a request must arrive. Also bounds how long a kept-alive connection may idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest head of a request.
const MAX_HEAD_BYTES: usize = 32 * 1_024;
/// Most header lines of a request.
const MAX_HEADERS: usize = 64;

/// What connections may take of the server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Open at once; further ones wait in the kernel's queue. One that became a WebSocket counts no longer: the socket
    /// engine has its own bound.
    pub max_connections: u32,
    /// Time in which a client must take an answer; one that reads slower is cut.
    pub answer_timeout: Duration,
}

/// Serves `router` on `listener` until `stop` turns true, then finishes the requests in flight.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, mut stop: watch::Receiver<bool>) {
    let permits = Arc::new(Semaphore::new(
        usize::try_from(bounds.max_connections).unwrap_or(usize::MAX),
    ));
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            break;
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            },
            () = stopping(&mut stop) => break,
        };
        let (router, stop, open) = (router.clone(), stop.clone(), open.clone());
        tokio::spawn(async move {
            let (service, taking) = watched(router, peer, bounds.answer_timeout);
            serve_connection(stream, service, taking, stop).await;
            drop((permit, open));
        });
    }
    drop((listener, open));
    // Nothing is ever sent: the channel ends when the last connection has dropped its sender.
    let _ = all_closed.recv().await;
}

/// Ends when the server stops.
async fn stopping(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

/// Out of file descriptors or memory: trying again at once would spin.
async fn pause_after(error: &std::io::Error) {
    tracing::warn!(error = %error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Whether a client is taking an answer, and how long it may.
struct Taking {
    is_taking: watch::Receiver<bool>,
    answer_timeout: Duration,
}

/// What serves one connection.
trait AnswerHttp: Service<Request, Response = hyper::Response<Body>, Error = Infallible, Future: Send> + Send {}

impl<S> AnswerHttp for S where
    S: Service<Request, Response = hyper::Response<Body>, Error = Infallible, Future: Send> + Send
{
}

type Request = hyper::Request<Incoming>;

/// The router for one connection, and whether an answer of it is being taken.
fn watched(router: Router, peer: SocketAddr, answer_timeout: Duration) -> (impl AnswerHttp, Taking) {
    let (taking, is_taking) = watch::channel(false);
    let taking = Arc::new(taking);
    let service = service_fn(move |request: Request| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (taking, router) = (Arc::clone(&taking), router.clone());
        async move {
            taking.send_replace(false);
            let response = router.oneshot(request).await;
            taking.send_replace(true);
            response
        }
    });
    let taking = Taking {
        is_taking,
        answer_timeout,
    };
    (service, taking)
}

/// Ends when an answer was not taken in its time. A kept-alive connection that idles ends before, by `HEADER_TIMEOUT`.
async fn stalled(taking: &mut Taking) {
    loop {
        let is_taking = *taking.is_taking.borrow_and_update();
        let patience = taking.answer_timeout;
        let passed = async {
            match is_taking {
                true => tokio::time::sleep(patience).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            () = passed => return,
            changed = taking.is_taking.changed() => if changed.is_err() {
                return std::future::pending().await;
            },
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    service: impl AnswerHttp,
    mut taking: Taking,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let served = async {
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    let ended = tokio::select! {
        ended = served => ended,
        () = stalled(&mut taking) => {
            tracing::debug!("connection cut: the client does not take its answer");
            return;
        }
    };
    if let Err(error) = ended {
        // The client's doing: it went away, was too slow or spoke no HTTP.
        tracing::debug!(error = %error, "connection ended");
    }
}
