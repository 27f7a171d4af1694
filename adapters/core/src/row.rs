//! Rows as they leave a driver: borrowed cells pushed into a sink that may say "pause".
//!
//! There is no row type and no value tree; a cell lives only while it is pushed.

use crate::types::{Date, Time, Timestamp};

/// One value of one row. Text and bytes are borrowed from the driver's buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// Boolean.
    Bool(bool),
    /// Signed integer.
    I64(i64),
    /// Unsigned integer.
    U64(u64),
    /// 4-byte float, printed with its own shortest digits.
    F32(f32),
    /// 8-byte float.
    F64(f64),
    /// Decimal in plain notation: `-?digits[.digits]`, digits exactly as the database gives them.
    Decimal(&'a str),
    /// Text, valid UTF-8.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Identifier, in the order of its text form.
    Guid([u8; 16]),
    /// Date, always real.
    Date(Date),
    /// Time of day.
    Time(Time),
    /// Wall-clock reading or UTC instant, by the column's type; its date is always real.
    Timestamp(Timestamp),
    /// A stored value that breaks its own type; the reason, never the value.
    Bad(BadValue),
}

/// Why a stored value cannot be given as its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BadValue {
    /// Text that is not valid in its charset.
    InvalidText,
    /// A date or time that does not exist or lies outside years 1 to 9999 (zero dates, infinity).
    ImpossibleDate,
    /// A number that is infinite, not a number, or beyond its type.
    ImpossibleNumber,
    /// A value of another storage class than the column's type (SQLite, or a type the driver cannot decode).
    WrongType,
}

/// What the sink wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    More,
    /// Return from `advance` now; it will be called again.
    Pause,
}

/// Takes the cells of rows in column order.
pub trait RowSink: Send {
    /// The next cell of the current row.
    fn cell(&mut self, cell: Cell<'_>);
    /// The row is complete.
    fn end_row(&mut self) -> Flow;
}
