//! The properties of an entity set beside the columns of its table: missing, changed, new.

use contract::catalog::{Column, Table};
use contract::{Dialect, SqlType};

use super::live::Beside;
use super::paste;
use crate::config::fields::nearest;
use crate::config::{Code, Profile, Severity};
use crate::model::build::sql_types;
use crate::model::{EdmType, Property, PropertyId};

/// Columns of such a length and more are declared for whatever comes: their length says nothing of their values.
const BOUNDED_LENGTH_MAX: u32 = 65_535;
/// Bytes of a GUID.
const GUID_BYTES: u32 = 16;

/// Compares every property with its column, and looks for columns without one.
pub(super) fn compare(beside: Beside<'_>, table: &Table) {
    if table.columns.is_empty() {
        let message = format!("`{}` shows no columns", table.name);
        let help = "a view over something that is gone? run SELECT on it in the database".to_owned();
        return beside.at_set(Severity::Error, Code::NoColumn, message, "cannot be read", Some(help));
    }
    for id in beside.set.property_ids() {
        let property = beside.set.property(id);
        match table.columns.iter().find(|column| beside.same_column(&column.name, &property.column)) {
            Some(column) => Pair { beside, table, id, property, column }.compare(),
            None => missing(beside, table, property),
        }
    }
    new_columns(beside, table);
}

fn missing(beside: Beside<'_>, table: &Table, property: &Property) {
    let message = format!("`{}` has no column `{}`", table.name, property.column);
    let help = match nearest(&property.column, table.columns.iter().map(|column| column.name.as_str())) {
        Some(near) => format!("did you mean column = \"{near}\"?"),
        None => "remove the property, or name its column with `column`".to_owned(),
    };
    beside.at(property, Severity::Error, Code::NoColumn, message, "no such column", Some(help));
}

fn new_columns(beside: Beside<'_>, table: &Table) {
    // What the profile leaves out is in the model all the same.
    let hidden = |column: &Column| beside.service.profile == Profile::Salesforce && column.ty == SqlType::Bytes;
    let known = |column: &Column| beside.set.properties.iter().any(|p| beside.same_column(&p.column, &column.name));
    let new: Vec<&Column> = table.columns.iter().filter(|column| !known(column) && !hidden(column)).collect();
    if new.is_empty() {
        return;
    }
    let names: Vec<_> = new.iter().map(|column| format!("`{}`", column.name)).collect();
    let message = format!("`{}` has columns that the model leaves out: {}", table.name, names.join(", "));
    let lines: Vec<_> = new.iter().map(|column| paste::line(column, None, false)).collect();
    let help = format!("to serve them add to `properties`:\n  {}", lines.join("\n  "));
    beside.at_set(Severity::Hint, Code::NewColumn, message, "not served", Some(help));
}

/// A property and its column.
struct Pair<'a> {
    beside: Beside<'a>,
    table: &'a Table,
    id: PropertyId,
    property: &'a Property,
    column: &'a Column,
}

impl Pair<'_> {
    fn compare(&self) {
        if let Some((severity, why)) = mismatch(self.property, self.column, self.beside.source.dialect) {
            let (model, live) = (sql_types::word_of(self.property.sql), sql_types::word_of(self.column.ty));
            let (name, declared) = (&self.property.name, &self.column.declared);
            let message = format!("the column of `{name}` is {declared}: sql = \"{live}\", not \"{model}\"");
            self.say(severity, Code::ColumnType, message, why, self.paste());
        } else {
            self.lengths();
        }
        self.nullability();
        self.exactness();
    }

    fn say(&self, severity: Severity, code: Code, message: String, label: impl Into<String>, help: String) {
        self.beside.at(self.property, severity, code, message, label, Some(help));
    }

    fn paste(&self) -> String {
        let is_key = self.beside.set.is_key(self.id);
        format!("write\n  {}", paste::line(self.column, Some(self.property), is_key))
    }

    fn lengths(&self) {
        let (property, column) = (self.property, self.column);
        if let (Some(stated), Some(live)) = (property.max_length, column.length)
            && live > stated
            && live < BOUNDED_LENGTH_MAX
            && matches!(property.ty, EdmType::String | EdmType::Binary)
        {
            let message = format!("the column of `{}` holds up to {live}, the model says {stated}", property.name);
            self.say(Severity::Warning, Code::ColumnLength, message, "longer values are cut", self.paste());
        }
        if let (SqlType::Char { length: stated }, SqlType::Char { length: live }) = (property.sql, column.ty)
            && stated != live
        {
            let message = format!("the column of `{}` is padded to {live}, the model says {stated}", property.name);
            self.say(Severity::Warning, Code::ColumnLength, message, "values may not be found", self.paste());
        }
        if property.ty != EdmType::Decimal {
            return;
        }
        if let (Some(precision), Some(scale), Some(live)) = (property.precision, property.scale, column.precision) {
            let live = (u16::from(live), u16::from(column.scale.unwrap_or(0)));
            let whole = |(precision, scale): (u16, u16)| precision.saturating_sub(scale);
            if whole(live) > whole((precision, scale)) || live.1 > scale {
                let message = format!("the column of `{}` has more digits than the model says", property.name);
                let label =
                    format!("{precision} digits, {scale} after the point; the column {} and {}", live.0, live.1);
                self.say(Severity::Warning, Code::ColumnLength, message, label, self.paste());
            }
        }
    }

    fn nullability(&self) {
        let (property, column) = (self.property, self.column);
        // Databases do not know it of views; and a checkbox is never null, whatever its column holds.
        let shown = property.ty == EdmType::Boolean && self.beside.service.profile == Profile::Salesforce;
        if self.table.view || shown || property.nullable == column.nullable {
            return;
        }
        if property.nullable {
            let message = format!("the column of `{}` is never null", property.name);
            let help = "write nullable = false: the database sorts and compares faster then".to_owned();
            return self.say(Severity::Hint, Code::ColumnNull, message, "said to be nullable", help);
        }
        let message = format!("the column of `{}` may be null", property.name);
        if self.beside.set.is_key(self.id) {
            let help = "a row without a key cannot be served: ALTER the column to NOT NULL, or choose another key";
            self.say(Severity::Warning, Code::ColumnNull, message, "part of the key", help.to_owned());
        } else {
            let help = "remove `nullable = false`: rows with null would be sorted and filtered wrongly".to_owned();
            self.say(Severity::Warning, Code::ColumnNull, message, "said to be never null", help);
        }
    }

    /// A row found by `eq 'X'` must hold exactly X, so the model must know of columns that fold.
    fn exactness(&self) {
        let (property, column) = (self.property, self.column);
        let text = |ty: SqlType| matches!(ty, SqlType::Text | SqlType::Char { .. });
        if property.ty != EdmType::String || !text(property.sql) || !text(column.ty) || property.exact == column.exact {
            return;
        }
        let collation = column.collation.as_deref().map_or_else(String::new, |name| format!(" ({name})"));
        if property.exact {
            let message = format!("the column of `{}` does not compare exactly{collation}", property.name);
            let label = "case, accents or trailing blanks are one to the database";
            let help = "write exact = false: `eq` would return rows whose value is another than asked for".to_owned();
            self.say(Severity::Error, Code::ColumnExact, message, label, help);
        } else {
            let message = format!("the column of `{}` compares exactly{collation}", property.name);
            let help = "write exact = true: the second comparison of every `eq` falls away".to_owned();
            self.say(Severity::Hint, Code::ColumnExact, message, "said to fold", help);
        }
    }
}

