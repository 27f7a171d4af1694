//! From a column to what the model says of it: Edm type, column type, facets, and a remark where a person should decide.
//!
//! Knows no names of properties and no text format.

use contract::catalog::Column;
use contract::{Dialect, SqlType};

use crate::cli::property_line::{DIGITS_DEFAULT, DIGITS_UNSIGNED};
use crate::config::model_file::LENGTH_MAX;
use crate::model::EdmType;
use crate::model::build::sql_types::edm;

/// Digits of PostgreSQL's money.
const MONEY_PRECISION: u16 = 19;
/// Characters of JSON and XML, where half a document is no document.
const DOCUMENT_LENGTH: u32 = 32_000;
/// Longest padding that the model takes.
const CHAR_LENGTH_MAX: u32 = 65_535;

/// What the model says of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Type for clients.
    pub ty: EdmType,
    /// Type in the database.
    pub sql: SqlType,
    /// Characters or bytes.
    pub max_length: Option<u32>,
    /// Digits and fraction digits of a decimal.
    pub digits: Option<(u16, u16)>,
    /// Whether it is a flag kept as 0 and 1.
    pub flag: bool,
    /// A remark for whoever edits the model.
    pub remark: Option<&'static str>,
    /// Why it cannot be served.
    pub refused: Option<&'static str>,
}

impl Shape {
    /// Whether clients may see it, and a key may be made of it.
    pub fn can_be_key(&self) -> bool {
        self.refused.is_none() && self.ty != EdmType::Binary
    }
}

/// The shape of a column. `linked`: it is part of a key or of a foreign key, so that every value counts.
pub fn shape(column: &Column, dialect: &Dialect, linked: bool) -> Shape {
    let declared = column.declared.trim().to_ascii_lowercase();
    let mut shape = Shape {
        ty: edm(column.ty),
        sql: column.ty,
        max_length: None,
        digits: None,
        flag: false,
        remark: None,
        refused: None,
    };
    match shape.ty {
        EdmType::Decimal => decimal(column, &declared, dialect, &mut shape),
        EdmType::String => text(column, &declared, linked, &mut shape),
        EdmType::Binary => binary(column, &declared, dialect, &mut shape),
        EdmType::Int16 | EdmType::Int32 | EdmType::Int64 if is_flag(&declared, dialect) && !linked => {
            shape.ty = EdmType::Boolean;
            shape.flag = true;
            shape.remark = Some("any other number than 0 and 1 is null");
        }
        EdmType::TimeOfDay => shape.remark = Some("shown as text in the Salesforce profile"),
        _ => {}
    }
    shape
}

fn decimal(column: &Column, declared: &str, dialect: &Dialect, shape: &mut Shape) {
    if column.ty == SqlType::U64 {
        shape.digits = Some(DIGITS_UNSIGNED);
        return;
    }
    let scale = column.scale.map(u16::from);
    let money = declared == "money" && !dialect.dynamic_types;
    let precision = column.precision.map(u16::from).or(money.then_some(MONEY_PRECISION));
    if precision.is_none() || scale.is_none() {
        shape.remark = Some("the column does not say how many digits: write what its values have");
    }
    let scale = scale.unwrap_or(DIGITS_DEFAULT.1);
    // PostgreSQL takes more fraction digits than digits: 0.00123 is numeric(3, 5).
    shape.digits = Some((precision.unwrap_or(DIGITS_DEFAULT.0).max(scale).max(1), scale));
    if dialect.dynamic_types && shape.remark.is_none() {
        shape.remark = Some("exact to 15 digits");
    }
}

fn text(column: &Column, declared: &str, linked: bool, shape: &mut Shape) {
    let unbounded = matches!(declared, "text" | "mediumtext" | "longtext");
    let length = column.length.filter(|_| !unbounded).map(|length| u64::from(length).clamp(1, LENGTH_MAX) as u32);
    shape.max_length = length;
    match column.ty {
        SqlType::Char { length } if length == 0 || length > CHAR_LENGTH_MAX => {
            shape.sql = SqlType::Text;
            shape.remark = Some("padded to more or fewer characters than the model can say");
        }
        SqlType::Char { length } => shape.max_length = Some(length),
        SqlType::Other if matches!(declared, "json" | "jsonb" | "xml") => shape.max_length = Some(DOCUMENT_LENGTH),
        SqlType::Other if matches!(declared, "uuid" | "guid" | "uniqueidentifier") => shape.max_length = Some(36),
        SqlType::Other => shape.max_length = length.or_else(|| labels_length(declared)),
        _ => {}
    }
    if shape.max_length == Some(1) && column.ty != SqlType::Other && !linked {
        shape.remark = Some("a flag? write type = \"Boolean\", true = [\"Y\"], false = [\"N\"] and no max_length");
    }
}

/// Characters of the longest label of `enum('a','b')`, of all labels of a `set`.
fn labels_length(declared: &str) -> Option<u32> {
    let (word, labels) = declared.split_once("('")?;
    let labels = labels.strip_suffix("')")?;
    let lengths = labels.split("','").map(|label| label.replace("''", "'").chars().count());
    let length = match word {
        "enum" => lengths.max(),
        "set" => Some(lengths.map(|length| length + 1).sum::<usize>().saturating_sub(1)),
        _ => None,
    };
    u32::try_from(length?.max(1)).ok()
}

