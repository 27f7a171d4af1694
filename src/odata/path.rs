//! The resource path: segments, split before decoding, and the key predicates behind names.
//!
//! Knows the `$`-segments of OData and which of them end a path; whether a name is a set or a property is for `plan`.

use super::ast::{Ident, KeyPredicate, Literal, Segment};
use super::decode::Decoded;
use super::error::{Expectation, Feature, Found, Part, SyntaxError, SyntaxErrorKind};
use super::expr::Budget;
use super::lex::{Cursor, Fault, shown, span};
use super::literal::literal;
use super::options::nearest;

const KNOWN: [&str; 11] =
    ["$metadata", "$count", "$value", "$ref", "$batch", "$all", "$entity", "$crossjoin", "$filter", "$each", "$query"];

/// Segments that are the whole path.
const ALONE: [&str; 4] = ["$metadata", "$batch", "$entity", "$crossjoin"];

/// Parses the undecoded path below the service root.
pub(super) fn path(raw: &str, budget: &Budget<'_>) -> Result<Vec<Segment>, SyntaxError> {
    let raw = raw.strip_prefix('/').unwrap_or(raw);
    let raw = raw.strip_suffix('/').unwrap_or(raw);
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let mut segments = Vec::new();
    let mut base = 0;
    for decoded in decode(raw)? {
        let at = |fault: Fault| SyntaxError { part: Part::Path, span: fault.span, kind: fault.kind };
        let next = segment(&decoded, base, budget).map_err(at)?;
        let end = base + decoded.text.len();
        may_follow(segments.last(), &next).map_err(|what| {
            let found = Found::Text(shown(&decoded.text));
            at(Fault::new(base, end, SyntaxErrorKind::Expected { what, found }))
        })?;
        segments.push(next);
        base = end + 1;
    }
    Ok(segments)
}

/// Decodes all segments before the first is parsed, so that any later error can count in decoded text.
fn decode(raw: &str) -> Result<Vec<Decoded>, SyntaxError> {
    let mut decoded = Vec::new();
    let mut base = 0;
    for segment in raw.split('/') {
        let text = Decoded::from_path(segment).map_err(|fault| {
            let (start, end) = (fault.span.start as usize, fault.span.end as usize);
            SyntaxError { part: Part::Path, span: span(base + start, base + end), kind: fault.kind }
        })?;
        decoded.push(text);
        base += segment.len() + 1;
    }
    Ok(decoded)
}

fn segment(decoded: &Decoded, base: usize, budget: &Budget<'_>) -> Result<Segment, Fault> {
    let mut cursor = Cursor::new(decoded, base);
    if cursor.peek() == Some(b'$') {
        return dollar(&mut cursor);
    }
    if is_integer(&decoded.text) {
        cursor.seek(decoded.text.len());
        return Err(cursor.unsupported(0, Feature::KeyAsSegment));
    }
    let name = cursor.qualified_name(Expectation::Name)?;
    let key = if cursor.peek() == Some(b'(') { Some(key(&mut cursor, budget)?) } else { None };
    if key.is_some() && cursor.peek() == Some(b'(') {
        return Err(cursor.unsupported(0, Feature::KeyAfterParameters));
    }
    if cursor.at_end() { Ok(Segment::Name { name, key }) } else { Err(cursor.expected(Expectation::EndOfSegment)) }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn dollar(cursor: &mut Cursor<'_>) -> Result<Segment, Fault> {
    cursor.eat(b'$');
    let end = cursor.pos() + cursor.name_len();
    let whole = cursor.pos() + cursor.rest().len();
    let name = cursor.text(0, end);
    let takes_parentheses = matches!(name, "$crossjoin" | "$filter");
    let parenthesised = cursor.text(end, whole).starts_with('(') && cursor.text(end, whole).ends_with(')');
    if !KNOWN.contains(&name) || (end < whole && !takes_parentheses) {
        cursor.seek(whole);
        let written = cursor.text(0, whole);
        let kind = SyntaxErrorKind::UnknownSegment { nearest: nearest(written, KNOWN.iter()), name: shown(written) };
        return Err(cursor.fault_from(0, kind));
    }
    cursor.seek(end);
    if takes_parentheses && !parenthesised {
        return Err(cursor.expected(Expectation::OpenParenthesis));
    }
    Ok(match name {
        "$metadata" => Segment::Metadata,
        "$count" => Segment::Count,
        "$value" => Segment::Value,
        "$ref" => Segment::Ref,
        _ => {
            cursor.seek(whole);
            Segment::Other(Ident { text: cursor.text(0, whole).to_owned(), span: cursor.span_from(0) })
        }
    })
}

/// Refuses what no model could give a meaning.
fn may_follow(last: Option<&Segment>, next: &Segment) -> Result<(), Expectation> {
    let is = |segment: &Segment, names: &[&str]| match segment {
        Segment::Other(ident) => names.contains(&ident.text.split('(').next().unwrap_or_default()),
        Segment::Metadata => names.contains(&"$metadata"),
        _ => false,
    };
    match last {
        None if matches!(next, Segment::Count | Segment::Value | Segment::Ref) => Err(Expectation::Name),
        None => Ok(()),
        Some(_) if is(next, &ALONE) => Err(Expectation::FirstSegment),
        Some(last) if is(last, &ALONE) || is(last, &["$all", "$query"]) => match next {
            Segment::Name { .. } if is(last, &["$all", "$entity"]) => Ok(()), // a cast
            _ => Err(Expectation::EndOfPath),
        },
        Some(Segment::Count | Segment::Value | Segment::Ref) if !is(next, &["$query"]) => Err(Expectation::EndOfPath),
        Some(_) => Ok(()),
    }
}

/// `(...)`, with the cursor at the parenthesis.
fn key(cursor: &mut Cursor<'_>, budget: &Budget<'_>) -> Result<KeyPredicate, Fault> {
    let start = cursor.pos();
    cursor.eat(b'(');
    cursor.skip_blanks();
    if cursor.eat(b')') {
        return Ok(KeyPredicate::Empty(cursor.span_from(start)));
    }
    if !stands_name_and_equals(cursor) {
        let value = key_value(cursor)?;
        cursor.skip_blanks();
        cursor.require(b')', Expectation::CloseParenthesis)?;
        return Ok(KeyPredicate::Single(value));
    }
    let mut parts = Vec::new();
    loop {
        cursor.skip_blanks();
        let name = cursor.name(Expectation::Name)?;
        cursor.skip_blanks();
        cursor.require(b'=', Expectation::Literal)?;
        parts.push((name, key_value(cursor)?));
        budget.list(parts.len()).map_err(|kind| cursor.fault_from(start, kind))?;
        cursor.skip_blanks();
        if !cursor.eat(b',') {
            cursor.require(b')', Expectation::CommaOrClose)?;
            return Ok(KeyPredicate::Named(parts));
        }
    }
}

fn stands_name_and_equals(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.pos();
    let len = cursor.name_len();
    cursor.seek(start + len);
    cursor.skip_blanks();
    let named = len > 0 && cursor.peek() == Some(b'=');
    cursor.seek(start);
    named
}

fn key_value(cursor: &mut Cursor<'_>) -> Result<Literal, Fault> {
    cursor.skip_blanks();
    let start = cursor.pos();
    match literal(cursor)? {
        Some(literal) => Ok(literal),
        None if cursor.eat(b'@') => Err(cursor.unsupported(start, Feature::KeyAlias)),
        None => Err(cursor.expected(Expectation::Literal)),
    }
}
