#![allow(clippy::unwrap_used)]
use super::*;
use crate::model::{Flag, Flags};
use contract::{Date, SqlType, Time, Timestamp};
use proptest::prelude::*;

fn column(ty: EdmType, sql: SqlType) -> ShapeColumn {
    ShapeColumn::new("P", ty, sql)
}

fn write(column: &ShapeColumn, cell: Cell<'_>) -> Result<String, BadReason> {
    let mut out = Vec::new();
    Scalar::new(column, false).write(&mut out, cell)?;
    Ok(String::from_utf8(out).unwrap())
}

/// Asserts the JSON of a cell in a column of those types.
fn gives(ty: EdmType, sql: SqlType, cell: Cell<'_>, wanted: &str) {
    assert_eq!(write(&column(ty, sql), cell).as_deref(), Ok(wanted), "{ty:?} of {cell:?}");
}

fn refuses(ty: EdmType, sql: SqlType, cell: Cell<'_>, wanted: BadReason) {
    assert_eq!(write(&column(ty, sql), cell), Err(wanted), "{ty:?} of {cell:?}");
}

fn at(text: &str) -> Timestamp {
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap();
    let date = Date { year: number(0..4) as i32, month: number(5..7) as u8, day: number(8..10) as u8 };
    let fraction = format!("{:0<9}", &text[19..].trim_start_matches('.')).parse().unwrap();
    Timestamp { date, time: Time::new(number(11..13), number(14..16), number(17..19), fraction).unwrap() }
}

#[test]
fn null_is_null_and_a_null_flag_may_be_false() {
    for ty in EdmType::ALL {
        gives(ty, SqlType::Other, Cell::Null, "null");
        refuses(ty, SqlType::Other, Cell::Bad(BadValue::InvalidText), BadReason::InvalidText);
    }
    let mut flag = column(EdmType::Boolean, SqlType::Bool);
    flag.null_as_false = true;
    assert_eq!(write(&flag, Cell::Null).unwrap(), "false");
    let mut number = column(EdmType::Int32, SqlType::I32);
    number.null_as_false = true;
    assert_eq!(write(&number, Cell::Null).unwrap(), "null");
}

#[test]
fn integers_stay_within_their_type() {
    use EdmType::{Byte, Int16, Int32, Int64, SByte};
    gives(Byte, SqlType::I16, Cell::I64(255), "255");
    refuses(Byte, SqlType::I16, Cell::I64(-1), BadReason::ImpossibleNumber);
    gives(SByte, SqlType::I16, Cell::I64(-128), "-128");
    refuses(SByte, SqlType::I16, Cell::I64(128), BadReason::ImpossibleNumber);
    refuses(Int16, SqlType::I32, Cell::I64(32_768), BadReason::ImpossibleNumber);
    refuses(Int32, SqlType::I64, Cell::I64(2_147_483_648), BadReason::ImpossibleNumber);
    gives(Int64, SqlType::I64, Cell::I64(i64::MIN), "-9223372036854775808");
    gives(Int64, SqlType::U64, Cell::U64(7), "7");
    refuses(Int64, SqlType::U64, Cell::U64(1 << 63), BadReason::ImpossibleNumber);
    gives(Int32, SqlType::Bool, Cell::Bool(true), "1");
}

