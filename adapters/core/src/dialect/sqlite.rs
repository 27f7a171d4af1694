//! SQLite 3.35 and later, with the functions that the adapter registers (`tg_...`).

use super::ansi::{self, ANSI};
use super::{Dialect, Like, List, Nulls, Parameter, Pattern};
use crate::sql::{Func, Number};
use crate::types::SqlType;

/// SQLite.
pub const SQLITE: Dialect = Dialect {
    name: "sqlite",
    parameter: Parameter::Question,
    nulls: Nulls::Lowest,
    list: List::In(1024),
    parameters_max: 32_000,
    booleans: false,
    function,
    cast,
    comparand,
    exact: "{0} COLLATE BINARY",
    like: Like {
        // LIKE folds ASCII letters; GLOB never does, and a prefix pattern is served by an index.
        exact: "{0} GLOB {1}",
        folding: "{0} GLOB {1}",
        start_prefilter: None,
        ignored: ["tg_contains({0}, {1})", "tg_starts({0}, {1})", "tg_ends({0}, {1})"],
        pattern: Pattern::Glob,
        ignored_pattern: Pattern::Plain,
        computed: [
            "instr({0}, {1}) > 0",
            "substr({0}, 1, length({1})) = {1} COLLATE BINARY",
            // A start before the text gives less than the needle's length, which equals no needle.
            "substr({0}, length({0}) - length({1}) + 1) = {1} COLLATE BINARY",
        ],
    },
    decimal: SqlType::DecimalText { scale: None },
    char_ignores_padding: false,
    dynamic_types: true,
    ..ANSI
};

fn function(func: Func) -> Option<&'static str> {
    Some(match func {
        Func::Add(Number::Decimal) => "tg_add({0}, {1})",
        Func::Subtract(Number::Decimal) => "tg_sub({0}, {1})",
        Func::Multiply(Number::Decimal) => "tg_mul({0}, {1})",
        Func::Divide(Number::Decimal) => "tg_div({0}, {1})",
        Func::Divide(Number::Double) => "(CAST({0} AS REAL) / NULLIF({1}, 0))",
        Func::Modulo(Number::Decimal) => "tg_mod({0}, {1})",
        Func::Modulo(Number::Integer) => "({0} % NULLIF({1}, 0))",
        Func::Negate(Number::Decimal) => "tg_neg({0})",
        Func::Length => "length({0})",
        Func::IndexOf => "tg_indexof({0}, {1})",
        Func::SubstringFrom => "substr({0}, {1} + 1)",
        Func::SubstringFor => "substr({0}, {1} + 1, max({2}, 0))",
        Func::ToLower => "tg_lower({0})",
        Func::ToUpper => "tg_upper({0})",
        Func::Trim => "trim({0}, char(9, 10, 11, 12, 13, 32))",
        Func::TrimEnd => "rtrim({0}, ' ')",
        Func::Year => "CAST(strftime('%Y', {0}) AS INTEGER)",
        Func::Month => "CAST(strftime('%m', {0}) AS INTEGER)",
        Func::Day => "CAST(strftime('%d', {0}) AS INTEGER)",
        Func::Hour => "CAST(strftime('%H', {0}) AS INTEGER)",
        Func::Minute => "CAST(strftime('%M', {0}) AS INTEGER)",
        // strftime would round 59.9999 to the next minute.
        Func::Second => "CAST(substr(tg_time({0}), 7, 2) AS INTEGER)",
        Func::FractionalSeconds => "tg_fraction({0})",
        Func::DatePart => "date({0})",
        Func::TimePart => "tg_time({0})",
        Func::Round(Number::Decimal) => "tg_round({0})",
        Func::Floor(Number::Decimal) => "tg_floor({0})",
        Func::Ceiling(Number::Decimal) => "tg_ceil({0})",
        // The mathematical functions are a build option, and halves must go away from zero.
        Func::Round(Number::Double) => "tg_round_real({0})",
        Func::Floor(Number::Double) => "tg_floor_real({0})",
        Func::Ceiling(Number::Double) => "tg_ceil_real({0})",
        other => return ansi::function(other),
    })
}

fn cast(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 => "CAST({0} AS INTEGER)",
        SqlType::F32 | SqlType::F64 => "CAST({0} AS REAL)",
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => "CAST({0} AS TEXT)",
        SqlType::Bytes => "CAST({0} AS BLOB)",
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } => "tg_decimal({0})",
        SqlType::Date => "date({0})",
        _ => return None,
    })
}

/// Decimals kept as text are compared by value.
fn comparand(ty: SqlType) -> &'static str {
    match ty {
        SqlType::DecimalText { .. } => "{0} COLLATE tg_decimal",
        _ => "{0}",
    }
}
