//! Extractors whose rejections are our own refusals.

use axum::Json;
use axum::body::HttpBody as _;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use hearth_protocol::ErrorCode;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = (StatusCode, Error);

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match <Json<T> as FromRequest<S>>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse_body(&rejection)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Body<T> {
    type Rejection = (StatusCode, Error);

    /// Nothing for a request that says nothing of a body.
    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Self::Rejection> {
        if !request.headers().contains_key(CONTENT_TYPE) && request.body().is_end_stream() {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

fn refuse_body(rejection: &JsonRejection) -> (StatusCode, Error) {
    let invalid = |message: &str| Error::refused(ErrorCode::Invalid, message);
    let status = rejection.status();
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => (status, Error::refused(ErrorCode::TooLarge, "The request is too large.")),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (status, invalid("Send JSON with Content-Type: application/json.")),
        _ => match missing_field(&rejection.body_text()) {
            Some(field) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Error::invalid_field(field, "This field is required."),
            ),
            None => (
                StatusCode::BAD_REQUEST,
                invalid("The request body is not the JSON this route takes."),
            ),
        },
    }
}

/// The field that a body lacks, from serde's words.
fn missing_field(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("missing field `")?;
    rest.split_once('`').map(|(field, _)| field)
}

/// Parameters of the query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let query = query.map_err(|_: QueryRejection| {
            Error::refused(
                ErrorCode::Invalid,
                "The parameters in the address are not those this route takes.",
            )
        })?;
        Ok(Self(query.0))
    }
}

/// Ids in the path. What is not an id names nothing that exists.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        Ok(Self(path.map_err(|_: PathRejection| Error::not_found())?.0))
    }
}
