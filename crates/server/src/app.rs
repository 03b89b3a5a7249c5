//! Everything that requests and commands share.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use hearth_protocol::{UnixMs, UserId};

use crate::accounts::{self, Accounts};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::hub::Hub;
use crate::limits::Limits;
use crate::socket::Figures;
use crate::typing::Typists;

/// Reads the figures of the connections, as long as there is a transport.
pub type SocketFigures = Box<dyn Fn() -> Option<Figures> + Send + Sync>;

/// The server's parts. Shared as `Arc<App>`.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Where people reach the site, without a slash at the end.
    pub base_url: String,
    /// The time.
    pub clock: Clock,
    /// What is kept.
    pub db: Db,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// Keys, hashing threads and sign-up limits.
    pub accounts: Accounts,
    /// Per-user limits.
    pub limits: Limits,
    /// Who types.
    pub typing: Typists,
    figures: OnceLock<SocketFigures>,
}

impl App {
    /// Opens the database and starts the hub, for a server that listens on `bound`.
    ///
    /// Errors: as [`Db::open_sqlite`] and [`Accounts::open`]; no data folder; no thread.
    pub fn open(config: Config, clock: Clock, bound: SocketAddr) -> anyhow::Result<Arc<Self>> {
        make_private_folder(&config.data)?;
        let hub = Arc::new(Hub::new());
        let announcer = Arc::clone(&hub);
        let db = Db::open_sqlite(
            &config.data,
            Arc::new(move |announcements| announcer.announce(announcements)),
        )?;
        // After the database, which holds the folder's lock: two processes must not make secrets at once.
        let accounts = Accounts::open(&config)?;
        let limits = Limits::new(&config.limits);
        let typing = Typists::default();
        let base_url = config.base_url(bound);
        let figures = OnceLock::new();
        let app = Arc::new(Self {
            config,
            base_url,
            figures,
            clock,
            db,
            hub,
            accounts,
            limits,
            typing,
        });
        app.start_hub()?;
        Ok(app)
    }

    /// Says where the figures of the connections are read; once.
    pub fn set_socket_figures(&self, figures: SocketFigures) {
        let _ = self.figures.set(figures);
    }

    /// The figures of the connections, once there may be some.
    #[must_use]
    pub fn socket_figures(&self) -> Option<Figures> {
        self.figures.get().and_then(|read| read())
    }

    /// The hub outlives no app, but its thread holds none: what it wants kept goes through a weak reference.
    fn start_hub(self: &Arc<Self>) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Handle::current();
        let weak = Arc::downgrade(self);
        let on_offline = move |user_id: UserId, last_seen: UnixMs| {
            let Some(app) = weak.upgrade() else { return };
            runtime.spawn(async move { accounts::note_last_seen(&app, user_id, last_seen).await });
        };
        Ok(self.hub.start(self.clock.clone(), Box::new(on_offline))?)
    }
}

/// Makes the data folder, which only the server's own user may look into.
fn make_private_folder(data: &Path) -> anyhow::Result<()> {
    let is_new = !data.exists();
    std::fs::create_dir_all(data).with_context(|| format!("cannot make the data folder {}", data.display()))?;
    if is_new {
        std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
