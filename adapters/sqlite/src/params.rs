//! Parameters bound by the type of what they meet, since SQLite compares by storage class.

use contract::types::{Date, Param, SqlType, Time, Timestamp, Value};
use contract::{AdapterError, ErrorKind};
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};

use crate::error::from_sqlite;

/// Binds all parameters of a statement.
pub fn bind(statement: &mut Statement<'_>, params: &[Param]) -> Result<(), AdapterError> {
    if statement.parameter_count() != params.len() {
        let detail = format!("{} parameters for {} places", params.len(), statement.parameter_count());
        return Err(AdapterError::new(ErrorKind::Internal, detail));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, stored(param)?).map_err(from_sqlite)?;
    }
    Ok(())
}

/// The value as SQLite would have stored it in a column of the parameter's type.
fn stored(param: &Param) -> Result<ToSqlOutput<'_>, AdapterError> {
    let as_text = matches!(param.ty, SqlType::DecimalText { .. });
    Ok(match &param.value {
        Value::Null => owned(Owned::Null),
        Value::Bool(flag) => owned(Owned::Integer(i64::from(*flag))),
        Value::I64(number) if as_text => text(number.to_string()),
        Value::I64(number) => owned(Owned::Integer(*number)),
        Value::U64(number) if as_text => text(number.to_string()),
        // Above the largest integer SQLite compares exactly with a float.
        Value::U64(number) => owned(i64::try_from(*number).map_or(Owned::Real(*number as f64), Owned::Integer)),
        Value::F64(number) if as_text => text(number.to_string()),
        Value::F64(number) => owned(Owned::Real(*number)),
        Value::Decimal(digits) => decimal(digits, param.ty)?,
        Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        Value::Guid(guid) if param.ty == SqlType::Guid => owned(Owned::Blob(guid.to_vec())),
        Value::Guid(guid) => text(guid_text(guid)),
        Value::Date(date) => text(dated(*date, param.ty)),
        Value::Time(time) => text(time.to_string()),
        Value::Timestamp(timestamp) => text(timed(*timestamp, param.ty)),
        Value::List(_) => return Err(AdapterError::new(ErrorKind::Internal, "SQLite takes no list as a parameter")),
    })
}

fn owned(value: Owned) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(value)
}

fn text(text: String) -> ToSqlOutput<'static> {
    owned(Owned::Text(text))
}

/// A decimal among numbers is an integer or a float, as NUMERIC affinity would make it; elsewhere it stays text.
fn decimal(digits: &str, ty: SqlType) -> Result<ToSqlOutput<'_>, AdapterError> {
    if matches!(ty, SqlType::DecimalText { .. }) || ty.is_text() {
        return Ok(ToSqlOutput::Borrowed(ValueRef::Text(digits.as_bytes())));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.bytes().all(|digit| digit == b'0')
        && let Ok(number) = whole.parse::<i64>()
    {
        return Ok(owned(Owned::Integer(number)));
    }
    let number = digits.parse().map_err(|_| AdapterError::new(ErrorKind::Internal, "a decimal that is no number"))?;
    Ok(owned(Owned::Real(number)))
}

fn dated(date: Date, ty: SqlType) -> String {
    match ty {
        SqlType::Timestamp | SqlType::Instant => Timestamp { date, time: Time { nanos: 0 } }.to_string(),
        _ => date.to_string(),
    }
}

fn timed(timestamp: Timestamp, ty: SqlType) -> String {
    match ty {
        SqlType::Date => timestamp.date.to_string(),
        SqlType::Time => timestamp.time.to_string(),
        _ => timestamp.to_string(),
    }
}

/// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, lower case.
fn guid_text(guid: &[u8; 16]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(36);
    for (at, byte) in guid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}
