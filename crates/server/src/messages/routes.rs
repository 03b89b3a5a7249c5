//! REST routes of messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hearth_protocol::rest::{MessagePage, PostMessage, Problem};
use hearth_protocol::{Message, RoomId, Seq};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Draft, Sent, Window};
use crate::accounts::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{Body, Path, Query};

const TAG: &str = "messages";

/// Every route of this slice.
#[must_use]
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(history, post))
}

/// Which part of the history: at most one of `before`, `after` and `around`, all seqs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Messages before this seq.
    before: Option<i64>,
    /// Messages after this seq.
    after: Option<i64>,
    /// Messages on both sides of this seq, itself included.
    around: Option<i64>,
    /// 1–200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

impl HistoryQuery {
    fn parse(&self) -> Result<(Window, usize)> {
        let window = match (self.before, self.after, self.around) {
            (None, None, None) => Window::Latest,
            (Some(seq), None, None) => Window::Before(Seq(seq)),
            (None, Some(seq), None) => Window::After(Seq(seq)),
            (None, None, Some(seq)) => Window::Around(Seq(seq)),
            _ => {
                return Err(Error::invalid_field(
                    "before",
                    "Give at most one of before, after and around.",
                ));
            }
        };
        match self.limit.unwrap_or(50) {
            limit @ 1..=200 => Ok((window, limit)),
            _ => Err(Error::invalid_field("limit", "A page has 1 to 200 messages.")),
        }
    }
}

/// Read history
#[utoipa::path(get, path = "/rooms/{id}/messages", tag = TAG, params(("id" = String, Path), HistoryQuery),
    responses((status = 200, body = MessagePage), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn history(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<MessagePage>> {
    Ok(Json(super::history(&app, &actor, room_id, query.parse()?).await?))
}

/// Send a message
///
/// The same idempotency as the socket's `send_message`: a retry is answered with 200 and the first message.
#[utoipa::path(post, path = "/rooms/{id}/messages", tag = TAG, params(("id" = String, Path)), request_body = PostMessage,
    responses((status = 201, body = Message), (status = 200, body = Message), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(room_id): Path<RoomId>,
    Body(body): Body<PostMessage>,
) -> Result<(StatusCode, Json<Message>)> {
    let PostMessage {
        content,
        client_message_id,
        ..
    } = body;
    let draft = Draft {
        room_id,
        content,
        client_message_id,
    };
    Ok(match super::send(&app, &actor, draft, None).await? {
        Sent::Now(message) => (StatusCode::CREATED, Json(message)),
        Sent::Before(message) => (StatusCode::OK, Json(message)),
    })
}
