//! REST routes of rooms, members and invites.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hearth_protocol::rest::{
    AddMember, CreateInvite, CreateRoom, Invite, InvitePreview, Page, Problem, RoomDetails, SetRoomRole, UpdateRoom,
};
use hearth_protocol::{Member, RoomId, RoomSummary, UnixMs, UserId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::members::Added;
use super::{Made, invites, members};
use crate::accounts::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{Body, Path, Query};

const TAG: &str = "rooms";

/// Every route of this slice.
#[must_use]
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(find, update))
        .routes(routes!(list_members, add_member))
        .routes(routes!(set_role, remove_member))
        .routes(routes!(create_invite))
        .routes(routes!(preview_invite))
        .routes(routes!(accept_invite))
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// 1–200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

impl PageQuery {
    fn limit(&self) -> Result<usize> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=200 => Ok(limit),
            _ => Err(Error::invalid_field("limit", "A page has 1 to 200 items.")),
        }
    }
}

fn bad_cursor() -> Error {
    Error::invalid_field("cursor", "Pass on the nextCursor of the page before.")
}

/// Make a room
///
/// A direct room that exists is answered with 200.
#[utoipa::path(post, path = "/rooms", tag = TAG, request_body = CreateRoom,
    responses((status = 201, body = RoomDetails), (status = 200, body = RoomDetails), (status = 422, body = Problem)))]
async fn create(
    State(app): State<Arc<App>>,
    actor: Actor,
    Body(command): Body<CreateRoom>,
) -> Result<(StatusCode, Json<RoomDetails>)> {
    Ok(match super::create(&app, &actor, command).await? {
        Made::Now(summary) => (StatusCode::CREATED, Json(summary.into())),
        Made::Before(summary) => (StatusCode::OK, Json(summary.into())),
    })
}

/// List one's rooms
#[utoipa::path(get, path = "/rooms", tag = TAG, params(PageQuery), responses((status = 200, body = Page<RoomSummary>)))]
async fn list(
    State(app): State<Arc<App>>,
    actor: Actor,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RoomSummary>>> {
    let limit = page.limit()?;
    let after = page
        .cursor
        .as_deref()
        .map(Uuid::parse_str)
        .transpose()
        .map_err(|_| bad_cursor())?;
    Ok(Json(super::list(&app, &actor, after.map(RoomId), limit).await?))
}

/// One room
#[utoipa::path(get, path = "/rooms/{id}", tag = TAG, params(("id" = String, Path)),
    responses((status = 200, body = RoomDetails), (status = 404, body = Problem)))]
async fn find(State(app): State<Arc<App>>, actor: Actor, Path(room_id): Path<RoomId>) -> Result<Json<RoomDetails>> {
    Ok(Json(super::find(&app, &actor, room_id).await?.into()))
}

/// Rename a room or change its topic
#[utoipa::path(patch, path = "/rooms/{id}", tag = TAG, params(("id" = String, Path)), request_body = UpdateRoom,
    responses((status = 200, body = RoomDetails), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn update(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Body(command): Body<UpdateRoom>,
) -> Result<Json<RoomDetails>> {
    Ok(Json(super::update(&app, &actor, room_id, command).await?.into()))
}

/// List a room's members
#[utoipa::path(get, path = "/rooms/{id}/members", tag = TAG, params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Member>), (status = 404, body = Problem)))]
async fn list_members(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Member>>> {
    let limit = page.limit()?;
    let after = page.cursor.as_deref().map(parse_member_cursor).transpose()?;
    Ok(Json(members::list(&app, &actor, room_id, (after, limit)).await?))
}

fn parse_member_cursor(cursor: &str) -> Result<(UnixMs, UserId)> {
    let (at, id) = cursor.split_once('_').ok_or_else(bad_cursor)?;
    let at = at.parse().map_err(|_| bad_cursor())?;
    let id = Uuid::parse_str(id).map_err(|_| bad_cursor())?;
    Ok((UnixMs(at), UserId(id)))
}

/// Add somebody to a room
///
/// Somebody who is a member already is answered with 200.
#[utoipa::path(post, path = "/rooms/{id}/members", tag = TAG, params(("id" = String, Path)), request_body = AddMember,
    responses((status = 201, body = Member), (status = 200, body = Member), (status = 422, body = Problem)))]
async fn add_member(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Body(command): Body<AddMember>,
) -> Result<(StatusCode, Json<Member>)> {
    Ok(match members::add(&app, &actor, room_id, command).await? {
        Added::Now(member) => (StatusCode::CREATED, Json(member)),
        Added::Before(member) => (StatusCode::OK, Json(member)),
    })
}

/// Change somebody's role in a room
#[utoipa::path(put, path = "/rooms/{id}/members/{userId}", tag = TAG,
    params(("id" = String, Path), ("userId" = String, Path)), request_body = SetRoomRole,
    responses((status = 200, body = Member), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn set_role(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path((room_id, user_id)): Path<(RoomId, UserId)>,
    Body(command): Body<SetRoomRole>,
) -> Result<Json<Member>> {
    Ok(Json(
        members::set_role(&app, &actor, room_id, (user_id, command.role)).await?,
    ))
}

/// Leave a room, or remove somebody from it
#[utoipa::path(delete, path = "/rooms/{id}/members/{userId}", tag = TAG,
    params(("id" = String, Path), ("userId" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn remove_member(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path((room_id, user_id)): Path<(RoomId, UserId)>,
) -> Result<StatusCode> {
    members::remove(&app, &actor, room_id, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make an invite link
#[utoipa::path(post, path = "/rooms/{id}/invites", tag = TAG, params(("id" = String, Path)), request_body = CreateInvite,
    responses((status = 201, body = Invite), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn create_invite(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Body(command): Body<CreateInvite>,
) -> Result<(StatusCode, Json<Invite>)> {
    Ok((
        StatusCode::CREATED,
        Json(invites::create(&app, &actor, room_id, command).await?),
    ))
}

/// What an invite link leads to
#[utoipa::path(get, path = "/invites/{code}", tag = TAG, params(("code" = String, Path)), security(()),
    responses((status = 200, body = InvitePreview), (status = 404, body = Problem)))]
async fn preview_invite(State(app): State<Arc<App>>, Path(code): Path<String>) -> Result<Json<InvitePreview>> {
    Ok(Json(invites::preview(&app, &code).await?))
}

/// Join a room by an invite link
#[utoipa::path(post, path = "/invites/{code}/accept", tag = TAG, params(("code" = String, Path)),
    responses((status = 200, body = RoomDetails), (status = 404, body = Problem)))]
async fn accept_invite(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(code): Path<String>,
) -> Result<Json<RoomDetails>> {
    Ok(Json(invites::accept(&app, &actor, &code).await?.into()))
}
