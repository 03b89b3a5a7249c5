//! The binary itself: what it prints, what it logs, and how it stops.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{PASSWORD, get};

/// A `hearth serve` of its own; killed if the test fails before it stops.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(data: &Path) -> Command {
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
fn read_link(child: &mut Child) -> (String, SocketAddr) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines
        .map(|line| line.trim().to_owned())
        .find(|line| line.contains("#token="))
        .unwrap();
    let port = link.split([':', '/']).nth(4).unwrap().parse().unwrap();
    (link, SocketAddr::from(([127, 0, 0, 1], port)))
}

async fn post(address: SocketAddr, path: &str, body: &Value) -> Value {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (body, mut answer) = (body.to_string(), String::new());
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn it_prints_the_link_logs_no_secrets_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process(serve(&folder.path().join("data")).spawn().unwrap());
    let (link, address) = read_link(&mut process.0);
    let mut log = process.0.stderr.take().unwrap();
    let logged = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).map(|_| text)
    });

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
    let told = Command::new("kill")
        .args(["-TERM", &process.0.id().to_string()])
        .status()
        .unwrap();
    let status = process.0.wait().unwrap();
    let logged = logged.join().unwrap().unwrap();

    assert!(told.success() && status.success(), "{status}");
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
