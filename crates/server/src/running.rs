//! A running server: starting and stopping all of its parts in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hearth_protocol::{Goodbye, GoodbyeCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::hub::goodbye;
use crate::socket::Engine;
use crate::socket::dispatch::{Chat, engine_config};
use crate::{accounts, http, typing};

/// Time for connections to be told goodbye, and then for requests to finish. Both together stay below 10 s.
const PATIENCE: Duration = Duration::from_secs(4);
/// Clients come back spread over this time.
const RECONNECT_WITHIN_MS: u64 = 5_000;

/// A server that serves.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its parts.
    pub app: Arc<App>,
    /// Where the owner claims the site, until that is done.
    pub setup_link: Option<String>,
    engine: Arc<Engine<Chat>>,
    stop: watch::Sender<bool>,
    http: JoinHandle<()>,
    typing: JoinHandle<()>,
}

/// Starts a server.
///
/// Errors: the address is taken; as [`App::open`].
pub async fn start(config: Config) -> anyhow::Result<Running> {
    start_at(config, Clock::default()).await
}

/// Starts a server whose time is `clock`'s.
///
/// Errors: as [`start`].
pub async fn start_at(config: Config, clock: Clock) -> anyhow::Result<Running> {
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let app = App::open(config, clock, address)?;
    let setup_link = accounts::setup::prepare(&app).await?;
    http::figures::start();

    let engine = Engine::start(Arc::new(Chat::new(Arc::clone(&app))), engine_config(&app.config));
    // Weakly: the transport holds the app.
    let counted = Arc::downgrade(&engine);
    app.set_socket_figures(Box::new(move || Some(counted.upgrade()?.figures())));
    let router = http::api::router(&app, Arc::clone(&engine));
    let (stop, stopping) = watch::channel(false);
    let http = tokio::spawn(http::serve::serve(listener, router, bounds(&app.config), stopping));
    let typing = tokio::spawn(typing::run(Arc::clone(&app)));
    tracing::info!(%address, "listening");
    Ok(Running {
        address,
        app,
        setup_link,
        engine,
        stop,
        http,
        typing,
    })
}

/// What HTTP connections may take.
fn bounds(config: &Config) -> http::serve::Bounds {
    http::serve::Bounds {
        max_connections: config.http.max_connections,
        // The answer goes to the slowest of phones, the request came from it: the way back gets four times as long.
        answer_timeout: config.request_timeout() * 4,
    }
}

impl Running {
    /// Stops: accepts nothing more, says goodbye to every connection, finishes requests and commits. Takes at most 10 s.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let told = Goodbye {
            reconnect_after_ms: Some(RECONNECT_WITHIN_MS),
            ..goodbye(GoodbyeCode::ShuttingDown)
        };
        if !self.engine.shutdown(&told, PATIENCE).await {
            tracing::warn!("some connections did not end in time");
        }
        if tokio::time::timeout(PATIENCE, self.http).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        self.typing.abort();
        let _ = self.typing.await;
        let app = self.app;
        // Joins threads, which must not happen on a thread of the runtime.
        let closed = tokio::task::spawn_blocking(move || {
            app.accounts.stop();
            app.db.close();
            app.hub.stop();
        });
        let _ = closed.await;
    }
}
