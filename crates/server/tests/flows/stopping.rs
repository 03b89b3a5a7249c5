//! Stopping, starting again, and being killed in the middle of it all.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::socket::{Packet, Socket};
use crate::common::{TestServer, registration};
use crate::scene::{flood, id, message, room};

#[tokio::test]
async fn everyone_is_told_that_the_server_stops_and_when_to_come_back() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let (mut one, mut two) = (Socket::of(&server, &alice).await, Socket::of(&server, &bob).await);

    let stopped = tokio::time::timeout(Duration::from_secs(10), server.stop());
    let (stopped, one, two) = tokio::join!(stopped, one.ending(), two.ending());

    stopped.expect("stopping takes at most 10 s");
    for ending in [one, two] {
        let goodbye = ending.goodbye;
        assert_eq!(
            (&goodbye["code"], &goodbye["temporary"]),
            (&json!("shutting_down"), &json!(true))
        );
        assert!(goodbye["reconnectAfterMs"].as_u64().unwrap() <= 5_000);
        assert!(!ending.is_final, "stock clients come back by themselves");
    }
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.register("alice").await, server.register("bob").await);
    let kitchen = room(&server, &alice, &[&bob]).await;
    let mut one = Socket::of(&server, &alice).await;
    let sent = flood(&mut one, &kitchen, 5).await;
    let before = one.ask("join_room", &json!(kitchen)).await;
    drop(one);

    let server = server.restart().await;
    let mut one = Socket::of(&server, &alice).await;
    let after = one.ask("join_room", &json!(kitchen)).await;
    let again = flood(&mut one, &kitchen, 5).await;
    let next = one.ask("send_message", &message(&kitchen, "on we go", "next")).await;

    let kept = [
        "room",
        "members",
        "messages",
        "seq",
        "lastNumber",
        "role",
        "readSeq",
        "readNumber",
    ];
    assert_eq!(kept.map(|field| &after[field]), kept.map(|field| &before[field]));
    assert_eq!(again, sent);
    assert_eq!((&next["seq"], &next["number"]), (&json!(9), &json!(6)));
}

/// The real program, killed when it is dropped.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hearth"))
            .arg("serve")
            .env("HEARTH_DATA", data)
            .env("HEARTH_LISTEN", "127.0.0.1:0")
            .env("HEARTH_SIGNUP", "open")
            .env("HEARTH_LOG_LEVEL", "warn")
            .env("HEARTH_LIMITS_MESSAGES_PER_MINUTE", "100000")
            .env("HEARTH_LIMITS_MESSAGES_BURST", "100000")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Self {
            child,
            address: ([127, 0, 0, 1], port).into(),
        }
    }

    async fn post(&self, path: &str, access: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let body = body.to_string();
        let request = format!(
            "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {access}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
    }

    /// No goodbye, no flush: as a power cut for the process.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SENDS: usize = 600;

/// Sends everything of an outbox, in order.
async fn send_all(socket: &mut Socket, room: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    for index in 0..SENDS {
        let payload = message(room, &format!("message {index}"), &format!("outbox-{index}"));
        numbers.push(socket.begin("send_message", &payload).await);
    }
    numbers
}

#[tokio::test]
async fn a_server_killed_in_the_middle_of_sends_loses_nothing_it_acked_and_doubles_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut first = Process::start(&data.path().join("data"));
    let alice = first.post("/auth/register", "", &registration("alice")).await;
    let access = alice["accessToken"].as_str().unwrap().to_owned();
    let kitchen = id(&first
        .post("/rooms", &access, &json!({"type": "group", "name": "Kitchen"}))
        .await);

    let mut socket = Socket::connect(first.address, &access).await;
    let numbers = send_all(&mut socket, &kitchen).await;
    let mut acked: BTreeMap<u64, Value> = BTreeMap::new();
    acked.insert(numbers[100], socket.ack(numbers[100]).await);
    first.kill();
    for packet in socket.rest(Duration::from_secs(10)).await {
        if let Packet::Ack(number, answer) = packet {
            acked.insert(number, answer);
        }
    }

    let second = Process::start(&data.path().join("data"));
    let mut socket = Socket::connect(second.address, &access).await;
    let retried = send_all(&mut socket, &kitchen).await;
    let mut saved = BTreeMap::new();
    for (number, again) in numbers.iter().zip(retried) {
        saved.insert(*number, socket.ack(again).await);
    }

    assert!(acked.len() > 100 && acked.iter().all(|(number, answer)| saved[number] == *answer));
    let mut seqs: Vec<i64> = saved.values().map(|answer| answer["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    let expected: Vec<i64> = (3..3 + i64::try_from(SENDS).unwrap()).collect();
    assert_eq!(seqs, expected);
    let snapshot = socket.ask("join_room", &json!(kitchen)).await;
    assert_eq!(
        (&snapshot["lastNumber"], &snapshot["seq"]),
        (&json!(SENDS), &json!(SENDS + 2))
    );
}
