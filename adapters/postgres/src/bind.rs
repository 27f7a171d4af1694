//! Parameters to PostgreSQL's binary arguments, each with its exact type.
//!
//! The server compares strictly by type, so the type comes from the parameter and not from its value. A value that its
//! type cannot hold exactly (5.5 for an integer column) is sent as what it is, and the server compares across types.

use std::fmt::Write;
use std::sync::Arc;

use contract::{AdapterError, Date, ErrorKind, Param, SqlType, Time, Timestamp, Value};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};
use sqlx::{Arguments, Encode, Type};

use crate::cells::{DAY_MICROS, EPOCH_DAYS};
use crate::numeric;

/// The arguments of a statement.
pub(crate) fn arguments(params: &[Param]) -> Result<PgArguments, AdapterError> {
    let mut arguments = PgArguments::default();
    for (index, param) in params.iter().enumerate() {
        arguments.add(Argument::new(param)).map_err(|error| {
            // The value itself is the caller's and stays out of the log.
            AdapterError::new(ErrorKind::Rejected, format!("parameter {}: {error}", index + 1))
        })?;
    }
    Ok(arguments)
}

/// The text with its parameter types in a comment. The driver keeps prepared statements by text alone, and binary
/// arguments of another type would be misread: `a + $1` may be met with an integer once and a decimal later.
pub(crate) fn text_by_types(text: Arc<str>, params: &[Param]) -> Arc<str> {
    if params.is_empty() {
        return text;
    }
    let mut keyed = String::with_capacity(text.len() + 8 + params.len() * 5);
    keyed.push_str(&text);
    keyed.push_str(" /*");
    for param in params {
        // Writing to a String cannot fail.
        let _written = write!(keyed, " {}", Argument::new(param).oid());
    }
    keyed.push_str(" */");
    keyed.into()
}

/// A type as sent, with the numbers of the type and of its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Bool,
    Int8,
    Float8,
    Numeric,
    Text,
    Char,
    Bytes,
    Uuid,
    Date,
    Time,
    Timestamp,
    Instant,
}

impl Wire {
    fn oids(self) -> (u32, u32) {
        match self {
            Wire::Bool => (16, 1000),
            Wire::Bytes => (17, 1001),
            Wire::Int8 => (20, 1016),
            Wire::Text => (25, 1009),
            Wire::Float8 => (701, 1022),
            Wire::Char => (1042, 1014),
            Wire::Date => (1082, 1182),
            Wire::Time => (1083, 1183),
            Wire::Timestamp => (1114, 1115),
            Wire::Instant => (1184, 1185),
            Wire::Numeric => (1700, 1231),
            Wire::Uuid => (2950, 2951),
        }
    }

    /// As which type a value goes, by the type that its parameter has.
    fn of(ty: SqlType, value: &Value) -> Wire {
        let declared = match ty {
            SqlType::Bool => Wire::Bool,
            SqlType::I16 | SqlType::I32 | SqlType::I64 => Wire::Int8,
            SqlType::F32 | SqlType::F64 => Wire::Float8,
            SqlType::U64 | SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => {
                Wire::Numeric
            }
            SqlType::Text | SqlType::Other => Wire::Text,
            SqlType::Char { .. } => Wire::Char,
            SqlType::Bytes => Wire::Bytes,
            SqlType::Guid => Wire::Uuid,
            SqlType::Date => Wire::Date,
            SqlType::Time => Wire::Time,
            SqlType::Timestamp => Wire::Timestamp,
            SqlType::Instant => Wire::Instant,
        };
        match (declared, value) {
            (Wire::Int8, Value::Decimal(_)) => Wire::Numeric,
            (Wire::Int8, Value::U64(number)) if i64::try_from(*number).is_err() => Wire::Numeric,
            (Wire::Int8 | Wire::Numeric, Value::F64(_)) => Wire::Float8,
            _ => declared,
        }
    }

    /// One type for all elements of a list: the widest any of them needs.
    fn of_list(ty: SqlType, values: &[Value]) -> Wire {
        let needed = values.iter().map(|value| Wire::of(ty, value));
        needed
            .reduce(|one, other| if one == Wire::Int8 || other == Wire::Float8 { other } else { one })
            .unwrap_or(Wire::of(ty, &Value::Null))
    }
}

/// A parameter on its way into the driver's buffer.
struct Argument<'a> {
    wire: Wire,
    value: &'a Value,
}

