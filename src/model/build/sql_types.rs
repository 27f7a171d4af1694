//! The names of column types in a model file, which Edm types they can carry, and what each Edm type usually is.

use contract::{Dialect, SqlType};

use crate::model::EdmType;

/// The words that a model file uses, with the spellings that people know from their databases.
const WORDS: &[(&str, Word)] = &[
    ("bool", Word::Fixed(SqlType::Bool)),
    ("int16", Word::Fixed(SqlType::I16)),
    ("int32", Word::Fixed(SqlType::I32)),
    ("int64", Word::Fixed(SqlType::I64)),
    ("uint64", Word::Fixed(SqlType::U64)),
    ("float32", Word::Fixed(SqlType::F32)),
    ("float64", Word::Fixed(SqlType::F64)),
    ("decimal", Word::Decimal),
    ("decimal_text", Word::DecimalText),
    ("scaled", Word::Scaled),
    ("text", Word::Fixed(SqlType::Text)),
    ("char", Word::Char),
    ("bytes", Word::Fixed(SqlType::Bytes)),
    ("guid", Word::Fixed(SqlType::Guid)),
    ("date", Word::Fixed(SqlType::Date)),
    ("time", Word::Fixed(SqlType::Time)),
    ("timestamp", Word::Fixed(SqlType::Timestamp)),
    ("instant", Word::Fixed(SqlType::Instant)),
    ("other", Word::Fixed(SqlType::Other)),
    ("boolean", Word::Fixed(SqlType::Bool)),
    ("smallint", Word::Fixed(SqlType::I16)),
    ("integer", Word::Fixed(SqlType::I32)),
    ("int", Word::Fixed(SqlType::I32)),
    ("bigint", Word::Fixed(SqlType::I64)),
    ("real", Word::Fixed(SqlType::F32)),
    ("double", Word::Fixed(SqlType::F64)),
    ("numeric", Word::Decimal),
    ("varchar", Word::Fixed(SqlType::Text)),
    ("uuid", Word::Fixed(SqlType::Guid)),
    ("bytea", Word::Fixed(SqlType::Bytes)),
    ("blob", Word::Fixed(SqlType::Bytes)),
    ("datetime", Word::Fixed(SqlType::Timestamp)),
    ("timestamptz", Word::Fixed(SqlType::Instant)),
    ("enum", Word::Fixed(SqlType::Other)),
    ("json", Word::Fixed(SqlType::Other)),
    ("xml", Word::Fixed(SqlType::Other)),
];

/// Canonical words come first in the list; so many.
const CANONICAL: usize = 19;

/// What a word says, before its facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A type without facets.
    Fixed(SqlType),
    /// A decimal; its scale is the property's.
    Decimal,
    /// A decimal kept as text; its scale is the property's.
    DecimalText,
    /// A decimal kept as an integer of its smallest unit; needs the property's scale.
    Scaled,
    /// Padded text; needs `length`.
    Char,
}

/// What a word of a model file says.
pub fn word(name: &str) -> Option<Word> {
    WORDS.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
}

/// The words that the reference lists.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS[..CANONICAL].iter().map(|(name, _)| *name)
}

/// The word of a type, as `init` writes it and `check` proposes it.
pub fn word_of(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Bool => "bool",
        SqlType::I16 => "int16",
        SqlType::I32 => "int32",
        SqlType::I64 => "int64",
        SqlType::U64 => "uint64",
        SqlType::F32 => "float32",
        SqlType::F64 => "float64",
        SqlType::Decimal { .. } => "decimal",
        SqlType::DecimalText { .. } => "decimal_text",
        SqlType::Scaled { .. } => "scaled",
        SqlType::Text => "text",
        SqlType::Char { .. } => "char",
        SqlType::Bytes => "bytes",
        SqlType::Guid => "guid",
        SqlType::Date => "date",
        SqlType::Time => "time",
        SqlType::Timestamp => "timestamp",
        SqlType::Instant => "instant",
        SqlType::Other => "other",
    }
}

