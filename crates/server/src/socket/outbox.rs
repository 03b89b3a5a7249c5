//! What waits to be written to one connection.

use std::{collections::VecDeque, io::IoSlice};

use hearth_sio::{
    Frame, FrameKind,
    engine::{MAX_POLL_PACKETS, encode_payload},
};

/// Frames in one vectored write.
const MAX_SLICES: usize = 64;

/// Room for frames that a drained queue may keep, so that a quiet connection costs little and a busy one need not
/// allocate for every frame.
const KEPT_CAPACITY: usize = 4;

/// Bounds of one connection's queue.
#[derive(Clone, Copy, Debug)]
pub struct OutboxLimits {
    /// Bytes that may wait behind the first frame before another one is refused. Neither the first frame nor the new one
    /// counts, so that one long answer is no reason to cut a reader who takes it.
    pub max_bytes: usize,
    /// Frames that may wait.
    pub max_frames: usize,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 20,
            max_frames: 1_000,
        }
    }
}

/// Ordered frames, the first of which may be partly written.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Bytes of the first frame that are written.
    written: usize,
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether no further frame may wait.
    pub(super) fn is_full(&self, limits: &OutboxLimits) -> bool {
        let Some(first) = self.frames.front() else {
            return false;
        };
        self.frames.len() >= limits.max_frames || self.bytes - first.len() >= limits.max_bytes
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    /// Queues everything of another queue, of which nothing was written yet.
    pub(super) fn append(&mut self, mut other: Self) {
        self.bytes += other.bytes;
        self.frames.append(&mut other.frames);
    }

    /// Forgets what waits, but for a frame whose beginning the client has already.
    pub(super) fn clear(&mut self) {
        let keep = usize::from(self.written > 0);
        self.frames.truncate(keep);
        self.bytes = self.frames.iter().map(Frame::len).sum();
    }

    /// Gives as many waiting bytes as one vectored write takes to `write`, which says how many it wrote.
    ///
    /// Returns the frames completed and the bytes written.
    pub(super) fn write_with<E>(
        &mut self,
        write: impl FnOnce(&[IoSlice<'_>]) -> Result<usize, E>,
    ) -> Result<(usize, usize), E> {
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let mut count = 0;
        for (slice, frame) in slices.iter_mut().zip(&self.frames) {
            let skip = if count == 0 { self.written } else { 0 };
            *slice = IoSlice::new(&frame.ws_bytes()[skip..]);
            count += 1;
        }
        let written = write(&slices[..count])?;
        Ok((self.advance(written), written))
    }

    /// Takes one polling answer's worth of packets: at most 16, and at most `max_bytes` unless a single one is longer.
    pub(super) fn take_payload(&mut self, max_bytes: usize) -> Vec<u8> {
        let mut body = Vec::new();
        let mut packets = 0;
        while let Some(frame) = self.frames.front() {
            let encoded = match frame.kind() {
                FrameKind::Binary => frame.packet().len().div_ceil(3) * 4 + 2,
                FrameKind::Text | FrameKind::Control => frame.packet().len() + 1,
            };
            if packets == MAX_POLL_PACKETS || packets > 0 && body.len() + encoded > max_bytes {
                break;
            }
            encode_payload(frame, &mut body);
            packets += usize::from(frame.kind() != FrameKind::Control);
            self.pop();
        }
        self.shrink();
        body
    }

    fn advance(&mut self, mut written: usize) -> usize {
        let mut completed = 0;
        while let Some(frame) = self.frames.front() {
            let left = frame.len() - self.written;
            if written < left {
                self.written += written;
                break;
            }
            written -= left;
            completed += 1;
            self.pop();
        }
        self.shrink();
        completed
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop_front() {
            self.bytes -= frame.len();
            self.written = 0;
        }
    }

    fn shrink(&mut self) {
        if self.frames.is_empty() && self.frames.capacity() > KEPT_CAPACITY {
            self.frames = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::convert::Infallible;

    use super::*;

    const LIMITS: OutboxLimits = OutboxLimits {
        max_bytes: 100,
        max_frames: 3,
    };

    fn outbox(messages: &[&str]) -> Outbox {
        let mut outbox = Outbox::default();
        messages.iter().for_each(|message| outbox.push(Frame::message(message)));
        outbox
    }

    /// Writes at most `max` bytes and returns them.
    fn write(outbox: &mut Outbox, max: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let write = |slices: &[IoSlice<'_>]| {
            out = slices.iter().flat_map(|slice| slice.to_vec()).collect();
            out.truncate(max);
            Ok::<_, Infallible>(out.len())
        };
        outbox.write_with(write).unwrap();
        out
    }

    #[test]
    fn bytes_come_out_in_order_however_short_the_writes_are() {
        let messages = ["one", "two", "three"];
        let mut outbox = outbox(&messages);

        let mut out = Vec::new();
        while !outbox.is_empty() {
            out.extend(write(&mut outbox, 2));
        }

        let whole: Vec<u8> = messages
            .iter()
            .flat_map(|m| Frame::message(m).ws_bytes().to_vec())
            .collect();
        assert_eq!(out, whole);
        assert_eq!(outbox.bytes, 0);
    }

    #[test]
    fn clearing_keeps_the_frame_that_is_partly_written() {
        let mut outbox = outbox(&["first", "second"]);
        let start = write(&mut outbox, 3);

        outbox.clear();
        outbox.push(Frame::message("goodbye"));
        let rest = write(&mut outbox, usize::MAX);

        let expected = [
            Frame::message("first").ws_bytes().to_vec(),
            Frame::message("goodbye").ws_bytes().to_vec(),
        ];
        assert_eq!([start, rest].concat(), expected.concat());
    }

    #[test]
    fn it_is_full_by_frames_and_by_bytes() {
        let long = "x".repeat(500);

        assert!(!outbox(&["a", "b"]).is_full(&LIMITS));
        assert!(outbox(&["a", "b", "c"]).is_full(&LIMITS));
        assert!(!outbox(&[]).is_full(&LIMITS));
        assert!(outbox(&["a", &long]).is_full(&LIMITS));
    }

    #[test]
    fn one_long_frame_that_is_being_written_fills_nothing() {
        assert!(!outbox(&[&"x".repeat(500), "a"]).is_full(&LIMITS));
    }

    #[test]
    fn a_polling_answer_holds_at_most_16_packets() {
        let mut outbox = outbox(&["x"; 20]);

        assert_eq!(
            outbox.take_payload(1_000).iter().filter(|byte| **byte == 0x1E).count(),
            15
        );
        assert_eq!(outbox.take_payload(1_000), b"4x\x1e4x\x1e4x\x1e4x");
    }

    #[test]
    fn a_polling_answer_stays_within_the_payload_limit_but_always_moves() {
        let mut outbox = outbox(&["aaaaaaaaaaaaaaaaaaaa", "bbbb", "cccc"]);

        assert_eq!(outbox.take_payload(10).len(), 21);
        assert_eq!(outbox.take_payload(10), b"4bbbb");
        assert_eq!(outbox.take_payload(10), b"4cccc");
    }

    #[test]
    fn a_drained_queue_gives_its_memory_back() {
        let mut outbox = outbox(&["x"; 100]);

        while !outbox.is_empty() {
            write(&mut outbox, usize::MAX);
        }

        assert!(outbox.frames.capacity() <= KEPT_CAPACITY);
    }
}
