//! A refusal as the service answers it, and the place in the request that it is about.

use super::Failure;
use crate::engine::EngineError;
use crate::error::Fault;
use crate::odata::ast::Span;
use crate::odata::{Part, part_text};
use crate::plan::PlanError;

/// Characters shown on each side of a place.
const AROUND: usize = 60;

/// Status, body, then the text with its place underlined, where there is one.
pub(super) fn told(failure: &Failure, path: &str, query: Option<&str>) -> String {
    let fault = fault(failure.clone());
    let body = String::from_utf8_lossy(&fault.to_json("-")).into_owned();
    let mut out = format!("refused with HTTP {}: {}\n{body}\n", fault.code.status(), fault.message);
    let found = match failure {
        Failure::Syntax(error) => {
            part_text(path, query, &error.part).map(|text| (name(&error.part), text, Some(error.span)))
        }
        Failure::Plan(error) => look_for(&subject(error), path, query),
        Failure::Denied(_) | Failure::Render { .. } => None,
    };
    if let Some((name, text, span)) = found {
        out.push_str(&underlined(&name, &text, span));
    }
    out
}

fn name(part: &Part) -> String {
    part.to_string()
}

/// What the client is told.
fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Syntax(error) => error.into(),
        Failure::Plan(error) => error.into(),
        Failure::Denied(error) => error.into(),
        Failure::Render { source_name, error } => EngineError::Render { source_name, error }.into(),
    }
}

/// What a planning error is about, as it may stand in the request.
fn subject(error: &PlanError) -> String {
    match error {
        PlanError::UnknownEntitySet { name, .. }
        | PlanError::UnknownProperty { name, .. }
        | PlanError::UnknownFunction { name, .. } => name.clone(),
        PlanError::AliasLoop { name } => format!("@{name}"),
        PlanError::ArgumentCount { name, .. } => (*name).to_owned(),
        PlanError::Type { what, .. } => what.clone(),
        PlanError::Mismatch { property, .. } => property.clone(),
        PlanError::Literal { text, .. } => text.clone(),
        PlanError::Unsupported { feature } => feature.clone(),
        PlanError::NotComputable { function, .. } => function.clone(),
        PlanError::Key { set, .. } => set.clone(),
        PlanError::Path { segment } => segment.clone(),
        PlanError::OptionNotApplicable { option, .. } => (*option).to_owned(),
        PlanError::Search => "$search".to_owned(),
        PlanError::Limit { .. } | PlanError::DivisionByZero => String::new(),
    }
}

/// The first part of the request that holds the subject as a word of its own; an option of that name is the place itself.
fn look_for(subject: &str, path: &str, query: Option<&str>) -> Option<(String, String, Option<Span>)> {
    if subject.is_empty() {
        return None;
    }
    let option = Part::Option(subject.to_owned());
    if let Some(text) = part_text(path, query, &option).filter(|_| subject.starts_with(['$', '@'])) {
        return Some((subject.to_owned(), text, None));
    }
    let options = ["$filter", "$orderby", "$select", "$search"].map(|name| Part::Option(name.to_owned()));
    [Part::Path].into_iter().chain(options).find_map(|part| {
        let text = part_text(path, query, &part)?;
        let span = word(&text, subject)?;
        Some((name(&part), text, Some(span)))
    })
}

fn word(text: &str, subject: &str) -> Option<Span> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let edge = |c: Option<char>, own: Option<char>| !(c.is_some_and(inside) && own.is_some_and(inside));
    let (start, _) = text.match_indices(subject).find(|(at, _)| {
        edge(text[..*at].chars().next_back(), subject.chars().next())
            && edge(text[at + subject.len()..].chars().next(), subject.chars().next_back())
    })?;
    Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(start + subject.len()).ok()? })
}

/// One line of the part's text, and a line that marks the span (or the whole text).
fn underlined(name: &str, text: &str, span: Option<Span>) -> String {
    let count = |bytes: u32| text.char_indices().take_while(|(at, _)| *at < bytes as usize).count();
    // A line break in a literal would break the line that is marked.
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let (start, end) = span.map_or((0, chars.len()), |span| (count(span.start), count(span.end)));
    let from = start.saturating_sub(AROUND);
    let to = chars.len().min(end.min(start + AROUND) + AROUND);
    let head = if from > 0 { ".." } else { "" };
    let tail = if to < chars.len() { ".." } else { "" };
    let shown: String = chars[from..to].iter().collect();
    let before = name.chars().count() + 1 + head.len() + (start - from);
    let marked = end.min(to).saturating_sub(start).max(1);
    format!("{name} {head}{shown}{tail}\n{}{}\n", " ".repeat(before), "^".repeat(marked))
}
