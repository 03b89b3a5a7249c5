//! The site on which the walk takes place: its people, and a fresh room for every step.

use std::net::SocketAddr;

use hearth_server::config::Config;
use hearth_server::{Running, start};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{Answer, Request, ask};

/// Password of every account here.
pub const PASSWORD: &str = "seven grey herons";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// Without a token.
    Passerby,
    /// With the token of an account that was banned since.
    Banned,
    /// Logged in, not in the room.
    Outsider,
    /// In the room.
    Member,
    /// Moderator of the room.
    Moderator,
    /// Admin of the room.
    Admin,
    /// Owner of the room.
    Owner,
    /// Moderator of the site, not in the room.
    SiteModerator,
    /// Admin of the site, not in the room.
    SiteAdmin,
    /// Owner of the site, not in the room.
    SiteOwner,
}

impl Persona {
    /// Everyone, in the order of the table's columns.
    pub const ALL: [Self; 10] = [
        Self::Passerby,
        Self::Banned,
        Self::Outsider,
        Self::Member,
        Self::Moderator,
        Self::Admin,
        Self::Owner,
        Self::SiteModerator,
        Self::SiteAdmin,
        Self::SiteOwner,
    ];

    /// The account's name; a passer-by has none and gives one that nobody has.
    pub fn username(self) -> &'static str {
        match self {
            Self::Passerby => "nobodyhere",
            Self::Banned => "banished",
            Self::Outsider => "outsider",
            Self::Member => "membera",
            Self::Moderator => "tidykeeper",
            Self::Admin => "roomrunner",
            Self::Owner => "roomowner",
            Self::SiteModerator => "sitekeeper",
            Self::SiteAdmin => "siterunner",
            Self::SiteOwner => "siteowner",
        }
    }
}

/// An id that nothing has.
pub fn unknown() -> String {
    "01890a5d-ac96-774b-bcce-b302099a8057".to_owned()
}

/// A logged-in account.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// For requests.
    pub access: String,
    /// For new ones.
    pub refresh: String,
    /// Whose.
    pub user_id: String,
}

/// What one step acts on: made for it, so that no step sees what another did.
pub struct Props {
    /// The room in which the personas have their roles.
    pub room: String,
    /// A member of that room, there to be acted on.
    pub bystander: String,
    /// An account that is in no room.
    pub newcomer: String,
    /// Code of an invite to the room.
    pub invite: String,
}

/// A running site.
pub struct Scene {
    running: Running,
    _data: TempDir,
    logins: Vec<Login>,
    bystander: Login,
    newcomer: Login,
}

