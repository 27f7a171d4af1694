//! A literal meets the value it is compared with: converted into the form in which the database keeps that value, or
//! placed between two values that it can hold.

use contract::{Date, SqlType, Time, Timestamp, Value};
use jiff::tz::TimeZone;

use super::number::{Numeral, OnGrid};
use super::{PlanError, Scalar, ScalarKind, Scope};
use crate::model::EdmType;
use crate::odata::ast::{Literal, LiteralKind};

/// Where a literal lies among the values of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fit {
    /// Equal to this value.
    Exact(Value),
    /// Strictly between this value and the next one.
    Above(Value),
    /// Everything from the first value up to, not including, the second (a day among timestamps).
    Span(Value, Value),
    /// Greater than all.
    OverAll,
    /// Less than all.
    UnderAll,
    /// Equal to none and in no order with any (NaN, text that is no identifier).
    Apart,
}

/// What a literal is compared with.
pub(super) struct Target<'a> {
    pub ty: EdmType,
    pub sql: SqlType,
    pub zone: &'a TimeZone,
}

impl<'a> Target<'a> {
    /// The target that a value of the row is.
    pub fn of(scope: &'a Scope<'_>, value: &Scalar) -> Target<'a> {
        let zone = &scope.model.source_of(scope.set).time_zone;
        match value.kind {
            ScalarKind::Property(id) => {
                let property = scope.entity_set().property(id);
                Target { ty: property.ty, sql: property.sql, zone }
            }
            _ => Target { ty: value.ty, sql: natural(value.ty), zone },
        }
    }
}

/// The database type of computed values.
pub(super) fn natural(ty: EdmType) -> SqlType {
    match ty {
        EdmType::Boolean => SqlType::I64,
        EdmType::Byte | EdmType::SByte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 => SqlType::I64,
        EdmType::Single | EdmType::Double => SqlType::F64,
        EdmType::Decimal => SqlType::Decimal { scale: None },
        EdmType::String => SqlType::Text,
        EdmType::Date => SqlType::Date,
        EdmType::TimeOfDay => SqlType::Time,
        EdmType::DateTimeOffset => SqlType::Instant,
        EdmType::Guid => SqlType::Guid,
        EdmType::Binary => SqlType::Bytes,
    }
}

/// Places a literal (not null, not boolean) among the target's values.
pub(super) fn fit(literal: &Literal, target: &Target<'_>, salesforce: bool) -> Result<Fit, PlanError> {
    use LiteralKind as L;
    Ok(match (&literal.kind, target.ty) {
        (L::Number(text), ty) if ty.is_numeric() => number(text, target.sql)?,
        (L::NonFinite(value), ty) if ty.is_numeric() => match *value {
            v if v == f64::INFINITY => Fit::OverAll,
            v if v == f64::NEG_INFINITY => Fit::UnderAll,
            _ => Fit::Apart,
        },
        (L::Text(text), EdmType::String) => stored_text(text, target.sql),
        (L::Guid(text), EdmType::String) if salesforce => stored_text(text, target.sql),
        (L::Guid(text), EdmType::Guid) => guid(text, target.sql),
        (L::Text(text), EdmType::Guid) => guid(text, target.sql),
        (L::Date(text), EdmType::Date | EdmType::DateTimeOffset) => {
            let date = parse_date(text).ok_or_else(|| invalid(text, "Edm.Date"))?;
            moment(Timestamp { date, time: Time { nanos: 0 } }, target)
        }
        (L::DateTimeOffset(text), EdmType::Date | EdmType::DateTimeOffset) => {
            moment(parse_instant(text).ok_or_else(|| invalid(text, "Edm.DateTimeOffset"))?, target)
        }
        (L::TimeOfDay(text), EdmType::TimeOfDay) => {
            Fit::Exact(Value::Time(parse_time(text).ok_or_else(|| invalid(text, "Edm.TimeOfDay"))?))
        }
        (L::Binary(text), EdmType::Binary) => {
            Fit::Exact(Value::Bytes(base64url(text).ok_or_else(|| invalid(text, "Edm.Binary"))?))
        }
        (L::Duration(_) | L::Enum(..) | L::Geo(_), _) => {
            return Err(PlanError::Unsupported { feature: literal_type(&literal.kind).into() });
        }
        (kind, ty) => {
            return Err(PlanError::Type {
                what: "the literal".into(),
                found: literal_type(kind).into(),
                wanted: format!("Edm.{}", ty.name()),
                span: literal.span,
            });
        }
    })
}

/// Refuses a text that no database stores: none of them agree on the character NUL.
pub(super) fn storable(kind: &LiteralKind) -> Result<(), PlanError> {
    match kind {
        LiteralKind::Text(text) if text.contains('\0') => Err(invalid("a text with the character NUL", "Edm.String")),
        _ => Ok(()),
    }
}

/// The type that a literal has by itself.
pub(super) fn literal_type(kind: &LiteralKind) -> &'static str {
    match kind {
        LiteralKind::Null => "null",
        LiteralKind::Bool(_) => "Edm.Boolean",
        LiteralKind::Number(_) => "a number",
        LiteralKind::NonFinite(_) => "Edm.Double",
        LiteralKind::Text(_) => "Edm.String",
        LiteralKind::Guid(_) => "Edm.Guid",
        LiteralKind::Date(_) => "Edm.Date",
        LiteralKind::TimeOfDay(_) => "Edm.TimeOfDay",
        LiteralKind::DateTimeOffset(_) => "Edm.DateTimeOffset",
        LiteralKind::Duration(_) => "Edm.Duration",
        LiteralKind::Binary(_) => "Edm.Binary",
        LiteralKind::Enum(..) => "an enumeration",
        LiteralKind::Geo(_) => "Edm.Geography",
    }
}