#[test]
fn whole_numbers_kept_as_something_else_are_integers() {
    use EdmType::Int64;
    let decimal = SqlType::Decimal { scale: None };
    gives(Int64, decimal, Cell::Decimal("9223372036854775807.000"), "9223372036854775807");
    gives(Int64, decimal, Cell::Decimal("-9223372036854775808"), "-9223372036854775808");
    gives(Int64, decimal, Cell::Decimal("0"), "0");
    refuses(Int64, decimal, Cell::Decimal("9223372036854775808"), BadReason::ImpossibleNumber);
    refuses(Int64, decimal, Cell::Decimal("1.5"), BadReason::ImpossibleNumber);
    gives(Int64, SqlType::F64, Cell::F64(-9_223_372_036_854_775_808.0), "-9223372036854775808");
    refuses(Int64, SqlType::F64, Cell::F64(9_223_372_036_854_775_808.0), BadReason::ImpossibleNumber);
    refuses(Int64, SqlType::F64, Cell::F64(f64::NAN), BadReason::ImpossibleNumber);
    gives(Int64, SqlType::Text, Cell::Text(" 0042 "), "42");
    gives(Int64, SqlType::Text, Cell::Text("1e3"), "1000");
    refuses(Int64, SqlType::Text, Cell::Text("4 2"), BadReason::WrongType);
    refuses(Int64, SqlType::Text, Cell::Text(""), BadReason::WrongType);
    refuses(Int64, SqlType::Bytes, Cell::Bytes(b"1"), BadReason::WrongType);
}

#[test]
fn decimals_keep_their_digits_and_stay_plain() {
    use EdmType::Decimal;
    let sql = SqlType::Decimal { scale: None };
    let long = "-123456789012345678901234567890.123456789012345678901234567890";
    for plain in ["0", "-1", "13.70", "0.00", "100", long] {
        gives(Decimal, sql, Cell::Decimal(plain), plain);
    }
    gives(Decimal, sql, Cell::Decimal("007.50"), "7.50");
    gives(Decimal, sql, Cell::Decimal(".5"), "0.5");
    gives(Decimal, sql, Cell::Decimal("5."), "5");
    gives(Decimal, SqlType::Text, Cell::Text(" +1.5e3 "), "1500");
    gives(Decimal, SqlType::Text, Cell::Text("12.5E-4"), "0.00125");
    refuses(Decimal, SqlType::Text, Cell::Text("1e999999999999"), BadReason::WrongType);
    refuses(Decimal, SqlType::Text, Cell::Text("1,5"), BadReason::WrongType);
    for broken in ["NaN", "Infinity", "", "-", ".", "1.2.3"] {
        refuses(Decimal, sql, Cell::Decimal(broken), BadReason::ImpossibleNumber);
    }
}

#[test]
fn decimals_kept_as_numbers_get_the_digits_of_their_column() {
    use EdmType::Decimal;
    let money = SqlType::Decimal { scale: Some(2) };
    gives(Decimal, money, Cell::I64(1370), "1370.00");
    gives(Decimal, money, Cell::F64(13.7), "13.70");
    gives(Decimal, money, Cell::F64(0.125), "0.125");
    gives(Decimal, SqlType::F64, Cell::F64(1e21), "1000000000000000000000");
    gives(Decimal, SqlType::F64, Cell::F64(-1.5e-7), "-0.00000015");
    gives(Decimal, SqlType::F64, Cell::F64(-0.0), "0");
    gives(Decimal, SqlType::F32, Cell::F32(0.1), "0.1");
    refuses(Decimal, SqlType::F64, Cell::F64(f64::INFINITY), BadReason::ImpossibleNumber);
    gives(Decimal, SqlType::U64, Cell::U64(u64::MAX), "18446744073709551615");
    let cents = SqlType::Scaled { scale: 2 };
    gives(Decimal, cents, Cell::I64(1370), "13.70");
    gives(Decimal, cents, Cell::I64(-5), "-0.05");
    gives(Decimal, cents, Cell::I64(0), "0.00");
    gives(Decimal, cents, Cell::I64(i64::MIN), "-92233720368547758.08");
    gives(Decimal, cents, Cell::Decimal("13.70"), "13.70");
    refuses(Decimal, cents, Cell::Text("1370"), BadReason::WrongType);
    gives(Decimal, SqlType::Scaled { scale: 0 }, Cell::I64(7), "7");
}

