//! Type names of MySQL and MariaDB to the contract's types.

use contract::SqlType;

/// Longer texts and bytes count as unbounded.
const LENGTH_MAX: u64 = 65_535;

/// What a type says of a column.
#[derive(Debug, PartialEq)]
pub(super) struct Shape {
    pub ty: SqlType,
    pub length: Option<u32>,
    pub precision: Option<u8>,
    pub scale: Option<u8>,
}

/// The shape of a column, from the type's name, the whole declaration, and the numbers that the catalog gives with them.
pub(super) fn shape(
    name: &str,
    declared: &str,
    length: Option<u64>,
    precision: Option<u64>,
    scale: Option<u64>,
) -> Shape {
    let name = name.to_ascii_lowercase();
    let unsigned = declared.to_ascii_lowercase().contains(" unsigned");
    let length = length.filter(|length| *length <= LENGTH_MAX).and_then(|length| u32::try_from(length).ok());
    let scale = scale.and_then(|scale| u8::try_from(scale).ok());
    let precision_bits = precision.unwrap_or(0);
    let plain = |ty| Shape { ty, length: None, precision: None, scale: None };
    match name.as_str() {
        // Any TINYINT may hold more than 0 and 1, whatever width it is shown with.
        "tinyint" | "year" => plain(SqlType::I16),
        "smallint" => plain(if unsigned { SqlType::I32 } else { SqlType::I16 }),
        "mediumint" => plain(SqlType::I32),
        "int" | "integer" => plain(if unsigned { SqlType::I64 } else { SqlType::I32 }),
        "bigint" => plain(if unsigned { SqlType::U64 } else { SqlType::I64 }),
        "bit" => plain(if precision_bits > 63 { SqlType::U64 } else { SqlType::I64 }),
        "float" => plain(SqlType::F32),
        "double" => plain(SqlType::F64),
        "decimal" | "numeric" => {
            let precision = precision.and_then(|digits| u8::try_from(digits).ok());
            Shape { ty: SqlType::Decimal { scale }, length: None, precision, scale }
        }
        "char" => Shape { length, ..plain(SqlType::Char { length: length.unwrap_or(1) }) },
        "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Shape { length, ..plain(SqlType::Text) },
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            Shape { length, ..plain(SqlType::Bytes) }
        }
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geometrycollection" | "geomcollection" | "vector" => plain(SqlType::Bytes),
        "date" => plain(SqlType::Date),
        "datetime" => plain(SqlType::Timestamp),
        "timestamp" => plain(SqlType::Instant),
        "time" => plain(SqlType::Time),
        // enum, set, json, uuid, inet4, inet6, ...
        _ => plain(SqlType::Other),
    }
}

/// Whether a collation compares bytes and counts trailing blanks: an ordinary `*_bin` ignores them.
pub(super) fn is_exact(collation: &str) -> bool {
    collation == "binary" || collation == "utf8mb4_0900_bin" || collation.ends_with("_nopad_bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsigned_integers_are_widened() {
        let ty = |name, declared| shape(name, declared, None, None, None).ty;
        assert_eq!(ty("tinyint", "tinyint(1)"), SqlType::I16);
        assert_eq!(ty("smallint", "smallint(5) unsigned"), SqlType::I32);
        assert_eq!(ty("mediumint", "mediumint(8) unsigned"), SqlType::I32);
        assert_eq!(ty("int", "int(10) unsigned zerofill"), SqlType::I64);
        assert_eq!(ty("bigint", "bigint unsigned"), SqlType::U64);
        assert_eq!(shape("bit", "bit(64)", None, Some(64), None).ty, SqlType::U64);
        assert_eq!(ty("enum", "enum('a unsigned')"), SqlType::Other);
    }

    #[test]
    fn lengths_and_digits() {
        assert_eq!(shape("char", "char(3)", Some(3), None, None).ty, SqlType::Char { length: 3 });
        assert_eq!(shape("varchar", "varchar(20)", Some(20), None, None).length, Some(20));
        assert_eq!(shape("longtext", "longtext", Some(4_294_967_295), None, None).length, None);
        let amount = shape("decimal", "decimal(12,2)", None, Some(12), Some(2));
        assert_eq!((amount.ty, amount.precision), (SqlType::Decimal { scale: Some(2) }, Some(12)));
    }

    #[test]
    fn few_collations_are_exact() {
        for (collation, exact) in [
            ("utf8mb4_bin", false),
            ("utf8mb4_nopad_bin", true),
            ("utf8mb4_0900_bin", true),
            ("utf8mb4_general_ci", false),
            ("latin1_bin", false),
            ("binary", true),
        ] {
            assert_eq!(is_exact(collation), exact, "{collation}");
        }
    }
}
