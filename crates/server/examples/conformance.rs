//! The bare engine, for protocol suites and stock clients that nobody here wrote.
//!
//! `/socket.io/`: the main namespace and `/custom` emit `auth` with the handshake's auth object, answer `message` with
//! `message-back` and the same arguments, and acknowledge `message-with-ack` with them. `/engine.io/`: every message is
//! echoed. `/ws-echo`: text and binary frames are echoed by the WebSocket layer alone.
//!
//! Environment: `PORT` (3000), `PING_INTERVAL` (300 ms), `PING_TIMEOUT` (200 ms), `MAX_PAYLOAD` (1,000,000 bytes),
//! `CONNECT_TIMEOUT` (1,000 ms). It is a test server: every origin may connect.

use std::{
    env,
    future::poll_fn,
    io::Write as _,
    net::{Shutdown, SocketAddr},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response, routing::any};
use hearth_server::socket::{
    AckArgs, ConnectRefusal, DisconnectReason, Engine, EngineConfig, Event, EventReply, Hello, Layer, Link, Message,
    OriginPolicy, Read, Service, WebSocket, router, upgrade,
};
use hearth_sio::{
    Frame, engine,
    socket::{self, Namespace, binary_event_frames},
    ws::{Close, Item},
};
use http::Request;
use hyper_util::rt::TokioIo;
use tokio::{
    io::Interest,
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;

/// Autobahn sends messages of 16 MiB.
const MAX_ECHO: usize = 32 << 20;

/// The application that the suites expect.
struct Conformance;

impl Service for Conformance {
    type Session = Namespace;

    async fn connect(self: Arc<Self>, link: Arc<Link>, hello: Hello) -> Result<Namespace, ConnectRefusal> {
        let auth = hello.auth.as_deref().unwrap_or("{}");
        link.send(socket::event_frame(hello.namespace.as_str(), "auth", auth));
        Ok(hello.namespace)
    }

    fn event(self: &Arc<Self>, namespace: &mut Namespace, link: &Arc<Link>, event: Event) -> EventReply {
        let (list, attachments) = (event.args.list(), event.args.attachments());
        match event.name.as_str() {
            "message" => {
                link.send_all(binary_event_frames(
                    (namespace.as_str(), "message-back"),
                    list,
                    attachments,
                ));
                EventReply::None
            }
            "message-with-ack" => EventReply::Now(AckArgs {
                list: list.to_owned(),
                attachments: attachments.to_vec(),
            }),
            _ => EventReply::None,
        }
    }

    fn disconnected(self: &Arc<Self>, _: Namespace, _: &Arc<Link>, _: DisconnectReason) {}

    fn message(self: &Arc<Self>, link: &Arc<Link>, message: Message) {
        link.send(match message {
            Message::Text(text) => Frame::message(&String::from_utf8_lossy(&text)),
            Message::Binary(bytes) => Frame::binary(&bytes),
        });
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let app = Router::new()
        .nest(
            "/socket.io/",
            router(Engine::start(Arc::new(Conformance), config(socket_layer())?)),
        )
        .nest(
            "/engine.io/",
            router(Engine::start(Arc::new(Conformance), config(Layer::EngineIo)?)),
        )
        .route("/ws-echo", any(ws_echo));

    let listener = TcpListener::bind(("0.0.0.0", setting("PORT", 3000)?)).await?;
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    loop {
        let (stream, peer) = listener.accept().await?;
        tokio::spawn(serve(app.clone(), stream, peer));
    }
}

fn socket_layer() -> Layer {
    Layer::SocketIo(socket::Config {
        namespaces: vec![Namespace::MAIN, Namespace::new("/custom")],
        connect_timeout: Duration::from_secs(1),
        limits: socket::Limits::default(),
    })
}

fn config(mut layer: Layer) -> anyhow::Result<EngineConfig> {
    let max_payload = setting("MAX_PAYLOAD", 1_000_000)?;
    if let Layer::SocketIo(config) = &mut layer {
        config.connect_timeout = Duration::from_millis(setting("CONNECT_TIMEOUT", 1_000)?);
        config.limits.max_attachment_bytes = max_payload;
    }
    let engine = engine::Config {
        ping_interval: Duration::from_millis(setting("PING_INTERVAL", 300)?),
        ping_timeout: Duration::from_millis(setting("PING_TIMEOUT", 200)?),
        max_payload,
        ..engine::Config::default()
    };
    Ok(EngineConfig {
        engine,
        layer,
        origins: OriginPolicy::Any,
        ..EngineConfig::default()
    })
}

fn setting<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(name: &str, default: T) -> anyhow::Result<T> {
    match env::var(name) {
        Ok(value) => Ok(value.parse()?),
        Err(_) => Ok(default),
    }
}

async fn serve(app: Router, stream: TcpStream, peer: SocketAddr) {
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that breaks HTTP has been answered by hyper; there is nobody else to tell.
    let _ = served.await;
}

async fn ws_echo(mut request: Request<Body>) -> Response {
    match upgrade::accept(&mut request) {
        Ok((response, on_upgrade)) => {
            tokio::spawn(async move {
                if let Some((stream, rest)) = upgrade::take_over(on_upgrade).await {
                    let _ = stream.set_nodelay(true);
                    echo(WebSocket::new(stream, rest, MAX_ECHO)).await;
                }
            });
            response
        }
        Err(error) => error.response(),
    }
}

/// Echoes until either side closes.
async fn echo(mut websocket: WebSocket) {
    loop {
        let (answer, is_last) = match next(&mut websocket).await {
            Read::Item(Item::Text(text)) => (Frame::text(&String::from_utf8_lossy(&text)), false),
            Read::Item(Item::Binary(bytes)) => (Frame::binary(&bytes), false),
            Read::Item(Item::Ping(payload)) => (Frame::ws_pong(&payload), false),
            Read::Item(Item::Pong(_)) => continue,
            Read::Item(Item::Close(close)) => (Frame::ws_close(close.as_ref()), true),
            Read::Malformed(error) => (Frame::ws_close(Some(&Close::new(error.close_code()))), true),
            Read::Lost => return,
        };
        let is_written = write_all(websocket.stream(), answer.ws_bytes()).await.is_ok();
        if is_last && is_written {
            websocket.discard();
            let _ = socket2::SockRef::from(&**websocket.stream()).shutdown(Shutdown::Write);
            let _ = tokio::time::timeout(Duration::from_secs(1), next(&mut websocket)).await;
        }
        if is_last || !is_written {
            return;
        }
    }
}

async fn next(websocket: &mut WebSocket) -> Read {
    poll_fn(|cx| websocket.poll_read(cx)).await
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        stream.ready(Interest::WRITABLE).await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