/// How bad it is that a property is kept in a column of that type, and why; `None`: it is right.
fn mismatch(property: &Property, column: &Column, dialect: &Dialect) -> Option<(Severity, String)> {
    let (model, live) = (property.sql, column.ty);
    if dialect.dynamic_types {
        return (!any_value_fits(model, live))
            .then(|| (Severity::Warning, "SQLite would keep such values as another type".to_owned()));
    }
    let warn = |why: &str| Some((Severity::Warning, why.to_owned()));
    let fail = |why: &str| Some((Severity::Error, why.to_owned()));
    if std::mem::discriminant(&model) == std::mem::discriminant(&live) {
        return None;
    }
    match (model, live) {
        (SqlType::Scaled { .. }, live) if live.is_integer() => None,
        (SqlType::DecimalText { .. }, SqlType::Text) => None,
        (model, live) if model.is_integer() && live.is_integer() => {
            if width(model) < width(live) {
                warn("greater numbers would be bad values")
            } else {
                None
            }
        }
        (SqlType::F64, SqlType::F32) => None,
        (SqlType::Guid, SqlType::Bytes) if column.length == Some(GUID_BYTES) => None,
        (model, live) if is_number(model) && is_number(live) => warn("numbers of another kind"),
        // A flag is compared with its own few values.
        (SqlType::Text | SqlType::Char { .. }, SqlType::Text | SqlType::Char { .. })
            if property.ty == EdmType::Boolean =>
        {
            None
        }
        (SqlType::Text | SqlType::Char { .. }, SqlType::Text | SqlType::Char { .. }) => {
            warn("padded and unpadded text are found in different ways")
        }
        // "other" is read and compared by the database's own text form, whatever it is.
        (SqlType::Other, _) => None,
        (SqlType::Text | SqlType::Guid, SqlType::Other) if dialect.name != "postgres" => None,
        (SqlType::Date | SqlType::Timestamp | SqlType::Instant, SqlType::Date) => warn("a date has no time"),
        (SqlType::Date, SqlType::Timestamp | SqlType::Instant) => warn("the time of day is cut off"),
        (SqlType::Timestamp, SqlType::Instant) => warn("it is kept in UTC, and would be read in `time_zone`"),
        (SqlType::Instant, SqlType::Timestamp) => warn("it is a wall-clock reading, and would be taken for UTC"),
        _ => fail("the database will refuse to compare them"),
    }
}

fn width(ty: SqlType) -> u8 {
    match ty {
        SqlType::I16 => 2,
        SqlType::I32 => 4,
        SqlType::I64 => 8,
        _ => 9,
    }
}

fn is_number(ty: SqlType) -> bool {
    ty.is_integer() || matches!(ty, SqlType::F32 | SqlType::F64 | SqlType::Decimal { .. } | SqlType::Scaled { .. })
}

/// Whether a SQLite column so declared keeps values of the model's type as they are.
fn any_value_fits(model: SqlType, live: SqlType) -> bool {
    match live {
        // The column was declared without a type that SQLite knows: it keeps everything.
        SqlType::Other | SqlType::Bytes => true,
        SqlType::Text | SqlType::Char { .. } => !is_number(model) && !matches!(model, SqlType::Bytes | SqlType::Bool),
        SqlType::Date | SqlType::Time | SqlType::Timestamp | SqlType::Instant => {
            !matches!(model, SqlType::DecimalText { .. } | SqlType::Bytes)
        }
        // NUMERIC, INTEGER and REAL turn text that looks like a number into one.
        _ => is_number(model),
    }
}
