//! Stored values as cells: by the storage class that a value really has and the type its column is to have.
//!
//! A value that does not fit is [`Cell::Bad`] with the reason; nothing here fails.

use contract::row::{BadValue, Cell};
use contract::types::SqlType;
use rusqlite::types::ValueRef;

use crate::{datetime, decimal};

/// The cell of a stored value. `scratch` holds text that has to be made.
pub fn decode<'a>(value: ValueRef<'a>, ty: SqlType, scratch: &'a mut String) -> Cell<'a> {
    if matches!(value, ValueRef::Null) {
        return Cell::Null;
    }
    scratch.clear();
    let cell = match ty {
        SqlType::Bool => boolean(value),
        SqlType::I16 => integer(value, i64::from(i16::MIN), i64::from(i16::MAX)),
        SqlType::I32 => integer(value, i64::from(i32::MIN), i64::from(i32::MAX)),
        SqlType::I64 => integer(value, i64::MIN, i64::MAX),
        SqlType::U64 => unsigned(value),
        SqlType::F32 => float(value).and_then(|number| {
            let single = number as f32;
            if single.is_finite() { Ok(Cell::F32(single)) } else { Err(BadValue::ImpossibleNumber) }
        }),
        SqlType::F64 => float(value).map(Cell::F64),
        SqlType::Decimal { scale } => exact(value, scale, scratch),
        SqlType::DecimalText { .. } => exact(value, None, scratch),
        SqlType::Scaled { scale } => scaled(value, scale, scratch),
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => printed(value, scratch),
        SqlType::Bytes => bytes(value),
        SqlType::Guid => guid(value),
        SqlType::Date => text(value).and_then(datetime::date).map(Cell::Date),
        SqlType::Time => text(value).and_then(datetime::time).map(Cell::Time),
        SqlType::Timestamp => text(value).and_then(datetime::timestamp).map(Cell::Timestamp),
        SqlType::Instant => text(value).and_then(datetime::instant).map(Cell::Timestamp),
    };
    cell.unwrap_or_else(Cell::Bad)
}

type Decoded<'a> = Result<Cell<'a>, BadValue>;

fn boolean(value: ValueRef<'_>) -> Decoded<'_> {
    match value {
        ValueRef::Integer(0) => Ok(Cell::Bool(false)),
        ValueRef::Integer(1) => Ok(Cell::Bool(true)),
        _ => Err(BadValue::WrongType),
    }
}

fn integer(value: ValueRef<'_>, min: i64, max: i64) -> Decoded<'_> {
    let number = whole(value)?;
    match i64::try_from(number) {
        Ok(number) if (min..=max).contains(&number) => Ok(Cell::I64(number)),
        _ => Err(BadValue::ImpossibleNumber),
    }
}

fn unsigned(value: ValueRef<'_>) -> Decoded<'_> {
    u64::try_from(whole(value)?).map(Cell::U64).map_err(|_| BadValue::ImpossibleNumber)
}

/// A whole number in whatever class it is kept.
fn whole(value: ValueRef<'_>) -> Result<i128, BadValue> {
    /// Every whole float below is exact in 128 bits; those above fit no integer type.
    const FLOAT_MAX: f64 = 1e30;
    match value {
        ValueRef::Integer(number) => Ok(i128::from(number)),
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < FLOAT_MAX => Ok(number as i128),
        ValueRef::Real(number) if number.is_finite() && number.fract() != 0.0 => Err(BadValue::WrongType),
        ValueRef::Real(_) => Err(BadValue::ImpossibleNumber),
        ValueRef::Text(_) => {
            let text = text(value)?;
            let digits = text.strip_prefix('-').unwrap_or(text);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(BadValue::WrongType);
            }
            text.parse().map_err(|_| BadValue::ImpossibleNumber)
        }
        ValueRef::Blob(_) | ValueRef::Null => Err(BadValue::WrongType),
    }
}

fn float(value: ValueRef<'_>) -> Result<f64, BadValue> {
    let number = match value {
        ValueRef::Integer(number) => number as f64,
        ValueRef::Real(number) => number,
        ValueRef::Text(_) => {
            let text = text(value)?;
            if !decimal::is_plain(text) {
                return Err(BadValue::WrongType);
            }
            text.parse().map_err(|_| BadValue::WrongType)?
        }
        ValueRef::Blob(_) | ValueRef::Null => return Err(BadValue::WrongType),
    };
    if number.is_finite() { Ok(number) } else { Err(BadValue::ImpossibleNumber) }
}

/// A decimal: numbers with as many digits as the column fixes, text digit for digit.
fn exact<'a>(value: ValueRef<'a>, scale: Option<u8>, scratch: &'a mut String) -> Decoded<'a> {
    match value {
        ValueRef::Integer(number) => decimal::write_scaled(number, 0, scratch),
        ValueRef::Real(number) => {
            if !decimal::write_float(number, scratch) {
                return Err(BadValue::ImpossibleNumber);
            }
        }
        _ => {
            let text = text(value)?;
            return if decimal::is_plain(text) { Ok(Cell::Decimal(text)) } else { Err(BadValue::WrongType) };
        }
    }
    if let Some(scale) = scale {
        decimal::set_scale(scratch, scale);
    }
    Ok(Cell::Decimal(scratch))
}

fn scaled<'a>(value: ValueRef<'a>, scale: u8, scratch: &'a mut String) -> Decoded<'a> {
    let number = i64::try_from(whole(value)?).map_err(|_| BadValue::ImpossibleNumber)?;
    decimal::write_scaled(number, scale, scratch);
    Ok(Cell::Decimal(scratch))
}

fn printed<'a>(value: ValueRef<'a>, scratch: &'a mut String) -> Decoded<'a> {
    use std::fmt::Write;
    let written = match value {
        ValueRef::Integer(number) => write!(scratch, "{number}"),
        ValueRef::Real(number) => write!(scratch, "{number:?}"),
        _ => return text(value).map(Cell::Text),
    };
    written.map(|()| Cell::Text(scratch)).map_err(|_| BadValue::WrongType)
}

fn bytes(value: ValueRef<'_>) -> Decoded<'_> {
    match value {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Ok(Cell::Bytes(bytes)),
        _ => Err(BadValue::WrongType),
    }
}

fn guid(value: ValueRef<'_>) -> Decoded<'_> {
    match value {
        ValueRef::Blob(bytes) => bytes.try_into().map(Cell::Guid).map_err(|_| BadValue::WrongType),
        _ => guid_text(text(value)?).map(Cell::Guid).ok_or(BadValue::WrongType),
    }
}

/// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, in braces or without, or 32 digits without hyphens.
fn guid_text(text: &str) -> Option<[u8; 16]> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let hyphens = match inner.len() {
        36 => [8, 13, 18, 23].iter().all(|at| inner.as_bytes().get(*at) == Some(&b'-')),
        32 => true,
        _ => false,
    };
    let mut digits = inner.bytes().enumerate().filter(|(at, _)| inner.len() == 32 || !matches!(at, 8 | 13 | 18 | 23));
    let mut guid = [0; 16];
    for byte in &mut guid {
        let mut digit = || digits.next().and_then(|(_, digit)| char::from(digit).to_digit(16));
        *byte = (digit()? * 16 + digit()?) as u8;
    }
    if hyphens { Some(guid) } else { None }
}

fn text(value: ValueRef<'_>) -> Result<&str, BadValue> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(|_| BadValue::InvalidText),
        _ => Err(BadValue::WrongType),
    }
}
