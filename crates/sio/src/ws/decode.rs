//! Reading frames.

use bytes::Bytes;

use super::{Close, Opcode, mask};

/// Which side of the connection reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Frames come from a client and must be masked.
    Server,
    /// Frames come from a server and must not be masked.
    Client,
}

/// What arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A whole text message, valid UTF-8.
    Text(Bytes),
    /// A whole binary message.
    Binary(Bytes),
    /// A ping; it asks for a pong with the same payload.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// The other side closes; nothing more is read. The answer is a close frame with the same code.
    Close(Option<Close>),
}

/// How the other side broke the protocol. The connection ends with [`Error::close_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A reserved bit was set although no extension is in use.
    #[error("reserved bits are set")]
    ReservedBits,
    /// This opcode has no meaning.
    #[error("unknown opcode {0:#x}")]
    UnknownOpcode(u8),
    /// A control frame was fragmented.
    #[error("fragmented control frame")]
    FragmentedControl,
    /// A control frame announced more than 125 bytes.
    #[error("control frame of more than 125 bytes")]
    LongControl,
    /// A client must mask and a server must not.
    #[error("wrong masking for this side")]
    WrongMasking,
    /// A continuation came outside of a message.
    #[error("continuation without a message")]
    StrayContinuation,
    /// A new message began inside another one.
    #[error("message begun inside another")]
    InterruptedMessage,
    /// A message is, or announced to become, longer than allowed.
    #[error("message of more than {max_bytes} bytes")]
    TooBig {
        /// The longest message that would have been read.
        max_bytes: usize,
    },
    /// A text message or a close reason is not UTF-8.
    #[error("invalid UTF-8")]
    BadUtf8,
    /// A close frame had a payload of one byte.
    #[error("close frame of one byte")]
    ShortClose,
    /// A close frame carried a code that must not be sent.
    #[error("close code {0} is not allowed")]
    BadCloseCode(u16),
}

impl Error {
    /// The code to close the connection with.
    pub fn close_code(&self) -> u16 {
        match self {
            Self::TooBig { .. } => Close::TOO_BIG,
            Self::BadUtf8 => Close::INVALID_DATA,
            _ => Close::PROTOCOL_ERROR,
        }
    }
}

/// Reads frames and puts messages together.
///
/// Holds no buffer between messages. Text is checked as it arrives, so that bad text fails before its message ends.
#[derive(Debug)]
pub struct Decoder {
    role: Role,
    max_bytes: usize,
    header: [u8; 14],
    header_len: u8,
    frame: Option<FrameState>,
    /// The kind of the message whose frames are being read; `None` between messages.
    message: Option<Opcode>,
    /// Unmasked bytes of that message.
    buffer: Vec<u8>,
    /// How many of them are known to be whole, valid UTF-8.
    valid_len: usize,
    control: Vec<u8>,
    closed: bool,
}

#[derive(Clone, Copy, Debug)]
struct FrameState {
    opcode: Opcode,
    is_final: bool,
    mask: [u8; 4],
    payload_len: usize,
    read: usize,
}

impl Decoder {
    /// A decoder for the start of a connection; messages of more than `max_bytes` are refused.
    pub fn new(role: Role, max_bytes: usize) -> Self {
        Self {
            role,
            max_bytes,
            header: [0; 14],
            header_len: 0,
            frame: None,
            message: None,
            buffer: Vec::new(),
            valid_len: 0,
            control: Vec::new(),
            closed: false,
        }
    }

