//! Reads tables key by key and reports what is wrong with them without stopping.
//!
//! A section takes each key it knows; what is left over at the end is unknown. A value of the wrong kind is reported
//! and counts as absent.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::SourceFile;
use super::finding::{Code, Finding, Report, Spot};
use super::references::References;

/// What every reader of one file needs.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where findings go.
    pub report: &'a Report,
    /// The file.
    pub file: &'a Arc<SourceFile>,
    /// Where references are looked up; `None` where there are none.
    pub references: Option<&'a References>,
    /// Whether a secret that is not there is an error, or a warning and empty.
    pub secrets_required: bool,
}

impl Context<'_> {
    /// Reports an error in this file.
    pub fn error(&self, code: Code, span: Range<usize>, message: impl Into<String>) -> Finding {
        Finding::error(code, self.file, span, message)
    }
}

/// One table, while it is being read.
pub struct Fields<'a> {
    cx: Context<'a>,
    section: &'static str,
    table: &'a DeTable<'a>,
    /// What to underline when a key is missing.
    pub span: Range<usize>,
    known: Vec<&'static str>,
}

/// One key's value, or one member of an array.
#[derive(Clone)]
pub struct Field<'a> {
    /// Where to report.
    pub cx: Context<'a>,
    /// The key.
    pub name: &'static str,
    /// What to underline.
    pub span: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Fields<'a> {
    /// Starts reading a table. `section` names it in messages, as in `[server]`.
    pub fn new(cx: Context<'a>, section: &'static str, table: &'a DeTable<'a>, span: Range<usize>) -> Fields<'a> {
        Fields { cx, section, table, span, known: Vec::new() }
    }

    /// What the reader needs to report.
    pub fn cx(&self) -> Context<'a> {
        self.cx
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<Field<'a>> {
        self.known.push(key);
        self.cx.report.ask(self.section, key);
        let value = self.table.get(key)?;
        Some(Field { cx: self.cx, name: key, span: value.span(), value: value.get_ref() })
    }

    /// The value of a key that must be there.
    pub fn require(&mut self, key: &'static str, help: &str) -> Option<Field<'a>> {
        let field = self.take(key);
        if field.is_none() {
            let message = format!("{} needs `{key}`", self.section);
            let finding = self.cx.error(Code::MissingKey, self.span.clone(), message).label("not in here");
            self.cx.report.add(finding.help(help));
        }
        field
    }

    /// Whether the key is there, and no empty list.
    pub fn has_members(&self, key: &str) -> bool {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Array(members)) => members.iter().next().is_some(),
            value => value.is_some(),
        }
    }

    /// Ends the section: what nobody took is unknown.
    pub fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let message = format!("{} has no key `{name}`", self.section);
            let mut finding = self.cx.error(Code::UnknownKey, key.span(), message).label("unknown key");
            finding.help = Some(match nearest(name, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", self.known.join(", ")),
            });
            self.cx.report.add(finding);
        }
    }
}

