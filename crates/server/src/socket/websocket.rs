//! A WebSocket taken over from HTTP.

use std::{
    cell::Cell,
    io,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hearth_sio::ws::{Decoder, Error, Item, Role};
use tokio::net::TcpStream;

/// Bytes read at once, into a buffer that all connections of a thread share.
const SCRATCH: usize = 64 * 1024;

thread_local! {
    static SCRATCH_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The reading half of an upgraded connection; the writing half is in the connection's `Link`.
///
/// Between messages it holds no buffer.
#[derive(Debug)]
pub struct WebSocket {
    stream: Arc<TcpStream>,
    decoder: Decoder,
    /// Bytes that were read but not yet decoded.
    rest: Bytes,
    is_discarding: bool,
}

/// What reading came to.
#[derive(Debug)]
pub enum Read {
    /// A message or a control frame.
    Item(Item),
    /// The other side broke the protocol.
    Malformed(Error),
    /// The other side is gone.
    Lost,
}

impl WebSocket {
    /// `rest` is what was read beyond the handshake; messages of more than `max_bytes` are refused.
    pub fn new(stream: TcpStream, rest: Bytes, max_bytes: usize) -> Self {
        let decoder = Decoder::new(Role::Server, max_bytes);
        Self {
            stream: Arc::new(stream),
            decoder,
            rest,
            is_discarding: false,
        }
    }

    /// The stream, for writing.
    pub fn stream(&self) -> &Arc<TcpStream> {
        &self.stream
    }

    /// Reads on without looking, up to the end of the stream.
    ///
    /// A connection that is dropped with bytes unread is reset, and a reset can overtake the close frame before it.
    pub fn discard(&mut self) {
        self.is_discarding = true;
        self.rest = Bytes::new();
    }

    /// Reads the next item.
    pub fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Read> {
        loop {
            if self.is_discarding {
                match self.poll_fill(cx) {
                    Poll::Ready(Ok(None)) => continue,
                    Poll::Ready(_) => return Poll::Ready(Read::Lost),
                    Poll::Pending => return Poll::Pending,
                }
            }
            let mut rest = &self.rest[..];
            let decoded = self.decoder.decode(&mut rest);
            let consumed = self.rest.len() - rest.len();
            self.rest = if rest.is_empty() {
                Bytes::new()
            } else {
                self.rest.slice(consumed..)
            };
            match decoded {
                Ok(Some(item)) => return Poll::Ready(Read::Item(item)),
                Err(error) => return Poll::Ready(Read::Malformed(error)),
                Ok(None) => {}
            }
            match self.poll_fill(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(Some(item))) => return Poll::Ready(item),
                Poll::Ready(Ok(None)) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(Read::Lost),
            }
        }
    }

    /// Reads from the kernel and decodes right from the shared buffer; what is left over after an item is kept.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Read>>> {
        std::task::ready!(self.stream.poll_read_ready(cx))?;
        let mut scratch = SCRATCH_BUFFER.take();
        scratch.resize(SCRATCH, 0);
        let read = self.stream.try_read(&mut scratch);
        let outcome = match read {
            Ok(0) => Ok(Some(Read::Lost)),
            Ok(_) if self.is_discarding => Ok(None),
            Ok(count) => Ok(self.decode_from(&scratch[..count])),
            // Not ready after all: the caller's loop asks again and so registers for the next readiness.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        };
        SCRATCH_BUFFER.set(scratch);
        Poll::Ready(outcome)
    }

    fn decode_from(&mut self, mut input: &[u8]) -> Option<Read> {
        match self.decoder.decode(&mut input) {
            Ok(None) => None,
            Ok(Some(item)) => {
                self.rest = Bytes::copy_from_slice(input);
                Some(Read::Item(item))
            }
            Err(error) => Some(Read::Malformed(error)),
        }
    }
}
