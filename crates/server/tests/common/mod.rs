//! A real server on a free port with a data folder of its own, and a small HTTP client for it.
#![allow(dead_code, clippy::unwrap_used)]

pub mod socket;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hearth_server::app::App;
use hearth_server::clock::Clock;
use hearth_server::config::Config;
use hearth_server::{Running, start_at};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// What everybody's password is, unless a test says otherwise.
pub const PASSWORD: &str = "correct horse battery";

/// A running server. Stop it at the end of a test that looks at its files, or restarts it.
pub struct TestServer {
    pub running: Running,
    pub config: Config,
    pub clock: Clock,
    data: Arc<tempfile::TempDir>,
}

/// Somebody who registered.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub access: String,
    pub refresh: String,
}

impl TestServer {
    /// A server where anyone may register.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// As [`TestServer::start`], with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            data: data.path().join("data"),
            signup: Some(hearth_protocol::rest::Signup::Open),
            ..Config::default()
        };
        change(&mut config);
        Self::start_in(data, config, Clock::default()).await
    }

    async fn start_in(data: Arc<tempfile::TempDir>, config: Config, clock: Clock) -> Self {
        let running = start_at(config.clone(), clock.clone()).await.unwrap();
        Self {
            running,
            config,
            clock,
            data,
        }
    }

    pub fn app(&self) -> &App {
        &self.running.app
    }

    /// Stops the server and returns its folder, so that a test can look into it.
    pub async fn stop(self) -> Arc<tempfile::TempDir> {
        let app = Arc::downgrade(&self.running.app);
        self.running.stop().await;
        assert!(app.upgrade().is_none(), "something goes on after the stop");
        self.data
    }

    /// Stops the server and reads its whole database file.
    pub async fn stop_and_read(self) -> Vec<u8> {
        let data = self.config.data.clone();
        let _folder = self.stop().await;
        std::fs::read(data.join("hearth.db")).unwrap()
    }

    /// Stops the server and starts it again on the same data folder.
    pub async fn restart(self) -> Self {
        self.restart_after(|_| {}).await
    }

    /// As [`TestServer::restart`], with something done to the database meanwhile.
    pub async fn restart_after(self, change: impl FnOnce(&rusqlite::Connection)) -> Self {
        self.running.stop().await;
        change(&rusqlite::Connection::open(self.config.data.join("hearth.db")).unwrap());
        Self::start_in(self.data, self.config, self.clock).await
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call<'_> {
        self.call(Method::POST, path).json(body)
    }

    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let host = self.running.address.to_string();
        let headers = HeaderMap::from_iter([(http::header::HOST, host.parse().unwrap())]);
        Call {
            server: self,
            method,
            path: path.to_owned(),
            headers,
            body: Bytes::new(),
        }
    }

    /// Registers somebody, who must be taken.
    pub async fn register(&self, username: &str) -> Person {
        let answer = self.post("/api/v1/auth/register", &registration(username)).send().await;
        answer.person(StatusCode::CREATED)
    }

    /// Claims the site.
    pub async fn owner(&self) -> Person {
        let mut body = registration("olga");
        body["token"] = json!(self.setup_token());
        body["signup"] = json!("open");
        self.post("/api/v1/setup", &body)
            .send()
            .await
            .person(StatusCode::CREATED)
    }

    /// Claims the site and leaves the way in as it is configured.
    pub async fn owner_by_invite_only(&self) -> Person {
        let mut body = registration("olga");
        body["token"] = json!(self.setup_token());
        self.post("/api/v1/setup", &body)
            .send()
            .await
            .person(StatusCode::CREATED)
    }

    pub fn setup_token(&self) -> String {
        let link = self.running.setup_link.clone().unwrap();
        link.split_once("#token=").unwrap().1.to_owned()
    }

    pub async fn log_in(&self, login: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/login", &json!({"login": login, "password": password}))
            .send()
            .await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.post("/api/v1/auth/refresh", &json!({"refreshToken": token}))
            .send()
            .await
    }

    /// The status of asking for one's own account.
    pub async fn me(&self, access: &str) -> StatusCode {
        self.get("/api/v1/users/me").bearer(access).send().await.status
    }
}

