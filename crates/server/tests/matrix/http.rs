//! As little of an HTTP client as the walk needs: one request, one connection.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The methods that a route of the document may have.
pub const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What to ask.
pub struct Request<'a> {
    /// `GET`, `POST` …
    pub method: &'a str,
    /// With its query.
    pub path: String,
    /// The access token, if any.
    pub token: Option<&'a str>,
    /// A JSON value; `null` sends no body.
    pub body: Value,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Asks on a connection of its own.
pub async fn ask(server: SocketAddr, request: Request<'_>) -> Answer {
    let Request {
        method,
        path,
        token,
        body,
    } = request;
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(server, method, &path, (token, &body)).await
}

/// Sends `body` as it is.
pub async fn send(server: SocketAddr, method: &str, path: &str, (token, body): (Option<&str>, &str)) -> Answer {
    let authorization = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let kind = if body.starts_with('{') {
        "application/json"
    } else {
        "text/plain"
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\ncontent-type: {kind}\r\n{authorization}content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    parse(&String::from_utf8(bytes).unwrap())
}

fn parse(response: &str) -> Answer {
    let (head, text) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(
        !head.to_lowercase().contains("transfer-encoding"),
        "answers have a length: {head}"
    );
    Answer {
        status,
        text: text.to_owned(),
    }
}