    /// Reads up to the next item and moves `input` past what was read; `None` asks for more input.
    ///
    /// Errors: the connection cannot be read any further.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Item>, Error> {
        while !self.closed {
            if self.frame.is_none() && !self.read_header(input)? {
                return Ok(None);
            }
            if !self.read_payload(input)? {
                return Ok(None);
            }
            if let Some(item) = self.finish_frame()? {
                return Ok(Some(item));
            }
        }
        *input = &[];
        Ok(None)
    }

    /// Collects a header; true when it is whole and accepted. What its first two bytes show is refused at once.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<bool, Error> {
        while self.header_len < self.header_need() {
            let Some((byte, rest)) = input.split_first() else {
                return Ok(false);
            };
            self.header[usize::from(self.header_len)] = *byte;
            self.header_len += 1;
            *input = rest;
            if self.header_len == 2 {
                self.check_start()?;
            }
        }
        self.frame = Some(self.accept_header()?);
        self.header_len = 0;
        Ok(true)
    }

    fn header_need(&self) -> u8 {
        if self.header_len < 2 {
            return 2;
        }
        let length = match self.header[1] & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.header[1] & 0x80 != 0 { 4 } else { 0 };
        2 + length + mask
    }

    fn check_start(&self) -> Result<(), Error> {
        let [first, second, ..] = self.header;
        if first & 0x70 != 0 {
            return Err(Error::ReservedBits);
        }
        let opcode = Opcode::from_bits(first & 0x0F).ok_or(Error::UnknownOpcode(first & 0x0F))?;
        let is_final = first & 0x80 != 0;
        if opcode.is_control() {
            if !is_final {
                return Err(Error::FragmentedControl);
            }
            if second & 0x7F > 125 {
                return Err(Error::LongControl);
            }
        } else if opcode == Opcode::Continuation && self.message.is_none() {
            return Err(Error::StrayContinuation);
        } else if opcode != Opcode::Continuation && self.message.is_some() {
            return Err(Error::InterruptedMessage);
        }
        if (second & 0x80 != 0) != (self.role == Role::Server) {
            return Err(Error::WrongMasking);
        }
        Ok(())
    }

    fn accept_header(&mut self) -> Result<FrameState, Error> {
        let header = &self.header[..usize::from(self.header_len)];
        let (length, mask) = match self.role {
            Role::Server => header[1..].split_at(header.len() - 5),
            Role::Client => (&header[1..], &[0; 4][..]),
        };
        let payload_len = match length {
            [short] => u64::from(short & 0x7F),
            [_, long @ ..] => long.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            [] => unreachable!("a header has at least two bytes"),
        };
        let opcode = Opcode::from_bits(header[0] & 0x0F).expect("check_start refused unknown opcodes");
        let too_big = Error::TooBig {
            max_bytes: self.max_bytes,
        };
        let payload_len = usize::try_from(payload_len).map_err(|_| too_big)?;
        let state = FrameState {
            opcode,
            is_final: header[0] & 0x80 != 0,
            mask: mask.try_into().expect("a mask has four bytes"),
            payload_len,
            read: 0,
        };
        if !opcode.is_control() {
            if payload_len > self.max_bytes - self.buffer.len() {
                return Err(too_big);
            }
            self.message.get_or_insert(opcode);
        }
        Ok(state)
    }

    /// Takes what is there of the payload; true when the frame is whole.
    fn read_payload(&mut self, input: &mut &[u8]) -> Result<bool, Error> {
        let frame = self.frame.as_mut().expect("a header was read");
        let (chunk, rest) = input.split_at(input.len().min(frame.payload_len - frame.read));
        *input = rest;
        let target = if frame.opcode.is_control() {
            &mut self.control
        } else {
            &mut self.buffer
        };
        if target.is_empty() && frame.is_final && chunk.len() == frame.payload_len {
            // Exact, so that the message becomes shared bytes without another allocation. What is not all here grows
            // with what really arrived, never by what was announced.
            target.reserve_exact(chunk.len());
        }
        let start = target.len();
        target.extend_from_slice(chunk);
        if self.role == Role::Server {
            mask::apply(&mut target[start..], frame.mask, frame.read);
        }
        frame.read += chunk.len();
        let is_whole = frame.read == frame.payload_len;
        if self.message == Some(Opcode::Text) {
            self.check_text()?;
        }
        Ok(is_whole)
    }

    /// Checks what was not yet checked, but for a character whose end is still to come.
    fn check_text(&mut self) -> Result<(), Error> {
        match simdutf8::compat::from_utf8(&self.buffer[self.valid_len..]) {
            Ok(_) => self.valid_len = self.buffer.len(),
            Err(error) if error.error_len().is_none() => self.valid_len += error.valid_up_to(),
            Err(_) => return Err(Error::BadUtf8),
        }
        Ok(())
    }

    fn finish_frame(&mut self) -> Result<Option<Item>, Error> {
        let frame = self.frame.take().expect("a frame was read");
        match frame.opcode {
            Opcode::Ping => Ok(Some(Item::Ping(std::mem::take(&mut self.control).into()))),
            Opcode::Pong => Ok(Some(Item::Pong(std::mem::take(&mut self.control).into()))),
            Opcode::Close => {
                self.closed = true;
                Ok(Some(Item::Close(Close::decode(&std::mem::take(&mut self.control))?)))
            }
            Opcode::Continuation | Opcode::Text | Opcode::Binary if frame.is_final => self.finish_message().map(Some),
            Opcode::Continuation | Opcode::Text | Opcode::Binary => Ok(None),
        }
    }

    fn finish_message(&mut self) -> Result<Item, Error> {
        let kind = self.message.take().expect("a data frame belongs to a message");
        let valid_len = std::mem::take(&mut self.valid_len);
        let message = std::mem::take(&mut self.buffer);
        if kind == Opcode::Binary {
            return Ok(Item::Binary(message.into()));
        }
        if valid_len < message.len() {
            return Err(Error::BadUtf8);
        }
        Ok(Item::Text(message.into()))
    }
}
