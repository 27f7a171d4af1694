//! The line of a model file for a column of the live catalog, ready to paste.

use contract::SqlType;
use contract::catalog::Column;

use crate::cli::init::names::identifier;
use crate::model::build::sql_types;
use crate::model::{EdmType, Flag, OnBadValue, Property};

/// Longest text that `$search` looks into by default.
const SEARCHABLE_LENGTH_MAX: u32 = 255;
/// Digits of a decimal whose column states none.
const DIGITS: (u16, u16) = (38, 10);
/// Digits of the largest unsigned 64-bit integer.
const UNSIGNED_DIGITS: u16 = 20;

/// The line of a column; what the model says already and the column cannot know is kept.
pub(super) fn line(column: &Column, known: Option<&Property>, is_key: bool) -> String {
    // A decimal as text or as an integer cannot be told from the catalog.
    let sql = match known {
        Some(property) if stays(property.sql, column.ty) => property.sql,
        _ => column.ty,
    };
    let kept = known.filter(|property| {
        // A number of another kind deserves another type: the old one might not hold it.
        let same_kind = !property.ty.is_numeric() || sql == property.sql || property.ty == edm(sql);
        same_kind && sql_types::fits(property.ty, sql)
    });
    let ty = kept.map_or(edm(column.ty), |property| property.ty);
    let name = known.map_or_else(|| identifier(&column.name), |property| property.name.clone());
    let mut out = format!("{{ name = {}, column = {}", quoted(&name), quoted(&column.name));
    out.push_str(&format!(", type = \"{}\", sql = \"{}\"", ty.name(), sql_types::word_of(sql)));
    if let SqlType::Char { length } = sql {
        out.push_str(&format!(", length = {length}"));
    }
    facets(&mut out, column, known, ty);
    flags(&mut out, known.filter(|_| ty == EdmType::Boolean && sql != SqlType::Bool));
    if !column.nullable && !is_key {
        out.push_str(", nullable = false");
    }
    if ty == EdmType::String && matches!(sql, SqlType::Text | SqlType::Char { .. }) {
        out.push_str(&format!(", exact = {}", column.exact));
    }
    if let Some(property) = known
        && ty == EdmType::String
        && property.searchable != searchable_by_default(property, is_key)
    {
        out.push_str(&format!(", searchable = {}", property.searchable));
    }
    if known.is_some_and(|property| property.on_bad_value == OnBadValue::Error) {
        out.push_str(", on_bad_value = \"error\"");
    }
    let description = known.map_or(column.comment.as_deref(), |property| property.description.as_deref());
    if let Some(description) = description {
        out.push_str(&format!(", description = {}", quoted(description)));
    }
    out + " },"
}

fn searchable_by_default(property: &Property, is_key: bool) -> bool {
    let short = property.max_length.is_some_and(|length| length <= SEARCHABLE_LENGTH_MAX);
    short && !is_key && matches!(property.sql, SqlType::Text | SqlType::Char { .. })
}

/// Whether the model's word is the better one: it says how the column is used.
fn stays(model: SqlType, live: SqlType) -> bool {
    match model {
        SqlType::DecimalText { .. } => live == SqlType::Text,
        SqlType::Scaled { .. } => live.is_integer(),
        SqlType::Guid => matches!(live, SqlType::Bytes | SqlType::Other),
        _ => false,
    }
}

fn edm(ty: SqlType) -> EdmType {
    match ty {
        SqlType::Bool => EdmType::Boolean,
        SqlType::I16 => EdmType::Int16,
        SqlType::I32 => EdmType::Int32,
        SqlType::I64 => EdmType::Int64,
        SqlType::F32 => EdmType::Single,
        SqlType::F64 => EdmType::Double,
        SqlType::U64 | SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => {
            EdmType::Decimal
        }
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => EdmType::String,
        SqlType::Bytes => EdmType::Binary,
        SqlType::Guid => EdmType::Guid,
        SqlType::Date => EdmType::Date,
        SqlType::Time => EdmType::TimeOfDay,
        SqlType::Timestamp | SqlType::Instant => EdmType::DateTimeOffset,
    }
}

fn facets(out: &mut String, column: &Column, known: Option<&Property>, ty: EdmType) {
    match ty {
        EdmType::String | EdmType::Binary => {
            if let Some(length) = column.length.or(known.and_then(|property| property.max_length)) {
                out.push_str(&format!(", max_length = {length}"));
            }
        }
        EdmType::Decimal => {
            let unsigned = (column.ty == SqlType::U64).then_some((UNSIGNED_DIGITS, 0));
            let of_column = column.precision.map(|p| (u16::from(p), u16::from(column.scale.unwrap_or(0))));
            let of_model = known.and_then(|property| Some((property.precision?, property.scale?)));
            let (precision, scale) = of_column.or(unsigned).or(of_model).unwrap_or(DIGITS);
            out.push_str(&format!(", precision = {precision}, scale = {scale}"));
        }
        _ => {}
    }
}

fn flags(out: &mut String, known: Option<&Property>) {
    let Some(flags) = known.and_then(|property| property.flags.as_ref()) else { return };
    let list = |flags: &[Flag]| {
        let texts = flags.iter().map(|flag| match flag {
            Flag::Integer(number) => number.to_string(),
            Flag::Text(text) => quoted(text),
        });
        texts.collect::<Vec<_>>().join(", ")
    };
    out.push_str(&format!(", true = [{}], false = [{}]", list(&flags.truthy), list(&flags.falsy)));
}

/// A basic string of TOML, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
