//! Values as the evaluator knows them: exact numbers, text by code points, instants as nanoseconds.

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::BigDecimal;

use crate::fixture::{Type, Value};

/// A value, null, or something that this evaluator does not decide (letters whose case databases map each their own way).
#[derive(Clone, Debug)]
pub enum V {
    Null,
    Unknown,
    Bool(bool),
    Int(i128),
    Dec(BigDecimal),
    F64(f64),
    Text(String),
    Bytes(Vec<u8>),
    Guid([u8; 16]),
    /// Days since 1970.
    Date(i64),
    /// Nanoseconds since midnight.
    Time(u64),
    /// Nanoseconds since 1970.
    At(i128),
}

/// Nanoseconds of a day.
pub const DAY: i128 = 86_400_000_000_000;

/// A fixture cell as what its property shows.
pub fn shown(ty: Type, cell: &Value) -> V {
    match (ty, cell) {
        (Type::Flag01, Value::I64(1)) => V::Bool(true),
        (Type::Flag01, Value::I64(0)) => V::Bool(false),
        (Type::FlagYn, Value::Text(text)) if text == "Y" => V::Bool(true),
        (Type::FlagYn, Value::Text(text)) if text == "N" => V::Bool(false),
        (Type::Flag01 | Type::FlagYn, _) | (_, Value::Null) => V::Null,
        (_, Value::Bool(truth)) => V::Bool(*truth),
        (_, Value::I64(number)) => V::Int((*number).into()),
        (_, Value::U64(number)) => V::Dec(BigDecimal::from(*number)),
        (_, Value::F64(number)) => V::F64(*number),
        (_, Value::Decimal(digits)) => V::Dec(BigDecimal::from_str(digits).unwrap()),
        (_, Value::Text(text)) => V::Text(text.clone()),
        (_, Value::Bytes(bytes)) => V::Bytes(bytes.clone()),
        (_, Value::Guid(guid)) => V::Guid(*guid),
        (_, Value::Date(date)) => V::Date(date.unix_days()),
        (_, Value::Time(time)) => V::Time(time.nanos),
        (_, Value::Timestamp(at)) => V::At(i128::from(at.date.unix_days()) * DAY + i128::from(at.time.nanos)),
        (_, Value::List(_)) => unreachable!("no cell is a list"),
    }
}

impl V {
    pub fn is_null(&self) -> bool {
        matches!(self, V::Null)
    }

    /// The number as an exact decimal, if it is one.
    pub fn exact(&self) -> Option<BigDecimal> {
        match self {
            V::Int(number) => Some(BigDecimal::from(*number)),
            V::Dec(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// The number as the nearest float.
    pub fn float(&self) -> Option<f64> {
        match self {
            V::F64(number) => Some(*number),
            _ => self.exact()?.to_string().parse().ok(),
        }
    }
}

/// The order of two values of comparable types; `None` for floats that are not numbers.
pub fn order(a: &V, b: &V) -> Option<Ordering> {
    Some(match (a, b) {
        (V::Bool(a), V::Bool(b)) => a.cmp(b),
        (V::Text(a), V::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (V::Bytes(a), V::Bytes(b)) => a.cmp(b),
        (V::Guid(a), V::Guid(b)) => a.cmp(b),
        (V::Date(a), V::Date(b)) => a.cmp(b),
        (V::Time(a), V::Time(b)) => a.cmp(b),
        (V::At(a), V::At(b)) => a.cmp(b),
        // A date among instants is its midnight.
        (V::Date(a), V::At(b)) => (i128::from(*a) * DAY).cmp(b),
        (V::At(a), V::Date(b)) => a.cmp(&(i128::from(*b) * DAY)),
        (V::Int(a), V::Int(b)) => a.cmp(b),
        (V::F64(_), _) | (_, V::F64(_)) => return a.float()?.partial_cmp(&b.float()?),
        _ => a.exact().unwrap().cmp(&b.exact().unwrap()),
    })
}
