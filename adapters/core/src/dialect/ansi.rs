//! The shared default: standard SQL, and the one match that names every function.

use super::{Dialect, Like, List, Nulls, Parameter, Pattern};
use crate::sql::{Func, Number};
use crate::types::SqlType;

/// Standard SQL. Dialects are this with differences.
pub const ANSI: Dialect = Dialect {
    name: "ansi",
    quote: ('"', '"'),
    parameter: Parameter::Question,
    nulls: Nulls::HighestWithSyntax,
    list: List::In(1000),
    parameters_max: 2000,
    booleans: false,
    function,
    cast,
    bind: plain,
    bind_list: plain,
    comparand: plain,
    exact: "{0}",
    like: Like {
        exact: "{0} LIKE {1} ESCAPE '!'",
        folding: "{0} LIKE {1} ESCAPE '!'",
        start_prefilter: None,
        ignored: ["LOWER({0}) LIKE LOWER({1}) ESCAPE '!'"; 3],
        pattern: Pattern::Percent,
        ignored_pattern: Pattern::Percent,
        computed: [
            "POSITION({1} IN {0}) > 0",
            "SUBSTRING({0} FROM 1 FOR CHAR_LENGTH({1})) = {1}",
            "SUBSTRING({0} FROM CHAR_LENGTH({0}) - CHAR_LENGTH({1}) + 1) = {1}",
        ],
    },
    decimal: SqlType::Decimal { scale: None },
    char_ignores_padding: true,
    dynamic_types: false,
    output: plain,
};

/// The template that changes nothing.
pub fn plain(_: SqlType) -> &'static str {
    "{0}"
}

/// Standard spellings. Exhaustive on purpose: a new function must be decided here.
pub fn function(func: Func) -> Option<&'static str> {
    Some(match func {
        Func::Add(_) => "({0} + {1})",
        Func::Subtract(_) => "({0} - {1})",
        Func::Multiply(_) => "({0} * {1})",
        Func::Divide(_) => "({0} / NULLIF({1}, 0))",
        Func::Modulo(Number::Double) => return None,
        Func::Modulo(_) => "MOD({0}, NULLIF({1}, 0))",
        Func::Negate(_) => "(- {0})",
        Func::Concat => "({0} || {1})",
        Func::Length => "CHAR_LENGTH({0})",
        Func::IndexOf => "(POSITION({1} IN {0}) - 1)",
        Func::SubstringFrom => "SUBSTRING({0} FROM {1} + 1)",
        Func::SubstringFor => "SUBSTRING({0} FROM {1} + 1 FOR {2})",
        Func::ToLower => "LOWER({0})",
        Func::ToUpper => "UPPER({0})",
        Func::Trim => "TRIM({0})",
        Func::TrimEnd => "TRIM(TRAILING ' ' FROM {0})",
        Func::Year => "EXTRACT(YEAR FROM {0})",
        Func::Month => "EXTRACT(MONTH FROM {0})",
        Func::Day => "EXTRACT(DAY FROM {0})",
        Func::Hour => "EXTRACT(HOUR FROM {0})",
        Func::Minute => "EXTRACT(MINUTE FROM {0})",
        Func::Second => "FLOOR(EXTRACT(SECOND FROM {0}))",
        Func::FractionalSeconds => "MOD(EXTRACT(SECOND FROM {0}), 1)",
        Func::DatePart => "CAST({0} AS DATE)",
        Func::TimePart => "CAST({0} AS TIME)",
        Func::Round(Number::Integer) | Func::Floor(Number::Integer) | Func::Ceiling(Number::Integer) => "{0}",
        Func::Round(_) => "ROUND({0}, 0)",
        Func::Floor(_) => "FLOOR({0})",
        Func::Ceiling(_) => "CEILING({0})",
    })
}

/// Standard conversions.
pub fn cast(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool => return None,
        SqlType::I16 | SqlType::I32 | SqlType::I64 => "CAST({0} AS BIGINT)",
        SqlType::U64 => "CAST({0} AS DECIMAL(20, 0))",
        SqlType::F32 | SqlType::F64 => "CAST({0} AS DOUBLE PRECISION)",
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => {
            "CAST({0} AS DECIMAL(31, 10))"
        }
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => "CAST({0} AS VARCHAR(4000))",
        SqlType::Date => "CAST({0} AS DATE)",
        SqlType::Time => "CAST({0} AS TIME)",
        SqlType::Timestamp | SqlType::Instant => "CAST({0} AS TIMESTAMP)",
        SqlType::Bytes | SqlType::Guid => return None,
    })
}
