//! Opening a connection: TCP, the HTTP upgrade, Engine.IO, and the token.

use std::time::{Duration, Instant};

use hearth_sio::ws;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::{Error, Incoming, ServerAddress, Wire};

const OPEN_WITHIN: Duration = Duration::from_secs(20);
const MAX_HEAD_BYTES: usize = 16_384;

/// An authenticated connection that nobody drives yet.
#[derive(Debug)]
pub struct Opened {
    /// What is written and read.
    pub stream: TcpStream,
    /// What the bytes mean. Events may already wait in it.
    pub wire: Wire,
    /// Id of the connection.
    pub sid: String,
}

/// Connects to a server and authenticates with an access token.
///
/// Errors: [`Error::ConnectRefused`] when the server does not take the token; no answer within 20 s; the network.
pub async fn open(server: &ServerAddress, token: &str) -> Result<Opened, Error> {
    let opening = tokio::time::timeout(OPEN_WITHIN, open_unbounded(server, token));
    opening.await.map_err(|_| Error::TimedOut)?
}

async fn open_unbounded(server: &ServerAddress, token: &str) -> Result<Opened, Error> {
    let mut stream = server.connect().await?;
    let random = Uuid::new_v4().into_bytes();
    let mut rest = upgrade(&mut stream, server, random).await?;
    let (_, seed) = random.split_at(8);
    let seed = u64::from_le_bytes(seed.try_into().expect("half of sixteen bytes is eight"));
    let mut wire = Wire::new(Instant::now(), seed);
    loop {
        wire.handle_bytes(Instant::now(), &rest)?;
        while let Some(incoming) = wire.poll_incoming() {
            match incoming {
                Incoming::Opened => wire.connect(token),
                Incoming::Connected { sid } => return Ok(Opened { stream, wire, sid }),
                Incoming::ConnectRefused { message } => return Err(Error::ConnectRefused { message }),
                Incoming::Event { .. } | Incoming::Ack { .. } => {}
                Incoming::Disconnected | Incoming::Closed => return Err(Error::Closed),
            }
        }
        stream.write_all(&wire.take_output()).await?;
        rest.clear();
        if stream.read_buf(&mut rest).await? == 0 {
            return Err(Error::Closed);
        }
    }
}

/// Asks for the upgrade and gives what came after the answer's head.
async fn upgrade(stream: &mut TcpStream, server: &ServerAddress, random: [u8; 16]) -> Result<Vec<u8>, Error> {
    let key = base64(random);
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n",
        server.authority()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(512);
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(Error::Closed);
        }
        if let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let rest = answer.split_off(end + 4);
            check_answer(&answer, &key)?;
            return Ok(rest);
        }
        if answer.len() > MAX_HEAD_BYTES {
            return Err(Error::Unexpected("a head without an end".to_owned()));
        }
    }
}

/// The answer must switch protocols and show that it understood this very request.
fn check_answer(head: &[u8], key: &str) -> Result<(), Error> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("101") {
        return Err(Error::Unexpected(status.to_owned()));
    }
    let wanted = ws::accept_key(key.as_bytes());
    let is_accept = |line: &str| {
        line.split_once(':')
            .is_some_and(|(name, value)| name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == wanted)
    };
    if lines.any(is_accept) {
        Ok(())
    } else {
        Err(Error::Unexpected("a wrong Sec-WebSocket-Accept".to_owned()))
    }
}

/// Sixteen bytes as base64, which is all that the handshake needs of it.
fn base64(bytes: [u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u128::from_be_bytes(bytes);
    // 21 groups of six bits, then the last two bits, which padding fills up to a group.
    let groups = (0..21)
        .map(|group| (bits >> (122 - 6 * group)) & 63)
        .chain([(bits & 3) << 4]);
    let digits = groups.map(|group| char::from(ALPHABET[usize::try_from(group).expect("six bits")]));
    digits.chain("==".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_and_its_answer_are_those_of_the_rfc() {
        let key = base64(*b"the sample nonce");

        assert_eq!(key, "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        assert!(check_answer(answer, &key).is_ok());
    }

    #[test]
    fn another_status_or_another_key_is_no_upgrade() {
        let refused = check_answer(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "key");
        let wrong = check_answer(b"HTTP/1.1 101 Sure\r\nSec-WebSocket-Accept: x\r\n\r\n", "key");

        assert!(matches!(refused, Err(Error::Unexpected(line)) if line.contains("503")));
        assert!(matches!(wrong, Err(Error::Unexpected(_))));
    }
}
