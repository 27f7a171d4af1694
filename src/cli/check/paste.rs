//! The line of a model file for a column of the live catalog, ready to paste.

use contract::SqlType;
use contract::catalog::Column;

use crate::cli::init::names::identifier;
use crate::cli::property_line::{DIGITS_DEFAULT, DIGITS_UNSIGNED, PropertyLine};
use crate::model::build::sql_types;
use crate::model::{EdmType, OnBadValue, Property};

/// Longest text that `$search` looks into by default.
const SEARCHABLE_LENGTH_MAX: u32 = 255;

/// The line of a column; what the model says already and the column cannot know is kept.
pub(super) fn line(column: &Column, known: Option<&Property>, is_key: bool) -> String {
    // A decimal as text or as an integer cannot be told from the catalog.
    let sql = match known {
        Some(property) if stays(property.sql, column.ty) => property.sql,
        _ => column.ty,
    };
    let edm = sql_types::edm;
    let kept = known.filter(|property| {
        // A number of another kind deserves another type: the old one might not hold it.
        let same_kind = !property.ty.is_numeric() || sql == property.sql || property.ty == edm(sql);
        same_kind && sql_types::fits(property.ty, sql)
    });
    let ty = kept.map_or(edm(column.ty), |property| property.ty);
    let name = known.map_or_else(|| identifier(&column.name), |property| property.name.clone());
    let is_text = ty == EdmType::String;
    let searchable = known.filter(|property| is_text && property.searchable != searchable_by_default(property, is_key));
    let flagged = known.filter(|_| ty == EdmType::Boolean && sql != SqlType::Bool);
    let strict = known.is_some_and(|property| property.on_bad_value == OnBadValue::Error);
    let line = PropertyLine {
        name: &name,
        column: &column.name,
        ty,
        sql,
        max_length: max_length(column, known, ty),
        digits: (ty == EdmType::Decimal).then(|| digits(column, known)),
        nullable: column.nullable || is_key,
        exact: (is_text && matches!(sql, SqlType::Text | SqlType::Char { .. })).then_some(column.exact),
        flags: flagged.and_then(|property| property.flags.as_ref()),
        searchable: searchable.map(|property| property.searchable),
        on_bad_value: strict.then_some("error"),
        description: known.map_or(column.comment.as_deref(), |property| property.description.as_deref()),
    };
    line.text()
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

fn max_length(column: &Column, known: Option<&Property>, ty: EdmType) -> Option<u32> {
    let sized = matches!(ty, EdmType::String | EdmType::Binary);
    column.length.or(known.and_then(|property| property.max_length)).filter(|_| sized)
}

fn digits(column: &Column, known: Option<&Property>) -> (u16, u16) {
    let unsigned = (column.ty == SqlType::U64).then_some(DIGITS_UNSIGNED);
    let of_column = column.precision.map(|p| (u16::from(p), u16::from(column.scale.unwrap_or(0))));
    let of_model = known.and_then(|property| Some((property.precision?, property.scale?)));
    of_column.or(unsigned).or(of_model).unwrap_or(DIGITS_DEFAULT)
}
