//! This node's connections by topic, and the thread that fans events out to them.
//!
//! One thread owns the subscriptions, so subscribing, leaving and every event of a room have one order and need no locks. It takes
//! what waits, encodes each event once, queues it on the members' links and then flushes each link once: a lone event goes out
//! inline, a burst goes out as one write per connection. What is sent, and to whom one may speak at all, is decided elsewhere.

mod encode;
mod fanout;
mod queue;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;

use hearth_protocol::{GoodbyeCode, RoomId, SessionId, Signal, UnixMs, UserId};

pub use encode::{event_frame, goodbye};
pub use queue::Input;

use crate::clock::Clock;
use crate::events::Announcement;
use crate::socket::{ConnectionId, Link};
use queue::Queue;

/// Called when the last connection of a user went, with the moment.
pub type OnOffline = Box<dyn Fn(UserId, UnixMs) + Send>;

/// An authenticated connection.
#[derive(Debug)]
pub struct Attachment {
    /// Where to write.
    pub link: Arc<Link>,
    /// Whose it is.
    pub user_id: UserId,
    /// The login session that it came with.
    pub session_id: SessionId,
}

/// Handle to the fan-out thread.
pub struct Hub {
    queue: Arc<Queue>,
    online: Arc<RwLock<HashSet<UserId>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Hub {
    /// A hub whose inputs wait until [`Hub::start`].
    #[must_use]
    pub fn new() -> Self {
        Self {
            queue: Arc::default(),
            online: Arc::default(),
            thread: Mutex::default(),
        }
    }

    /// Starts the thread.
    ///
    /// Errors: the system gives no thread.
    pub fn start(&self, clock: Clock, on_offline: OnOffline) -> std::io::Result<()> {
        let fanout = fanout::Fanout::new(Arc::clone(&self.online), clock, on_offline);
        let queue = Arc::clone(&self.queue);
        let thread = std::thread::Builder::new()
            .name("hub".to_owned())
            .spawn(move || fanout.run(&queue))?;
        *self.thread.lock().expect("no holder panics") = Some(thread);
        Ok(())
    }

    /// Adds a connection. It gets its user's events at once and its rooms' after [`Hub::subscribe`].
    pub fn attach(&self, attachment: Attachment) {
        self.queue.push(Input::Attach(attachment));
    }

    /// Tells which rooms an attached user was in at some moment after the attachment; changes since then are already known.
    pub fn subscribe(&self, user_id: UserId, rooms: Vec<RoomId>) {
        self.queue.push(Input::Subscribe { user_id, rooms });
    }

    /// Removes a connection.
    pub fn detach(&self, connection_id: ConnectionId, user_id: UserId) {
        self.queue.push(Input::Detach { connection_id, user_id });
    }

    /// Announces what was committed, in order. Waits while too much is queued, which slows the database's writer and so the senders.
    pub fn announce(&self, announcements: Vec<Announcement>) {
        self.queue.push_announcements(announcements);
    }

    /// Sends something momentary to a room. Dropped when too much is queued: the next one will tell.
    pub fn signal(&self, room_id: RoomId, signal: Signal, except: Option<ConnectionId>) {
        self.queue.push_signal(Input::Signal {
            room_id,
            signal,
            except,
        });
    }

    /// Ends every connection of a login session.
    pub fn close_session(&self, session_id: SessionId, code: GoodbyeCode) {
        self.queue.push(Input::CloseSession { session_id, code });
    }

    /// Ends every connection of a user.
    pub fn close_user(&self, user_id: UserId, code: GoodbyeCode) {
        self.queue.push(Input::CloseUser { user_id, code });
    }

    /// Whether the user has a connection here.
    #[must_use]
    pub fn is_online(&self, user_id: UserId) -> bool {
        self.online.read().expect("no holder panics").contains(&user_id)
    }

    /// How many users have a connection here.
    #[must_use]
    pub fn users_online(&self) -> usize {
        self.online.read().expect("no holder panics").len()
    }

    /// Handles what is queued, then ends the thread.
    pub fn stop(&self) {
        self.queue.close();
        if let Some(thread) = self.thread.lock().expect("no holder panics").take() {
            let _ = thread.join();
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
