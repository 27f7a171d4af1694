//! The types and values that cross the contract: what a column is, what a parameter holds.
//!
//! Dates and times are plain calendar fields, so that no driver's date library reaches the service and a value that
//! no library can hold (a zero date, year 10000) is still seen as what it is.

use std::fmt;

/// A column's or a parameter's type, as the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SqlType {
    /// A real boolean type (PostgreSQL). Flags kept as numbers or letters have the type they are kept in.
    Bool,
    /// 16-bit integer.
    I16,
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Unsigned 64-bit integer.
    U64,
    /// 4-byte float.
    F32,
    /// 8-byte float.
    F64,
    /// Exact decimal; `scale` is `None` where the column does not fix it.
    Decimal {
        /// Digits after the point, where the column fixes them.
        scale: Option<u8>,
    },
    /// Exact decimal kept as text (SQLite): compared by value through a collation that the adapter registers.
    DecimalText {
        /// Digits after the point, where the model fixes them.
        scale: Option<u8>,
    },
    /// Exact decimal kept as an integer of its smallest unit: 1370 with scale 2 is 13.70.
    Scaled {
        /// Digits after the point.
        scale: u8,
    },
    /// Text of varying length.
    Text,
    /// Text padded with blanks to a fixed number of characters.
    Char {
        /// Declared length in characters.
        length: u32,
    },
    /// Raw bytes.
    Bytes,
    /// A 16-byte identifier kept as such.
    Guid,
    /// Calendar date.
    Date,
    /// Time of day without zone.
    Time,
    /// Date and time without zone: a wall-clock reading.
    Timestamp,
    /// An instant: the driver reads and binds it in UTC.
    Instant,
    /// Anything else (enum, JSON, XML, network address, ...): read and compared by the database's own text form.
    Other,
}

impl SqlType {
    /// Whether values of this type are text that a collation orders.
    pub fn is_text(self) -> bool {
        matches!(self, SqlType::Text | SqlType::Char { .. } | SqlType::Other)
    }

    /// Whether this is one of the exact decimal forms.
    pub fn is_decimal(self) -> bool {
        matches!(self, SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. })
    }

    /// Whether this is an integer type.
    pub fn is_integer(self) -> bool {
        matches!(self, SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64)
    }
}

/// A calendar date, proleptic Gregorian. Not validated by construction: see [`Date::is_real`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Astronomical year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// Whether the day exists and its year is 1 to 9999, the range that OData text and Salesforce share.
    pub fn is_real(self) -> bool {
        (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && self.day >= 1
            && self.day <= days_in_month(self.year, self.month)
    }

    /// The date `days` after 1970-01-01.
    pub fn from_unix_days(days: i64) -> Date {
        // Howard Hinnant's civil-from-days construction: eras of 400 years starting in March.
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        Date { year: year as i32, month: month as u8, day: (doy - (153 * mp + 2) / 5 + 1) as u8 }
    }

    /// Days since 1970-01-01; meaningful for real dates.
    pub fn unix_days(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let yoe = year.rem_euclid(400);
        let month = i64::from(self.month);
        let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + i64::from(self.day) - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        era * 146_097 + doe - 719_468
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A time of day in nanoseconds since midnight, below 86,400,000,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Nanoseconds since midnight.
    pub nanos: u64,
}

impl Time {
    /// From clock fields; `None` when a field is out of range.
    pub fn new(hour: u32, minute: u32, second: u32, nanos: u32) -> Option<Time> {
        if hour > 23 || minute > 59 || second > 59 || nanos > 999_999_999 {
            return None;
        }
        let seconds = u64::from(hour) * 3600 + u64::from(minute) * 60 + u64::from(second);
        Some(Time { nanos: seconds * 1_000_000_000 + u64::from(nanos) })
    }

    /// Hour, minute, second and nanosecond.
    pub fn fields(self) -> (u32, u32, u32, u32) {
        let seconds = self.nanos / 1_000_000_000;
        let nanos = (self.nanos % 1_000_000_000) as u32;
        ((seconds / 3600) as u32, (seconds / 60 % 60) as u32, (seconds % 60) as u32, nanos)
    }
}

impl fmt::Display for Time {
    /// `hh:mm:ss`, with as many fraction digits as are not trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, mut nanos) = self.fields();
        write!(f, "{hour:02}:{minute:02}:{second:02}")?;
        if nanos == 0 {
            return Ok(());
        }
        let mut width = 9;
        while nanos % 10 == 0 {
            nanos /= 10;
            width -= 1;
        }
        write!(f, ".{nanos:0width$}")
    }
}

/// A date with a time of day; whether it is a wall-clock reading or UTC is said by the [`SqlType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// The day.
    pub date: Date,
    /// The time in that day.
    pub time: Time,
}

impl fmt::Display for Timestamp {
    /// `YYYY-MM-DD hh:mm:ss[.fraction]`, the form that databases read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date, self.time)
    }
}

/// A value to be bound: never written into SQL text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Boolean.
    Bool(bool),
    /// Signed integer.
    I64(i64),
    /// Unsigned integer above `i64::MAX`, or of an unsigned column.
    U64(u64),
    /// Float.
    F64(f64),
    /// Decimal in plain notation: `-?digits[.digits]`.
    Decimal(String),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Identifier, in the order of its text form.
    Guid([u8; 16]),
    /// Date.
    Date(Date),
    /// Time of day.
    Time(Time),
    /// Wall-clock reading or UTC instant, by the parameter's type.
    Timestamp(Timestamp),
    /// Several values for one `= ANY(?)` parameter; the parameter's type is that of the elements.
    List(Vec<Value>),
}

/// A bound parameter with the type it must be sent as.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The value.
    pub value: Value,
    /// The type of the column or expression it meets; of the elements for [`Value::List`].
    pub ty: SqlType,
}
