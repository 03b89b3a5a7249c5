//! REST routes of accounts, login sessions and people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use hearth_protocol::rest::{
    ChangePassword, Login, Page, Problem, RefreshRequest, Register, SetSiteRole, Setup, Tokens, UpdateMe,
};
use hearth_protocol::{ErrorCode, LoginSession, Me, SessionId, UserId, UserRef};
use http::header::SET_COOKIE;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::{self, Proof};
use super::{Actor, devices, login, moderation, profile, register, require_user};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{Body, Path, Query};
use crate::http::origin::require_own_page;
use crate::visitor::Visitor;
use crate::visitor::cookies::Cookie;

const AUTH: &str = "auth";
const USERS: &str = "users";

/// How long browsers keep the mark of a known device: as long as any of them keeps a cookie.
const DEVICE_SECONDS: u64 = 400 * 24 * 60 * 60;
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// Every route of this slice.
#[must_use]
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(sign_up))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
        .routes(routes!(find_me, update_me))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions, end_sessions))
        .routes(routes!(end_session))
        .routes(routes!(list_people))
        .routes(routes!(find_person))
        .routes(routes!(ban, lift_ban))
        .routes(routes!(give_role))
}

/// The header that makes a repeated refresh harmless.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
const MAX_IDEMPOTENCY_KEY_BYTES: usize = 200;

/// Tokens for a body, and the same for a browser's cookies.
fn with_cookies(app: &App, visitor: &Visitor, tokens: Tokens) -> Result<(AppendHeaders<Vec<Header>>, Json<Tokens>)> {
    let refresh_seconds = u64::from(app.config.sessions.idle_days) * DAY_SECONDS;
    let refresh = Cookie::Refresh.set(visitor.channel, &tokens.refresh_token, refresh_seconds);
    let mut headers = vec![(SET_COOKIE, refresh)];
    let (secrets, user_id) = (&app.accounts.secrets, tokens.user.id);
    let kept = visitor.device_cookie.as_deref();
    // A device keeps its mark, and with it its counter of wrong passwords.
    if kept.is_none_or(|mark| devices::read(secrets, mark, user_id).is_none()) {
        let mark = devices::mark(secrets, user_id)?;
        headers.push((SET_COOKIE, Cookie::Device.set(visitor.channel, &mark, DEVICE_SECONDS)));
    }
    Ok((AppendHeaders(headers), Json(tokens)))
}

type Header = (http::HeaderName, http::HeaderValue);

/// Claims the site with the token of the first start.
#[utoipa::path(post, path = "/setup", tag = AUTH, security(()), request_body = Setup,
    responses((status = 201, body = Tokens), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn set_up(State(app): State<Arc<App>>, visitor: Visitor, Body(command): Body<Setup>) -> Result<Response> {
    let tokens = register::set_up(&app, &visitor, &command).await?;
    Ok((StatusCode::CREATED, with_cookies(&app, &visitor, tokens)?).into_response())
}

/// Makes an account and logs it in.
#[utoipa::path(post, path = "/auth/register", tag = AUTH, security(()), request_body = Register,
    responses((status = 201, body = Tokens), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn sign_up(State(app): State<Arc<App>>, visitor: Visitor, Body(command): Body<Register>) -> Result<Response> {
    let tokens = register::register(&app, &visitor, &command).await?;
    Ok((StatusCode::CREATED, with_cookies(&app, &visitor, tokens)?).into_response())
}

/// Logs in by username or e-mail address.
#[utoipa::path(post, path = "/auth/login", tag = AUTH, security(()), request_body = Login,
    responses((status = 200, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem)))]
async fn log_in(State(app): State<Arc<App>>, visitor: Visitor, Body(command): Body<Login>) -> Result<Response> {
    let tokens = login::log_in(&app, &visitor, &command).await?;
    Ok(with_cookies(&app, &visitor, tokens)?.into_response())
}

/// Spends a refresh token, of the body or the cookie, for new tokens.
#[utoipa::path(post, path = "/auth/refresh", tag = AUTH, security(()), request_body = RefreshRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Within 10 s the same key gets the same answer.")),
    responses((status = 200, body = Tokens), (status = 401, body = Problem)))]
async fn refresh(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(command): Body<RefreshRequest>,
) -> Result<Response> {
    let token = match command.refresh_token {
        Some(token) => token,
        None => {
            require_own_page(&app, &headers)?;
            visitor.refresh_cookie.clone().ok_or_else(sessions::unauthenticated)?
        }
    };
    let key = idempotency_key(&headers)?;
    match sessions::refresh(&app, token, key).await {
        Ok(tokens) => Ok(with_cookies(&app, &visitor, tokens)?.into_response()),
        Err(error) => Ok(without_cookie(&visitor, error)),
    }
}

/// A refresh token that does not work is of no use to the browser either.
fn without_cookie(visitor: &Visitor, error: Error) -> Response {
    let is_dead = matches!(&error, Error::Refused(refusal) if refusal.code == ErrorCode::Unauthenticated);
    if !is_dead || visitor.refresh_cookie.is_none() {
        return error.into_response();
    }
    let cleared = AppendHeaders([(SET_COOKIE, Cookie::Refresh.clear(visitor.channel))]);
    (cleared, error).into_response()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= MAX_IDEMPOTENCY_KEY_BYTES => Ok(Some(key)),
        _ => Err(Error::refused(
            ErrorCode::Invalid,
            "Idempotency-Key must be 1 to 200 visible characters.",
        )),
    }
}

/// Ends the login session that the refresh token, the cookie or the access token belongs to.
#[utoipa::path(post, path = "/auth/logout", tag = AUTH, request_body = RefreshRequest,
    responses((status = 204), (status = 401, body = Problem)))]
