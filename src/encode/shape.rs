//! What a row looks like on its way out: an ordered list of names and types, one for each cell.
//!
//! Holds no ids of the model, so that computed and aggregated columns are columns like any other.

use contract::SqlType;
use jiff::tz::TimeZone;

use crate::model::{EdmType, Flags, OnBadValue};

/// The columns of a row, in the order in which the statement returns them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// One for each cell.
    pub columns: Vec<ShapeColumn>,
}

/// One column of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeColumn {
    /// Property name.
    pub name: String,
    /// Type in the answer.
    pub ty: EdmType,
    /// Type in the database.
    pub sql: SqlType,
    /// Characters of a String, bytes of a Binary.
    pub max_length: Option<u32>,
    /// Digits of a Decimal, as declared; a stored value with more is given as it is.
    pub precision: Option<u16>,
    /// Fraction digits of a Decimal, as declared; a stored value with more is given as it is.
    pub scale: Option<u16>,
    /// Whether null can be returned.
    pub nullable: bool,
    /// For a Boolean kept as something else: the stored values of true and of false.
    pub flags: Option<Flags>,
    /// Whether a null Boolean is given as false (Salesforce profile).
    pub null_as_false: bool,
    /// What a stored value that breaks the type becomes.
    pub on_bad: OnBadValue,
    /// Whether trailing blanks are padding and not given (CHAR).
    pub trim_end: bool,
    /// Zone of the wall clock that a `SqlType::Timestamp` shows.
    pub zone: TimeZone,
    /// Whether the property is in the answer; hidden ones are fetched for tokens and keys only.
    pub shown: bool,
    /// Whether it is part of the key.
    pub key: bool,
}

impl ShapeColumn {
    /// A shown, nullable column of that name and those types; everything else at its default.
    pub fn new(name: impl Into<String>, ty: EdmType, sql: SqlType) -> ShapeColumn {
        ShapeColumn {
            name: name.into(),
            ty,
            sql,
            max_length: None,
            precision: None,
            scale: None,
            nullable: true,
            flags: None,
            null_as_false: false,
            on_bad: OnBadValue::Null,
            trim_end: matches!(sql, SqlType::Char { .. }),
            zone: TimeZone::UTC,
            shown: true,
            key: false,
        }
    }
}
