//! A server on loopback, an application that tells what it sees, and a client that says exactly what it is told.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hearth_protocol::{Goodbye, GoodbyeCode};
use hearth_server::socket::{
    AckArgs, ConnectRefusal, DisconnectReason, Engine, EngineConfig, Event, EventReply, Hello, Link, Service, router,
};
use hearth_sio::{
    Frame,
    ws::{self, Decoder, Item, Opcode, Role},
};
use http::Request;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Mutex, Semaphore, mpsc},
};
use tower::ServiceExt;

/// What the application saw.
#[derive(Debug)]
pub enum Seen {
    Connected(Arc<Link>),
    Started(String),
    Finished(String),
    Disconnected(DisconnectReason),
}

/// Tells everything to the test. Auth `{"as":"refused"}` is refused; the event `hold` waits for a permit.
pub struct Watcher {
    seen: mpsc::Sender<Seen>,
    pub permits: Arc<Semaphore>,
}

impl Service for Watcher {
    type Session = ();

    async fn connect(self: Arc<Self>, link: Arc<Link>, hello: Hello) -> Result<(), ConnectRefusal> {
        link.send(Frame::event("early", ""));
        tokio::task::yield_now().await;
        link.send(Frame::event("early", ""));
        if hello.auth.is_some_and(|auth| auth.contains("refused")) {
            let data = Some(r#"{"why":"asked"}"#.to_owned());
            let message = "refused".to_owned();
            return Err(ConnectRefusal { message, data });
        }
        self.seen.try_send(Seen::Connected(link)).unwrap();
        Ok(())
    }

    fn event(self: &Arc<Self>, _: &mut (), _: &Arc<Link>, event: Event) -> EventReply {
        let list = event.args.list().to_owned();
        if event.name == "echo" {
            return EventReply::Now(AckArgs::from(list));
        }
        let this = self.clone();
        EventReply::Later(Box::pin(async move {
            this.seen.try_send(Seen::Started(list.clone())).unwrap();
            this.permits.acquire().await.unwrap().forget();
            this.seen.try_send(Seen::Finished(list.clone())).unwrap();
            AckArgs::from(list)
        }))
    }

    fn disconnected(self: &Arc<Self>, (): (), _: &Arc<Link>, reason: DisconnectReason) {
        self.seen.try_send(Seen::Disconnected(reason)).unwrap();
    }
}

pub struct Bed {
    pub engine: Arc<Engine<Watcher>>,
    pub permits: Arc<Semaphore>,
    pub address: SocketAddr,
    seen: Mutex<mpsc::Receiver<Seen>>,
}

impl Bed {
    pub async fn start(config: EngineConfig) -> Self {
        let (sender, seen) = mpsc::channel(1_000);
        let permits = Arc::new(Semaphore::new(0));
        let watcher = Watcher {
            seen: sender,
            permits: permits.clone(),
        };
        let engine = Engine::start(Arc::new(watcher), config);
        let app = Router::new().nest("/socket.io/", router(engine.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                tokio::spawn(serve(app.clone(), stream, peer));
            }
        });
        Self {
            engine,
            permits,
            address,
            seen: Mutex::new(seen),
        }
    }

    /// What the application saw next.
    pub async fn seen(&self) -> Seen {
        self.seen.lock().await.recv().await.unwrap()
    }

    /// A WebSocket with a connected main namespace, and the application's link to it.
    pub async fn connect(&self) -> (Client, Arc<Link>) {
        let mut client = Client::open(self.address).await;
        client.send(r#"40{"as":"somebody"}"#).await;
        let Seen::Connected(link) = self.seen().await else {
            panic!("the application connects first")
        };
        assert!(client.next().await.starts_with("40{"));
        assert_eq!([client.next().await, client.next().await], [r#"42["early"]"#; 2]);
        (client, link)
    }

    /// Opens a polling session; the path of its requests.
    pub async fn open_polling(&self) -> String {
        let (_, open) = self.request("GET", "/socket.io/?EIO=4&transport=polling", "").await;
        let open: serde_json::Value = serde_json::from_str(&open[1..]).unwrap();
        format!(
            "/socket.io/?EIO=4&transport=polling&sid={}",
            open["sid"].as_str().unwrap()
        )
    }

    /// One HTTP request; the head and the body of the answer.
    pub async fn request(&self, method: &str, path: &str, body: &str) -> (String, String) {
        self.request_with(&format!("{method} {path} HTTP/1.1"), "", body).await
    }

    pub async fn request_with(&self, line: &str, headers: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head =
            format!("{line}\r\nhost: chat.example\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

async fn serve(app: Router, stream: TcpStream, peer: SocketAddr) {
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let http = hyper::server::conn::http1::Builder::new();
    drop(
        http.serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await,
    );
}

/// A WebSocket client that answers nothing by itself.
pub struct Client {
    pub stream: TcpStream,
    decoder: Decoder,
    items: VecDeque<Item>,
}

impl Client {
    /// Opens a WebSocket and reads the open packet.
    pub async fn open(address: SocketAddr) -> Self {
        let mut client = Self::try_open(address, "").await.unwrap();
        assert!(client.next().await.starts_with("0{"));
        client
    }

    /// Opens a WebSocket with further headers, or gives the head of the refusal.
    pub async fn try_open(address: SocketAddr, headers: &str) -> Result<Self, String> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: chat.example\r\nconnection: Upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        if !head.starts_with("HTTP/1.1 101") {
            return Err(head);
        }
        let decoder = Decoder::new(Role::Client, 16 << 20);
        Ok(Self {
            stream,
            decoder,
            items: VecDeque::new(),
        })
    }

    pub async fn send(&mut self, packet: &str) {
        let mut bytes = Vec::new();
        ws::encode_client(&mut bytes, Opcode::Text, packet.as_bytes(), [1, 2, 3, 4]);
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// The next text; panics at the end of the connection.
    pub async fn next(&mut self) -> String {
        match self.next_item().await {
            Some(Item::Text(text)) => String::from_utf8(text.to_vec()).unwrap(),
            other => panic!("a text was awaited, not {other:?}"),
        }
    }

    /// All texts up to the close frame, and its reason.
    pub async fn rest(&mut self) -> (Vec<String>, String) {
        let mut texts = Vec::new();
        loop {
            match self.next_item().await {
                Some(Item::Text(text)) => texts.push(String::from_utf8(text.to_vec()).unwrap()),
                Some(Item::Close(close)) => return (texts, close.unwrap().reason),
                other => panic!("a close was awaited, not {other:?}"),
            }
        }
    }

    /// The next item, `None` at the end of the stream.
    pub async fn next_item(&mut self) -> Option<Item> {
        let mut buffer = vec![0; 64 * 1024];
        while self.items.is_empty() {
            let count = self.stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
            let mut input = &buffer[..count];
            while let Some(item) = self.decoder.decode(&mut input).unwrap() {
                self.items.push_back(item);
            }
        }
        self.items.pop_front()
    }
}

/// A configuration with heartbeats that no test waits for.
pub fn config() -> EngineConfig {
    EngineConfig::default()
}

pub fn goodbye(code: GoodbyeCode) -> Goodbye {
    let message = "Goodbye.".to_owned();
    Goodbye {
        code,
        message,
        temporary: code.is_temporary(),
        reconnect_after_ms: None,
    }
}

pub fn short() -> Duration {
    Duration::from_millis(50)
}
