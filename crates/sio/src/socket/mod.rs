//! Socket.IO, protocol revision 5: namespaces, events, acknowledgements and binary over one Engine.IO connection.
//!
//! [`Decoder`] and [`encode`] are the codecs for both sides; [`Session`] is the server's side of what one connection
//! carries. What an event means, and who may connect, is the caller's.

mod decode;
mod encode;
mod packet;
mod session;

pub use decode::{Decoder, Error, Limits};
pub(crate) use encode::write_event_head;
pub use encode::{ack_frames, binary_event_frames, connect_error_body, encode, event_frame};
pub use packet::{Args, Event, Namespace, Packet};
pub use session::{Config, Output, Session};
