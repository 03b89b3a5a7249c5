//! REST route of read cursors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hearth_protocol::rest::{Problem, ReadUpTo};
use hearth_protocol::{MarkRead, ReadCursor, RoomId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Actor;
use crate::app::App;
use crate::error::Result;
use crate::http::extract::{Body, Path};

/// Every route of this slice.
#[must_use]
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(mark_read))
}

/// Mark a room as read
#[utoipa::path(post, path = "/rooms/{id}/read", tag = "reads", params(("id" = String, Path)), request_body = ReadUpTo,
    responses((status = 200, body = ReadCursor), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn mark_read(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Body(ReadUpTo { seq }): Body<ReadUpTo>,
) -> Result<Json<ReadCursor>> {
    Ok(Json(super::mark(&app, &actor, MarkRead { room_id, seq }).await?))
}
