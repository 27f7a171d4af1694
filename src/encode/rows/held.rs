//! A cell kept beyond its row: the buffers are used again, so that keeping one allocates only while they grow.
//!
//! Keeps the raw value as the database gave it, not what the answer shows.

use contract::{BadValue, Cell, Date, Time, Timestamp, Value};

/// One kept cell.
#[derive(Clone, Debug, Default)]
pub(super) struct HeldCell {
    kind: Kind,
    text: String,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Decimal,
    Text,
    Bytes,
    Guid([u8; 16]),
    Date(Date),
    Time(Time),
    Timestamp(Timestamp),
    Bad(BadValue),
}

impl HeldCell {
    /// Keeps a cell in place of the one before.
    #[inline]
    pub(super) fn hold(&mut self, cell: Cell<'_>) {
        self.kind = match cell {
            Cell::Null => Kind::Null,
            Cell::Bool(value) => Kind::Bool(value),
            Cell::I64(value) => Kind::I64(value),
            Cell::U64(value) => Kind::U64(value),
            Cell::F32(value) => Kind::F32(value),
            Cell::F64(value) => Kind::F64(value),
            Cell::Decimal(text) => {
                self.text.clear();
                self.text.push_str(text);
                Kind::Decimal
            }
            Cell::Text(text) => {
                self.text.clear();
                self.text.push_str(text);
                Kind::Text
            }
            Cell::Bytes(bytes) => {
                self.bytes.clear();
                self.bytes.extend_from_slice(bytes);
                Kind::Bytes
            }
            Cell::Guid(guid) => Kind::Guid(guid),
            Cell::Date(date) => Kind::Date(date),
            Cell::Time(time) => Kind::Time(time),
            Cell::Timestamp(at) => Kind::Timestamp(at),
            Cell::Bad(bad) => Kind::Bad(bad),
        };
    }

    /// The kept cell.
    pub(super) fn cell(&self) -> Cell<'_> {
        match self.kind {
            Kind::Null => Cell::Null,
            Kind::Bool(value) => Cell::Bool(value),
            Kind::I64(value) => Cell::I64(value),
            Kind::U64(value) => Cell::U64(value),
            Kind::F32(value) => Cell::F32(value),
            Kind::F64(value) => Cell::F64(value),
            Kind::Decimal => Cell::Decimal(&self.text),
            Kind::Text => Cell::Text(&self.text),
            Kind::Bytes => Cell::Bytes(&self.bytes),
            Kind::Guid(guid) => Cell::Guid(guid),
            Kind::Date(date) => Cell::Date(date),
            Kind::Time(time) => Cell::Time(time),
            Kind::Timestamp(at) => Cell::Timestamp(at),
            Kind::Bad(bad) => Cell::Bad(bad),
        }
    }

    /// The kept cell as a value to bind; a bad one has none.
    pub(super) fn value(&self) -> Option<Value> {
        Some(match self.cell() {
            Cell::Null => Value::Null,
            Cell::Bool(value) => Value::Bool(value),
            Cell::I64(value) => Value::I64(value),
            Cell::U64(value) => Value::U64(value),
            Cell::F32(value) => Value::F64(f64::from(value)),
            Cell::F64(value) => Value::F64(value),
            Cell::Decimal(text) => Value::Decimal(text.to_owned()),
            Cell::Text(text) => Value::Text(text.to_owned()),
            Cell::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Cell::Guid(guid) => Value::Guid(guid),
            Cell::Date(date) => Value::Date(date),
            Cell::Time(time) => Value::Time(time),
            Cell::Timestamp(at) => Value::Timestamp(at),
            Cell::Bad(_) => return None,
        })
    }
}