fn invalid(text: &str, ty: &'static str) -> PlanError {
    PlanError::Literal { text: text.to_owned(), ty }
}

/// A number among the values of a numeric column.
pub(super) fn number(text: &str, sql: SqlType) -> Result<Fit, PlanError> {
    let numeral = Numeral::parse(text).ok_or_else(|| invalid(text, "number"))?;
    let grid = |scale, low, high| match numeral.on_integers(scale, low, high) {
        OnGrid::Exact(value) => Fit::Exact(value),
        OnGrid::Above(value) => Fit::Above(value),
        OnGrid::OverAll => Fit::OverAll,
        OnGrid::UnderAll => Fit::UnderAll,
    };
    Ok(match sql {
        SqlType::U64 => grid(0, 0, u64::MAX.into()),
        SqlType::Scaled { scale } => grid(scale, i64::MIN.into(), i64::MAX.into()),
        SqlType::F32 => Fit::Exact(Value::F64(f64::from(float(text)? as f32))),
        SqlType::F64 => Fit::Exact(Value::F64(float(text)?)),
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } => Fit::Exact(Value::Decimal(numeral.plain())),
        _ => grid(0, i64::MIN.into(), i64::MAX.into()),
    })
}

fn float(text: &str) -> Result<f64, PlanError> {
    text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| invalid(text, "Edm.Double"))
}

/// A text against a column that shows itself as text but may be kept as something else.
fn stored_text(text: &str, sql: SqlType) -> Fit {
    let parsed = match sql {
        SqlType::Guid => return guid(text, sql),
        SqlType::Date => parse_date(text).map(Value::Date),
        SqlType::Time => parse_time(text).map(Value::Time),
        SqlType::Timestamp | SqlType::Instant => parse_instant(text).map(Value::Timestamp),
        sql if sql.is_integer() || sql.is_decimal() || matches!(sql, SqlType::F32 | SqlType::F64) => {
            return number(text, sql).unwrap_or(Fit::Apart);
        }
        _ => return Fit::Exact(Value::Text(text.to_owned())),
    };
    parsed.map_or(Fit::Apart, Fit::Exact)
}

/// A UTC instant among dates, wall-clock readings or instants.
fn moment(utc: Timestamp, target: &Target<'_>) -> Fit {
    match (target.ty, target.sql) {
        (_, SqlType::Date) if utc.time.nanos == 0 => Fit::Exact(Value::Date(utc.date)),
        (_, SqlType::Date) => Fit::Above(Value::Date(utc.date)),
        (EdmType::Date, _) => {
            let start = Timestamp { date: utc.date, time: Time { nanos: 0 } };
            let next = Timestamp { date: Date::from_unix_days(utc.date.unix_days() + 1), time: Time { nanos: 0 } };
            Fit::Span(Value::Timestamp(start), Value::Timestamp(next))
        }
        (_, SqlType::Instant) => Fit::Exact(Value::Timestamp(utc)),
        (_, _) => Fit::Exact(Value::Timestamp(to_wall(utc, target.zone))),
    }
}

/// The wall-clock reading that an instant shows in a zone.
fn to_wall(utc: Timestamp, zone: &TimeZone) -> Timestamp {
    let seconds = utc.date.unix_days() * 86_400 + (utc.time.nanos / 1_000_000_000) as i64;
    let Ok(instant) = jiff::Timestamp::from_second(seconds) else { return utc };
    shift(utc, i64::from(zone.to_offset(instant).seconds()))
}

/// The timestamp so many seconds later.
fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    let total = at.date.unix_days() * 86_400 + (at.time.nanos / 1_000_000_000) as i64 + seconds;
    let nanos = at.time.nanos % 1_000_000_000;
    Timestamp {
        date: Date::from_unix_days(total.div_euclid(86_400)),
        time: Time { nanos: total.rem_euclid(86_400) as u64 * 1_000_000_000 + nanos },
    }
}

/// `YYYY-MM-DD`, a real day of years 1 to 9999.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
    date.is_real().then_some(date)
}

/// `hh:mm[:ss[.fraction]]`; digits after the ninth are dropped.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let Some(rest) = parts.next() else { return Time::new(hour, minute, 0, 0) };
    let (second, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    Time::new(hour, minute, second.parse().ok()?, digits.parse().ok()?)
}

/// `YYYY-MM-DDThh:mm[:ss[.fraction]](Z|±hh:mm)`, in UTC.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let date = parse_date(date)?;
    let (time, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = rest.rfind(['+', '-'])?;
            let (hours, minutes) = rest[at + 1..].split_once(':')?;
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            (&rest[..at], if rest[at..].starts_with('-') { -seconds } else { seconds })
        }
    };
    let utc = shift(Timestamp { date, time: parse_time(time)? }, -offset);
    utc.date.is_real().then_some(utc)
}

/// An identifier against a column of identifiers or of their text.
fn guid(text: &str, sql: SqlType) -> Fit {
    match (parse_guid(text), sql) {
        (Some(bytes), SqlType::Guid) => Fit::Exact(Value::Guid(bytes)),
        (Some(_), _) => Fit::Exact(Value::Text(text.to_owned())),
        (None, _) => Fit::Apart,
    }
}

fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let lengths = text.split('-').map(str::len);
    if !lengths.eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let hex: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn base64url(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
