//! Who types where: the domain's state machine with a clock, a lock and the hub around it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hearth_domain::typing::{Output, Typing};
use hearth_protocol::{Message, RoomId, Signal};
use tokio::sync::Notify;

use crate::accounts::Actor;
use crate::app::App;
use crate::error::Result;
use crate::rooms;
use crate::socket::ConnectionId;

/// Everyone who types on this node.
#[derive(Default)]
pub struct Typists {
    machine: Mutex<Typing>,
    started: Notify,
}

/// One user on one connection.
#[derive(Debug, Clone, Copy)]
pub struct Typist<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// On which connection.
    pub connection: ConnectionId,
}

impl Typists {
    /// The user starts typing, or goes on.
    ///
    /// Errors: `not_found` for who is not a member, `rate_limited`.
    pub async fn start(&self, app: &App, Typist { actor, connection }: Typist<'_>, room_id: RoomId) -> Result<()> {
        let user_id = actor.user_id;
        app.limits.take_signal(user_id, app.clock.instant())?;
        let member = app
            .db
            .read(move |tx| Box::pin(rooms::require_member(tx, user_id, room_id)))
            .await?;
        let now = app.clock.instant();
        self.change(app, &member.user.username, |typing| {
            typing.start(now, (room_id, user_id), connection)
        });
        self.started.notify_one();
        Ok(())
    }

    /// The user stops typing. Who was not typing, or not a member, changes nothing.
    pub fn stop(&self, app: &App, Typist { actor, connection }: Typist<'_>, room_id: RoomId) -> Result<()> {
        app.limits.take_signal(actor.user_id, app.clock.instant())?;
        self.change(app, "", |typing| typing.stop((room_id, actor.user_id), connection));
        Ok(())
    }

    /// Sending ends typing.
    pub fn message_sent(&self, app: &App, message: &Message) {
        self.change(app, "", |typing| {
            typing.message_sent((message.room_id, message.sender.id))
        });
    }

    /// So does losing the connection.
    pub fn connection_gone(&self, app: &App, connection: ConnectionId) {
        self.change(app, "", |typing| typing.connection_gone(connection));
    }

    /// Applies a change and tells the rooms what came of it. `username` is that of whoever starts.
    fn change(&self, app: &App, username: &str, change: impl FnOnce(&mut Typing)) {
        let mut typing = self.machine.lock().expect("no holder panics");
        change(&mut typing);
        while let Some(output) = typing.poll_output() {
            match output {
                Output::Started { room, user, connection } => {
                    let username = username.to_owned();
                    app.hub.signal(
                        room,
                        Signal::UserTyping {
                            room_id: room,
                            user_id: user,
                            username,
                        },
                        Some(connection),
                    );
                }
                Output::Stopped { room, user, connection } => {
                    app.hub.signal(
                        room,
                        Signal::UserStopTyping {
                            room_id: room,
                            user_id: user,
                        },
                        Some(connection),
                    );
                }
            }
        }
    }

    /// How long until somebody's typing may have lasted its time.
    fn wait(&self, app: &App) -> Duration {
        let due = self.machine.lock().expect("no holder panics").poll_timeout();
        due.map_or(Duration::from_secs(3_600), |due| {
            due.saturating_duration_since(app.clock.instant())
        })
    }
}

/// Ends the typing of those who fell silent, until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        let wait = app.typing.wait(&app);
        // Either somebody started, and may now be the first to end, or somebody's time is over.
        let _ = tokio::time::timeout(wait, app.typing.started.notified()).await;
        let now = app.clock.instant();
        app.typing.change(&app, "", |typing| typing.handle_timeout(now));
    }
}
