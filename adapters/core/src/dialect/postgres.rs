//! PostgreSQL 12 and later.

use super::ansi::{self, ANSI};
use super::{Dialect, Like, List, Nulls, Parameter};
use crate::sql::{Func, Number};
use crate::types::SqlType;

/// PostgreSQL.
pub const POSTGRES: Dialect = Dialect {
    name: "postgres",
    parameter: Parameter::Dollar,
    nulls: Nulls::HighestWithSyntax,
    list: List::Array,
    // The wire counts parameters in 16 bits.
    parameters_max: 32_000,
    booleans: true,
    function,
    cast,
    bind,
    bind_list,
    comparand,
    // The "C" collation compares bytes; text first, since bpchar would ignore trailing blanks.
    exact: "CAST({0} AS text) COLLATE \"C\"",
    like: Like {
        exact: "{0} LIKE {1} ESCAPE '!'",
        folding: "CAST({0} AS text) COLLATE \"C\" LIKE {1} ESCAPE '!'",
        // The database's default collation knows letters that a "C" column's own does not; equal to the column's own
        // in most databases, and the planner strips it there, so trigram indexes still serve.
        ignored: ["CAST({0} AS text) COLLATE \"default\" ILIKE {1} ESCAPE '!'"; 3],
        // The casts keep types with functions of their own (citext) from folding letters.
        computed: [
            "strpos(CAST({0} AS text) COLLATE \"C\", CAST({1} AS text) COLLATE \"C\") > 0",
            "starts_with(CAST({0} AS text), CAST({1} AS text))",
            "right(CAST({0} AS text) COLLATE \"C\", char_length({1})) = CAST({1} AS text) COLLATE \"C\"",
        ],
        ..ANSI.like
    },
    char_ignores_padding: true,
    output,
    ..ANSI
};

fn function(func: Func) -> Option<&'static str> {
    Some(match func {
        // The sum of two small integers is a small integer, or an error.
        Func::Add(Number::Integer) => "(CAST({0} AS bigint) + {1})",
        Func::Subtract(Number::Integer) => "(CAST({0} AS bigint) - {1})",
        Func::Multiply(Number::Integer) => "(CAST({0} AS bigint) * {1})",
        Func::Divide(Number::Integer) => "(CAST({0} AS bigint) / NULLIF({1}, 0))",
        // Of two integers it would be a whole number.
        Func::Divide(Number::Decimal) => "(CAST({0} AS numeric) / NULLIF({1}, 0))",
        Func::Negate(Number::Integer) => "(- CAST({0} AS bigint))",
        Func::Modulo(Number::Double) => return None,
        Func::Modulo(_) => "({0} % NULLIF({1}, 0))",
        Func::IndexOf => "(strpos(CAST({0} AS text) COLLATE \"C\", CAST({1} AS text) COLLATE \"C\") - 1)",
        Func::SubstringFrom => "substr({0}, CAST({1} AS integer) + 1)",
        // A negative length would be an error, and GREATEST would turn NULL into 0.
        Func::SubstringFor => {
            "substr({0}, CAST({1} AS integer) + 1, CAST(CASE WHEN {2} < 0 THEN 0 ELSE {2} END AS integer))"
        }
        Func::ToLower => "lower({0} COLLATE \"default\")",
        Func::ToUpper => "upper({0} COLLATE \"default\")",
        Func::Trim => "btrim({0}, E' \\t\\n\\x0b\\f\\r')",
        Func::TrimEnd => "rtrim({0})",
        // The year of an infinite date is infinite, which no integer is; its other parts are NULL.
        Func::Year => "CASE WHEN isfinite({0}) THEN CAST(EXTRACT(YEAR FROM {0}) AS bigint) END",
        Func::Month => "CAST(EXTRACT(MONTH FROM {0}) AS bigint)",
        Func::Day => "CAST(EXTRACT(DAY FROM {0}) AS bigint)",
        Func::Hour => "CAST(EXTRACT(HOUR FROM {0}) AS bigint)",
        Func::Minute => "CAST(EXTRACT(MINUTE FROM {0}) AS bigint)",
        Func::Second => "CAST(floor(EXTRACT(SECOND FROM {0})) AS bigint)",
        Func::FractionalSeconds => "(CAST(EXTRACT(SECOND FROM {0}) AS numeric) % 1)",
        // round(double precision) rounds halves to even, and a cast to numeric keeps 15 digits. What is left of the
        // point and right of it is exact in floats.
        Func::Round(Number::Double) => {
            "(trunc({0}) + sign({0}) * CASE WHEN abs({0} - trunc({0})) >= 0.5 THEN 1 ELSE 0 END)"
        }
        Func::Round(Number::Decimal) => "round({0})",
        other => return ansi::function(other),
    })
}

fn cast(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool => "CAST({0} AS boolean)",
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => "CAST({0} AS text)",
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => "CAST({0} AS numeric)",
        SqlType::U64 => "CAST({0} AS numeric)",
        SqlType::Guid => "CAST({0} AS uuid)",
        SqlType::Bytes => "CAST({0} AS bytea)",
        SqlType::Instant => "CAST({0} AS timestamptz)",
        SqlType::Timestamp => "CAST({0} AS timestamp)",
        other => return ansi::cast(other),
    })
}

/// Drivers send floats with 8 bytes: 0.1 of 4 bytes is another number.
fn bind(ty: SqlType) -> &'static str {
    match ty {
        SqlType::F32 => "CAST({0} AS real)",
        _ => "{0}",
    }
}

fn bind_list(ty: SqlType) -> &'static str {
    match ty {
        SqlType::F32 => "CAST({0} AS real[])",
        _ => "{0}",
    }
}

fn comparand(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Other => "CAST({0} AS text)",
        _ => "{0}",
    }
}

fn output(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Other => "CAST({0} AS text)",
        _ => "{0}",
    }
}
