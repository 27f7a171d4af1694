//! Dates and times as SQLite keeps them: text in ISO form. A date that does not exist is told from text that is no date.

use contract::row::BadValue;
use contract::types::{Date, Time, Timestamp};

/// The date of `YYYY-MM-DD`, with or without a time behind it.
pub fn date(text: &str) -> Result<Date, BadValue> {
    let (date, rest) = date_part(text)?;
    if !rest.is_empty() {
        time_behind(rest)?;
    }
    Ok(date)
}

/// The time of `hh:mm[:ss[.f]]`, alone or behind a date.
pub fn time(text: &str) -> Result<Time, BadValue> {
    if text.as_bytes().get(2) == Some(&b':') {
        let (time, rest) = clock(text)?;
        return if rest.is_empty() { Ok(time) } else { Err(BadValue::WrongType) };
    }
    timestamp(text).map(|timestamp| timestamp.time)
}

/// Date and time as they are written; an offset is checked and ignored. A date alone is its midnight.
pub fn timestamp(text: &str) -> Result<Timestamp, BadValue> {
    split(text).map(|(timestamp, _)| timestamp)
}

/// Date and time in UTC: an offset is applied, without one the text is UTC.
pub fn instant(text: &str) -> Result<Timestamp, BadValue> {
    let (timestamp, offset_seconds) = split(text)?;
    if offset_seconds == 0 {
        return Ok(timestamp);
    }
    const DAY: i64 = 86_400;
    const NANOS: u64 = 1_000_000_000;
    let seconds = timestamp.date.unix_days() * DAY + (timestamp.time.nanos / NANOS) as i64 - offset_seconds;
    let date = Date::from_unix_days(seconds.div_euclid(DAY));
    if !date.is_real() {
        return Err(BadValue::ImpossibleDate);
    }
    let nanos = seconds.rem_euclid(DAY) as u64 * NANOS + timestamp.time.nanos % NANOS;
    Ok(Timestamp { date, time: Time { nanos } })
}

fn split(text: &str) -> Result<(Timestamp, i64), BadValue> {
    let (date, rest) = date_part(text)?;
    if rest.is_empty() {
        return Ok((Timestamp { date, time: Time { nanos: 0 } }, 0));
    }
    let (time, offset) = time_behind(rest)?;
    Ok((Timestamp { date, time }, offset))
}

fn date_part(text: &str) -> Result<(Date, &str), BadValue> {
    let (digits, rest) = text.split_at_checked(10).ok_or(BadValue::WrongType)?;
    let bytes = digits.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return Err(BadValue::WrongType);
    }
    let number = |range| digits.get(range).and_then(digits_only).ok_or(BadValue::WrongType);
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let date = Date { year: year as i32, month: month as u8, day: day as u8 };
    if date.is_real() { Ok((date, rest)) } else { Err(BadValue::ImpossibleDate) }
}

/// `[ T]hh:mm[:ss[.f]][offset]`: the time and the offset in seconds.
fn time_behind(text: &str) -> Result<(Time, i64), BadValue> {
    let clock_text = text.strip_prefix([' ', 'T', 't']).ok_or(BadValue::WrongType)?;
    let (time, rest) = clock(clock_text)?;
    Ok((time, offset(rest.trim_start_matches(' '))?))
}

/// `hh:mm[:ss[.f]]` and what follows it.
fn clock(text: &str) -> Result<(Time, &str), BadValue> {
    let two = |at: usize| text.get(at..at + 2).and_then(digits_only);
    let colon = |at: usize| text.as_bytes().get(at) == Some(&b':');
    let (Some(hour), true, Some(minute)) = (two(0), colon(2), two(3)) else { return Err(BadValue::WrongType) };
    let (mut second, mut nanos, mut end) = (0, 0, 5);
    if colon(5) {
        second = two(6).ok_or(BadValue::WrongType)?;
        end = 8;
        if let Some(fraction) = text.get(8..).and_then(|rest| rest.strip_prefix('.')) {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return Err(BadValue::WrongType);
            }
            // Nine digits count, more are cut: a time is never moved forward.
            nanos = (0..9).fold(0, |sum, at| {
                let digit = fraction.as_bytes().get(at).filter(|_| at < digits).map_or(0, |digit| digit - b'0');
                sum * 10 + u32::from(digit)
            });
            end = 9 + digits;
        }
    }
    let time = Time::new(hour, minute, second, nanos).ok_or(BadValue::ImpossibleDate)?;
    Ok((time, text.get(end..).unwrap_or("")))
}

/// Nothing, `Z`, `+hh:mm`, `+hhmm` or `+hh`, in seconds.
fn offset(text: &str) -> Result<i64, BadValue> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(BadValue::WrongType),
    };
    let (hours, minutes) = rest.split_at_checked(2).ok_or(BadValue::WrongType)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let hours = digits_only(hours).ok_or(BadValue::WrongType)?;
    let minutes = match minutes.len() {
        0 if rest.len() == 2 => 0,
        2 => digits_only(minutes).ok_or(BadValue::WrongType)?,
        _ => return Err(BadValue::WrongType),
    };
    if hours > 14 || minutes > 59 {
        return Err(BadValue::ImpossibleDate);
    }
    Ok(sign * i64::from(hours * 3600 + minutes * 60))
}

/// A number of at most four digits.
fn digits_only(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_read() {
        assert_eq!(date("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(date("2024-02-29T10:00:00Z").unwrap().to_string(), "2024-02-29");
        assert_eq!(time("23:59:59.9999999999").unwrap().to_string(), "23:59:59.999999999");
        assert_eq!(time("2024-02-29 07:05").unwrap().to_string(), "07:05:00");
        for text in ["2024-02-29 07:05", "2024-02-29T07:05:00", "2024-02-29 07:05:00.000+02:00"] {
            assert_eq!(timestamp(text).unwrap().to_string(), "2024-02-29 07:05:00", "{text}");
        }
        assert_eq!(instant("2024-01-01 00:30:00.25+02:00").unwrap().to_string(), "2023-12-31 22:30:00.25");
        assert_eq!(instant("2024-12-31T23:30:00 -0100").unwrap().to_string(), "2025-01-01 00:30:00");
        assert_eq!(instant("2024-12-31T23:30:00Z").unwrap().to_string(), "2024-12-31 23:30:00");
    }

    #[test]
    fn impossible_is_told_from_wrong() {
        for text in ["0000-00-00", "2023-02-29", "2024-13-01", "0000-01-01 00:00:00", "2024-01-01 24:00:00"] {
            assert_eq!(timestamp(text), Err(BadValue::ImpossibleDate), "{text}");
        }
        assert_eq!(instant("0001-01-01 00:00:00+01:00"), Err(BadValue::ImpossibleDate));
        assert_eq!(time("25:00:00"), Err(BadValue::ImpossibleDate));
        for text in
            ["", "yesterday", "2024-1-1", "20240101", "2024-01-01 1:00", "2024-01-01x00:00", "2024-01-01 00:00:00."]
        {
            assert_eq!(timestamp(text), Err(BadValue::WrongType), "{text}");
        }
        for text in ["2024-01-0é", "é024-01-01", "2024-01-01 00:0é", "2024-01-01 00:00:00+é", "2024-01-01 00:00+1:0"]
        {
            assert_eq!(timestamp(text), Err(BadValue::WrongType), "{text}");
        }
    }
}
