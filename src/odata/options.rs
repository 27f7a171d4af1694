//! Query options: which names OData defines, and the value of each that is answered.
//!
//! Only names with `$` or `@` are looked at; every other option is the client's own and ignored, whatever its value.

use super::ast::{Expr, Ident, Options, OrderItem, SelectItem};
use super::decode::{BLANKS, Decoded, pairs};
use super::error::{Expectation, Feature, Found, Part, SyntaxError, SyntaxErrorKind};
use super::expr::{Budget, expression};
use super::lex::{Cursor, Fault, shown, span};

/// System query options of OData 4.01 that are recognised by name only.
const UNANSWERED: [&str; 8] =
    ["$expand", "$compute", "$apply", "$levels", "$deltatoken", "$index", "$schemaversion", "$id"];

const ANSWERED: [&str; 9] =
    ["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$search", "$format", "$skiptoken"];

/// Parses the query string.
pub(super) fn options(query: &str, budget: &mut Budget<'_>) -> Result<Options, SyntaxError> {
    let mut parsed = Options::default();
    let mut seen: Vec<String> = Vec::new();
    for (raw_name, raw_value) in pairs(query) {
        let Some(name) = reserved_name(raw_name)? else { continue };
        let part = || Part::Option(name.clone());
        let at = |fault: Fault| SyntaxError { part: part(), span: fault.span, kind: fault.kind };
        let folded = if name.starts_with('$') { name.to_ascii_lowercase() } else { name.clone() };
        if seen.contains(&folded) {
            return Err(at(Fault::new(0, 0, SyntaxErrorKind::DuplicateOption { name: shown(&name) })));
        }
        seen.push(folded.clone());
        if UNANSWERED.contains(&folded.as_str()) {
            parsed.unsupported.push(folded);
            continue;
        }
        if folded.starts_with('$') && !ANSWERED.contains(&folded.as_str()) {
            let kind = SyntaxErrorKind::UnknownOption { nearest: nearest_option(&folded), name: shown(&name) };
            return Err(at(Fault::new(0, 0, kind)));
        }
        let value = Decoded::from_query(raw_value.unwrap_or_default()).map_err(at)?;
        if value.trimmed().is_empty() {
            let kind = SyntaxErrorKind::Expected { what: Expectation::NonEmptyValue, found: Found::End };
            return Err(at(Fault::new(0, value.text.len(), kind)));
        }
        option(&mut parsed, &folded, &value, budget).map_err(at)?;
    }
    Ok(parsed)
}

/// The decoded name of an option, if it begins with `$` or `@`; the others are not ours to judge.
fn reserved_name(raw: &str) -> Result<Option<String>, SyntaxError> {
    match Decoded::from_query(raw) {
        // Blanks count as part of the name, but do not hide that a system option was meant.
        Ok(name) if name.trimmed().starts_with(['$', '@']) => Ok(Some(name.text)),
        Ok(_) => Ok(None),
        Err(fault) if ["$", "@", "%24", "%40"].iter().any(|start| raw.starts_with(start)) => {
            Err(SyntaxError { part: Part::Option(raw.to_owned()), span: fault.span, kind: fault.kind })
        }
        Err(_) => Ok(None),
    }
}

fn option(parsed: &mut Options, name: &str, value: &Decoded, budget: &mut Budget<'_>) -> Result<(), Fault> {
    match name {
        "$select" => parsed.select = Some(select(value, budget)?),
        "$filter" => parsed.filter = Some(whole_expression(value, budget)?),
        "$orderby" => parsed.orderby = Some(orderby(value, budget)?),
        "$top" => parsed.top = Some(whole_number(value)?),
        "$skip" => parsed.skip = Some(whole_number(value)?),
        "$count" => parsed.count = Some(true_or_false(value)?),
        "$search" => parsed.search = Some(value.trimmed().to_owned()),
        // Media types (`atom+xml`) and tokens hold pluses, never blanks.
        "$format" => parsed.format = Some(value.verbatim()),
        "$skiptoken" => parsed.skiptoken = Some(value.verbatim()),
        alias => {
            // Spans count in values; this fault is in the name.
            let name = alias_name(alias).map_err(|fault| Fault::new(0, 0, fault.kind))?;
            parsed.aliases.push((name, whole_expression(value, budget)?));
        }
    }
    Ok(())
}

/// `@name`, as the name alone.
fn alias_name(text: &str) -> Result<Ident, Fault> {
    let decoded = Decoded::from_path(text)?;
    let mut cursor = Cursor::new(&decoded, 0);
    cursor.eat(b'@');
    let name = cursor.name(Expectation::AliasName)?;
    if !cursor.at_end() {
        cursor.seek(0);
        return Err(cursor.expected(Expectation::AliasName));
    }
    Ok(name)
}

