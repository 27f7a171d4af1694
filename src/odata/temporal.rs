//! The shapes of dates, times, date-times and durations.
//!
//! Checks fields against their ranges (months to 12, hours to 23); knows no calendar and no zones.

use super::ast::LiteralKind;
use super::error::{LiteralForm, SyntaxErrorKind};
use super::lex::{Cursor, Fault};
use super::literal::{bad, glues};

/// The date, time or date-time that begins here; `None`, without moving, if the digits are a number.
pub(super) fn scan(cursor: &mut Cursor<'_>) -> Result<Option<LiteralKind>, Fault> {
    let start = cursor.pos();
    let form = if looks_like_date(cursor.rest()) {
        LiteralForm::Date
    } else if looks_like_time(cursor.rest()) {
        LiteralForm::TimeOfDay
    } else {
        return Ok(None);
    };
    let (form, valid) = if form == LiteralForm::TimeOfDay {
        (form, time(cursor))
    } else {
        let dated = date(cursor);
        if dated && (cursor.eat(b'T') || cursor.eat(b't')) {
            (LiteralForm::DateTimeOffset, time(cursor) && zone(cursor))
        } else {
            (form, dated)
        }
    };
    if !valid || cursor.peek().is_some_and(glues) {
        return Err(bad(cursor, start, |text| SyntaxErrorKind::BadLiteral { form, text }));
    }
    let text = cursor.verbatim(start, cursor.pos());
    Ok(Some(match form {
        LiteralForm::TimeOfDay => LiteralKind::TimeOfDay(text),
        LiteralForm::Date => LiteralKind::Date(text),
        _ => LiteralKind::DateTimeOffset(text),
    }))
}

/// `-?` four or more digits, `-`, two digits, `-`.
fn looks_like_date(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let year = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let month = text.get(year..year + 4).unwrap_or_default();
    year >= 4 && matches!(month, [b'-', a, b, b'-'] if a.is_ascii_digit() && b.is_ascii_digit())
}

fn looks_like_time(text: &[u8]) -> bool {
    matches!(text, [a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

fn date(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat(b'-');
    let year = cursor.rest().iter().take_while(|b| b.is_ascii_digit()).count();
    // Five digits and more have no leading zero.
    let canonical = year == 4 || cursor.peek() != Some(b'0');
    cursor.seek(cursor.pos() + year);
    canonical && cursor.eat(b'-') && two(cursor, 1, 12) && cursor.eat(b'-') && two(cursor, 1, 31)
}

/// `hh:mm[:ss[.fraction]]`
fn time(cursor: &mut Cursor<'_>) -> bool {
    if !(two(cursor, 0, 23) && cursor.eat(b':') && two(cursor, 0, 59)) {
        return false;
    }
    if !cursor.eat(b':') {
        return true;
    }
    if !two(cursor, 0, 59) {
        return false;
    }
    if !cursor.eat(b'.') {
        return true;
    }
    let fraction = cursor.rest().iter().take_while(|b| b.is_ascii_digit()).count();
    cursor.seek(cursor.pos() + fraction);
    (1..=12).contains(&fraction)
}

/// `Z` or `±hh:mm`, where `+` may be written as it is.
fn zone(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat(b'Z') || cursor.eat(b'z') {
        return true;
    }
    let signed = cursor.is_plus(0) || cursor.peek() == Some(b'-');
    if signed {
        cursor.seek(cursor.pos() + 1);
    }
    signed && two(cursor, 0, 23) && cursor.eat(b':') && two(cursor, 0, 59)
}

fn two(cursor: &mut Cursor<'_>, min: u8, max: u8) -> bool {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] = cursor.rest() else { return false };
    let value = (tens - b'0') * 10 + (ones - b'0');
    cursor.seek(cursor.pos() + 2);
    (min..=max).contains(&value)
}

/// `[+-]P[nD][T[nH][nM][n[.n]S]]` with at least one field.
pub(super) fn is_duration(content: &str) -> bool {
    let unsigned = content.strip_prefix(['+', '-']).unwrap_or(content);
    let Some(fields) = unsigned.strip_prefix(['P', 'p']) else { return false };
    let (days, clock) = match fields.find(['T', 't']) {
        Some(at) => (&fields[..at], Some(&fields[at + 1..])),
        None => (fields, None),
    };
    let days_valid = days.is_empty() || field(days, 'D', false).is_some_and(str::is_empty);
    let clock_valid = clock.is_none_or(|clock| {
        let rest = field(clock, 'H', false).unwrap_or(clock);
        let rest = field(rest, 'M', false).unwrap_or(rest);
        let rest = field(rest, 'S', true).unwrap_or(rest);
        rest.is_empty() && !clock.is_empty()
    });
    days_valid && clock_valid && !(days.is_empty() && clock.is_none())
}

/// What follows `n<unit>`, if that stands first.
fn field(text: &str, unit: char, fraction: bool) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut rest = &text[whole..];
    if fraction && let Some(part) = rest.strip_prefix('.') {
        let count = digits(part);
        if count == 0 {
            return None;
        }
        rest = &part[count..];
    }
    let rest = rest.strip_prefix([unit, unit.to_ascii_lowercase()])?;
    (whole > 0).then_some(rest)
}
