//! The accept loop: TCP connections to HTTP/1.1, with bounds on their number and on slow clients.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
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

/// Serves `router` on `listener` until `stop` turns true, then finishes the requests in flight.
///
/// At most `max_connections` are open at once; further ones wait in the kernel's queue. A connection that became a WebSocket no
/// longer counts here: the socket engine has its own bound.
pub async fn serve(listener: TcpListener, router: Router, max_connections: u32, mut stop: watch::Receiver<bool>) {
    let permits = Arc::new(Semaphore::new(usize::try_from(max_connections).unwrap_or(usize::MAX)));
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
            serve_connection(stream, peer, router, stop).await;
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

async fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The client's doing: it went away, was too slow or spoke no HTTP.
        tracing::debug!(error = %error, "connection ended");
    }
}