fn whole_expression(value: &Decoded, budget: &mut Budget<'_>) -> Result<Expr, Fault> {
    let mut cursor = Cursor::new(value, 0);
    let expr = expression(&mut cursor, budget)?;
    cursor.skip_blanks();
    if cursor.at_end() { Ok(expr) } else { Err(cursor.expected(Expectation::OperatorOrEnd)) }
}

fn orderby(value: &Decoded, budget: &mut Budget<'_>) -> Result<Vec<OrderItem>, Fault> {
    let mut cursor = Cursor::new(value, 0);
    let mut items = Vec::new();
    loop {
        let expr = expression(&mut cursor, budget)?;
        cursor.skip_blanks();
        let start = cursor.pos();
        let end = start + cursor.name_len();
        let word = cursor.text(start, end);
        let descending = word.eq_ignore_ascii_case("desc");
        if descending || word.eq_ignore_ascii_case("asc") {
            cursor.seek(end);
            cursor.skip_blanks();
        }
        items.push(OrderItem { expr, descending });
        if cursor.at_end() {
            return Ok(items);
        }
        cursor.require(b',', Expectation::CommaOrEnd)?;
    }
}

fn select(value: &Decoded, budget: &mut Budget<'_>) -> Result<Vec<SelectItem>, Fault> {
    let mut cursor = Cursor::new(value, 0);
    let mut items = Vec::new();
    loop {
        cursor.skip_blanks();
        let start = cursor.pos();
        let item = select_item(&mut cursor)?;
        budget.take().map_err(|kind| cursor.fault_from(start, kind))?;
        items.push(item);
        cursor.skip_blanks();
        if cursor.at_end() {
            return Ok(items);
        }
        cursor.require(b',', Expectation::CommaOrEnd)?;
    }
}

fn select_item(cursor: &mut Cursor<'_>) -> Result<SelectItem, Fault> {
    let start = cursor.pos();
    if cursor.eat(b'*') {
        return Ok(SelectItem::All(cursor.span_from(start)));
    }
    let mut path = Vec::new();
    loop {
        let segment = cursor.pos();
        if cursor.eat(b'@') {
            return Err(cursor.unsupported(segment, Feature::Annotation));
        }
        path.push(selected_name(cursor)?);
        if cursor.peek() == Some(b'(') {
            return Err(cursor.unsupported(segment, Feature::SelectOptions));
        }
        if !cursor.eat(b'/') {
            return Ok(SelectItem::Path(path));
        }
    }
}

fn selected_name(cursor: &mut Cursor<'_>) -> Result<Ident, Fault> {
    let start = cursor.pos();
    cursor.qualified_name(Expectation::Name).map_err(|fault| {
        // `Namespace.*`
        if cursor.pos() > start && cursor.eat(b'*') {
            cursor.unsupported(start, Feature::SelectOperations)
        } else {
            fault
        }
    })
}

/// Digits only: a sign is refused, also one written `+`, which elsewhere could pass for a blank.
fn whole_number(value: &Decoded) -> Result<u64, Fault> {
    let text = value.verbatim();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        _ if digits => Err(whole_value(value, SyntaxErrorKind::BadNumber { text: shown(&text) })),
        _ => Err(unexpected_value(value, Expectation::NonNegativeInteger)),
    }
}

fn true_or_false(value: &Decoded) -> Result<bool, Fault> {
    match value.trimmed() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(unexpected_value(value, Expectation::TrueOrFalse)),
    }
}

fn unexpected_value(value: &Decoded, what: Expectation) -> Fault {
    let found = Found::Text(shown(&value.verbatim()));
    whole_value(value, SyntaxErrorKind::Expected { what, found })
}

fn whole_value(value: &Decoded, kind: SyntaxErrorKind) -> Fault {
    let start = value.text.len() - value.text.trim_start_matches(BLANKS).len();
    Fault { span: span(start, start + value.trimmed().len()), kind }
}

fn nearest_option(name: &str) -> Option<&'static str> {
    // The one OData 2 option that has a successor by another name.
    if name == "$inlinecount" {
        return Some("$count");
    }
    nearest(name.trim_matches(BLANKS), ANSWERED.iter().chain(&UNANSWERED))
}

/// The most similar candidate, if one is similar at all.
pub(super) fn nearest(name: &str, candidates: impl Iterator<Item = &'static &'static str>) -> Option<&'static str> {
    const EDITS_MAX: usize = 3;
    const COMPARED_BYTES_MAX: usize = 64;
    if name.len() > COMPARED_BYTES_MAX {
        return None;
    }
    let (edits, nearest) = candidates.map(|c| (strsim::levenshtein(name, c), *c)).min()?;
    (edits <= EDITS_MAX).then_some(nearest)
}
