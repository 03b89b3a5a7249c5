//! Narrow values that go into statements and come out of rows: integer, text, bytes, null. The same on every engine.

use anyhow::{Context, anyhow, bail};
use hearth_protocol::{ClientMessageId, MessageId, RoomId, Seq, SessionId, StreamId, UnixMs, UserId};
use uuid::Uuid;

use crate::error::Result;

/// A value bound to `$N`.
#[derive(Debug, Clone, Copy)]
pub enum Bind<'a> {
    /// Absent.
    Null,
    /// An integer.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// The sixteen bytes of an id.
    Id([u8; 16]),
}

impl From<i64> for Bind<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Seq> for Bind<'_> {
    fn from(value: Seq) -> Self {
        Self::Int(value.0)
    }
}

impl From<UnixMs> for Bind<'_> {
    fn from(value: UnixMs) -> Self {
        Self::Int(value.0)
    }
}

impl<'a> From<&'a str> for Bind<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Bind<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a ClientMessageId> for Bind<'a> {
    fn from(value: &'a ClientMessageId) -> Self {
        Self::Text(value.as_str())
    }
}

impl<'a> From<&'a [u8]> for Bind<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl From<Uuid> for Bind<'_> {
    fn from(value: Uuid) -> Self {
        Self::Id(*value.as_bytes())
    }
}

impl From<UserId> for Bind<'_> {
    fn from(value: UserId) -> Self {
        value.0.into()
    }
}

impl From<RoomId> for Bind<'_> {
    fn from(value: RoomId) -> Self {
        value.0.into()
    }
}

impl From<MessageId> for Bind<'_> {
    fn from(value: MessageId) -> Self {
        value.0.into()
    }
}

impl From<SessionId> for Bind<'_> {
    fn from(value: SessionId) -> Self {
        value.0.into()
    }
}

impl From<StreamId> for Bind<'_> {
    fn from(value: StreamId) -> Self {
        value.0.into()
    }
}

impl<'a, T: Into<Bind<'a>>> From<Option<T>> for Bind<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A value read from a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// Absent.
    Null,
    /// An integer.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What a column can be read as.
pub trait Column: Sized {
    /// Reads it. Errors: the column holds something else.
    fn read(cell: Cell<'_>) -> anyhow::Result<Self>;
}

impl Column for i64 {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        match cell {
            Cell::Int(value) => Ok(value),
            other => bail!("expected an integer, found {other:?}"),
        }
    }
}

impl Column for String {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        match cell {
            Cell::Text(value) => Ok(value.to_owned()),
            other => bail!("expected text, found {other:?}"),
        }
    }
}

impl Column for Vec<u8> {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        match cell {
            Cell::Bytes(value) => Ok(value.to_vec()),
            other => bail!("expected bytes, found {other:?}"),
        }
    }
}

impl Column for Uuid {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        match cell {
            Cell::Bytes(value) => Self::from_slice(value).context("an id has sixteen bytes"),
            other => bail!("expected an id, found {other:?}"),
        }
    }
}

impl Column for UserId {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        Uuid::read(cell).map(Self)
    }
}

impl Column for RoomId {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        Uuid::read(cell).map(Self)
    }
}

impl Column for MessageId {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        Uuid::read(cell).map(Self)
    }
}

impl Column for SessionId {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        Uuid::read(cell).map(Self)
    }
}

impl Column for Seq {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        i64::read(cell).map(Self)
    }
}

impl Column for UnixMs {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        i64::read(cell).map(Self)
    }
}

impl Column for ClientMessageId {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        Self::try_from(String::read(cell)?).map_err(|error| anyhow!(error))
    }
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> anyhow::Result<Self> {
        match cell {
            Cell::Null => Ok(None),
            other => T::read(other).map(Some),
        }
    }
}

/// A row of a result, while the statement stands on it.
pub struct Row<'a>(pub(super) &'a rusqlite::Row<'a>);

impl Row<'_> {
    /// The column at `index`, from 0.
    ///
    /// Errors: internal, when there is no such column or it holds something else.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        use rusqlite::types::ValueRef;
        let cell = match self.0.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Text(value) => Cell::Text(std::str::from_utf8(value).context("text is UTF-8")?),
            ValueRef::Blob(value) => Cell::Bytes(value),
            ValueRef::Real(value) => return Err(anyhow!("no column is a float, found {value}").into()),
        };
        Ok(T::read(cell).with_context(|| format!("column {index}"))?)
    }
}

impl rusqlite::ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
            Self::Id(value) => ValueRef::Blob(value),
        }))
    }
}
