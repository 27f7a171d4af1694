//! One cell as one value of the answer; the way is chosen once per column, not once per cell.
//!
//! Allocates nothing per cell. Decides what breaks a type; what then becomes of it is decided by the caller.

mod binary;
mod flag;
mod number;
mod temporal;
mod text;

use contract::{BadValue, Cell};

use super::rows::BadReason;
use super::shape::ShapeColumn;
use crate::model::EdmType;

pub(super) use text::push_json_string;

/// What was written for a cell that breaks no type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The value.
    Value,
    /// Null, or what stands for it.
    Null,
    /// Text, cut at the declared length.
    Cut,
}

/// How the cells of one column are written.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    kind: Kind,
    null: &'static [u8],
}

#[derive(Clone, Debug)]
enum Kind {
    Boolean(flag::FlagSet),
    Integer(number::Integer),
    Float(number::Float),
    Decimal(number::Decimal),
    Text(text::Text),
    Temporal(temporal::Temporal),
    Guid,
    Binary(binary::Binary),
}

impl Scalar {
    /// The writer for a column; `quoted_numbers` gives Int64 and Decimal as strings (IEEE754Compatible).
    pub(super) fn new(column: &ShapeColumn, quoted_numbers: bool) -> Scalar {
        let kind = match column.ty {
            EdmType::Boolean => Kind::Boolean(flag::FlagSet::new(column.flags.as_ref())),
            EdmType::Byte | EdmType::SByte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 => {
                Kind::Integer(number::Integer::new(column.ty, quoted_numbers))
            }
            EdmType::Single => Kind::Float(number::Float { max: f64::from(f32::MAX) }),
            EdmType::Double => Kind::Float(number::Float { max: f64::MAX }),
            EdmType::Decimal => Kind::Decimal(number::Decimal::new(column.sql, quoted_numbers)),
            EdmType::String => Kind::Text(text::Text::new(column)),
            EdmType::Date => Kind::Temporal(temporal::Temporal::Date),
            EdmType::TimeOfDay => Kind::Temporal(temporal::Temporal::TimeOfDay),
            EdmType::DateTimeOffset => Kind::Temporal(temporal::Temporal::moment(column)),
            EdmType::Guid => Kind::Guid,
            EdmType::Binary => Kind::Binary(binary::Binary::new(column.max_length)),
        };
        let null_as_false = column.null_as_false && column.ty == EdmType::Boolean;
        Scalar { kind, null: if null_as_false { b"false" } else { b"null" } }
    }

    /// What stands for null in this column.
    pub(super) fn null(&self) -> &'static [u8] {
        self.null
    }

    /// Whether values are of type Binary, whose literal has a prefix.
    pub(super) fn is_binary(&self) -> bool {
        matches!(self.kind, Kind::Binary(_))
    }

    /// Whether values are of type String, whose literal has quotes.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text(_))
    }

    /// Writes a cell as JSON. After an error `out` may hold a part of the value, to be cut off.
    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<Written, BadReason> {
        match cell {
            Cell::Null => {
                out.extend_from_slice(self.null);
                return Ok(Written::Null);
            }
            Cell::Bad(bad) => return Err(bad.into()),
            _ => {}
        }
        match &self.kind {
            Kind::Text(text) => return text.write(out, cell),
            Kind::Integer(integer) => integer.write(out, cell)?,
            Kind::Decimal(decimal) => decimal.write(out, cell)?,
            Kind::Temporal(temporal) => temporal.write(out, cell)?,
            Kind::Float(float) => float.write(out, cell)?,
            Kind::Boolean(flags) => flags.write(out, cell)?,
            Kind::Guid => binary::write_guid(out, cell)?,
            Kind::Binary(binary) => binary.write(out, cell)?,
        }
        Ok(Written::Value)
    }

    /// Writes a cell as `$value` gives it: text without quotes and escapes, bytes as they are, nothing for null.
    pub(super) fn write_raw(&self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<Written, BadReason> {
        match (&self.kind, cell) {
            (_, Cell::Null) if self.null == b"null" => Ok(Written::Null),
            (_, Cell::Bad(bad)) => Err(bad.into()),
            (Kind::Text(text), cell) => text.write_raw(out, cell),
            (Kind::Binary(binary), cell) => binary.write_raw(out, cell).map(|()| Written::Value),
            (_, cell) => {
                let start = out.len();
                let written = self.write(out, cell)?;
                if out.get(start) == Some(&b'"') {
                    out.remove(start);
                    out.pop();
                }
                Ok(written)
            }
        }
    }
}

impl From<BadValue> for BadReason {
    fn from(bad: BadValue) -> BadReason {
        match bad {
            BadValue::InvalidText => BadReason::InvalidText,
            BadValue::ImpossibleDate => BadReason::ImpossibleDate,
            BadValue::ImpossibleNumber => BadReason::ImpossibleNumber,
            BadValue::WrongType => BadReason::WrongType,
        }
    }
}

#[cfg(test)]
mod tests;
