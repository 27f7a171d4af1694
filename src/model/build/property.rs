//! Builds one property: its type, the column's type, and the facets that must and must not be there.

use std::sync::Arc;

use contract::{Dialect, SqlType};

use super::Context;
use super::sql_types::{self, Word};
use crate::config::fields::nearest;
use crate::config::model_file::PropertyEntry;
use crate::config::{Code, Spot};
use crate::model::{EdmType, Flag, Flags, Property};

/// Longest text that `$search` looks into by default.
const SEARCHABLE_LENGTH_MAX: u32 = 255;
/// Characters of a GUID.
const GUID_LENGTH: u32 = 36;
/// Characters of a time of day with microseconds.
pub(crate) const TIME_LENGTH: u32 = 15;

/// Builds a property, and says whether its type is to be relied on.
pub(super) fn property(cx: Context<'_>, entry: &PropertyEntry, dialect: &Dialect, is_key: bool) -> (Property, bool) {
    let before = cx.report.errors();
    let ty = entry.ty.as_ref().map_or(EdmType::String, |ty| ty.value);
    let column: &str = entry.column.as_deref().unwrap_or(&entry.name.value);
    let mut property = Property {
        name: entry.name.value.clone(),
        column: Arc::from(column),
        ty,
        sql: SqlType::Text,
        nullable: !is_key && entry.nullable.as_ref().is_none_or(|nullable| nullable.value),
        max_length: None,
        precision: None,
        scale: None,
        exact: false,
        flags: None,
        searchable: false,
        search_case_sensitive: entry.search_case_sensitive.unwrap_or(cx.file.search_case_sensitive),
        on_bad_value: entry.on_bad_value,
        description: entry.description.clone(),
    };
    if entry.ty.is_none() {
        return (property, false);
    }
    decimal_facets(cx, entry, &mut property);
    column_type(cx, entry, dialect, &mut property);
    length(cx, entry, &mut property);
    flags(cx, entry, &mut property);
    text_habits(cx, entry, dialect, is_key, &mut property);
    if is_key {
        key(cx, entry, ty);
    }
    inexact(cx, entry, dialect, &property);
    (property, cx.report.errors() == before)
}

fn stray<T>(cx: Context<'_>, entry: &PropertyEntry, facet: &Option<Spot<T>>, name: &str, wanted: &str) {
    if let Some(facet) = facet {
        let message = format!("`{}` takes no `{name}`", entry.name.value);
        let finding = cx.error(Code::StrayFacet, &facet.span, message).label(format!("only {wanted}"));
        cx.report.add(finding.help(format!("remove `{name}`")));
    }
}

fn decimal_facets(cx: Context<'_>, entry: &PropertyEntry, property: &mut Property) {
    if property.ty != EdmType::Decimal {
        stray(cx, entry, &entry.precision, "precision", "Decimal has one");
        return stray(cx, entry, &entry.scale, "scale", "Decimal has one");
    }
    property.precision = entry.precision.as_ref().map(|p| p.value);
    property.scale = entry.scale.as_ref().map(|s| s.value);
    let (Some(precision), Some(scale)) = (&entry.precision, &entry.scale) else {
        let missing = match (&entry.precision, &entry.scale) {
            (None, None) => "`precision` and `scale`",
            (None, _) => "`precision`",
            _ => "`scale`",
        };
        let message = format!("the decimal `{}` needs {missing}", entry.name.value);
        let finding = cx.error(Code::MissingFacet, &entry.name.span, message).label("digits are not stated");
        cx.report.add(finding.help("write precision = 12, scale = 2 for a column of DECIMAL(12, 2)"));
        return;
    };
    if scale.value > precision.value || scale.value > u16::from(u8::MAX) {
        let message = format!("`{}` has more fraction digits than digits", entry.name.value);
        let finding = cx.error(Code::OutOfRange, &scale.span, message);
        cx.report.add(
            finding
                .label(format!("must be 0 to {}", precision.value.min(255)))
                .help("`precision` counts all digits, `scale` those after the point"),
        );
    }
}

