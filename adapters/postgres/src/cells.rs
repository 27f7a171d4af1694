//! PostgreSQL's binary values to cells, without a value in between.
//!
//! How each column is read is settled once per result set. Never fails: what cannot be read is a bad cell.

use std::fmt::Write;

use contract::{BadValue, Cell, Date, RowSink, Time, Timestamp};
use sqlx::postgres::{PgRow, PgTypeInfo, PgTypeKind, PgValueFormat, PgValueRef};
use sqlx::{Column, Row, TypeInfo, ValueRef};

use crate::numeric;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
pub(crate) const EPOCH_DAYS: i64 = 10_957;
/// Microseconds in a day.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;
/// A domain over a domain over ... so many are followed.
const DOMAINS_MAX: usize = 8;

/// Reads the rows of one result set.
pub(crate) struct RowReader {
    decoders: Vec<Decoder>,
    scratch: String,
}

impl RowReader {
    /// Settles how the columns of this row, and of all that follow it, are read.
    pub fn new(row: &PgRow) -> RowReader {
        let text = row.try_get_raw(0).is_ok_and(|value| value.format() == PgValueFormat::Text);
        let decoder = |column: &sqlx::postgres::PgColumn| match text {
            true => Decoder::Text,
            false => Decoder::of(column.type_info()),
        };
        RowReader { decoders: row.columns().iter().map(decoder).collect(), scratch: String::new() }
    }

    /// Pushes the row's cells, not its end.
    pub fn push(&mut self, row: &PgRow, sink: &mut dyn RowSink) {
        for (index, decoder) in self.decoders.iter().enumerate() {
            sink.cell(match row.try_get_raw(index) {
                Ok(value) => cell(*decoder, &value, &mut self.scratch),
                Err(_) => Cell::Bad(BadValue::WrongType),
            });
        }
    }
}

fn cell<'a>(decoder: Decoder, value: &PgValueRef<'a>, scratch: &'a mut String) -> Cell<'a> {
    if value.is_null() {
        return Cell::Null;
    }
    match value.as_bytes() {
        Ok(wire) => decoder.read(wire, scratch),
        Err(_) => Cell::Null,
    }
}

/// How the bytes of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoder {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Money,
    Text,
    Jsonb,
    Bytes,
    Uuid,
    Date,
    Time,
    TimeWithZone,
    Timestamp,
    Unknown,
}

impl Decoder {
    fn of(info: &PgTypeInfo) -> Decoder {
        let mut info = info;
        for _ in 0..DOMAINS_MAX {
            if let Some(decoder) = info.oid().and_then(|oid| Decoder::of_builtin(oid.0)) {
                return decoder;
            }
            // A type the driver could not look up has no name, and asking for its kind would panic.
            if info.name() == "?" {
                return Decoder::Unknown;
            }
            match info.kind() {
                PgTypeKind::Enum(_) => return Decoder::Text,
                PgTypeKind::Domain(base) => info = base,
                PgTypeKind::Simple if is_citext(info.name()) => return Decoder::Text,
                _ => return Decoder::Unknown,
            }
        }
        Decoder::Unknown
    }

    fn of_builtin(oid: u32) -> Option<Decoder> {
        Some(match oid {
            16 => Decoder::Bool,
            17 => Decoder::Bytes,
            20 => Decoder::Int8,
            21 => Decoder::Int2,
            23 => Decoder::Int4,
            26 | 28 => Decoder::Oid,
            // "char", name, text, json, xml, unknown, bpchar, varchar
            18 | 19 | 25 | 114 | 142 | 705 | 1042 | 1043 => Decoder::Text,
            700 => Decoder::Float4,
            701 => Decoder::Float8,
            790 => Decoder::Money,
            1082 => Decoder::Date,
            1083 => Decoder::Time,
            1114 | 1184 => Decoder::Timestamp,
            1266 => Decoder::TimeWithZone,
            1700 => Decoder::Numeric,
            2950 => Decoder::Uuid,
            3802 => Decoder::Jsonb,
            _ => return None,
        })
    }

    fn read<'a>(self, wire: &'a [u8], scratch: &'a mut String) -> Cell<'a> {
        let read = match self {
            Decoder::Bool => wire.first().map(|byte| Cell::Bool(*byte != 0)),
            Decoder::Int2 => fixed(wire).map(|bytes| Cell::I64(i16::from_be_bytes(bytes).into())),
            Decoder::Int4 => fixed(wire).map(|bytes| Cell::I64(i32::from_be_bytes(bytes).into())),
            Decoder::Int8 => fixed(wire).map(|bytes| Cell::I64(i64::from_be_bytes(bytes))),
            Decoder::Oid => fixed(wire).map(|bytes| Cell::I64(u32::from_be_bytes(bytes).into())),
            Decoder::Float4 => fixed(wire).map(|bytes| Cell::F32(f32::from_be_bytes(bytes))),
            Decoder::Float8 => fixed(wire).map(|bytes| Cell::F64(f64::from_be_bytes(bytes))),
            Decoder::Numeric => Some(match numeric::decode(wire, scratch) {
                Some(()) => Cell::Decimal(scratch),
                None => Cell::Bad(BadValue::ImpossibleNumber),
            }),
            Decoder::Money => fixed(wire).and_then(|bytes| money(i64::from_be_bytes(bytes), scratch)),
            Decoder::Text => Some(text(wire)),
            // The first byte is the version of the format; there is one so far.
            Decoder::Jsonb => wire.strip_prefix(&[1]).map(text),
            Decoder::Bytes => Some(Cell::Bytes(wire)),
            Decoder::Uuid => fixed(wire).map(Cell::Guid),
            Decoder::Date => fixed(wire).map(|bytes| {
                let date = date_of(i32::from_be_bytes(bytes).into());
                date.map_or(Cell::Bad(BadValue::ImpossibleDate), Cell::Date)
            }),
            Decoder::Time => fixed(wire).map(|bytes| {
                let time = time_of(i64::from_be_bytes(bytes));
                time.map_or(Cell::Bad(BadValue::ImpossibleDate), Cell::Time)
            }),
            Decoder::TimeWithZone => time_with_zone(wire),
            Decoder::Timestamp => fixed(wire).map(|bytes| {
                let moment = timestamp_of(i64::from_be_bytes(bytes));
                moment.map_or(Cell::Bad(BadValue::ImpossibleDate), Cell::Timestamp)
            }),
            Decoder::Unknown => None,
        };
        read.unwrap_or(Cell::Bad(BadValue::WrongType))
    }
}

