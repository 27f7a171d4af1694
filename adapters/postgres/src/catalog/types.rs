//! PostgreSQL's type names and modifiers to the contract's types.

use contract::SqlType;

/// The bytes by which a modifier exceeds the length or packed precision it stands for.
const MODIFIER_HEADER: i32 = 4;

/// What a type and its modifier say of a column.
#[derive(Debug, PartialEq)]
pub(super) struct Shape {
    pub ty: SqlType,
    pub length: Option<u32>,
    pub precision: Option<u8>,
    pub scale: Option<u8>,
}

/// The shape of a base type, by its name in `pg_type`; any name not known here is another kind of type.
pub(super) fn shape(name: &str, modifier: i32) -> Shape {
    let length = u32::try_from(modifier - MODIFIER_HEADER).ok().filter(|length| *length > 0);
    let plain = |ty| Shape { ty, length: None, precision: None, scale: None };
    match name {
        "bool" => plain(SqlType::Bool),
        "int2" => plain(SqlType::I16),
        "int4" => plain(SqlType::I32),
        "int8" | "oid" => plain(SqlType::I64),
        "float4" => plain(SqlType::F32),
        "float8" => plain(SqlType::F64),
        "numeric" => numeric(modifier),
        // The session's locale gives two digits.
        "money" => Shape { scale: Some(2), ..plain(SqlType::Decimal { scale: Some(2) }) },
        "bpchar" => match length {
            Some(chars) => Shape { length, ..plain(SqlType::Char { length: chars }) },
            None => plain(SqlType::Text),
        },
        "varchar" => Shape { length, ..plain(SqlType::Text) },
        "text" | "name" | "citext" => plain(SqlType::Text),
        "bytea" => plain(SqlType::Bytes),
        "uuid" => plain(SqlType::Guid),
        "date" => plain(SqlType::Date),
        "time" | "timetz" => plain(SqlType::Time),
        "timestamp" => plain(SqlType::Timestamp),
        "timestamptz" => plain(SqlType::Instant),
        _ => plain(SqlType::Other),
    }
}

fn numeric(modifier: i32) -> Shape {
    if modifier < MODIFIER_HEADER {
        return Shape { ty: SqlType::Decimal { scale: None }, length: None, precision: None, scale: None };
    }
    let packed = modifier - MODIFIER_HEADER;
    // Eleven bits with a sign: a negative scale rounds before the point, which leaves no digit after it.
    let scale = ((packed & 0x7FF) ^ 1024) - 1024;
    let scale = u8::try_from(scale.max(0)).ok();
    let precision = u8::try_from((packed >> 16) & 0xFFFF).ok();
    Shape { ty: SqlType::Decimal { scale }, length: None, precision, scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_unpacked() {
        let packed = |precision: i32, scale: i32| ((precision << 16) | (scale & 0x7FF)) + 4;
        let money = shape("numeric", packed(12, 2));
        assert_eq!((money.ty, money.precision, money.scale), (SqlType::Decimal { scale: Some(2) }, Some(12), Some(2)));
        assert_eq!(shape("numeric", packed(5, -3)).scale, Some(0));
        assert_eq!(shape("numeric", packed(1000, 400)).scale, None, "beyond what a column can say");
        assert_eq!(shape("numeric", -1).ty, SqlType::Decimal { scale: None });
        assert_eq!(shape("varchar", 24).length, Some(20));
        assert_eq!(shape("varchar", -1).length, None);
        assert_eq!(shape("bpchar", 7).ty, SqlType::Char { length: 3 });
        assert_eq!(shape("bpchar", -1).ty, SqlType::Text);
        assert_eq!(shape("inet", -1).ty, SqlType::Other);
    }
}