fn column_type(cx: Context<'_>, entry: &PropertyEntry, dialect: &Dialect, property: &mut Property) {
    let scale = property.scale.and_then(|scale| u8::try_from(scale).ok());
    let Some(sql) = &entry.sql else {
        stray(cx, entry, &entry.length, "length", "sql = \"char\" has one; texts have `max_length`");
        let flag = entry.truthy.iter().chain(&entry.falsy).find_map(|flags| flags.value.first());
        let texts = flag.map(|flag| matches!(flag.value, Flag::Text(_)));
        property.sql = sql_types::default(property.ty, scale, texts, dialect);
        return;
    };
    let Some(word) = sql_types::word(&sql.value) else {
        let help = match nearest(&sql.value, sql_types::words()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("column types: {}", sql_types::words().collect::<Vec<_>>().join(", ")),
        };
        let finding = cx.error(Code::BadValue, &sql.span, "`sql` cannot be this").label("no column type");
        cx.report.add(finding.help(help));
        return;
    };
    if word != Word::Char {
        stray(cx, entry, &entry.length, "length", "sql = \"char\" has one; texts have `max_length`");
    }
    property.sql = match word {
        Word::Fixed(ty) => ty,
        Word::Decimal => SqlType::Decimal { scale },
        Word::DecimalText => SqlType::DecimalText { scale },
        Word::Scaled => SqlType::Scaled { scale: scale.unwrap_or(0) },
        Word::Char => SqlType::Char { length: char_length(cx, entry, sql) },
    };
    let no_booleans = property.sql == SqlType::Bool && !dialect.booleans;
    if no_booleans || !sql_types::fits(property.ty, property.sql) {
        misfit(cx, sql, property.ty, dialect, no_booleans);
    }
}

fn char_length(cx: Context<'_>, entry: &PropertyEntry, sql: &Spot<String>) -> u32 {
    if let Some(length) = &entry.length {
        return length.value;
    }
    let message = format!("the padded text `{}` needs its `length`", entry.name.value);
    let finding = cx.error(Code::MissingFacet, &sql.span, message).label("padded to how many characters?");
    cx.report.add(finding.help("write length = 10 for a column of CHAR(10)"));
    1
}

fn misfit(cx: Context<'_>, sql: &Spot<String>, ty: EdmType, dialect: &Dialect, no_booleans: bool) {
    let fitting: Vec<_> = [
        SqlType::Bool,
        SqlType::I16,
        SqlType::I32,
        SqlType::I64,
        SqlType::U64,
        SqlType::F32,
        SqlType::F64,
        SqlType::Decimal { scale: None },
        SqlType::DecimalText { scale: None },
        SqlType::Scaled { scale: 0 },
        SqlType::Text,
        SqlType::Char { length: 1 },
        SqlType::Bytes,
        SqlType::Guid,
        SqlType::Date,
        SqlType::Time,
        SqlType::Timestamp,
        SqlType::Instant,
        SqlType::Other,
    ]
    .into_iter()
    .filter(|sql| sql_types::fits(ty, *sql) && (dialect.booleans || *sql != SqlType::Bool))
    .map(sql_types::word_of)
    .collect();
    let label = if no_booleans {
        format!("{} has no boolean type", dialect.name)
    } else {
        format!("a column of this type cannot be shown as Edm.{}", ty.name())
    };
    let finding = cx.error(Code::TypeMismatch, &sql.span, "the column's type does not fit").label(label);
    cx.report.add(finding.help(format!("Edm.{} is kept as {}", ty.name(), fitting.join(", "))));
}

fn length(cx: Context<'_>, entry: &PropertyEntry, property: &mut Property) {
    let stated = entry.max_length.as_ref().map(|length| length.value);
    property.max_length = match property.ty {
        EdmType::String => Some(stated.unwrap_or(match property.sql {
            SqlType::Char { length } => length,
            SqlType::Guid => GUID_LENGTH,
            SqlType::Time => TIME_LENGTH,
            _ => cx.file.text_length_default,
        })),
        EdmType::Binary => stated,
        _ => {
            stray(cx, entry, &entry.max_length, "max_length", "String and Binary have one");
            None
        }
    };
}

