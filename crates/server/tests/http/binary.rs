//! The binary itself: what it prints, what it logs, and how it stops.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};

use crate::common::{PASSWORD, get};

/// A `hearth serve` of its own; killed if the test fails before it stops.
pub struct Process(pub Child);

impl Process {
    /// Reads what it logs, in the background, to the end.
    pub fn drain_log(&mut self) -> JoinHandle<String> {
        let mut log = self.0.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).unwrap();
            text
        })
    }

    /// Tells it to stop and waits until it did.
    pub fn terminate(&mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(told.unwrap().success());
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn serve(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearth"));
    command
        .arg("serve")
        .env("HEARTH_DATA", data)
        .env("HEARTH_LISTEN", "127.0.0.1:0");
    command
        .env("HEARTH_SIGNUP", "open")
        .env("HEARTH_LOG_FORMAT", "json")
        .env("HEARTH_LOG_LEVEL", "trace");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The setup link that a first start prints, and the address in it.
pub fn read_link(child: &mut Child) -> (String, SocketAddr) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines
        .map(|line| line.trim().to_owned())
        .find(|line| line.contains("#token="))
        .unwrap();
    let port = link.split([':', '/']).nth(4).unwrap().parse().unwrap();
    (link, SocketAddr::from(([127, 0, 0, 1], port)))
}

/// One request to the API over a connection of its own: the status and the text of the answer.
pub async fn request(
    address: SocketAddr,
    (method, path): (&str, &str),
    token: &str,
    body: &Value,
) -> (StatusCode, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let path = path
        .strip_prefix("../../")
        .map_or_else(|| format!("/api/v1/{path}"), |path| format!("/{path}"));
    let bearer = if token.is_empty() {
        String::new()
    } else {
        format!("Authorization: Bearer {token}\r\n")
    };
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{bearer}");
    let json = format!(
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream
        .write_all(format!("{head}{json}{body}").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

async fn post(address: SocketAddr, path: &str, body: &Value) -> Value {
    let (_, answer) = request(address, ("POST", path.trim_start_matches("/api/v1/")), "", body).await;
    serde_json::from_str(&answer).unwrap()
}

#[tokio::test]
async fn it_prints_the_link_logs_no_secrets_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process(serve(&folder.path().join("data")).spawn().unwrap());
    let (link, address) = read_link(&mut process.0);
    let logged = process.drain_log();

    let account = json!({"username": "canary", "email": "canary@example.org", "password": PASSWORD});
    let tokens = post(address, "/api/v1/auth/register", &account).await;
    let (access, refresh) = (
        tokens["accessToken"].as_str().unwrap(),
        tokens["refreshToken"].as_str().unwrap(),
    );
    post(address, "/api/v1/auth/refresh", &json!({ "refreshToken": refresh })).await;
    post(address, "/api/v1/auth/refresh", &json!({ "refreshToken": refresh })).await;
    post(
        address,
        "/api/v1/auth/login",
        &json!({"login": "canary\r\nforged: line", "password": "canary-guess"}),
    )
    .await;
    get(address, &format!("/api/v1/invites/canary-invite?token={access}")).await;
    get(address, &format!("/socket.io/?EIO=4&transport=polling&token={access}")).await;
    let stopping = Instant::now();
    let status = process.terminate();
    let logged = logged.join().unwrap();

    assert!(status.success(), "{status}");
    assert!(stopping.elapsed() < Duration::from_secs(10));
    assert!(logged.contains("used again"), "the theft is logged: {logged}");
    let secret = link.split_once('=').unwrap().1;
    for canary in [
        access,
        refresh,
        secret,
        PASSWORD,
        "canary-guess",
        "canary-invite",
        "canary@example.org",
        "127.0.0.1:",
    ] {
        let lines: Vec<_> = logged
            .lines()
            .filter(|line| line.contains(canary) && !line.contains("listening"))
            .collect();
        assert!(lines.is_empty(), "{canary}: {lines:#?}");
    }
    assert!(
        logged.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "every line is JSON"
    );
}

#[test]
fn it_refuses_unknown_settings_and_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();

    let output = serve(folder.path())
        .env("HEARTH_LISTN", "127.0.0.1:1")
        .output()
        .unwrap();

    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("HEARTH_LISTEN"));
}

#[test]
fn it_prints_the_example_configuration() {
    let output = Command::new(env!("CARGO_BIN_EXE_hearth"))
        .arg("config")
        .output()
        .unwrap();

    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        hearth_server::config::example().unwrap()
    );
}
