//! Values of the binary protocol to cells, without a value in between.
//!
//! How each column is read is settled once per result set, from the wire's type and the type the statement expects.
//! Never fails: what cannot be read is a bad cell.

use contract::{BadValue, Cell, Date, RowSink, SqlType, Time, Timestamp};
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySql, MySqlRow, MySqlTypeInfo, MySqlValueRef};
use sqlx::{Column, Decode, Row, Type, TypeInfo};

/// Reads the rows of one result set.
pub(crate) struct RowReader {
    decoders: Vec<Decoder>,
}

impl RowReader {
    /// Settles how the columns of this row, and of all that follow it, are read.
    pub fn new(row: &MySqlRow, expected: &[SqlType]) -> RowReader {
        let decoder = |(index, column): (usize, &sqlx::mysql::MySqlColumn)| {
            Decoder::of(column.type_info(), expected.get(index).copied())
        };
        RowReader { decoders: row.columns().iter().enumerate().map(decoder).collect() }
    }

    /// Pushes the row's cells, not its end.
    pub fn push(&self, row: &MySqlRow, sink: &mut dyn RowSink) {
        for (index, decoder) in self.decoders.iter().enumerate() {
            sink.cell(match row.try_get_unchecked::<Wire<'_>, _>(index) {
                Ok(Wire(Some(wire))) => decoder.read(wire),
                Ok(Wire(None)) => Cell::Null,
                Err(_) => Cell::Bad(BadValue::WrongType),
            });
        }
    }
}

/// The bytes as sent. The driver's own optional values would take a zero date for NULL.
struct Wire<'r>(Option<&'r [u8]>);

impl<'r> Decode<'r, MySql> for Wire<'r> {
    fn decode(value: MySqlValueRef<'r>) -> Result<Self, BoxDynError> {
        // Fails for NULL only.
        Ok(Wire(<&[u8] as Decode<'r, MySql>>::decode(value).ok()))
    }
}

/// How the bytes of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoder {
    Bool,
    Signed,
    Unsigned,
    Bits,
    Float4,
    Float8,
    Decimal,
    /// A decimal where the statement expects an integer: sums of integers come so.
    Whole,
    Text,
    Bytes,
    Guid,
    Date,
    Timestamp,
    Time,
    Unknown,
}

impl Decoder {
    fn of(info: &MySqlTypeInfo, expected: Option<SqlType>) -> Decoder {
        let wants = |test: fn(SqlType) -> bool| expected.is_some_and(test);
        match info.name() {
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "TINYINT UNSIGNED"
            | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED"
                if expected == Some(SqlType::Bool) =>
            {
                Decoder::Bool
            }
            "BIT" if expected == Some(SqlType::Bool) => Decoder::Bool,
            // The driver calls any one-digit TINYINT a boolean, whatever its sign, and keeps the sign to itself.
            "BOOLEAN" if <u8 as Type<MySql>>::compatible(info) => Decoder::Unsigned,
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Decoder::Signed,
            "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED"
            | "YEAR" => Decoder::Unsigned,
            "BIT" => Decoder::Bits,
            "FLOAT" => Decoder::Float4,
            "DOUBLE" => Decoder::Float8,
            "DECIMAL" if wants(SqlType::is_integer) => Decoder::Whole,
            "DECIMAL" => Decoder::Decimal,
            "DATE" => Decoder::Date,
            "DATETIME" | "TIMESTAMP" => Decoder::Timestamp,
            "TIME" => Decoder::Time,
            "ENUM" | "SET" | "JSON" => Decoder::Text,
            "GEOMETRY" => Decoder::Bytes,
            "NULL" => Decoder::Unknown,
            // Names of text types cannot be trusted: a *_bin collation makes the driver call them binary.
            _ if <str as Type<MySql>>::compatible(info) || wants(SqlType::is_text) => Decoder::Text,
            _ if expected == Some(SqlType::Guid) => Decoder::Guid,
            _ => Decoder::Bytes,
        }
    }

