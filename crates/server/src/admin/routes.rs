//! REST routes of the site itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hearth_protocol::rest::{Problem, Site, UpdateSite};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings;
use crate::accounts::Actor;
use crate::app::App;
use crate::error::Result;
use crate::http::extract::Body;

const TAG: &str = "site";

/// Every route of this slice.
#[must_use]
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(find, update))
}

/// What anyone may know of the site.
#[utoipa::path(get, path = "/site", tag = TAG, security(()), responses((status = 200, body = Site)))]
async fn find(State(app): State<Arc<App>>) -> Result<Json<Site>> {
    settings::find(&app).await.map(Json)
}

/// Changes the site's name and who may join.
#[utoipa::path(patch, path = "/site", tag = TAG, request_body = UpdateSite,
    responses((status = 200, body = Site), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn update(State(app): State<Arc<App>>, actor: Actor, Body(change): Body<UpdateSite>) -> Result<Json<Site>> {
    settings::update(&app, actor, change).await.map(Json)
}