impl<'a> Field<'a> {
    fn of(&self, value: &'a Spanned<DeValue<'a>>) -> Field<'a> {
        Field { cx: self.cx, name: self.name, span: value.span(), value: value.get_ref() }
    }

    /// Reports that the value is not what it should be, and how it would be right.
    pub fn refuse(&self, code: Code, label: impl Into<String>, help: impl Into<String>) {
        let message = format!("`{}` cannot be this", self.name);
        self.cx.report.add(self.cx.error(code, self.span.clone(), message).label(label).help(help));
    }

    fn wrong_kind(&self, wanted: &str, example: &str) {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` is {wanted}", self.name);
        let finding = self.cx.error(Code::WrongKind, self.span.clone(), message).label(format!("this is {found}"));
        self.cx.report.add(finding.help(format!("write it as in `{} = {example}`", self.name)));
    }

    /// A text, as written.
    pub fn raw_text(&self) -> Option<Spot<String>> {
        match self.value {
            DeValue::String(text) => Some(Spot::new(text.clone().into_owned(), self.span.clone())),
            _ => {
                self.wrong_kind("a text", "\"...\"");
                None
            }
        }
    }

    /// A text, references resolved.
    pub fn text(&self) -> Option<Spot<String>> {
        self.resolved(super::references::plain).and_then(|(text, found)| found.then_some(text))
    }

    /// A secret text, references resolved by `encode`; whether it was there is the second half.
    pub fn resolved(&self, encode: fn(&str, String) -> String) -> Option<(Spot<String>, bool)> {
        let written = self.raw_text()?;
        let Some(references) = self.cx.references else { return Some((written, true)) };
        match references.resolve(&written.value, encode) {
            Ok(value) => Some((Spot::new(value, written.span), true)),
            Err(reason) => {
                let message = format!("`{}` refers to something that is not there", self.name);
                let make = if self.cx.secrets_required { Finding::error } else { Finding::warning };
                let finding = make(Code::Reference, self.cx.file, self.span.clone(), message);
                self.cx.report.add(finding.label(reason.to_string()));
                (!self.cx.secrets_required).then(|| (Spot::new(String::new(), written.span), false))
            }
        }
    }

    /// A boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(value) => Some(*value),
            _ => {
                self.wrong_kind("true or false", "true");
                None
            }
        }
    }

    /// An integer; out of `i64`'s range is reported.
    pub fn integer(&self) -> Option<i64> {
        let DeValue::Integer(value) = self.value else {
            self.wrong_kind("an integer", "10");
            return None;
        };
        let parsed = i64::from_str_radix(value.as_str(), value.radix()).ok();
        if parsed.is_none() {
            self.refuse(Code::OutOfRange, "too large", "write a smaller number");
        }
        parsed
    }

    /// Whether the value is an integer.
    pub fn is_integer(&self) -> bool {
        matches!(self.value, DeValue::Integer(_))
    }

    /// Whether the value is a text.
    pub fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// A count within bounds.
    pub fn count(&self, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let value = self.integer()?;
        let inside = u64::try_from(value).ok().filter(|value| range.contains(value));
        if inside.is_none() {
            let label = format!("must be {} to {}", range.start(), range.end());
            self.refuse(Code::OutOfRange, label, format!("write a number from {} to {}", range.start(), range.end()));
        }
        inside
    }

    /// One of several words.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text.value) {
            return Some(*value);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| format!("`\"{word}\"`")).collect();
        let help = match nearest(&text.value, choices.iter().map(|(word, _)| *word)) {
            Some(near) => format!("did you mean `\"{near}\"`? It can be {}", words.join(", ")),
            None => format!("it can be {}", words.join(", ")),
        };
        self.refuse(Code::BadValue, "no such choice", help);
        None
    }

    /// The members of a list.
    pub fn list(&self) -> Option<Vec<Field<'a>>> {
        match self.value {
            DeValue::Array(members) => Some(members.iter().map(|member| self.of(member)).collect()),
            _ => {
                self.wrong_kind("a list", "[...]");
                None
            }
        }
    }

    /// A table, to be read as `section`.
    pub fn table(&self, section: &'static str) -> Option<Fields<'a>> {
        self.raw_table().map(|table| Fields::new(self.cx, section, table, self.span.clone()))
    }

    /// A table whose keys are names chosen by the writer.
    pub fn raw_table(&self) -> Option<&'a DeTable<'a>> {
        match self.value {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_kind("a table", "{ ... }");
                None
            }
        }
    }

    /// The members of a table whose keys are names chosen by the writer, each with the place of its name.
    pub fn named(&self) -> Option<Vec<(Spot<String>, Field<'a>)>> {
        let table = self.raw_table()?;
        let member = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            (Spot::new(name.clone().into_owned(), key.span()), self.of(value))
        };
        Some(table.iter().map(member).collect())
    }
}

/// The known name that a misspelt one is nearest to, if it is near at all.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    let limit = (name.chars().count() / 3).max(1) + 1;
    // As many changes as letters would make any name of any other.
    let limit = limit.min(name.chars().count().saturating_sub(1));
    known.map(|candidate| (distance(candidate), candidate)).filter(|(d, _)| *d <= limit).min().map(|(_, name)| name)
}
