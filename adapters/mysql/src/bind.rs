//! Parameters to arguments of the binary protocol.
//!
//! Numbers, text and bytes go as such. Decimals, dates and times go as text, exactly: the dialect writes the CAST around
//! them, and the protocol has nothing better for decimals.

use contract::{AdapterError, Date, ErrorKind, Param, SqlType, Time, Timestamp, Value};
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::mysql::MySqlArguments;

/// The arguments of a statement.
pub(crate) fn arguments(params: &[Param]) -> Result<MySqlArguments, AdapterError> {
    let mut arguments = MySqlArguments::default();
    for (index, param) in params.iter().enumerate() {
        let sent = sendable(param).and_then(|sendable| add(&mut arguments, sendable).map_err(|_| Unsendable::Encoding));
        // The value itself is the caller's and stays out of the log.
        sent.map_err(|reason| {
            let kind = if reason == Unsendable::List { ErrorKind::Internal } else { ErrorKind::Rejected };
            AdapterError::new(kind, format!("parameter {}: {reason}", index + 1))
        })?;
    }
    Ok(arguments)
}

/// Why a value cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unsendable {
    #[error("this database takes no lists")]
    List,
    #[error("the date does not exist")]
    Date,
    #[error("the number is infinite or none")]
    Number,
    #[error("the driver could not encode the value")]
    Encoding,
}

/// The forms in which a value can go.
#[derive(Debug, PartialEq)]
enum Sendable<'a> {
    Null,
    I64(i64),
    U64(u64),
    F64(f64),
    Text(&'a str),
    Written(String),
    Bytes(&'a [u8]),
}

fn sendable(param: &Param) -> Result<Sendable<'_>, Unsendable> {
    Ok(match &param.value {
        Value::Null => Sendable::Null,
        Value::Bool(flag) => Sendable::I64((*flag).into()),
        Value::I64(number) => Sendable::I64(*number),
        Value::U64(number) => Sendable::U64(*number),
        // The server would read such a float as NULL or refuse it, by its mode.
        Value::F64(number) if !number.is_finite() => return Err(Unsendable::Number),
        Value::F64(number) => Sendable::F64(*number),
        Value::Decimal(text) | Value::Text(text) => Sendable::Text(text),
        Value::Bytes(bytes) => Sendable::Bytes(bytes),
        // MariaDB's own type takes bytes as well as text, BINARY(16) only bytes.
        Value::Guid(id) if matches!(param.ty, SqlType::Bytes | SqlType::Guid) => Sendable::Bytes(id),
        Value::Guid(id) => Sendable::Written(hyphenated(id)),
        Value::Date(date) => Sendable::Written(real(*date)?.to_string()),
        Value::Time(time) => Sendable::Written(micros(*time).to_string()),
        Value::Timestamp(Timestamp { date, time }) => {
            Sendable::Written(Timestamp { date: real(*date)?, time: micros(*time) }.to_string())
        }
        Value::List(_) => return Err(Unsendable::List),
    })
}

fn add(arguments: &mut MySqlArguments, value: Sendable<'_>) -> Result<(), BoxDynError> {
    match value {
        Sendable::Null => arguments.add(None::<String>),
        Sendable::I64(number) => arguments.add(number),
        Sendable::U64(number) => arguments.add(number),
        Sendable::F64(number) => arguments.add(number),
        Sendable::Text(text) => arguments.add(text),
        Sendable::Written(text) => arguments.add(text),
        Sendable::Bytes(bytes) => arguments.add(bytes),
    }
}

fn real(date: Date) -> Result<Date, Unsendable> {
    if date.is_real() { Ok(date) } else { Err(Unsendable::Date) }
}

/// The server keeps microseconds and would round up what is finer.
fn micros(time: Time) -> Time {
    Time { nanos: time.nanos / 1000 * 1000 }
}

fn hyphenated(id: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in id.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sent(value: Value, ty: SqlType) -> String {
        format!("{:?}", sendable(&Param { value, ty }).unwrap())
    }

    #[test]
    fn values_keep_their_digits() {
        let decimal = Value::Decimal("-0.10".into());
        assert_eq!(sent(decimal, SqlType::Decimal { scale: Some(2) }), "Text(\"-0.10\")");
        assert_eq!(sent(Value::U64(u64::MAX), SqlType::U64), "U64(18446744073709551615)");
        assert_eq!(sent(Value::Bool(true), SqlType::I16), "I64(1)");
        let time = Time::new(23, 59, 59, 999_999_999).unwrap();
        let date = Date { year: 2024, month: 2, day: 29 };
        let moment = Value::Timestamp(Timestamp { date, time });
        assert_eq!(sent(moment, SqlType::Instant), "Written(\"2024-02-29 23:59:59.999999\")");
        let id = Value::Guid(*b"0123456789abcdef");
        assert_eq!(sent(id.clone(), SqlType::Other), "Written(\"30313233-3435-3637-3839-616263646566\")");
        assert!(sent(id.clone(), SqlType::Bytes).starts_with("Bytes"));
        assert!(sent(id, SqlType::Guid).starts_with("Bytes"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |value| arguments(&[Param { value, ty: SqlType::Other }]).map(|_| ()).unwrap_err();
        assert_eq!(refused(Value::List(vec![])).kind, ErrorKind::Internal);
        assert_eq!(refused(Value::F64(f64::NAN)).kind, ErrorKind::Rejected);
        let never = Value::Date(Date { year: 0, month: 1, day: 1 });
        assert_eq!(refused(never).detail, "parameter 1: the date does not exist");
    }
}