/// The body of a registration.
pub fn registration(username: &str) -> Value {
    json!({"username": username, "email": format!("{username}@example.org"), "password": PASSWORD})
}

/// A request in the making.
pub struct Call<'a> {
    server: &'a TestServer,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call<'_> {
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into();
        self.header("content-type", "application/json")
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets a header in place of one of the same name.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// Sends the request and reads no more than the status of its answer.
    pub async fn send_head(self) -> StatusCode {
        let stream = TcpStream::connect(self.server.running.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection.with_upgrades());
        let status = sender.send_request(self.into_request()).await.unwrap().status();
        connection.abort();
        status
    }

    fn into_request(self) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        *request.headers_mut().unwrap() = self.headers;
        request.body(Full::new(self.body)).unwrap()
    }

    pub async fn send(self) -> Answer {
        let stream = TcpStream::connect(self.server.running.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(self.method).uri(self.path);
        *request.headers_mut().unwrap() = self.headers;
        let response = sender
            .send_request(request.body(Full::new(self.body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        drop(sender);
        connection.await.unwrap().unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap());
        let mut pairs = set.filter_map(|text| text.split(';').next()?.split_once('='));
        pairs
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned())
    }

    /// What a successful log-in of any kind tells.
    pub fn person(&self, status: StatusCode) -> Person {
        assert_eq!(self.status, status, "{}", self.text());
        let body = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            id: text(&body["user"]["id"]),
            username: text(&body["user"]["username"]),
            access: text(&body["accessToken"]),
            refresh: text(&body["refreshToken"]),
        }
    }
}

/// A Socket.IO connection over long-polling, connected with an access token.
pub struct Polling<'a> {
    server: &'a TestServer,
    path: String,
}

impl<'a> Polling<'a> {
    /// Opens a connection and asks for the main namespace; returns it with the server's answer to that.
    pub async fn connect(server: &'a TestServer, access: &str) -> (Self, String) {
        let opened = server.get("/socket.io/?EIO=4&transport=polling").send().await;
        let opened: Value = serde_json::from_str(opened.text().strip_prefix('0').unwrap()).unwrap();
        let path = format!(
            "/socket.io/?EIO=4&transport=polling&sid={}",
            opened["sid"].as_str().unwrap()
        );
        let polling = Self { server, path };
        polling.send(&format!("40{}", json!({"token": access}))).await;
        let answer = polling.poll().await.unwrap();
        (polling, answer)
    }

    /// Where to poll.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub async fn send(&self, packet: &str) {
        let call = self.server.call(Method::POST, &self.path).body(packet.to_owned());
        assert_eq!(
            call.header("content-type", "text/plain").send().await.status,
            StatusCode::OK
        );
    }

    /// The next packets; `None` when the connection is gone.
    pub async fn poll(&self) -> Option<String> {
        let answer = self.server.get(&self.path).send().await;
        (answer.status == StatusCode::OK).then(|| answer.text().to_owned())
    }

    /// Everything until the connection is gone, which must be soon.
    pub async fn read_to_end(&self) -> String {
        let read = async {
            let mut all = String::new();
            while let Some(packets) = self.poll().await {
                all += &packets;
                all.push('\u{1e}');
            }
            all
        };
        tokio::time::timeout(Duration::from_secs(2), read)
            .await
            .expect("the connection ends within 2 s")
    }
}

/// The text of a plain GET, for a request that outlives the borrow of its server.
pub async fn get(address: std::net::SocketAddr, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Everything the server answers to these bytes until it closes, or nothing more comes.
pub async fn exchange(server: &TestServer, bytes: &[u8]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = TcpStream::connect(server.running.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}