/// What a column is for clients when the model does not say.
pub fn edm(sql: SqlType) -> EdmType {
    match sql {
        SqlType::Bool => EdmType::Boolean,
        SqlType::I16 => EdmType::Int16,
        SqlType::I32 => EdmType::Int32,
        SqlType::I64 => EdmType::Int64,
        SqlType::F32 => EdmType::Single,
        SqlType::F64 => EdmType::Double,
        // No Edm integer holds 64 bits without sign.
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

/// What a property is kept as when the model does not say. `flag_texts`: its flag values are texts, if it has any.
pub fn default(ty: EdmType, scale: Option<u8>, flag_texts: Option<bool>, dialect: &Dialect) -> SqlType {
    match ty {
        EdmType::Boolean => match flag_texts {
            Some(true) => SqlType::Text,
            None if dialect.booleans => SqlType::Bool,
            _ => SqlType::I16,
        },
        EdmType::Byte | EdmType::SByte | EdmType::Int16 => SqlType::I16,
        EdmType::Int32 => SqlType::I32,
        EdmType::Int64 => SqlType::I64,
        EdmType::Single => SqlType::F32,
        EdmType::Double => SqlType::F64,
        EdmType::Decimal => SqlType::Decimal { scale },
        EdmType::String => SqlType::Text,
        EdmType::Date => SqlType::Date,
        EdmType::TimeOfDay => SqlType::Time,
        EdmType::DateTimeOffset => SqlType::Timestamp,
        EdmType::Guid if dialect.booleans => SqlType::Guid,
        EdmType::Guid => SqlType::Text,
        EdmType::Binary => SqlType::Bytes,
    }
}

/// Whether a column of type `sql` can carry a property of type `ty`.
pub fn fits(ty: EdmType, sql: SqlType) -> bool {
    let decimal = sql.is_decimal();
    match ty {
        EdmType::Boolean => {
            sql == SqlType::Bool
                || sql.is_integer()
                || matches!(sql, SqlType::Text | SqlType::Char { .. } | SqlType::Other)
        }
        EdmType::Byte | EdmType::SByte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 => {
            sql.is_integer() || matches!(sql, SqlType::Decimal { .. })
        }
        EdmType::Single | EdmType::Double => {
            matches!(sql, SqlType::F32 | SqlType::F64 | SqlType::Decimal { .. })
        }
        EdmType::Decimal => decimal || sql.is_integer() || matches!(sql, SqlType::F32 | SqlType::F64),
        EdmType::String => sql.is_text() || matches!(sql, SqlType::Guid | SqlType::Time),
        EdmType::Date => sql == SqlType::Date,
        EdmType::TimeOfDay => sql == SqlType::Time,
        EdmType::DateTimeOffset => matches!(sql, SqlType::Timestamp | SqlType::Instant),
        EdmType::Guid => matches!(sql, SqlType::Guid | SqlType::Text | SqlType::Char { .. }),
        EdmType::Binary => sql == SqlType::Bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_canonical_word_is_the_word_of_its_type() {
        for name in words() {
            let ty = match word(name) {
                Some(Word::Fixed(ty)) => ty,
                Some(Word::Decimal) => SqlType::Decimal { scale: None },
                Some(Word::DecimalText) => SqlType::DecimalText { scale: None },
                Some(Word::Scaled) => SqlType::Scaled { scale: 2 },
                Some(Word::Char) => SqlType::Char { length: 1 },
                None => panic!("{name}"),
            };
            assert_eq!(word_of(ty), name);
        }
    }

    #[test]
    fn defaults_fit() {
        for ty in EdmType::ALL {
            for dialect in contract::dialect::ALL {
                assert!(fits(ty, default(ty, Some(2), None, dialect)), "{ty:?} {}", dialect.name);
            }
        }
    }
}
