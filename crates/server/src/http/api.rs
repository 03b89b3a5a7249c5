//! The whole of HTTP: the REST API with its OpenAPI document, the socket, the client's files, health.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router, middleware};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use super::{assets, envelope, figures};
use crate::app::App;
use crate::error::Error;
use crate::socket::dispatch::Chat;
use crate::socket::{self, Engine};
use crate::{accounts, admin, messages, reads, rooms};

/// The frame of the document; the slices' routers add their paths and types.
#[derive(OpenApi)]
#[openapi(
    info(title = "Hearth", description = "Chat that people run themselves. Live events travel over Socket.IO: see docs/protocol.md."),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Frame;

/// `Authorization: Bearer ACCESS_TOKEN`.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// Every route of the REST API, with the document that describes them.
pub fn api() -> (Router<Arc<App>>, Document) {
    let routes = OpenApiRouter::new()
        .merge(admin::routes::router())
        .merge(accounts::routes::router())
        .merge(rooms::routes::router())
        .merge(messages::routes::router())
        .merge(reads::routes::router());
    OpenApiRouter::with_openapi(Frame::openapi())
        .nest("/api/v1", routes)
        .split_for_parts()
}

/// The router of the server.
pub fn router(app: &Arc<App>, engine: Arc<Engine<Chat>>) -> Router {
    let (api, document) = api();
    let max_body = usize::try_from(app.config.http.max_body_bytes).unwrap_or(usize::MAX);
    let document = Arc::new(document);
    let api = api.layer(DefaultBodyLimit::max(max_body));
    Router::new()
        .merge(api)
        .route(
            "/api/v1/openapi.json",
            get(move || async move { Json(Document::clone(&document)) }),
        )
        .route("/healthz", get(figures::healthz))
        .route("/readyz", get(figures::readyz))
        .route("/metrics", get(figures::metrics))
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, Error::method_not_allowed()) })
        .with_state(Arc::clone(app))
        .nest("/socket.io/", socket::router(engine))
        .layer(middleware::from_fn_with_state(Arc::clone(app), envelope::wrap))
}