impl<'a> Argument<'a> {
    fn new(param: &'a Param) -> Argument<'a> {
        let wire = match &param.value {
            Value::List(values) => Wire::of_list(param.ty, values),
            value => Wire::of(param.ty, value),
        };
        Argument { wire, value: &param.value }
    }

    fn oid(&self) -> u32 {
        let (scalar, array) = self.wire.oids();
        if matches!(self.value, Value::List(_)) { array } else { scalar }
    }
}

impl Type<Postgres> for Argument<'_> {
    /// Never asked for: each argument names its own type.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(25))
    }
}

impl Encode<'_, Postgres> for Argument<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let sent = match self.value {
            Value::List(values) => array(self.wire, values, buffer).map(|()| IsNull::No),
            value => scalar(self.wire, value, buffer),
        };
        Ok(sent?)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.oid())))
    }
}

/// Why a value cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unsendable {
    #[error("a value of this kind cannot be sent as {0:?}")]
    Kind(Wire),
    #[error("the number has more digits than the database's numeric can hold, or is none")]
    Digits,
    #[error("the date does not exist")]
    Date,
    #[error("too many elements in one list")]
    Length,
}

fn array(wire: Wire, values: &[Value], out: &mut Vec<u8>) -> Result<(), Unsendable> {
    let length = i32::try_from(values.len()).map_err(|_| Unsendable::Length)?;
    let has_null = values.contains(&Value::Null);
    let dimensions = i32::from(length > 0);
    out.extend_from_slice(&dimensions.to_be_bytes());
    out.extend_from_slice(&i32::from(has_null).to_be_bytes());
    out.extend_from_slice(&wire.oids().0.to_be_bytes());
    if dimensions == 0 {
        return Ok(());
    }
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    for value in values {
        let at = out.len();
        out.extend_from_slice(&[0; 4]);
        let size = match scalar(wire, value, out)? {
            IsNull::Yes => -1,
            IsNull::No => i32::try_from(out.len() - at - 4).map_err(|_| Unsendable::Length)?,
        };
        out[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}

fn scalar(wire: Wire, value: &Value, out: &mut Vec<u8>) -> Result<IsNull, Unsendable> {
    match (wire, value) {
        (_, Value::Null) => return Ok(IsNull::Yes),
        (Wire::Bool, Value::Bool(flag)) => out.push(u8::from(*flag)),
        (Wire::Int8, Value::I64(number)) => out.extend_from_slice(&number.to_be_bytes()),
        (Wire::Int8, Value::U64(number)) => {
            let number = i64::try_from(*number).map_err(|_| Unsendable::Digits)?;
            out.extend_from_slice(&number.to_be_bytes());
        }
        (Wire::Int8, Value::Bool(flag)) => out.extend_from_slice(&i64::from(*flag).to_be_bytes()),
        (Wire::Float8, value) => out.extend_from_slice(&float(value)?.to_be_bytes()),
        (Wire::Numeric, Value::Decimal(text)) => numeric::encode(text, out).ok_or(Unsendable::Digits)?,
        (Wire::Numeric, Value::I64(number)) => numeric::encode(&number.to_string(), out).ok_or(Unsendable::Digits)?,
        (Wire::Numeric, Value::U64(number)) => numeric::encode(&number.to_string(), out).ok_or(Unsendable::Digits)?,
        (Wire::Text | Wire::Char, Value::Text(text)) => out.extend_from_slice(text.as_bytes()),
        (Wire::Text | Wire::Char, Value::Guid(id)) => hyphenated(id, out),
        (Wire::Text | Wire::Char, Value::I64(number)) => out.extend_from_slice(number.to_string().as_bytes()),
        (Wire::Text | Wire::Char, Value::Decimal(number)) => out.extend_from_slice(number.as_bytes()),
        (Wire::Bytes, Value::Bytes(bytes)) => out.extend_from_slice(bytes),
        (Wire::Uuid, Value::Guid(id)) => out.extend_from_slice(id),
        (Wire::Date, Value::Date(date)) => {
            let days = i32::try_from(days_since_2000(*date)?).map_err(|_| Unsendable::Date)?;
            out.extend_from_slice(&days.to_be_bytes());
        }
        (Wire::Time, Value::Time(time)) => out.extend_from_slice(&micros(*time)?.to_be_bytes()),
        (Wire::Timestamp | Wire::Instant, Value::Timestamp(Timestamp { date, time })) => {
            let sum = days_since_2000(*date)? * DAY_MICROS + micros(*time)?;
            out.extend_from_slice(&sum.to_be_bytes());
        }
        (wire, _) => return Err(Unsendable::Kind(wire)),
    }
    Ok(IsNull::No)
}

fn float(value: &Value) -> Result<f64, Unsendable> {
    match value {
        Value::F64(number) => Ok(*number),
        Value::I64(number) => Ok(*number as f64),
        Value::U64(number) => Ok(*number as f64),
        Value::Decimal(text) => text.parse().map_err(|_| Unsendable::Digits),
        _ => Err(Unsendable::Kind(Wire::Float8)),
    }
}

fn days_since_2000(date: Date) -> Result<i64, Unsendable> {
    match date.is_real() {
        true => Ok(date.unix_days() - EPOCH_DAYS),
        false => Err(Unsendable::Date),
    }
}

fn micros(time: Time) -> Result<i64, Unsendable> {
    i64::try_from(time.nanos / 1000).ok().filter(|micros| *micros < DAY_MICROS).ok_or(Unsendable::Date)
}

fn hyphenated(id: &[u8; 16], out: &mut Vec<u8>) {
    for (index, byte) in id.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.push(hex_digit(byte >> 4));
        out.push(hex_digit(byte & 15));
    }
}

fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sent(ty: SqlType, value: Value) -> (u32, Vec<u8>) {
        let param = Param { value, ty };
        let argument = Argument::new(&param);
        let mut buffer = PgArgumentBuffer::default();
        let _is_null = argument.encode_by_ref(&mut buffer).unwrap();
        (argument.oid(), buffer.to_vec())
    }

    #[test]
    fn the_parameter_says_the_type() {
        assert_eq!(sent(SqlType::I16, Value::I64(5)), (20, vec![0, 0, 0, 0, 0, 0, 0, 5]));
        assert_eq!(sent(SqlType::Char { length: 3 }, Value::Text("a".into())), (1042, vec![b'a']));
        assert_eq!(sent(SqlType::Guid, Value::Null), (2950, vec![]));
        assert_eq!(sent(SqlType::Instant, Value::Null).0, 1184);
        let id = Value::Guid([0xAB; 16]);
        assert_eq!(sent(SqlType::Other, id).1, b"abababab-abab-abab-abab-abababababab");
    }

    #[test]
    fn a_value_beyond_its_type_goes_as_what_it_is() {
        assert_eq!(sent(SqlType::I32, Value::Decimal("5.5".into())).0, 1700);
        assert_eq!(sent(SqlType::I64, Value::U64(u64::MAX)).0, 1700);
        assert_eq!(sent(SqlType::I64, Value::F64(0.5)).0, 701);
    }

    #[test]
    fn lists_have_one_type_and_may_be_empty() {
        assert_eq!(sent(SqlType::I32, Value::List(vec![])), (1016, vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]));
        let mixed = Value::List(vec![Value::I64(1), Value::Decimal("1.5".into()), Value::Null]);
        let (oid, wire) = sent(SqlType::I32, mixed);
        assert_eq!(oid, 1231);
        assert_eq!(wire[4..8], [0, 0, 0, 1], "the flag for NULL");
        assert_eq!(wire[wire.len() - 4..], [255; 4]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |ty, value| arguments(&[Param { value, ty }]).unwrap_err();
        assert_eq!(refused(SqlType::I32, Value::Text("5".into())).kind, ErrorKind::Rejected);
        let never = Date { year: 2023, month: 2, day: 29 };
        assert!(refused(SqlType::Date, Value::Date(never)).detail.contains("parameter 1: the date does not exist"));
        assert_eq!(refused(SqlType::Decimal { scale: None }, Value::Decimal("1e9".into())).kind, ErrorKind::Rejected);
    }

    #[test]
    fn statements_are_kept_by_text_and_types() {
        let text = |value| text_by_types("SELECT $1".into(), &[Param { value, ty: SqlType::I64 }]);
        assert_eq!(&*text(Value::I64(1)), "SELECT $1 /* 20 */");
        assert_ne!(text(Value::I64(1)), text(Value::U64(u64::MAX)));
        assert_eq!(&*text_by_types("SELECT 1".into(), &[]), "SELECT 1");
    }
}
