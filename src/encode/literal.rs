//! Keys as OData URL literals: `(5)`, `(A=1,B='x')`, percent-encoded for links and plain for context URLs.
//!
//! Gives each cell the form that its property has in an answer, so that a key read from a row finds the row again.

use contract::{Cell, Value};

use super::rows::BadReason;
use super::scalar::Scalar;
use super::shape::ShapeColumn;

/// Where the literal will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a URL that a client follows: percent-encoded.
    Encoded,
    /// In the fragment of a context URL, or in a log: as it is.
    Plain,
}

/// Appends `(5)` or `(A=1,B='x')` for a key's columns, in model order, and their cells.
///
/// A null or broken cell is refused with its reason.
pub fn key_literal<'a>(
    out: &mut Vec<u8>,
    key: impl IntoIterator<Item = (&'a ShapeColumn, Cell<'a>)>,
    form: Form,
) -> Result<(), BadReason> {
    let parts: Vec<_> = key.into_iter().map(|(column, cell)| (column, Scalar::new(column, false), cell)).collect();
    let named = parts.len() > 1;
    let parts = parts.iter().map(|(column, scalar, cell)| (column.name.as_str(), scalar, *cell));
    push_key(out, parts, named, form, &mut Vec::new())
}

/// A bound value as the cell that a row would hold; lists are no cells.
pub fn cell_of(value: &Value) -> Option<Cell<'_>> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Bool(value) => Cell::Bool(*value),
        Value::I64(value) => Cell::I64(*value),
        Value::U64(value) => Cell::U64(*value),
        Value::F64(value) => Cell::F64(*value),
        Value::Decimal(text) => Cell::Decimal(text),
        Value::Text(text) => Cell::Text(text),
        Value::Bytes(bytes) => Cell::Bytes(bytes),
        Value::Guid(guid) => Cell::Guid(*guid),
        Value::Date(date) => Cell::Date(*date),
        Value::Time(time) => Cell::Time(*time),
        Value::Timestamp(at) => Cell::Timestamp(*at),
        Value::List(_) => return None,
    })
}

/// Appends the parenthesized key of columns whose writers stand ready; `scratch` is used in between.
pub(super) fn push_key<'a>(
    out: &mut Vec<u8>,
    key: impl IntoIterator<Item = (&'a str, &'a Scalar, Cell<'a>)>,
    named: bool,
    form: Form,
    scratch: &mut Vec<u8>,
) -> Result<(), BadReason> {
    out.push(b'(');
    for (place, (name, scalar, cell)) in key.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        if named {
            push_text(out, name.as_bytes(), form);
            out.push(b'=');
        }
        push_literal(out, scalar, cell, form, scratch)?;
    }
    out.push(b')');
    Ok(())
}

fn push_literal(
    out: &mut Vec<u8>,
    scalar: &Scalar,
    cell: Cell<'_>,
    form: Form,
    scratch: &mut Vec<u8>,
) -> Result<(), BadReason> {
    if matches!(cell, Cell::Null) {
        return Err(BadReason::NullKey);
    }
    scratch.clear();
    if scalar.is_binary() {
        scalar.write(scratch, cell)?;
        out.extend_from_slice(b"binary'");
        out.extend(scratch.iter().filter(|byte| **byte != b'"'));
        out.push(b'\'');
        return Ok(());
    }
    scalar.write_raw(scratch, cell)?;
    if scalar.is_text() {
        out.push(b'\'');
        push_text(out, scratch, form);
        out.push(b'\'');
    } else {
        push_text(out, scratch, form);
    }
    Ok(())
}

/// Appends text with its quotes doubled and, where asked, all but unreserved characters percent-encoded.
fn push_text(out: &mut Vec<u8>, text: &[u8], form: Form) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':');
        match (form, byte) {
            (Form::Plain, b'\'') => out.extend_from_slice(b"''"),
            (Form::Plain, _) => out.push(byte),
            (Form::Encoded, b'\'') => out.extend_from_slice(b"%27%27"),
            (Form::Encoded, _) if plain => out.push(byte),
            (Form::Encoded, _) => {
                out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::EdmType;
    use contract::{Date, SqlType, Time, Timestamp};

    fn literal(key: &[(ShapeColumn, Value)], form: Form) -> String {
        let mut out = Vec::new();
        key_literal(&mut out, key.iter().map(|(column, value)| (column, cell_of(value).unwrap())), form).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_single_key_stands_alone_and_a_composite_one_is_named() {
        let id = (ShapeColumn::new("Id", EdmType::Int32, SqlType::I32), Value::I64(-5));
        let code = (ShapeColumn::new("Code", EdmType::String, SqlType::Text), Value::Text("x'/ü 1".into()));
        assert_eq!(literal(std::slice::from_ref(&id), Form::Encoded), "(-5)");
        assert_eq!(literal(std::slice::from_ref(&code), Form::Plain), "('x''/ü 1')");
        assert_eq!(literal(&[id, code], Form::Encoded), "(Id=-5,Code='x%27%27%2F%C3%BC%201')");
    }

    #[test]
    fn a_key_has_the_form_that_the_answer_shows() {
        let mut at = ShapeColumn::new("At", EdmType::DateTimeOffset, SqlType::Timestamp);
        at.zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let wall = Timestamp { date: Date { year: 2024, month: 1, day: 1 }, time: Time { nanos: 500_000_000 } };
        assert_eq!(literal(&[(at, Value::Timestamp(wall))], Form::Encoded), "(2023-12-31T23:00:00.5Z)");
        let padded = ShapeColumn::new("C", EdmType::String, SqlType::Char { length: 5 });
        assert_eq!(literal(&[(padded, Value::Text("ab   ".into()))], Form::Encoded), "('ab')");
        let bytes = ShapeColumn::new("B", EdmType::Binary, SqlType::Bytes);
        assert_eq!(literal(&[(bytes, Value::Bytes(vec![0xfb, 0xff]))], Form::Encoded), "(binary'-_8')");
        let guid = ShapeColumn::new("G", EdmType::Guid, SqlType::Guid);
        assert_eq!(
            literal(&[(guid, Value::Guid([0xab; 16]))], Form::Encoded),
            "(abababab-abab-abab-abab-abababababab)"
        );
        let double = ShapeColumn::new("D", EdmType::Double, SqlType::F64);
        assert!(!literal(&[(double, Value::F64(1e300))], Form::Encoded).contains('+'));
    }

    #[test]
    fn a_null_key_is_refused() {
        let id = ShapeColumn::new("Id", EdmType::Int32, SqlType::I32);
        assert_eq!(key_literal(&mut Vec::new(), [(&id, Cell::Null)], Form::Plain), Err(BadReason::NullKey));
    }
}
