//! The chat as the socket's application: who may connect, and which command goes to which verb.

use std::sync::Arc;
use std::time::Duration;

use hearth_protocol::{
    ErrorCode, ErrorEvent, Goodbye, GoodbyeCode, MarkRead, MessageSaved, RefreshToken, RefusedAck, RoomTarget,
    SendMessage, Sync, TokenRefreshed, UnixMs,
};
use hearth_sio::{engine, socket as sio};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    AckArgs, ConnectRefusal, DisconnectReason, EngineConfig, Event, EventReply, Hello, Layer, Link, OriginPolicy,
    OutboxLimits, Service,
};
use crate::accounts::{self, Actor};
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::hub::{Attachment, event_frame, goodbye};
use crate::messages::{self, Draft};
use crate::typing::Typist;
use crate::{reads, rooms, sync};

/// Every command; anything else is refused.
pub const COMMANDS: [&str; 7] = [
    "join_room",
    "send_message",
    "typing",
    "stop_typing",
    "mark_read",
    "sync",
    "refresh_token",
];

/// The transport's parameters from the settings.
#[must_use]
pub fn engine_config(config: &Config) -> EngineConfig {
    let socket = &config.socket;
    let ms = |value: u32| Duration::from_millis(value.into());
    let bytes = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    EngineConfig {
        engine: engine::Config {
            ping_interval: ms(socket.ping_interval_ms),
            ping_timeout: ms(socket.ping_timeout_ms),
            max_payload: bytes(socket.max_payload_bytes),
            ..engine::Config::default()
        },
        layer: Layer::SocketIo(sio::Config {
            namespaces: vec![sio::Namespace::MAIN],
            connect_timeout: ms(socket.connect_timeout_ms),
            limits: sio::Limits::default(),
        }),
        outbox: OutboxLimits {
            max_bytes: bytes(socket.max_queue_bytes),
            ..OutboxLimits::default()
        },
        origins: OriginPolicy::SameHostAnd(config.http.allowed_origins.iter().cloned().collect()),
        max_connections: bytes(socket.max_connections),
        max_waiting_per_address: socket.max_unauthenticated_per_address,
        send_buffer: Some(bytes(socket.send_buffer_bytes)),
        ..EngineConfig::default()
    }
}

/// The chat on top of the transport.
pub struct Chat {
    app: Arc<App>,
}

impl Chat {
    /// The chat of this app.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

/// Credentials in the CONNECT packet.
#[derive(serde::Deserialize)]
struct Auth {
    token: String,
}

impl Service for Chat {
    type Session = Actor;

    async fn connect(self: Arc<Self>, link: Arc<Link>, hello: Hello) -> Result<Actor, ConnectRefusal> {
        let app = &self.app;
        let auth: Auth = serde_json::from_str(hello.auth.as_deref().unwrap_or("{}")).map_err(|_| unauthenticated())?;
        let (actor, expires_at) = accounts::authenticate(app, &auth.token)
            .await
            .map_err(|_| unauthenticated())?;
        set_deadline(app, &link, expires_at);

        // First attached, then asked for the rooms: a change in between is noted by the hub and applied on top of the answer.
        let Actor {
            user_id, session_id, ..
        } = actor;
        app.hub.attach(Attachment {
            link: Arc::clone(&link),
            user_id,
            session_id,
        });
        match app.db.read(move |tx| Box::pin(rooms::list_room_ids(tx, user_id))).await {
            Ok(rooms) => app.hub.subscribe(user_id, rooms),
            Err(error) => {
                app.hub.detach(link.id(), user_id);
                return Err(ConnectRefusal {
                    message: error.into_refusal().message,
                    data: None,
                });
            }
        }
        // The session may have ended while it was not yet attached, when no kick could reach it.
        if accounts::authenticate(app, &auth.token).await.is_err() {
            app.hub.detach(link.id(), user_id);
            return Err(unauthenticated());
        }
        Ok(actor)
    }

    fn event(self: &Arc<Self>, actor: &mut Actor, link: &Arc<Link>, event: Event) -> EventReply {
        let (app, actor, link) = (Arc::clone(&self.app), *actor, Arc::clone(link));
        EventReply::Later(Box::pin(async move {
            let caller = Caller {
                app: &app,
                actor: &actor,
                link: &link,
            };
            match run(caller, &event).await {
                Ok(ack) => ack,
                Err(error) => refuse(&link, &event, error),
            }
        }))
    }

    fn disconnected(self: &Arc<Self>, actor: Actor, link: &Arc<Link>, _reason: DisconnectReason) {
        self.app.typing.connection_gone(&self.app, link.id());
        self.app.hub.detach(link.id(), actor.user_id);
    }