    fn read(self, wire: &[u8]) -> Cell<'_> {
        let bad_date = Cell::Bad(BadValue::ImpossibleDate);
        let read = match self {
            Decoder::Bool => Some(Cell::Bool(wire.iter().any(|byte| *byte != 0))),
            Decoder::Signed => signed(wire).map(Cell::I64),
            Decoder::Unsigned => match (unsigned(wire), wire.len()) {
                (Some(number), 8) => Some(Cell::U64(number)),
                (number, _) => number.map(integer),
            },
            Decoder::Bits => bits(wire).map(integer),
            Decoder::Float4 => wire.try_into().ok().map(|bytes| Cell::F32(f32::from_le_bytes(bytes))),
            Decoder::Float8 => wire.try_into().ok().map(|bytes| Cell::F64(f64::from_le_bytes(bytes))),
            Decoder::Decimal => decimal(wire).map(Cell::Decimal),
            Decoder::Whole => decimal(wire).map(|text| text.parse().map_or(Cell::Decimal(text), Cell::I64)),
            Decoder::Text => Some(std::str::from_utf8(wire).map_or(Cell::Bad(BadValue::InvalidText), Cell::Text)),
            Decoder::Bytes => Some(Cell::Bytes(wire)),
            Decoder::Guid => wire.try_into().ok().map(Cell::Guid),
            Decoder::Date => Some(timestamp(wire).map_or(bad_date, |moment| Cell::Date(moment.date))),
            Decoder::Timestamp => Some(timestamp(wire).map_or(bad_date, Cell::Timestamp)),
            Decoder::Time => Some(time(wire).map_or(bad_date, Cell::Time)),
            Decoder::Unknown => None,
        };
        read.unwrap_or(Cell::Bad(BadValue::WrongType))
    }
}

fn signed(wire: &[u8]) -> Option<i64> {
    Some(match *wire {
        [a] => i64::from(a.cast_signed()),
        [a, b] => i16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]).into(),
        _ => i64::from_le_bytes(wire.try_into().ok()?),
    })
}