async fn log_out(
    State(app): State<Arc<App>>,
    actor: Option<Actor>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Option<Body<RefreshRequest>>,
) -> Result<Response> {
    let is_json = body.is_some();
    let named = body.and_then(|Body(command)| command.refresh_token);
    let proof = match (named, actor) {
        (Some(token), _) => Proof::RefreshToken(token),
        (None, Some(actor)) => Proof::Session(actor.user_id, actor.session_id),
        (None, None) => {
            // A cookie comes along by itself: a JSON body shows that no plain form of another site sent it.
            if !is_json {
                return Err(sessions::unauthenticated());
            }
            require_own_page(&app, &headers)?;
            Proof::RefreshToken(visitor.refresh_cookie.clone().ok_or_else(sessions::unauthenticated)?)
        }
    };
    sessions::log_out(&app, proof).await?;
    let cleared = AppendHeaders([(SET_COOKIE, Cookie::Refresh.clear(visitor.channel))]);
    Ok((StatusCode::NO_CONTENT, cleared).into_response())
}

/// One's own account.
#[utoipa::path(get, path = "/users/me", tag = USERS, responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn find_me(State(app): State<Arc<App>>, actor: Actor) -> Result<Json<Me>> {
    profile::find_me(&app, &actor).await.map(Json)
}

/// Changes one's own account.
#[utoipa::path(patch, path = "/users/me", tag = USERS, request_body = UpdateMe,
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn update_me(State(app): State<Arc<App>>, actor: Actor, Body(change): Body<UpdateMe>) -> Result<Json<Me>> {
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    profile::update(&app, &actor, change).await.map(Json)
}

/// Changes one's own password and ends all other login sessions.
#[utoipa::path(post, path = "/users/me/password", tag = USERS, request_body = ChangePassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn change_password(
    State(app): State<Arc<App>>,
    actor: Actor,
    Body(change): Body<ChangePassword>,
) -> Result<StatusCode> {
    profile::change_password(&app, &actor, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// 1–200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

impl PageQuery {
    fn parts(self) -> Result<(Option<String>, i64)> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=200 => Ok((self.cursor, limit)),
            _ => Err(Error::invalid_field("limit", "A page has 1 to 200 items.")),
        }
    }
}

/// Where one is logged in.
#[utoipa::path(get, path = "/users/me/sessions", tag = USERS, params(PageQuery),
    responses((status = 200, body = Page<LoginSession>), (status = 401, body = Problem)))]
async fn list_sessions(
    State(app): State<Arc<App>>,
    actor: Actor,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LoginSession>>> {
    sessions::list(&app, &actor, page.parts()?).await.map(Json)
}

/// Which login sessions to keep.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct EndQuery {
    /// Keep the one that asks.
    #[serde(default)]
    keep_current: bool,
}

/// Logs out everywhere.
#[utoipa::path(delete, path = "/users/me/sessions", tag = USERS, params(EndQuery),
    responses((status = 204), (status = 401, body = Problem)))]
async fn end_sessions(
    State(app): State<Arc<App>>,
    actor: Actor,
    visitor: Visitor,
    Query(query): Query<EndQuery>,
) -> Result<Response> {
    let kept = query.keep_current.then_some(actor.session_id);
    sessions::end_all(&app, &actor, kept).await?;
    if query.keep_current {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let cleared = AppendHeaders([(SET_COOKIE, Cookie::Refresh.clear(visitor.channel))]);
    Ok((StatusCode::NO_CONTENT, cleared).into_response())
}

/// Ends one of one's own login sessions.
#[utoipa::path(delete, path = "/users/me/sessions/{id}", tag = USERS, params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn end_session(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(session_id): Path<SessionId>,
) -> Result<StatusCode> {
    sessions::end(&app, &actor, session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// Beginning of a username or display name.
    #[serde(default)]
    search: String,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// 1–200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Finds people.
#[utoipa::path(get, path = "/users", tag = USERS, params(PeopleQuery),
    responses((status = 200, body = Page<UserRef>), (status = 401, body = Problem)))]
async fn list_people(
    State(app): State<Arc<App>>,
    actor: Actor,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<UserRef>>> {
    app.limits.take_action(actor.user_id, app.clock.instant())?;
    let PeopleQuery { search, cursor, limit } = query;
    let page = PageQuery { cursor, limit }.parts()?;
    profile::search(&app, &search, page).await.map(Json)
}

/// One person.
#[utoipa::path(get, path = "/users/{id}", tag = USERS, params(("id" = String, Path)),
    responses((status = 200, body = UserRef), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn find_person(State(app): State<Arc<App>>, _actor: Actor, Path(user_id): Path<UserId>) -> Result<Json<UserRef>> {
    let found = app
        .db
        .read(move |tx| Box::pin(async move { require_user(tx, user_id).await }));
    found.await.map(Json)
}

/// Bans a person and ends all their login sessions.
#[utoipa::path(put, path = "/users/{id}/ban", tag = USERS, params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn ban(State(app): State<Arc<App>>, actor: Actor, Path(user_id): Path<UserId>) -> Result<StatusCode> {
    moderation::ban(&app, actor, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts a ban.
#[utoipa::path(delete, path = "/users/{id}/ban", tag = USERS, params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn lift_ban(State(app): State<Arc<App>>, actor: Actor, Path(user_id): Path<UserId>) -> Result<StatusCode> {
    moderation::lift_ban(&app, actor, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a person a role on the site.
#[utoipa::path(put, path = "/users/{id}/role", tag = USERS, params(("id" = String, Path)), request_body = SetSiteRole,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn give_role(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(user_id): Path<UserId>,
    Body(command): Body<SetSiteRole>,
) -> Result<StatusCode> {
    moderation::give_role(&app, actor, user_id, command.role).await?;
    Ok(StatusCode::NO_CONTENT)
}