fn binary(column: &Column, declared: &str, dialect: &Dialect, shape: &mut Shape) {
    let kind = declared.split('(').next().unwrap_or_default();
    let geometry =
        ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "vector"];
    let spatial = geometry.contains(&kind) || kind.starts_with("geom");
    if spatial && matches!(dialect.name, "mysql" | "mariadb") {
        shape.refused = Some("the database's inner form of it means nothing to clients; a view can show it as text");
        return;
    }
    if declared == "binary(16)" {
        shape.ty = EdmType::Guid;
        shape.sql = SqlType::Guid;
        shape.remark = Some("16 bytes, taken for a UUID; else write type = \"Binary\", sql = \"bytes\"");
        return;
    }
    shape.max_length = column.length.map(|length| u64::from(length).clamp(1, LENGTH_MAX) as u32);
    shape.remark = Some("left out of the Salesforce profile");
}

fn is_flag(declared: &str, dialect: &Dialect) -> bool {
    let word = declared.strip_suffix(" unsigned").unwrap_or(declared);
    let sqlite = dialect.dynamic_types && matches!(word, "boolean" | "bool");
    sqlite || matches!(word, "tinyint(1)" | "bit(1)")
}

#[cfg(test)]
mod tests {
    use contract::dialect;

    use super::*;

    fn column(declared: &str, ty: SqlType, length: Option<u32>, digits: Option<(u8, u8)>) -> Column {
        let (precision, scale) = (digits.map(|d| d.0), digits.map(|d| d.1));
        let ty = match ty {
            SqlType::Decimal { .. } => SqlType::Decimal { scale },
            other => other,
        };
        Column {
            name: "c".to_owned(),
            declared: declared.to_owned(),
            ty,
            nullable: true,
            length,
            precision,
            scale,
            collation: None,
            exact: true,
            comment: None,
        }
    }

    fn of(dialect: &str, column: &Column) -> Shape {
        shape(column, dialect::named(dialect).unwrap_or(&dialect::ANSI), false)
    }

    #[test]
    fn flags_are_numbers_shown_as_booleans_unless_they_link() {
        let mysql = dialect::named("mysql").unwrap_or(&dialect::ANSI);
        let tiny = column("tinyint(1)", SqlType::I16, None, None);
        assert!(shape(&tiny, mysql, false).flag);
        assert_eq!(shape(&tiny, mysql, true).ty, EdmType::Int16);
        assert_eq!(of("mysql", &column("tinyint(4)", SqlType::I16, None, None)).ty, EdmType::Int16);
        assert!(of("sqlite", &column("BOOLEAN", SqlType::I64, None, None)).flag);
        let letter = of("postgres", &column("character(1)", SqlType::Char { length: 1 }, Some(1), None));
        assert_eq!((letter.ty, letter.remark.is_some()), (EdmType::String, true));
    }

    #[test]
    fn decimals_have_digits() {
        let decimal = SqlType::Decimal { scale: None };
        let digits = |dialect, declared, given| of(dialect, &column(declared, decimal, None, given)).digits;
        assert_eq!(digits("postgres", "numeric(12,2)", Some((12, 2))), Some((12, 2)));
        assert_eq!(digits("postgres", "numeric", None), Some((38, 10)));
        assert_eq!(digits("postgres", "numeric(3,5)", Some((3, 5))), Some((5, 5)));
        assert_eq!(of("mysql", &column("bigint unsigned", SqlType::U64, None, None)).digits, Some((20, 0)));
        let mut money = column("money", decimal, None, None);
        money.scale = Some(2);
        assert_eq!(of("postgres", &money).digits, Some((19, 2)));
    }

    #[test]
    fn texts_have_lengths_where_the_column_says() {
        let length = |declared, length| of("mysql", &column(declared, SqlType::Text, length, None)).max_length;
        assert_eq!(length("varchar(80)", Some(80)), Some(80));
        assert_eq!(length("text", Some(65_535)), None);
        assert_eq!(length("tinytext", Some(255)), Some(255));
        let other = |declared| of("mysql", &column(declared, SqlType::Other, None, None)).max_length;
        assert_eq!(other("enum('a','it''s')"), Some(4));
        assert_eq!(other("set('ab','c')"), Some(4));
        assert_eq!(other("json"), Some(32_000));
        assert_eq!(other("inet6"), None);
        let none = of("mysql", &column("char(0)", SqlType::Char { length: 0 }, Some(0), None));
        assert_eq!((none.sql, none.max_length), (SqlType::Text, Some(1)));
    }

    #[test]
    fn bytes_are_bytes_uuids_or_refused() {
        let of = |declared, length| of("mysql", &column(declared, SqlType::Bytes, length, None));
        assert_eq!(of("binary(16)", Some(16)).ty, EdmType::Guid);
        assert_eq!(
            (of("varbinary(9)", Some(9)).ty, of("varbinary(9)", Some(9)).max_length),
            (EdmType::Binary, Some(9))
        );
        assert!(of("point", None).refused.is_some() && !of("blob", None).can_be_key());
    }
}
