//! Dates, times and instants in OData's form, with every fraction digit that the database gave and no trailing zero.
//!
//! Instants are given in UTC; a wall-clock reading becomes one by the zone of its column.

use contract::{Cell, Date, SqlType, Time, Timestamp};
use jiff::tz::TimeZone;

use super::super::rows::BadReason;
use super::super::shape::ShapeColumn;
use super::super::zone;

/// Writes Date, TimeOfDay or DateTimeOffset.
#[derive(Clone, Debug)]
pub(super) enum Temporal {
    /// `YYYY-MM-DD`.
    Date,
    /// `hh:mm:ss[.f]`.
    TimeOfDay,
    /// `YYYY-MM-DDThh:mm:ss[.f]Z` of what is kept in UTC.
    Instant,
    /// The same of what is kept as a wall-clock reading.
    Wall(TimeZone),
}

impl Temporal {
    /// The writer of DateTimeOffset for a column.
    pub(super) fn moment(column: &ShapeColumn) -> Temporal {
        if column.sql == SqlType::Instant || column.zone == TimeZone::UTC {
            Temporal::Instant
        } else {
            Temporal::Wall(column.zone.clone())
        }
    }

    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        out.push(b'"');
        match (self, cell) {
            (Temporal::Date, Cell::Date(date) | Cell::Timestamp(Timestamp { date, .. })) => push_date(out, date)?,
            (Temporal::TimeOfDay, Cell::Time(time) | Cell::Timestamp(Timestamp { time, .. })) => push_time(out, time),
            (Temporal::Instant | Temporal::Wall(_), Cell::Timestamp(at)) => self.push_moment(out, at)?,
            (Temporal::Instant | Temporal::Wall(_), Cell::Date(date)) => {
                self.push_moment(out, Timestamp { date, time: Time { nanos: 0 } })?;
            }
            _ => return Err(BadReason::WrongType),
        }
        out.push(b'"');
        Ok(())
    }

    fn push_moment(&self, out: &mut Vec<u8>, at: Timestamp) -> Result<(), BadReason> {
        match self {
            Temporal::Wall(zone) if at.date.is_real() => push_timestamp(out, zone::to_utc(at, zone))?,
            _ => push_timestamp(out, at)?,
        }
        out.push(b'Z');
        Ok(())
    }
}

/// Appends `YYYY-MM-DDThh:mm:ss[.f]`.
pub(super) fn push_timestamp(out: &mut Vec<u8>, at: Timestamp) -> Result<(), BadReason> {
    push_date(out, at.date)?;
    out.push(b'T');
    push_time(out, at.time);
    Ok(())
}

/// Appends `YYYY-MM-DD`.
pub(super) fn push_date(out: &mut Vec<u8>, date: Date) -> Result<(), BadReason> {
    if !date.is_real() {
        return Err(BadReason::ImpossibleDate);
    }
    let year = date.year as u32;
    let [y1, y2] = two(year / 100);
    let [y3, y4] = two(year % 100);
    let [m1, m2] = two(u32::from(date.month));
    let [d1, d2] = two(u32::from(date.day));
    out.extend_from_slice(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]);
    Ok(())
}

/// Appends `hh:mm:ss[.f]`.
pub(super) fn push_time(out: &mut Vec<u8>, time: Time) {
    let (hour, minute, second, mut nanos) = time.fields();
    let ([h1, h2], [m1, m2], [s1, s2]) = (two(hour), two(minute), two(second));
    let mut text = [h1, h2, b':', m1, m2, b':', s1, s2, b'.', b'0', b'0', b'0', b'0', b'0', b'0', b'0', b'0', b'0'];
    if nanos == 0 {
        return out.extend_from_slice(&text[..8]);
    }
    let mut end = 9;
    for (place, slot) in text.iter_mut().enumerate().skip(9).rev() {
        let digit = (nanos % 10) as u8;
        nanos /= 10;
        *slot = b'0' + digit;
        if digit != 0 && end == 9 {
            end = place + 1;
        }
    }
    out.extend_from_slice(&text[..end]);
}

fn two(value: u32) -> [u8; 2] {
    [b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]
}
