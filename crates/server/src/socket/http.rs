//! The requests that connections are made of.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, State},
    response::Response,
    routing::any,
};
use hearth_sio::engine::{Refusal, Transport};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::oneshot;

use super::{
    Engine, Link, OriginPolicy, Peer, Service, WebSocket, connection::Connection, engine::Full, mail::Mail, upgrade,
};

/// How long a POST may take to arrive.
const POST_TIMEOUT: Duration = Duration::from_secs(30);

/// The client's address where it is not the far end of the TCP connection; an HTTP layer that trusts a proxy puts it
/// into the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Serves an engine at the root of wherever this router is nested.
///
/// The server underneath must serve `hyper_util::rt::TokioIo<tokio::net::TcpStream>` over HTTP/1.1 with upgrades, and
/// put `ConnectInfo<SocketAddr>` (or [`ClientAddress`]) into each request.
pub fn router<S: Service>(engine: Arc<Engine<S>>) -> Router {
    Router::new().route("/", any(serve::<S>)).with_state(engine)
}

/// The parameters of a request that matter here.
struct Query<'a> {
    eio: Option<&'a str>,
    transport: Option<&'a str>,
    sid: Option<&'a str>,
}

async fn serve<S: Service>(State(engine): State<Arc<Engine<S>>>, request: Request<Body>) -> Response {
    if !engine.config.origins.allows(request.headers()) {
        return refuse(Refusal::Forbidden);
    }
    let cors = cors_headers(&engine.config.origins, request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        preflight(request.headers())
    } else {
        route(&engine, request).await
    };
    response.headers_mut().extend(cors);
    response
}

async fn route<S: Service>(engine: &Arc<Engine<S>>, request: Request<Body>) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let query = Query::parse(&query);
    let Some(transport) = query.transport.and_then(Transport::from_name) else {
        return refuse(Refusal::TransportUnknown);
    };
    match query.sid {
        Some(sid) => match engine.find(sid) {
            None => refuse(Refusal::SessionUnknown),
            Some(_) if query.eio != Some("4") => refuse(Refusal::BadRequest),
            Some(link) => match transport {
                Transport::Polling => poll(engine, &link, request).await,
                Transport::WebSocket => join(engine, link, request),
            },
        },
        None if request.method() != Method::GET => refuse(Refusal::BadHandshakeMethod),
        None if transport == Transport::WebSocket && !upgrade::is_requested(&request) => refuse(Refusal::BadRequest),
        None if query.eio != Some("4") => refuse(Refusal::UnsupportedProtocolVersion),
        None => match transport {
            Transport::Polling => open_polling(engine, peer_of(&request)).await,
            Transport::WebSocket => open_websocket(engine, request),
        },
    }
}

async fn open_polling<S: Service>(engine: &Arc<Engine<S>>, peer: Arc<Peer>) -> Response {
    let admitted = match engine.admit(peer.address) {
        Ok(admitted) => admitted,
        Err(full) => return refuse_full(full),
    };
    let link = admitted.link.clone();
    tokio::spawn(Connection::polling(admitted, peer));
    answer_poll(&link).await
}

fn open_websocket<S: Service>(engine: &Arc<Engine<S>>, mut request: Request<Body>) -> Response {
    let peer = peer_of(&request);
    let (response, on_upgrade) = match upgrade::accept(&mut request) {
        Ok(accepted) => accepted,
        Err(error) => return error.response(),
    };
    let admitted = match engine.admit(peer.address) {
        Ok(admitted) => admitted,
        Err(full) => return refuse_full(full),
    };
    tokio::spawn(async move {
        if let Some((stream, rest)) = upgrade::take_over(on_upgrade).await {
            admitted.engine.prepare(&stream);
            let max_payload = admitted.engine.config.engine.max_payload;
            let websocket = WebSocket::new(stream, rest, max_payload);
            // A task of its own, because this one has room for the whole upgrade.
            tokio::spawn(Connection::websocket(admitted, peer, websocket));
        }
    });
    response
}