fn flags(cx: Context<'_>, entry: &PropertyEntry, property: &mut Property) {
    if property.ty != EdmType::Boolean || property.sql == SqlType::Bool {
        let wanted = "a Boolean kept as a number or a text has them";
        stray(cx, entry, &entry.truthy, "true", wanted);
        return stray(cx, entry, &entry.falsy, "false", wanted);
    }
    let texts = !property.sql.is_integer();
    if texts && (entry.truthy.is_none() || entry.falsy.is_none()) {
        let message =
            format!("the flag `{}` is kept as text and does not say what true and false are", entry.name.value);
        let finding = cx.error(Code::BadFlags, &entry.name.span, message).label("which texts?");
        cx.report.add(finding.help("write true = [\"Y\"], false = [\"N\"]; anything else is null"));
        return;
    }
    let values = |list: &Option<Spot<Vec<Spot<Flag>>>>, default: i64| match list {
        Some(list) => list.value.iter().map(|flag| flag.value.clone()).collect(),
        None => vec![Flag::Integer(default)],
    };
    let flags = Flags { truthy: values(&entry.truthy, 1), falsy: values(&entry.falsy, 0) };
    for flag in entry.truthy.iter().chain(&entry.falsy).flat_map(|list| &list.value) {
        let label = if matches!(flag.value, Flag::Text(_)) != texts {
            if texts { "the column holds text" } else { "the column holds numbers" }
        } else if flags.truthy.contains(&flag.value) && flags.falsy.contains(&flag.value) {
            "both true and false"
        } else {
            continue;
        };
        let message = format!("`{}` cannot have this flag value", entry.name.value);
        let finding = cx.error(Code::BadFlags, &flag.span, message).label(label);
        cx.report
            .add(finding.help("write true = [1], false = [0] for numbers, true = [\"Y\"], false = [\"N\"] for texts"));
    }
    property.flags = Some(flags);
}

/// Comparison and search.
fn text_habits(cx: Context<'_>, entry: &PropertyEntry, dialect: &Dialect, is_key: bool, property: &mut Property) {
    // Usual collations compare exactly in PostgreSQL and SQLite, and fold in MySQL and MariaDB.
    let folds = matches!(dialect.name, "mysql" | "mariadb");
    property.exact = entry.exact.as_ref().map_or(property.sql.is_text() && !folds, |exact| exact.value);
    let is_text = property.ty == EdmType::String && property.sql.is_text();
    let short = property.max_length.is_some_and(|length| length <= SEARCHABLE_LENGTH_MAX);
    let usual = is_text && property.sql != SqlType::Other && short && !is_key;
    property.searchable = entry.searchable.as_ref().map_or(usual, |searchable| searchable.value);
    if let Some(searchable) = &entry.searchable
        && searchable.value
        && !is_text
    {
        let message = format!("`{}` cannot be searched", entry.name.value);
        let finding = cx.error(Code::TypeMismatch, &searchable.span, message).label("only text can");
        cx.report.add(finding.help("remove `searchable`"));
    }
}

fn key(cx: Context<'_>, entry: &PropertyEntry, ty: EdmType) {
    if let Some(nullable) = &entry.nullable
        && nullable.value
    {
        let message = format!("the key property `{}` cannot be null", entry.name.value);
        let finding = cx.error(Code::BadKey, &nullable.span, message).label("a key is never null");
        cx.report.add(finding.help("remove `nullable`, or take the property out of `key`"));
    }
    if ty == EdmType::Binary {
        let message = format!("`{}` cannot be a key", entry.name.value);
        let finding = cx.error(Code::BadKey, &entry.name.span, message).label("Edm.Binary");
        cx.report.add(finding.help("choose a unique column of another type as key"));
    }
}

fn inexact(cx: Context<'_>, entry: &PropertyEntry, dialect: &Dialect, property: &Property) {
    let float = matches!(property.sql, SqlType::F32 | SqlType::F64);
    let affinity = dialect.name == "sqlite" && matches!(property.sql, SqlType::Decimal { .. });
    if property.ty != EdmType::Decimal || !(float || affinity) {
        return;
    }
    let message = format!("the decimal `{}` is exact to 15 digits only", entry.name.value);
    let span = entry.sql.as_ref().map_or(&entry.name.span, |sql| &sql.span);
    let label = if float { "the column holds floats" } else { "SQLite keeps NUMERIC columns as floats" };
    let help =
        "kept as text it is exact: sql = \"decimal_text\"; kept as an integer of its smallest unit: sql = \"scaled\"";
    cx.report.add(cx.warning(Code::InexactDecimal, span, message).label(label).help(help));
}