fn is_citext(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.trim_matches('"').eq_ignore_ascii_case("citext"))
}

fn fixed<const N: usize>(wire: &[u8]) -> Option<[u8; N]> {
    wire.try_into().ok()
}

fn text(wire: &[u8]) -> Cell<'_> {
    std::str::from_utf8(wire).map_or(Cell::Bad(BadValue::InvalidText), Cell::Text)
}

/// The session's locale has two digits after the point: see how connections are opened.
fn money(cents: i64, scratch: &mut String) -> Option<Cell<'_>> {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    scratch.clear();
    write!(scratch, "{sign}{}.{:02}", cents / 100, cents % 100).ok()?;
    Some(Cell::Decimal(scratch))
}

fn date_of(days: i64) -> Option<Date> {
    Some(Date::from_unix_days(days + EPOCH_DAYS)).filter(|date| date.is_real())
}

/// `None` for 24:00:00, which PostgreSQL allows.
fn time_of(micros: i64) -> Option<Time> {
    let micros = u64::try_from(micros).ok().filter(|_| micros < DAY_MICROS)?;
    Some(Time { nanos: micros * 1000 })
}

/// Infinity is the first or last number, so it falls out of the years by itself.
fn timestamp_of(micros: i64) -> Option<Timestamp> {
    let date = date_of(micros.div_euclid(DAY_MICROS))?;
    Some(Timestamp { date, time: time_of(micros.rem_euclid(DAY_MICROS))? })
}

/// The time in UTC; the zone is sent in seconds west of it.
fn time_with_zone(wire: &[u8]) -> Option<Cell<'static>> {
    let (micros, west) = wire.split_at_checked(8)?;
    let (micros, west) = (i64::from_be_bytes(fixed(micros)?), i32::from_be_bytes(fixed(west)?));
    let utc = micros.checked_add(i64::from(west) * 1_000_000)?.rem_euclid(DAY_MICROS);
    time_of(utc).map(Cell::Time)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(decoder: Decoder, wire: &[u8]) -> String {
        let mut scratch = String::new();
        match decoder.read(wire, &mut scratch) {
            Cell::Date(date) => date.to_string(),
            Cell::Time(time) => time.to_string(),
            Cell::Timestamp(moment) => moment.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn dates_end_where_the_years_end() {
        let date = |days: i32| shown(Decoder::Date, &days.to_be_bytes());
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(-730_119), "0001-01-01");
        assert_eq!(date(-730_120), "Bad(ImpossibleDate)", "1 BC");
        assert_eq!(date(2_921_939), "9999-12-31");
        for days in [2_921_940, i32::MAX, i32::MIN] {
            assert_eq!(date(days), "Bad(ImpossibleDate)");
        }
    }

    #[test]
    fn timestamps_before_2000_and_infinite() {
        let moment = |micros: i64| shown(Decoder::Timestamp, &micros.to_be_bytes());
        assert_eq!(moment(-1), "1999-12-31 23:59:59.999999");
        assert_eq!(moment(i64::MAX), "Bad(ImpossibleDate)");
        assert_eq!(moment(i64::MIN), "Bad(ImpossibleDate)");
    }

    #[test]
    fn times_wrap_to_utc() {
        let mut wire = 3_600_000_000_i64.to_be_bytes().to_vec();
        wire.extend(7200_i32.wrapping_neg().to_be_bytes());
        assert_eq!(shown(Decoder::TimeWithZone, &wire), "23:00:00", "01:00+02");
        assert_eq!(shown(Decoder::Time, &DAY_MICROS.to_be_bytes()), "Bad(ImpossibleDate)", "24:00");
    }

    #[test]
    fn money_keeps_its_sign_below_one() {
        assert_eq!(shown(Decoder::Money, &(-5_i64).to_be_bytes()), "Decimal(\"-0.05\")");
        assert_eq!(shown(Decoder::Money, &i64::MIN.to_be_bytes()), "Decimal(\"-92233720368547758.08\")");
    }

    #[test]
    fn bytes_of_the_wrong_length_are_bad() {
        for decoder in [Decoder::Int2, Decoder::Int8, Decoder::Float4, Decoder::Uuid, Decoder::TimeWithZone] {
            assert_eq!(shown(decoder, &[1, 2, 3]), "Bad(WrongType)", "{decoder:?}");
        }
        assert_eq!(shown(Decoder::Text, &[0xFF]), "Bad(InvalidText)");
        assert_eq!(shown(Decoder::Jsonb, &[2, b'{', b'}']), "Bad(WrongType)");
        assert_eq!(shown(Decoder::Bool, &[]), "Bad(WrongType)");
    }

    #[test]
    fn an_extension_type_is_known_in_any_schema() {
        assert!(is_citext("citext") && is_citext("public.citext") && is_citext("ext.\"citext\""));
        assert!(!is_citext("citext[]") && !is_citext("mycitext"));
    }
}