#[test]
fn ieee754_compatible_quotes_int64_and_decimal_only() {
    let quoted = |ty, cell| {
        let mut out = Vec::new();
        Scalar::new(&column(ty, SqlType::Other), true).write(&mut out, cell).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(quoted(EdmType::Int64, Cell::I64(1)), "\"1\"");
    assert_eq!(quoted(EdmType::Decimal, Cell::Decimal("1.50")), "\"1.50\"");
    assert_eq!(quoted(EdmType::Int32, Cell::I64(1)), "1");
    assert_eq!(quoted(EdmType::Double, Cell::F64(1.5)), "1.5");
    assert_eq!(quoted(EdmType::Int64, Cell::Null), "null");
}

#[test]
fn floats_are_short_and_finite() {
    use EdmType::{Double, Single};
    gives(Double, SqlType::F64, Cell::F64(0.1), "0.1");
    gives(Double, SqlType::F64, Cell::F64(5.0), "5.0");
    gives(Double, SqlType::F32, Cell::F32(0.1), "0.1");
    gives(Double, SqlType::I64, Cell::I64(i64::MAX), "9223372036854775807.0");
    gives(Double, SqlType::Decimal { scale: None }, Cell::Decimal("1.10"), "1.10");
    gives(Double, SqlType::Text, Cell::Text(" 2.5 "), "2.5");
    refuses(Double, SqlType::Text, Cell::Text("inf"), BadReason::ImpossibleNumber);
    refuses(Double, SqlType::F64, Cell::F64(f64::NAN), BadReason::ImpossibleNumber);
    refuses(Double, SqlType::F64, Cell::F64(f64::NEG_INFINITY), BadReason::ImpossibleNumber);
    refuses(Double, SqlType::F32, Cell::F32(f32::INFINITY), BadReason::ImpossibleNumber);
    gives(Single, SqlType::F64, Cell::F64(0.1), "0.1");
    refuses(Single, SqlType::F64, Cell::F64(1e39), BadReason::ImpossibleNumber);
    refuses(Double, SqlType::Bool, Cell::Bool(true), BadReason::WrongType);
}

#[test]
fn text_is_trimmed_and_cut_by_characters() {
    let mut text = column(EdmType::String, SqlType::Char { length: 5 });
    assert_eq!(write(&text, Cell::Text("ab   ")).unwrap(), "\"ab\"");
    assert_eq!(write(&text, Cell::Text("     ")).unwrap(), "\"\"");
    text.trim_end = false;
    text.max_length = Some(3);
    for (stored, wanted, written) in [
        ("üöä", "\"üöä\"", Written::Value),
        ("üöäß", "\"üöä\"", Written::Cut),
        ("😀b\"d", "\"😀b\\\"\"", Written::Cut),
        ("ab ", "\"ab \"", Written::Value),
    ] {
        let mut out = Vec::new();
        assert_eq!(Scalar::new(&text, false).write(&mut out, Cell::Text(stored)), Ok(written));
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}

#[test]
fn anything_can_be_text() {
    use EdmType::String;
    gives(String, SqlType::I64, Cell::I64(-7), "\"-7\"");
    gives(String, SqlType::U64, Cell::U64(u64::MAX), "\"18446744073709551615\"");
    gives(String, SqlType::F64, Cell::F64(0.5), "\"0.5\"");
    refuses(String, SqlType::F64, Cell::F64(f64::NAN), BadReason::ImpossibleNumber);
    gives(String, SqlType::Decimal { scale: None }, Cell::Decimal("1.10"), "\"1.10\"");
    gives(String, SqlType::Bool, Cell::Bool(false), "\"false\"");
    gives(String, SqlType::Guid, Cell::Guid([0xab; 16]), "\"abababab-abab-abab-abab-abababababab\"");
    gives(String, SqlType::Date, Cell::Date(at("2024-02-29 00:00:00").date), "\"2024-02-29\"");
    gives(String, SqlType::Time, Cell::Time(at("2024-02-29 01:02:03.5").time), "\"01:02:03.5\"");
    gives(String, SqlType::Timestamp, Cell::Timestamp(at("2024-02-29 01:02:03")), "\"2024-02-29T01:02:03\"");
    gives(String, SqlType::Instant, Cell::Timestamp(at("2024-02-29 01:02:03")), "\"2024-02-29T01:02:03Z\"");
    gives(String, SqlType::Bytes, Cell::Bytes("ü\"".as_bytes()), "\"ü\\\"\"");
    refuses(String, SqlType::Bytes, Cell::Bytes(&[0xff]), BadReason::InvalidText);
}

#[test]
fn dates_and_times_keep_significant_digits_only() {
    use EdmType::{Date as EdmDate, DateTimeOffset, TimeOfDay};
    gives(EdmDate, SqlType::Date, Cell::Date(Date { year: 1, month: 1, day: 1 }), "\"0001-01-01\"");
    gives(EdmDate, SqlType::Timestamp, Cell::Timestamp(at("2024-12-31 23:59:59")), "\"2024-12-31\"");
    refuses(EdmDate, SqlType::Date, Cell::Date(Date { year: 0, month: 0, day: 0 }), BadReason::ImpossibleDate);
    refuses(EdmDate, SqlType::Date, Cell::Date(Date { year: 10_000, month: 1, day: 1 }), BadReason::ImpossibleDate);
    gives(TimeOfDay, SqlType::Time, Cell::Time(at("2024-01-01 23:00:09.000000001").time), "\"23:00:09.000000001\"");
    gives(TimeOfDay, SqlType::Time, Cell::Time(at("2024-01-01 23:00:09.120").time), "\"23:00:09.12\"");
    gives(DateTimeOffset, SqlType::Instant, Cell::Timestamp(at("2024-01-01 00:00:00")), "\"2024-01-01T00:00:00Z\"");
    gives(
        DateTimeOffset,
        SqlType::Instant,
        Cell::Timestamp(at("2024-01-01 00:00:00.546793")),
        "\"2024-01-01T00:00:00.546793Z\"",
    );
    refuses(DateTimeOffset, SqlType::Time, Cell::Time(Time { nanos: 0 }), BadReason::WrongType);
    refuses(EdmDate, SqlType::Text, Cell::Text("2024-01-01"), BadReason::WrongType);
}

#[test]
fn wall_clock_readings_become_instants_by_their_zone() {
    let mut column = column(EdmType::DateTimeOffset, SqlType::Timestamp);
    column.zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let json = |text| write(&column, Cell::Timestamp(at(text)));
    assert_eq!(json("2024-03-10 02:30:00").unwrap(), "\"2024-03-10T07:30:00Z\"");
    assert_eq!(json("2024-11-03 01:30:00.25").unwrap(), "\"2024-11-03T05:30:00.25Z\"");
    assert_eq!(json("9999-12-31 23:00:00"), Err(BadReason::ImpossibleDate));
    let zero = Timestamp { date: Date { year: 0, month: 0, day: 0 }, time: Time { nanos: 0 } };
    assert_eq!(write(&column, Cell::Timestamp(zero)), Err(BadReason::ImpossibleDate));
    let day = Cell::Date(Date { year: 2024, month: 1, day: 1 });
    assert_eq!(write(&column, day).unwrap(), "\"2024-01-01T05:00:00Z\"");
    column.sql = SqlType::Instant;
    assert_eq!(write(&column, Cell::Timestamp(at("2024-01-01 00:00:00"))).unwrap(), "\"2024-01-01T00:00:00Z\"");
}

#[test]
fn flags_have_two_sets_and_nothing_between() {
    let mut flag = column(EdmType::Boolean, SqlType::Char { length: 3 });
    flag.flags = Some(Flags {
        truthy: vec![Flag::Text("Y".into()), Flag::Integer(-1)],
        falsy: vec![Flag::Text("N ".into()), Flag::Text("".into()), Flag::Integer(0)],
    });
    for (cell, wanted) in [
        (Cell::Text("Y  "), Ok("true")),
        (Cell::Text("N"), Ok("false")),
        (Cell::Text("   "), Ok("false")),
        (Cell::Text("y"), Err(BadReason::UnknownFlag)),
        (Cell::I64(-1), Ok("true")),
        (Cell::Decimal("0.00"), Ok("false")),
        (Cell::F64(-1.0), Ok("true")),
        (Cell::I64(1), Err(BadReason::UnknownFlag)),
        (Cell::F64(0.5), Err(BadReason::UnknownFlag)),
        (Cell::Bool(true), Ok("true")),
    ] {
        assert_eq!(write(&flag, cell).as_deref(), wanted.as_ref().map(|text| *text), "{cell:?}");
    }
    gives(EdmType::Boolean, SqlType::I16, Cell::I64(1), "true");
    gives(EdmType::Boolean, SqlType::I16, Cell::U64(0), "false");
    gives(EdmType::Boolean, SqlType::Bytes, Cell::Bytes(&[1]), "true");
    refuses(EdmType::Boolean, SqlType::I16, Cell::I64(2), BadReason::UnknownFlag);
}

#[test]
fn identifiers_and_bytes() {
    use EdmType::{Binary, Guid};
    let text = "\"01234567-89ab-cdef-0123-456789abcdef\"";
    gives(Guid, SqlType::Text, Cell::Text("01234567-89AB-CDEF-0123-456789abcdef "), text);
    gives(Guid, SqlType::Text, Cell::Text("{0123456789abcdef0123456789abcdef}"), text);
    refuses(Guid, SqlType::Text, Cell::Text("01234567-89ab-cdef-0123x456789abcdef"), BadReason::WrongType);
    refuses(Guid, SqlType::Text, Cell::Text("01234567-89ab-cdef-0123-456789abcdeé"), BadReason::WrongType);
    refuses(Guid, SqlType::Bytes, Cell::Bytes(&[1; 15]), BadReason::WrongType);
    gives(Guid, SqlType::Bytes, Cell::Bytes(&[0; 16]), "\"00000000-0000-0000-0000-000000000000\"");
    gives(Binary, SqlType::Bytes, Cell::Bytes(&[0xfb, 0xff, 0xfe, 0x00]), "\"-__-AA\"");
    gives(Binary, SqlType::Bytes, Cell::Bytes(&[]), "\"\"");
    let mut short = column(Binary, SqlType::Bytes);
    short.max_length = Some(1);
    assert_eq!(write(&short, Cell::Bytes(&[1, 2])), Err(BadReason::TooLong));
}

proptest! {
    #[test]
    fn a_plain_decimal_is_given_digit_for_digit(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?") {
        prop_assert_eq!(write(&column(EdmType::Decimal, SqlType::Decimal { scale: None }), Cell::Decimal(&text)), Ok(text));
    }

    #[test]
    fn a_scaled_integer_times_its_unit_is_the_integer(value: i64, scale in 0u8..20) {
        let json = write(&column(EdmType::Decimal, SqlType::Scaled { scale }), Cell::I64(value)).unwrap();
        let fraction = json.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        prop_assert_eq!(fraction, usize::from(scale));
        prop_assert_eq!(json.replace('.', "").parse::<i64>().unwrap(), value);
    }

    #[test]
    fn floats_are_read_back_the_same(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let double = write(&column(EdmType::Double, SqlType::F64), Cell::F64(value)).unwrap();
        prop_assert_eq!(double.parse::<f64>().unwrap(), value);
        let decimal = write(&column(EdmType::Decimal, SqlType::F64), Cell::F64(value)).unwrap();
        prop_assert!(!decimal.contains('e'));
        prop_assert_eq!(decimal.parse::<f64>().unwrap(), value);
    }

    #[test]
    fn no_text_breaks_the_json_of_any_type(text: String, number in "[-+.eE0-9 ]{0,12}") {
        for ty in EdmType::ALL {
            for cell in [Cell::Text(&text), Cell::Decimal(&text), Cell::Text(&number), Cell::Decimal(&number)] {
                if let Ok(json) = write(&column(ty, SqlType::Text), cell) {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{:?} gave {}", cell, json);
                }
            }
        }
    }
}