fn unsigned(wire: &[u8]) -> Option<u64> {
    if !matches!(wire.len(), 1 | 2 | 4 | 8) {
        return None;
    }
    Some(wire.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn bits(wire: &[u8]) -> Option<u64> {
    if wire.len() > 8 {
        return None;
    }
    Some(wire.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn integer(number: u64) -> Cell<'static> {
    i64::try_from(number).map_or(Cell::U64(number), Cell::I64)
}

/// Digits as sent, without the zeros that ZEROFILL puts in front.
fn decimal(wire: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(wire).ok()?;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if unsigned.is_empty() || !unsigned.bytes().all(plain) {
        return None;
    }
    let zeros = unsigned.bytes().zip(unsigned.bytes().skip(1));
    let zeros = zeros.take_while(|(byte, next)| *byte == b'0' && *next != b'.').count();
    // ZEROFILL columns are unsigned, so a sign never stands before such zeros.
    if unsigned.len() == text.len() { unsigned.get(zeros..) } else { Some(text) }
}

/// The first byte counts the rest: nothing (zero date), a date, a time with it, a fraction with that.
fn timestamp(wire: &[u8]) -> Option<Timestamp> {
    let (_, fields) = wire.split_first()?;
    let (date, clock) = fields.split_at_checked(4)?;
    let date = Date { year: u16::from_le_bytes([date[0], date[1]]).into(), month: date[2], day: date[3] };
    let time = clock_time(clock)?;
    Some(Timestamp { date, time }).filter(|moment| moment.date.is_real())
}

/// The first byte counts the rest: nothing (midnight) or sign, days and clock. The type spans -838 to 838 hours, of
/// which a time of day is only the first positive 24.
fn time(wire: &[u8]) -> Option<Time> {
    let (_, fields) = wire.split_first()?;
    if fields.is_empty() {
        return Time::new(0, 0, 0, 0);
    }
    let (span, clock) = fields.split_at_checked(5)?;
    if span.iter().any(|byte| *byte != 0) {
        return None;
    }
    clock_time(clock)
}

fn clock_time(clock: &[u8]) -> Option<Time> {
    let (hms, fraction) = match clock.len() {
        0 => return Time::new(0, 0, 0, 0),
        3 => (clock, 0),
        7 => (clock, u32::from_le_bytes(clock[3..].try_into().ok()?)),
        _ => return None,
    };
    Time::new(hms[0].into(), hms[1].into(), hms[2].into(), fraction.checked_mul(1000)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(decoder: Decoder, wire: &[u8]) -> String {
        match decoder.read(wire) {
            Cell::Date(date) => date.to_string(),
            Cell::Time(time) => time.to_string(),
            Cell::Timestamp(moment) => moment.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn integers_keep_their_sign_and_width() {
        assert_eq!(shown(Decoder::Signed, &[0xFF]), "I64(-1)");
        assert_eq!(shown(Decoder::Unsigned, &[0xFF]), "I64(255)");
        assert_eq!(shown(Decoder::Signed, &[0, 0, 0, 0x80]), "I64(-2147483648)");
        assert_eq!(shown(Decoder::Unsigned, &[0, 0, 0, 0x80]), "I64(2147483648)");
        assert_eq!(shown(Decoder::Unsigned, &[0xFF; 8]), "U64(18446744073709551615)");
        assert_eq!(shown(Decoder::Unsigned, &[1, 0, 0, 0, 0, 0, 0, 0]), "U64(1)");
        assert_eq!(shown(Decoder::Bits, &[1, 0]), "I64(256)");
        assert_eq!(shown(Decoder::Signed, &[1, 2, 3]), "Bad(WrongType)");
    }

    #[test]
    fn dates_that_are_none() {
        assert_eq!(shown(Decoder::Date, &[0]), "Bad(ImpossibleDate)");
        assert_eq!(shown(Decoder::Date, &[4, 0xE8, 7, 2, 29]), "2024-02-29");
        assert_eq!(shown(Decoder::Date, &[4, 0xE8, 7, 0, 0]), "Bad(ImpossibleDate)");
        assert_eq!(shown(Decoder::Timestamp, &[7, 0xE8, 7, 2, 29, 1, 2, 3]), "2024-02-29 01:02:03");
        let fraction = [11, 0xE8, 7, 2, 29, 1, 2, 3, 0x20, 0xA1, 7, 0];
        assert_eq!(shown(Decoder::Timestamp, &fraction), "2024-02-29 01:02:03.5");
        assert_eq!(shown(Decoder::Timestamp, &[5, 0xE8, 7, 2, 29, 1]), "Bad(ImpossibleDate)");
        assert_eq!(shown(Decoder::Timestamp, &[]), "Bad(ImpossibleDate)");
    }

    #[test]
    fn times_are_times_of_day() {
        assert_eq!(shown(Decoder::Time, &[0]), "00:00:00");
        assert_eq!(shown(Decoder::Time, &[8, 0, 0, 0, 0, 0, 23, 59, 58]), "23:59:58");
        assert_eq!(shown(Decoder::Time, &[8, 1, 0, 0, 0, 0, 1, 0, 0]), "Bad(ImpossibleDate)", "negative");
        assert_eq!(shown(Decoder::Time, &[8, 0, 1, 0, 0, 0, 1, 0, 0]), "Bad(ImpossibleDate)", "25 hours");
    }

    #[test]
    fn decimals_lose_only_filling_zeros() {
        assert_eq!(shown(Decoder::Decimal, b"00012.50"), "Decimal(\"12.50\")");
        assert_eq!(shown(Decoder::Decimal, b"-0.50"), "Decimal(\"-0.50\")");
        assert_eq!(shown(Decoder::Decimal, b"0"), "Decimal(\"0\")");
        assert_eq!(shown(Decoder::Decimal, b"1e5"), "Bad(WrongType)");
        assert_eq!(shown(Decoder::Whole, b"42"), "I64(42)");
        assert_eq!(shown(Decoder::Whole, b"99999999999999999999"), "Decimal(\"99999999999999999999\")");
    }

    #[test]
    fn text_is_checked() {
        assert_eq!(shown(Decoder::Text, &[0xC3]), "Bad(InvalidText)");
        assert_eq!(shown(Decoder::Guid, &[1; 15]), "Bad(WrongType)");
    }
}