/// A WebSocket for a connection that polls.
fn join<S: Service>(engine: &Arc<Engine<S>>, link: Arc<Link>, mut request: Request<Body>) -> Response {
    if !upgrade::is_requested(&request) {
        return refuse(Refusal::BadRequest);
    }
    let (response, on_upgrade) = match upgrade::accept(&mut request) {
        Ok(accepted) => accepted,
        Err(error) => return error.response(),
    };
    let engine = engine.clone();
    tokio::spawn(async move {
        if let Some((stream, rest)) = upgrade::take_over(on_upgrade).await {
            engine.prepare(&stream);
            let websocket = WebSocket::new(stream, rest, engine.config.engine.max_payload);
            link.post(Mail::WebSocket(Box::new(websocket)));
        }
    });
    response
}

async fn poll<S: Service>(engine: &Arc<Engine<S>>, link: &Arc<Link>, request: Request<Body>) -> Response {
    match *request.method() {
        Method::GET => answer_poll(link).await,
        Method::POST => take_post(engine, link, request).await,
        _ => refuse(Refusal::BadRequest),
    }
}

async fn answer_poll(link: &Arc<Link>) -> Response {
    let (sender, receiver) = oneshot::channel();
    link.post(Mail::Poll(sender));
    match receiver.await {
        Ok(Ok(payload)) => respond("text/plain; charset=UTF-8", Body::from(payload)),
        Ok(Err(refusal)) => refuse(refusal),
        Err(_) => refuse(Refusal::SessionUnknown),
    }
}

async fn take_post<S: Service>(engine: &Arc<Engine<S>>, link: &Arc<Link>, request: Request<Body>) -> Response {
    let Some(_posting) = link.begin_post() else {
        link.post(Mail::PostOverlap);
        return refuse(Refusal::BadRequest);
    };
    let body = Limited::new(request.into_body(), engine.config.engine.max_payload).collect();
    let body = match tokio::time::timeout(POST_TIMEOUT, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(),
        Ok(Err(_)) | Err(_) => return refuse(Refusal::BadRequest),
    };
    let (sender, receiver) = oneshot::channel();
    link.post(Mail::Post(body, sender));
    match receiver.await {
        // Not text/plain, which some old clients offer to download.
        Ok(Ok(())) => respond("text/html", Body::from("ok")),
        Ok(Err(refusal)) => refuse(refusal),
        Err(_) => refuse(Refusal::SessionUnknown),
    }
}

impl<'a> Query<'a> {
    /// The first of each; none of them ever needs percent encoding.
    fn parse(query: &'a str) -> Self {
        let find = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        Self {
            eio: find("EIO"),
            transport: find("transport"),
            sid: find("sid"),
        }
    }
}

fn peer_of<B>(request: &Request<B>) -> Arc<Peer> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
            .map(str::to_owned)
    };
    let extensions = request.extensions();
    let address = match (
        extensions.get::<ClientAddress>(),
        extensions.get::<ConnectInfo<SocketAddr>>(),
    ) {
        (Some(ClientAddress(address)), _) => *address,
        (None, Some(ConnectInfo(address))) => address.ip(),
        (None, None) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    };
    Arc::new(Peer {
        address,
        origin: header(header::ORIGIN),
        user_agent: header(header::USER_AGENT),
        forwarded_for: header(header::HeaderName::from_static("x-forwarded-for")),
    })
}

fn respond(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refuse(refusal: Refusal) -> Response {
    let mut response = respond("application/json", Body::from(refusal.body()));
    *response.status_mut() = StatusCode::from_u16(refusal.status()).expect("it is 400 or 403");
    response
}

fn refuse_full(full: Full) -> Response {
    let (status, after) = match full {
        Full::Server => (StatusCode::SERVICE_UNAVAILABLE, HeaderValue::from_static("10")),
        Full::Address => (StatusCode::TOO_MANY_REQUESTS, HeaderValue::from_static("10")),
    };
    let mut response = respond(
        "text/plain; charset=UTF-8",
        Body::from("Too many connections, try again later."),
    );
    *response.status_mut() = status;
    response.headers_mut().insert(header::RETRY_AFTER, after);
    response
}

fn too_large() -> Response {
    let mut response = respond("text/plain; charset=UTF-8", Body::empty());
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response
}

/// What lets a page of an allowed origin read the answer.
fn cors_headers(policy: &OriginPolicy, request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match (policy, request.get(header::ORIGIN)) {
        (OriginPolicy::Any, _) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        (OriginPolicy::SameHostAnd(_), Some(origin)) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
        (OriginPolicy::SameHostAnd(_), None) => {}
    }
    headers
}

fn preflight(request: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