impl Scene {
    /// Starts a site and gives everyone an account and a site role.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config {
            data: data.path().join("site"),
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        config.signup = Some(hearth_protocol::rest::Signup::Open);
        config.limits.actions_burst = 100_000;
        config.limits.messages_burst = 100_000;
        let running = start(config).await.unwrap();
        let token = running
            .setup_link
            .as_deref()
            .unwrap()
            .split("token=")
            .nth(1)
            .unwrap()
            .to_owned();
        let mut scene = Self {
            running,
            _data: data,
            logins: vec![Login::default(); 10],
            bystander: Login::default(),
            newcomer: Login::default(),
        };
        scene.people(&token).await;
        scene
    }

    async fn people(&mut self, setup_token: &str) {
        let owner = json!({"token": setup_token, "username": Persona::SiteOwner.username(), "email": "o@example.org", "password": PASSWORD, "signup": "open"});
        let claimed = self.anyone("POST", "/setup", owner).await;
        assert_eq!(claimed.status, 201, "{}", claimed.text);
        self.bystander = self.register("bystander").await;
        self.newcomer = self.register("newcomer").await;
        for persona in &Persona::ALL[1..9] {
            self.logins[*persona as usize] = self.register(persona.username()).await;
        }
        self.log_in_again(Persona::SiteOwner).await;
        self.as_owner(
            "PUT",
            format!("/users/{}/role", self.user(Persona::SiteModerator)),
            json!({"role": "moderator"}),
        )
        .await;
        self.as_owner(
            "PUT",
            format!("/users/{}/role", self.user(Persona::SiteAdmin)),
            json!({"role": "admin"}),
        )
        .await;
        self.as_owner("PUT", format!("/users/{}/ban", self.user(Persona::Banned)), Value::Null)
            .await;
        self.log_in_again(Persona::SiteModerator).await;
        self.log_in_again(Persona::SiteAdmin).await;
    }

    /// Where the site is.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The account's id; who has none gives one that nobody has.
    pub fn user(&self, persona: Persona) -> String {
        let id = self.login(persona).user_id.clone();
        if id.is_empty() { unknown() } else { id }
    }

    /// The account's tokens.
    pub fn login(&self, persona: Persona) -> &Login {
        &self.logins[persona as usize]
    }

    /// Lets one who can log in do so anew, because a step may have ended the login session before.
    ///
    /// The banned keep the token that they had; wrong log-ins would be counted.
    pub async fn log_in_again(&mut self, persona: Persona) {
        if matches!(persona, Persona::Passerby | Persona::Banned) {
            return;
        }
        let body = json!({"login": persona.username(), "password": PASSWORD});
        let answer = self.anyone("POST", "/auth/login", body).await;
        assert_eq!(answer.status, 200, "{persona:?}: {}", answer.text);
        self.logins[persona as usize] = login_of(&answer.json());
    }

    /// Those who set the scene need their login sessions, whatever they did in the step before.
    async fn wake(&mut self, persona: Persona) {
        let token = self.login(persona).access.clone();
        if self.ask(Some(&token), "GET", "/users/me", Value::Null).await.status == 401 {
            self.log_in_again(persona).await;
        }
    }

    /// Makes what a step acts on.
    pub async fn props(&mut self) -> Props {
        self.wake(Persona::SiteOwner).await;
        self.wake(Persona::Owner).await;
        self.lift_ban().await;
        let owner = self.login(Persona::Owner).access.clone();
        let members = [Persona::Member, Persona::Moderator, Persona::Admin].map(|persona| self.user(persona));
        let body = json!({"type": "group", "name": "Stage", "members": [members[0], members[1], members[2], self.bystander.user_id]});
        let room = self.granted(&owner, "POST", "/rooms".to_owned(), body).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        for (member, role) in [(&members[1], "moderator"), (&members[2], "admin")] {
            self.granted(
                &owner,
                "PUT",
                format!("/rooms/{room}/members/{member}"),
                json!({"role": role}),
            )
            .await;
        }
        let invite = self
            .granted(
                &owner,
                "POST",
                format!("/rooms/{room}/invites"),
                json!({"maxUses": 100}),
            )
            .await;
        let (bystander, newcomer) = (self.bystander.user_id.clone(), self.newcomer.user_id.clone());
        Props {
            room,
            bystander,
            newcomer,
            invite: invite["code"].as_str().unwrap().to_owned(),
        }
    }

    /// The newcomer is whom bans and site roles are tried on.
    async fn lift_ban(&mut self) {
        let path = format!("/users/{}", self.newcomer.user_id);
        self.as_owner("DELETE", format!("{path}/ban"), Value::Null).await;
        self.as_owner("PUT", format!("{path}/role"), json!({"role": "member"}))
            .await;
    }

    /// Asks as somebody with this token, or as nobody.
    pub async fn ask(&self, token: Option<&str>, method: &str, path: &str, body: Value) -> Answer {
        ask(
            self.address(),
            Request {
                method,
                path: format!("/api/v1{path}"),
                token,
                body,
            },
        )
        .await
    }

    async fn anyone(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask(None, method, path, body).await
    }

    async fn register(&self, username: &str) -> Login {
        let body = json!({"username": username, "email": format!("{username}@example.org"), "password": PASSWORD});
        let answer = self.anyone("POST", "/auth/register", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        login_of(&answer.json())
    }

    async fn as_owner(&self, method: &str, path: String, body: Value) {
        self.granted(&self.login(Persona::SiteOwner).access.clone(), method, path, body)
            .await;
    }

    /// Asks for something that must be granted.
    async fn granted(&self, token: &str, method: &str, path: String, body: Value) -> Value {
        let answer = self.ask(Some(token), method, &path, body).await;
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {} {}",
            answer.status,
            answer.text
        );
        answer.json()
    }

    /// Stops the site.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

fn login_of(tokens: &Value) -> Login {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Login {
        access: text(&tokens["accessToken"]),
        refresh: text(&tokens["refreshToken"]),
        user_id: text(&tokens["user"]["id"]),
    }
}