    fn deadline_goodbye(&self) -> Goodbye {
        goodbye(GoodbyeCode::TokenExpired)
    }
}

fn unauthenticated() -> ConnectRefusal {
    let data = Some(r#"{"code":"unauthenticated"}"#.to_owned());
    ConnectRefusal {
        message: "Authentication error".to_owned(),
        data,
    }
}

fn set_deadline(app: &App, link: &Link, expires_at: UnixMs) {
    let left_ms = (expires_at.0 - app.clock.now().0).max(0).unsigned_abs();
    // The transport's timers run on the machine's clock, which `app.clock` may be ahead of in tests.
    link.set_deadline(Some(super::engine::now() + Duration::from_millis(left_ms)));
}

/// Who sent a command, over what.
#[derive(Clone, Copy)]
struct Caller<'a> {
    app: &'a App,
    actor: &'a Actor,
    link: &'a Arc<Link>,
}

/// Parses a command and runs its verb: the one place where names of commands stand.
async fn run(caller: Caller<'_>, event: &Event) -> Result<AckArgs> {
    let Caller { app, actor, link } = caller;
    match event.name.as_str() {
        "join_room" => join_room(caller, parse(event)?).await,
        "send_message" => send_message(caller, parse(event)?).await,
        "typing" => {
            let room_id = parse::<RoomTarget>(event)?.room_id();
            app.typing
                .start(
                    app,
                    Typist {
                        actor,
                        connection: link.id(),
                    },
                    room_id,
                )
                .await?;
            ack(&serde_json::json!({}))
        }
        "stop_typing" => {
            let room_id = parse::<RoomTarget>(event)?.room_id();
            app.typing.stop(
                app,
                Typist {
                    actor,
                    connection: link.id(),
                },
                room_id,
            )?;
            ack(&serde_json::json!({}))
        }
        "mark_read" => ack(&reads::mark(app, actor, parse::<MarkRead>(event)?).await?),
        "sync" => ack(&sync::catch_up(app, actor, parse::<Sync>(event)?).await?),
        "refresh_token" => refresh_token(caller, parse(event)?).await,
        _ => Err(Error::refused(ErrorCode::Invalid, "There is no such command.")),
    }
}

async fn join_room(Caller { app, actor, link }: Caller<'_>, target: RoomTarget) -> Result<AckArgs> {
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let snapshot = rooms::snapshot(app, actor, target.room_id()).await?;
    link.send(event_frame("joined_room", &target.room_id()));
    ack(&snapshot)
}

async fn send_message(Caller { app, actor, link }: Caller<'_>, command: SendMessage) -> Result<AckArgs> {
    let SendMessage {
        room_id,
        content,
        client_message_id,
        ..
    } = command;
    let draft = Draft {
        room_id,
        content,
        client_message_id,
    };
    let sent = messages::send(app, actor, draft, Some(link.id())).await?;
    let saved = MessageSaved::from(sent.message());
    if let messages::Sent::Before(_) = sent {
        // The first try's `message_saved` may have been lost with its connection.
        link.send(event_frame("message_saved", &saved));
    }
    ack(&saved)
}

async fn refresh_token(Caller { app, actor, link }: Caller<'_>, command: RefreshToken) -> Result<AckArgs> {
    let (newer, expires_at) = accounts::authenticate(app, &command.access_token).await?;
    if newer.session_id != actor.session_id {
        return Err(Error::refused(
            ErrorCode::Unauthenticated,
            "This token belongs to another login session.",
        ));
    }
    set_deadline(app, link, expires_at);
    ack(&TokenRefreshed { expires_at })
}

/// The first argument as a command's payload.
fn parse<T: DeserializeOwned>(event: &Event) -> Result<T> {
    let payload = event.args.get(0).unwrap_or("null");
    serde_json::from_str(payload).map_err(|error| {
        tracing::debug!(command = event.name, error = %error, "malformed payload");
        Error::refused(
            ErrorCode::Invalid,
            format!("The payload of {} is not what docs/protocol.md says.", event.name),
        )
    })
}

fn ack(answer: &impl Serialize) -> Result<AckArgs> {
    Ok(AckArgs::from(serde_json::to_string(answer)?))
}

/// A refusal, as the ack or, for who asked for none, as an `error` event.
fn refuse(link: &Link, event: &Event, error: Error) -> AckArgs {
    let refusal = error.into_refusal();
    if event.wants_ack {
        let refused = serde_json::to_string(&RefusedAck { error: refusal });
        return AckArgs::from(refused.expect("our own types serialize"));
    }
    let client_message_id = parse::<SendMessage>(event)
        .ok()
        .and_then(|command| command.client_message_id);
    let command: String = event.name.chars().take(64).collect();
    link.send(event_frame(
        "error",
        &ErrorEvent {
            command,
            refusal,
            client_message_id,
        },
    ));
    AckArgs::default()
}
