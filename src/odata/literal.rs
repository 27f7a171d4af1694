//! Literals: numbers, texts, guids, dates and times, and the forms with a prefix (`duration'..'`, `Ns.Type'..'`).
//!
//! Keeps the text; knows neither types nor calendars (2023-02-30 passes). OData 2 spellings are refused with a hint.

use super::ast::{Literal, LiteralKind};
use super::error::{Expectation, LiteralForm, SyntaxErrorKind};
use super::lex::{Cursor, Fault, is_name_part, is_name_start, shown};
use super::temporal;

/// The literal that begins here; `None`, without moving, if none does.
pub(super) fn literal(cursor: &mut Cursor<'_>) -> Result<Option<Literal>, Fault> {
    let start = cursor.pos();
    let kind = match cursor.peek() {
        Some(b'\'') => Some(LiteralKind::Text(quoted(cursor)?)),
        _ if guid_len(cursor) > 0 => Some(guid(cursor)),
        Some(b'0'..=b'9') => Some(digits(cursor)?),
        Some(b'-') if is_digit(cursor.rest().get(1)) => Some(digits(cursor)?),
        Some(b'+') if is_digit(cursor.rest().get(1)) => {
            cursor.eat(b'+');
            Some(number(cursor)?)
        }
        Some(b'-') if cursor.rest().starts_with(b"-INF") => negative_infinity(cursor),
        _ => word(cursor)?,
    };
    Ok(kind.map(|kind| Literal { kind, span: cursor.span_from(start) }))
}

fn is_digit(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_digit)
}

/// `'...'` with doubled quotes; a `+` inside is a blank.
fn quoted(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let (start, end) = quoted_range(cursor)?;
    Ok(cursor.text(start, end).replace("''", "'"))
}

/// The range between the quotes, quotes still doubled.
fn quoted_range(cursor: &mut Cursor<'_>) -> Result<(usize, usize), Fault> {
    let open = cursor.pos();
    cursor.eat(b'\'');
    let start = cursor.pos();
    loop {
        let Some(ahead) = cursor.rest().iter().position(|&b| b == b'\'') else {
            cursor.seek(cursor.pos() + cursor.rest().len());
            return Err(cursor.fault_from(open, SyntaxErrorKind::UnterminatedString));
        };
        let end = cursor.pos() + ahead;
        cursor.seek(end + 1);
        if !cursor.eat(b'\'') {
            return Ok((start, end));
        }
    }
}

fn guid(cursor: &mut Cursor<'_>) -> LiteralKind {
    let start = cursor.pos();
    cursor.seek(start + guid_len(cursor));
    LiteralKind::Guid(cursor.verbatim(start, cursor.pos()))
}

/// 36 if a guid begins here, else 0.
fn guid_len(cursor: &Cursor<'_>) -> usize {
    const LEN: usize = 36;
    let rest = cursor.rest();
    let fits = rest.len() >= LEN
        && rest.iter().take(LEN).enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !rest.get(LEN).is_some_and(|b| glues(*b));
    if fits { LEN } else { 0 }
}

/// Whether a byte right behind a number, date or guid makes it something else.
pub(super) fn glues(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':' | b'\'')
}

/// A number, date, time or date-time: all begin with digits or `-`.
fn digits(cursor: &mut Cursor<'_>) -> Result<LiteralKind, Fault> {
    match temporal::scan(cursor)? {
        Some(kind) => Ok(kind),
        None => number(cursor),
    }
}

fn number(cursor: &mut Cursor<'_>) -> Result<LiteralKind, Fault> {
    let start = cursor.pos();
    cursor.eat(b'-');
    let mut valid = skip_digits(cursor);
    if cursor.eat(b'.') {
        valid &= skip_digits(cursor);
    }
    if matches!(cursor.peek(), Some(b'e' | b'E')) {
        cursor.seek(cursor.pos() + 1);
        let signed = cursor.is_plus(0) || cursor.peek() == Some(b'-');
        cursor.seek(cursor.pos() + usize::from(signed));
        valid &= skip_digits(cursor);
    }
    let text = cursor.verbatim(start, cursor.pos());
    if let (true, Some(suffix)) = (valid, v2_suffix(cursor)) {
        cursor.seek(cursor.pos() + 1);
        return Err(cursor.fault_from(start, SyntaxErrorKind::V2Suffix { number: shown(&text), suffix }));
    }
    if !valid || cursor.peek().is_some_and(glues) {
        return Err(bad(cursor, start, |text| SyntaxErrorKind::BadNumber { text }));
    }
    Ok(LiteralKind::Number(text))
}

fn skip_digits(cursor: &mut Cursor<'_>) -> bool {
    let count = cursor.rest().iter().take_while(|b| b.is_ascii_digit()).count();
    cursor.seek(cursor.pos() + count);
    count > 0
}

fn v2_suffix(cursor: &Cursor<'_>) -> Option<char> {
    let [suffix, ..] = cursor.rest() else { return None };
    let alone = !cursor.rest().get(1).is_some_and(|b| glues(*b));
    (alone && b"lLmMdDfF".contains(suffix)).then(|| char::from(*suffix))
}

