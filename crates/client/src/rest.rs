//! The REST API.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

use hearth_protocol::rest::{
    AddMember, CreateInvite, CreateRoom, Invite, Login, MessagePage, Page, PostMessage, Problem, RefreshRequest,
    Register, Site, Tokens,
};
use hearth_protocol::{Member, Message, Refusal, RoomId, RoomSummary, Seq};

use crate::{Error, ServerAddress};

const MAX_ANSWER_BYTES: usize = 16 << 20;
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The REST API as one caller. Each request is a TCP connection of its own: programs that ask much use the socket.
#[derive(Clone)]
pub struct Rest {
    server: ServerAddress,
    token: Option<String>,
}

/// Where to start a page of history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryFrom {
    /// The latest messages.
    Latest,
    /// Those before this one.
    Before(Seq),
    /// Those after this one.
    After(Seq),
    /// Those on both sides of this one.
    Around(Seq),
}

impl Rest {
    /// A caller who has not logged in.
    #[must_use]
    pub fn new(server: ServerAddress) -> Self {
        Self { server, token: None }
    }

    /// The same server, called with this access token.
    #[must_use]
    pub fn with_token(&self, access_token: &str) -> Self {
        Self {
            server: self.server.clone(),
            token: Some(access_token.to_owned()),
        }
    }

    /// Which server is called.
    #[must_use]
    pub fn server(&self) -> &ServerAddress {
        &self.server
    }

    /// What anyone may know of the site.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn site(&self) -> Result<Site, Error> {
        self.get("/site").await
    }

    /// Makes an account and logs in.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn register(&self, register: &Register) -> Result<Tokens, Error> {
        self.request((Method::POST, "/auth/register"), Some(register)).await
    }

    /// Logs in.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn login(&self, login: &Login) -> Result<Tokens, Error> {
        self.request((Method::POST, "/auth/login"), Some(login)).await
    }

    /// Spends a refresh token for new tokens. When no answer came, a repeat with the same random `key` within 10 s gets it.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn refresh(&self, refresh_token: &str, key: &str) -> Result<Tokens, Error> {
        let body = RefreshRequest {
            refresh_token: Some(refresh_token.to_owned()),
        };
        let mut request = self.prepare((Method::POST, "/auth/refresh"), Some(&body))?;
        let key = HeaderValue::from_str(key).map_err(|error| Error::Unexpected(error.to_string()))?;
        request.headers_mut().insert("idempotency-key", key);
        self.answer(request).await
    }

    /// Makes a room, or finds the direct room of the two.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn create_room(&self, room: &CreateRoom) -> Result<RoomSummary, Error> {
        self.request((Method::POST, "/rooms"), Some(room)).await
    }

    /// A page of the caller's rooms.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn rooms(&self, cursor: Option<&str>) -> Result<Page<RoomSummary>, Error> {
        let cursor = cursor.map(|cursor| format!("?cursor={cursor}")).unwrap_or_default();
        self.get(&format!("/rooms{cursor}")).await
    }

    /// Adds somebody to a room.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn add_member(&self, room_id: RoomId, whom: &AddMember) -> Result<Member, Error> {
        let path = format!("/rooms/{}/members", room_id.0);
        self.request((Method::POST, &path), Some(whom)).await
    }

    /// Makes an invite link.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn create_invite(&self, room_id: RoomId, invite: &CreateInvite) -> Result<Invite, Error> {
        let path = format!("/rooms/{}/invites", room_id.0);
        self.request((Method::POST, &path), Some(invite)).await
    }

    /// Joins the room of an invite link.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn accept_invite(&self, code: &str) -> Result<RoomSummary, Error> {
        let path = format!("/invites/{code}/accept");
        self.request((Method::POST, &path), None::<&()>).await
    }

    /// A page of history.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn history(&self, room_id: RoomId, from: HistoryFrom, limit: u32) -> Result<MessagePage, Error> {
        let from = match from {
            HistoryFrom::Latest => String::new(),
            HistoryFrom::Before(seq) => format!("&before={}", seq.0),
            HistoryFrom::After(seq) => format!("&after={}", seq.0),
            HistoryFrom::Around(seq) => format!("&around={}", seq.0),
        };
        self.get(&format!("/rooms/{}/messages?limit={limit}{from}", room_id.0))
            .await
    }

    /// Sends a message without a connection.
    ///
    /// Errors: as [`Rest::request`].
    pub async fn post_message(&self, room_id: RoomId, message: &PostMessage) -> Result<Message, Error> {
        let path = format!("/rooms/{}/messages", room_id.0);
        self.request((Method::POST, &path), Some(message)).await
    }

    async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, Error> {
        self.request((Method::GET, path), None::<&()>).await
    }

    /// Any request below `/api/v1`, for routes that have no method here.
    ///
    /// Errors: [`Error::Refused`] for a problem body; no answer within 30 s; the network.
    pub async fn request<A: DeserializeOwned>(
        &self,
        (method, path): (Method, &str),
        body: Option<&impl Serialize>,
    ) -> Result<A, Error> {
        self.answer(self.prepare((method, path), body)?).await
    }

    async fn answer<A: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<A, Error> {
        let exchange = tokio::time::timeout(ANSWER_WITHIN, self.exchange(request));
        let (is_success, answer) = exchange.await.map_err(|_| Error::TimedOut)??;
        if !is_success {
            let problem: Problem = parse(&answer)?;
            return Err(Error::Refused(Refusal {
                code: problem.code,
                message: problem.detail,
                temporary: problem.code.is_temporary(),
                retry_after_ms: problem.retry_after_ms,
                fields: problem.fields,
            }));
        }
        parse(if answer.is_empty() { b"null" } else { &answer })
    }

    fn prepare(
        &self,
        (method, path): (Method, &str),
        body: Option<&impl Serialize>,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let unexpected = |error: &dyn std::fmt::Display| Error::Unexpected(error.to_string());
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(HOST, self.server.authority())
            .header(CONNECTION, "close");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                serde_json::to_vec(body).map_err(|error| unexpected(&error))?
            }
            None => Vec::new(),
        };
        request.body(Full::from(body)).map_err(|error| unexpected(&error))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(bool, Bytes), Error> {
        let stream = TokioIo::new(self.server.connect().await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        // It ends with the answer, as the request asks.
        tokio::spawn(connection);
        let answer = sender.send_request(request).await?;
        let is_success = answer.status().is_success();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| Error::Unexpected(error.to_string()))?;
        Ok((is_success, body.to_bytes()))
    }
}

/// The answer's own text stays out of the error: it may hold tokens.
fn parse<A: DeserializeOwned>(answer: &[u8]) -> Result<A, Error> {
    serde_json::from_slice(answer).map_err(|error| Error::Unexpected(error.to_string()))
}
