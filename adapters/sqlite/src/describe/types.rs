//! Declared types in the contract's terms. SQLite keeps any word; the usual names are read first, then its affinity rules.

use contract::SqlType;

/// What a declaration says.
#[derive(Debug, PartialEq)]
pub struct Declared {
    pub ty: SqlType,
    pub length: Option<u32>,
    pub precision: Option<u8>,
    pub scale: Option<u8>,
}

/// Reads a declared type such as `VARCHAR(40)` or `DECIMAL(12, 2)`.
pub fn read(declared: &str) -> Declared {
    let upper = declared.trim().to_ascii_uppercase();
    let (name, arguments) = match upper.split_once('(') {
        Some((name, rest)) => (name.trim().to_owned() + rest.split_once(')').map_or("", |(_, after)| after), rest),
        None => (upper.clone(), ""),
    };
    let mut numbers =
        arguments.split(')').next().unwrap_or("").split(',').map(|number| number.trim().parse::<u32>().ok());
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    let ty = named(&name, first, second).unwrap_or_else(|| by_affinity(&name));
    let small = |number: Option<u32>| number.and_then(|number| u8::try_from(number).ok());
    let decimal = matches!(ty, SqlType::Decimal { .. });
    Declared {
        ty,
        length: if ty.is_text() || ty == SqlType::Bytes { first.filter(|length| *length > 0) } else { None },
        precision: if decimal { small(first) } else { None },
        scale: match ty {
            SqlType::Decimal { scale } => scale,
            _ => None,
        },
    }
}

/// Types by names that mean the same in every database.
fn named(name: &str, first: Option<u32>, second: Option<u32>) -> Option<SqlType> {
    let word = name.split_whitespace().next().unwrap_or("");
    Some(match word {
        "BOOLEAN" | "BOOL" => SqlType::I64,
        "DECIMAL" | "NUMERIC" | "NUMBER" | "DEC" | "MONEY" => SqlType::Decimal { scale: scale(first, second) },
        "TIMESTAMPTZ" | "DATETIMEOFFSET" => SqlType::Instant,
        "TIMESTAMP" | "DATETIME" | "DATETIME2" | "SMALLDATETIME" => {
            let zoned = name.contains("WITH TIME ZONE") || name.contains("WITH LOCAL TIME ZONE");
            if zoned { SqlType::Instant } else { SqlType::Timestamp }
        }
        "DATE" => SqlType::Date,
        "TIME" => SqlType::Time,
        "CHAR" | "CHARACTER" | "NCHAR" | "BPCHAR" if !name.contains("VARYING") && !name.contains("LARGE") => {
            SqlType::Char { length: first.unwrap_or(1) }
        }
        "BINARY" | "VARBINARY" | "BYTEA" | "IMAGE" | "RAW" => SqlType::Bytes,
        "" | "ANY" | "JSON" | "XML" | "UUID" | "GUID" | "UNIQUEIDENTIFIER" | "ENUM" => SqlType::Other,
        _ => return None,
    })
}

/// A declared precision without a scale means whole numbers.
fn scale(first: Option<u32>, second: Option<u32>) -> Option<u8> {
    first?;
    u8::try_from(second.unwrap_or(0)).ok()
}

/// SQLite's own rules, in its order.
fn by_affinity(name: &str) -> SqlType {
    let has = |word: &str| name.contains(word);
    if has("INT") {
        SqlType::I64
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        SqlType::Text
    } else if has("BLOB") {
        SqlType::Bytes
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        SqlType::F64
    } else {
        SqlType::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_read() {
        let cases = [
            ("INTEGER", SqlType::I64),
            ("unsigned big int", SqlType::I64),
            ("TINYINT(1)", SqlType::I64),
            ("boolean", SqlType::I64),
            ("DECIMAL", SqlType::Decimal { scale: None }),
            ("DECIMAL(10)", SqlType::Decimal { scale: Some(0) }),
            ("numeric ( 12 , 2 )", SqlType::Decimal { scale: Some(2) }),
            ("CHAR(4)", SqlType::Char { length: 4 }),
            ("CHARACTER VARYING(4)", SqlType::Text),
            ("NVARCHAR(100)", SqlType::Text),
            ("CLOB", SqlType::Text),
            ("DATE", SqlType::Date),
            ("DATETIME", SqlType::Timestamp),
            ("TIMESTAMP(6) WITHOUT TIME ZONE", SqlType::Timestamp),
            ("TIMESTAMP(6) WITH TIME ZONE", SqlType::Instant),
            ("TIME", SqlType::Time),
            ("DOUBLE PRECISION", SqlType::F64),
            ("FLOAT(24)", SqlType::F64),
            ("BLOB", SqlType::Bytes),
            ("", SqlType::Other),
            ("geometry", SqlType::Other),
        ];
        for (declared, ty) in cases {
            assert_eq!(read(declared).ty, ty, "{declared}");
        }
    }

    #[test]
    fn lengths_and_digits_are_read() {
        assert_eq!(read("VARCHAR(40)").length, Some(40));
        assert_eq!(read("TEXT").length, None);
        let price = read("DECIMAL(12,2)");
        assert_eq!((price.precision, price.scale, price.length), (Some(12), Some(2), None));
        assert_eq!(read("DECIMAL(999,2)").precision, None);
        for odd in ["VARCHAR(", "VARCHAR()", "VARCHAR(x)", "VARCHAR(-1)", "VARCHAR)4("] {
            assert_eq!(read(odd), Declared { ty: SqlType::Text, length: None, precision: None, scale: None }, "{odd}");
        }
    }
}