/// An error about everything from `start` to where the glued text ends.
pub(super) fn bad(cursor: &mut Cursor<'_>, start: usize, kind: impl FnOnce(String) -> SyntaxErrorKind) -> Fault {
    cursor.seek(cursor.pos() + cursor.rest().iter().take_while(|b| glues(**b)).count());
    let written = cursor.verbatim(start, cursor.pos());
    cursor.fault_from(start, kind(shown(&written)))
}

fn negative_infinity(cursor: &mut Cursor<'_>) -> Option<LiteralKind> {
    const LEN: usize = 4;
    let longer = cursor.rest().get(LEN).is_some_and(|b| glues(*b) || matches!(b, b'(' | b'/'));
    if longer {
        return None;
    }
    cursor.seek(cursor.pos() + LEN);
    Some(LiteralKind::NonFinite(f64::NEG_INFINITY))
}

/// A literal that begins with a letter.
fn word(cursor: &mut Cursor<'_>) -> Result<Option<LiteralKind>, Fault> {
    let start = cursor.pos();
    if cursor.name_len() == 0 {
        return Ok(None);
    }
    let name = match cursor.qualified_name(Expectation::Name) {
        Ok(name) => name.text,
        Err(fault) if matches!(fault.kind, SyntaxErrorKind::LimitExceeded { .. }) => return Err(fault),
        // `Ns.` without a name: whoever reads names reports it.
        Err(_) => {
            cursor.seek(start);
            return Ok(None);
        }
    };
    match cursor.peek() {
        Some(b'\'') => return prefixed(cursor, start, name).map(Some),
        Some(b'(' | b'/') => {}
        _ => {
            if let Some(kind) = keyword(&name) {
                return Ok(Some(kind));
            }
        }
    }
    cursor.seek(start);
    Ok(None)
}

/// `null`, `INF`, `NaN` exactly so; `true` and `false` in any case, as the grammar has it.
pub(super) fn keyword(name: &str) -> Option<LiteralKind> {
    match name {
        "null" => Some(LiteralKind::Null),
        "INF" => Some(LiteralKind::NonFinite(f64::INFINITY)),
        "NaN" => Some(LiteralKind::NonFinite(f64::NAN)),
        _ if name.eq_ignore_ascii_case("true") => Some(LiteralKind::Bool(true)),
        _ if name.eq_ignore_ascii_case("false") => Some(LiteralKind::Bool(false)),
        _ => None,
    }
}

/// `prefix'...'`, with the cursor at the quote.
fn prefixed(cursor: &mut Cursor<'_>, start: usize, prefix: String) -> Result<LiteralKind, Fault> {
    if let Some(hint) = v2_hint(&prefix) {
        return Err(cursor.fault_from(start, SyntaxErrorKind::V2Literal { prefix, hint }));
    }
    let quote = cursor.pos();
    let (open, close) = quoted_range(cursor)?;
    let content = cursor.verbatim(open, close);
    let (form, valid, kind) = match prefix.to_ascii_lowercase().as_str() {
        "duration" => (LiteralForm::Duration, temporal::is_duration(&content), LiteralKind::Duration(content)),
        "binary" => (LiteralForm::Binary, is_base64url(&content), LiteralKind::Binary(content)),
        "geography" | "geometry" => {
            let text = cursor.text(start, cursor.pos()).to_owned();
            return Ok(LiteralKind::Geo(text));
        }
        _ if prefix.contains('.') => (LiteralForm::Enum, is_enum(&content), LiteralKind::Enum(prefix, content)),
        _ => {
            cursor.seek(quote);
            return Err(cursor.expected(Expectation::OperatorOrEnd));
        }
    };
    if valid {
        return Ok(kind);
    }
    Err(bad(cursor, start, |text| SyntaxErrorKind::BadLiteral { form, text }))
}

fn v2_hint(prefix: &str) -> Option<&'static str> {
    match prefix.to_ascii_lowercase().as_str() {
        "datetime" | "datetimeoffset" => Some("2024-02-29T23:59:59Z without prefix and quotes"),
        "time" => Some("23:59:59 without prefix and quotes, or duration'PT23H59M59S'"),
        "guid" => Some("the guid without prefix and quotes"),
        "x" => Some("binary'...' with base64url text"),
        _ => None,
    }
}

fn is_base64url(content: &str) -> bool {
    let digits = content.trim_end_matches('=');
    let padding = content.len() - digits.len();
    let padded = match digits.len() % 4 {
        0 => padding == 0,
        2 => padding == 0 || padding == 2,
        3 => padding <= 1,
        _ => false,
    };
    padded && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_enum(content: &str) -> bool {
    content.split(',').all(|member| {
        let unsigned = member.strip_prefix(['+', '-']).unwrap_or(member);
        let number = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
        number || (member.starts_with(is_name_start) && member.chars().all(is_name_part))
    })
}
