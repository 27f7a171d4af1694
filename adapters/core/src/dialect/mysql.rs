//! MySQL 5.7 and later, MariaDB 10.3 and later: what sqlx's sessions (utf8mb4, UTC, PIPES_AS_CONCAT) see.

use super::ansi::{self, ANSI};
use super::{Dialect, Like, List, Nulls, Parameter};
use crate::sql::{Func, Number};
use crate::types::SqlType;

/// MySQL.
pub const MYSQL: Dialect = Dialect {
    name: "mysql",
    quote: ('`', '`'),
    parameter: Parameter::Question,
    nulls: Nulls::Lowest,
    list: List::In(1024),
    parameters_max: 32_000,
    booleans: false,
    function,
    cast,
    bind,
    // Bytes know no folding and no padding, whatever the charset of the column.
    exact: "CAST(CONVERT({0} USING utf8mb4) AS BINARY)",
    like: Like {
        exact: "{0} LIKE {1} ESCAPE '!'",
        folding: "CONVERT({0} USING utf8mb4) COLLATE utf8mb4_bin LIKE {1} ESCAPE '!'",
        start_prefilter: Some("{0} LIKE {1} ESCAPE '!'"),
        ignored: ["LOWER(CONVERT({0} USING utf8mb4)) COLLATE utf8mb4_bin LIKE LOWER({1}) ESCAPE '!'"; 3],
        // By bytes of one character set: no collation folds, and UTF-8 has no false matches between characters.
        computed: [
            "LOCATE(CAST(CONVERT({1} USING utf8mb4) AS BINARY), CAST(CONVERT({0} USING utf8mb4) AS BINARY)) > 0",
            "LEFT(CAST(CONVERT({0} USING utf8mb4) AS BINARY), LENGTH(CONVERT({1} USING utf8mb4))) \
             = CAST(CONVERT({1} USING utf8mb4) AS BINARY)",
            "RIGHT(CAST(CONVERT({0} USING utf8mb4) AS BINARY), LENGTH(CONVERT({1} USING utf8mb4))) \
             = CAST(CONVERT({1} USING utf8mb4) AS BINARY)",
        ],
        ..ANSI.like
    },
    char_ignores_padding: true,
    ..ANSI
};

/// MariaDB: the same, but for a binary collation in which blanks at the end count.
pub const MARIADB: Dialect = Dialect { name: "mariadb", function: mariadb_function, cast: mariadb_cast, ..MYSQL };

fn function(func: Func) -> Option<&'static str> {
    Some(match func {
        // Without the casts a negative result with an unsigned column in it is an error.
        Func::Add(Number::Integer) => "(CAST({0} AS SIGNED) + CAST({1} AS SIGNED))",
        Func::Subtract(Number::Integer) => "(CAST({0} AS SIGNED) - CAST({1} AS SIGNED))",
        Func::Multiply(Number::Integer) => "(CAST({0} AS SIGNED) * CAST({1} AS SIGNED))",
        Func::Divide(Number::Integer) => "(CAST({0} AS SIGNED) DIV NULLIF(CAST({1} AS SIGNED), 0))",
        Func::Modulo(Number::Integer) => "(CAST({0} AS SIGNED) % NULLIF(CAST({1} AS SIGNED), 0))",
        Func::Negate(Number::Integer) => "(- CAST({0} AS SIGNED))",
        // Division adds but four digits to those of the dividend.
        Func::Divide(Number::Decimal) => "(CAST({0} AS DECIMAL(65, 30)) / NULLIF({1}, 0))",
        Func::Modulo(_) => "({0} % NULLIF({1}, 0))",
        // Columns of two collations do not mix unless both are told one.
        Func::Concat => {
            "CONCAT(CONVERT({0} USING utf8mb4) COLLATE utf8mb4_bin, CONVERT({1} USING utf8mb4) COLLATE utf8mb4_bin)"
        }
        Func::IndexOf => {
            "(LOCATE(CONVERT({1} USING utf8mb4) COLLATE utf8mb4_bin, \
             CONVERT({0} USING utf8mb4) COLLATE utf8mb4_bin) - 1)"
        }
        Func::SubstringFrom => "SUBSTRING({0}, {1} + 1)",
        Func::SubstringFor => "SUBSTRING({0}, {1} + 1, {2})",
        Func::TrimEnd => "TRIM(TRAILING ' ' FROM {0})",
        // MySQL has this since 8.0. No backslashes: a session mode changes what they mean.
        Func::Trim => "REGEXP_REPLACE({0}, '^[[:space:]]+|[[:space:]]+$', '')",
        // A product keeps all digits, a quotient would not.
        Func::FractionalSeconds => "(MICROSECOND({0}) * 0.000001)",
        // ROUND rounds halves of floats to even.
        Func::Round(Number::Double) => "(TRUNCATE({0}, 0) + SIGN({0}) * (ABS({0} - TRUNCATE({0}, 0)) >= 0.5))",
        Func::Second => "EXTRACT(SECOND FROM {0})",
        Func::TimePart => "CAST({0} AS TIME(6))",
        other => return ansi::function(other),
    })
}

fn cast(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool => return None,
        SqlType::I16 | SqlType::I32 | SqlType::I64 => "CAST({0} AS SIGNED)",
        SqlType::U64 => "CAST({0} AS UNSIGNED)",
        SqlType::F32 | SqlType::F64 => "({0} + 0e0)",
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => {
            "CAST({0} AS DECIMAL(65, 30))"
        }
        // By itself the text would have the session's collation, which folds case.
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => "CAST({0} AS CHAR) COLLATE utf8mb4_bin",
        SqlType::Time => "CAST({0} AS TIME(6))",
        SqlType::Timestamp | SqlType::Instant => "CAST({0} AS DATETIME(6))",
        SqlType::Bytes => "CAST({0} AS BINARY)",
        other => return ansi::cast(other),
    })
}

fn mariadb_function(func: Func) -> Option<&'static str> {
    match func {
        Func::Concat => Some(
            "CONCAT(CONVERT({0} USING utf8mb4) COLLATE utf8mb4_nopad_bin, \
             CONVERT({1} USING utf8mb4) COLLATE utf8mb4_nopad_bin)",
        ),
        other => function(other),
    }
}

fn mariadb_cast(ty: SqlType) -> Option<&'static str> {
    match ty {
        SqlType::Text | SqlType::Char { .. } | SqlType::Other => Some("CAST({0} AS CHAR) COLLATE utf8mb4_nopad_bin"),
        other => cast(other),
    }
}

/// A text parameter beside a number or date would be compared as a float or as text.
fn bind(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Decimal { .. } | SqlType::DecimalText { .. } | SqlType::Scaled { .. } => {
            "CAST({0} AS DECIMAL(65, 30))"
        }
        SqlType::Date => "CAST({0} AS DATE)",
        SqlType::Time => "CAST({0} AS TIME(6))",
        SqlType::Timestamp | SqlType::Instant => "CAST({0} AS DATETIME(6))",
        _ => "{0}",
    }
}
