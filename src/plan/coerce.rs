//! A literal meets the value it is compared with: converted into the form in which the database keeps that value, or
//! placed between two values that it can hold.

use contract::{Date, SqlType, Time, Timestamp, Value};
use jiff::tz::TimeZone;

use super::number::{Numeral, OnGrid};
use super::{PlanError, Scalar, ScalarKind, Scope};
use crate::model::EdmType;
use crate::odata::ast::{Literal, LiteralKind, Span};

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
    /// The property, if it is one.
    pub name: Option<&'a str>,
    /// Whether times are kept in microseconds at the finest.
    pub micros: bool,
}

impl<'a> Target<'a> {
    /// The target that a value of the row is.
    pub fn of(scope: &'a Scope<'_>, value: &Scalar) -> Target<'a> {
        let source = scope.model.source_of(scope.set);
        let (zone, micros) = (&source.time_zone, !source.dialect.capabilities().dynamic_types);
        match value.kind {
            ScalarKind::Property(id) => {
                let property = scope.entity_set().property(id);
                Target { ty: property.ty, sql: property.sql, zone, micros, name: Some(&property.name) }
            }
            _ => Target { ty: value.ty, sql: natural(value.ty), zone, micros, name: None },
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
            let time = parse_time(text).ok_or_else(|| invalid(text, "Edm.TimeOfDay"))?;
            match between_micros(time, target) {
                Some(below) => Fit::Above(Value::Time(below)),
                None => Fit::Exact(Value::Time(time)),
            }
        }
        (L::Binary(text), EdmType::Binary) => {
            Fit::Exact(Value::Bytes(base64url(text).ok_or_else(|| invalid(text, "Edm.Binary"))?))
        }
        (L::Duration(_) | L::Enum(..) | L::Geo(_), _) => {
            return Err(PlanError::Unsupported { feature: literal_type(&literal.kind).into() });
        }
        (kind, ty) => return Err(mismatch(kind, ty, target, literal.span)),
    })
}

/// A literal of a type that the target does not hold.
fn mismatch(kind: &LiteralKind, ty: EdmType, target: &Target<'_>, span: Span) -> PlanError {
    let holds = match ty {
        EdmType::String => "text (written in quotes)",
        EdmType::Boolean => "true or false",
        EdmType::Date => "a date (such as 2024-02-29)",
        EdmType::DateTimeOffset => "a date with a time (such as 2024-02-29T23:59:59Z)",
        EdmType::TimeOfDay => "a time of day (such as 23:59:59)",
        EdmType::Guid => "an identifier",
        EdmType::Binary => "binary data",
        _ => "a number",
    };
    match target.name {
        Some(name) => PlanError::Mismatch { property: name.to_owned(), holds, given: in_words(kind), span },
        None => PlanError::Type {
            what: "the literal".into(),
            found: literal_type(kind).into(),
            wanted: format!("Edm.{}", ty.name()),
            span,
        },
    }
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

/// The type of a literal as who wrote it would call it.
fn in_words(kind: &LiteralKind) -> &'static str {
    match kind {
        LiteralKind::Bool(_) => "true or false",
        LiteralKind::Text(_) => "text in quotes",
        LiteralKind::Guid(_) => "an identifier",
        LiteralKind::Date(_) => "a date",
        LiteralKind::TimeOfDay(_) => "a time of day",
        LiteralKind::DateTimeOffset(_) => "a date with a time",
        LiteralKind::Binary(_) => "binary data",
        other => literal_type(other),
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
        SqlType::F32 => float(f64::from(finite_or_infinite(text)? as f32)),
        SqlType::F64 => float(finite_or_infinite(text)?),
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } => Fit::Exact(Value::Decimal(numeral.plain())),
        _ => grid(0, i64::MIN.into(), i64::MAX.into()),
    })
}

fn finite_or_infinite(text: &str) -> Result<f64, PlanError> {
    text.parse().map_err(|_| invalid(text, "Edm.Double"))
}

/// A float among floats: one that has become infinite lies beyond them all.
fn float(value: f64) -> Fit {
    match value {
        f64::INFINITY => Fit::OverAll,
        f64::NEG_INFINITY => Fit::UnderAll,
        value => Fit::Exact(Value::F64(value)),
    }
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
    let at = match (target.ty, target.sql) {
        (_, SqlType::Date) if utc.time.nanos == 0 => return Fit::Exact(Value::Date(utc.date)),
        (_, SqlType::Date) => return Fit::Above(Value::Date(utc.date)),
        (EdmType::Date, _) => return day(utc.date),
        (_, SqlType::Instant) => utc,
        (_, _) => to_wall(utc, target.zone),
    };
    match (at.date.is_real(), at.date.year > 0) {
        (true, _) => match between_micros(at.time, target) {
            Some(time) => Fit::Above(Value::Timestamp(Timestamp { time, ..at })),
            None => Fit::Exact(Value::Timestamp(at)),
        },
        // The zone carries the instant beyond the calendar that databases share.
        (false, true) => Fit::OverAll,
        (false, false) => Fit::UnderAll,
    }
}

/// A day among timestamps.
fn day(date: Date) -> Fit {
    let midnight = |date| Value::Timestamp(Timestamp { date, time: Time { nanos: 0 } });
    let next = Date::from_unix_days(date.unix_days() + 1);
    match next.is_real() {
        true => Fit::Span(midnight(date), midnight(next)),
        // The last day of the calendar has no midnight after it.
        false => Fit::Span(midnight(date), Value::Timestamp(Timestamp { date, time: Time { nanos: LAST_NANOS } })),
    }
}

/// The last microsecond of a day.
const LAST_NANOS: u64 = 86_399_999_999_000;

/// The microsecond below a time that lies between two of them, where times are no finer.
fn between_micros(time: Time, target: &Target<'_>) -> Option<Time> {
    (target.micros && !time.nanos.is_multiple_of(1000)).then_some(Time { nanos: time.nanos / 1000 * 1000 })
}

/// The wall-clock reading that an instant shows in a zone.
fn to_wall(utc: Timestamp, zone: &TimeZone) -> Timestamp {
    let seconds = utc.date.unix_days() * 86_400 + (utc.time.nanos / 1_000_000_000) as i64;
    // The zone's rules end a day before the calendar does; their last offset goes on.
    let (first, last) = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    let Ok(instant) = jiff::Timestamp::from_second(seconds.clamp(first, last)) else { return utc };
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

/// `hh:mm[:ss[.fraction]]`; digits after the ninth are dropped, but leave a trace of not being zero.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let Some(rest) = parts.next() else { return Time::new(hour, minute, 0, 0) };
    let (second, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    let trace = fraction.bytes().skip(9).any(|digit| digit != b'0');
    let nanos: u32 = digits.parse().ok()?;
    Time::new(hour, minute, second.parse().ok()?, nanos | u32::from(trace))
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
