//! The primitive types of the Entity Data Model that a property can have (OData CSDL 4.0, section 4.4).

/// A primitive type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // OData's own names
pub enum EdmType {
    Boolean,
    Byte,
    SByte,
    Int16,
    Int32,
    Int64,
    Single,
    Double,
    Decimal,
    String,
    Date,
    TimeOfDay,
    DateTimeOffset,
    Guid,
    Binary,
}

impl EdmType {
    /// All of them, for messages and name look-up.
    pub const ALL: [EdmType; 15] = [
        EdmType::Boolean,
        EdmType::Byte,
        EdmType::SByte,
        EdmType::Int16,
        EdmType::Int32,
        EdmType::Int64,
        EdmType::Single,
        EdmType::Double,
        EdmType::Decimal,
        EdmType::String,
        EdmType::Date,
        EdmType::TimeOfDay,
        EdmType::DateTimeOffset,
        EdmType::Guid,
        EdmType::Binary,
    ];

    /// Name without `Edm.`.
    pub fn name(self) -> &'static str {
        match self {
            EdmType::Boolean => "Boolean",
            EdmType::Byte => "Byte",
            EdmType::SByte => "SByte",
            EdmType::Int16 => "Int16",
            EdmType::Int32 => "Int32",
            EdmType::Int64 => "Int64",
            EdmType::Single => "Single",
            EdmType::Double => "Double",
            EdmType::Decimal => "Decimal",
            EdmType::String => "String",
            EdmType::Date => "Date",
            EdmType::TimeOfDay => "TimeOfDay",
            EdmType::DateTimeOffset => "DateTimeOffset",
            EdmType::Guid => "Guid",
            EdmType::Binary => "Binary",
        }
    }

    /// The type of that name, with or without `Edm.`.
    pub fn named(name: &str) -> Option<EdmType> {
        let name = name.strip_prefix("Edm.").unwrap_or(name);
        EdmType::ALL.into_iter().find(|ty| ty.name() == name)
    }

    /// Whether it is one of the integer types.
    pub fn is_integer(self) -> bool {
        matches!(self, EdmType::Byte | EdmType::SByte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64)
    }

    /// Whether it is a number.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || matches!(self, EdmType::Single | EdmType::Double | EdmType::Decimal)
    }
}
