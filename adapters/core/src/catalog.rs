//! What introspection finds: plain data, the same for every database.

use crate::types::SqlType;

/// What part of the catalog to read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Schema, or the connection's default.
    pub schema: Option<String>,
    /// Only these tables and views; empty means all.
    pub tables: Vec<String>,
}

/// A database's tables and views, ordered by schema and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// Product and version as the server states them.
    pub server: String,
    /// The user of the connection, where the database has users.
    pub user: Option<String>,
    /// Tables and views.
    pub tables: Vec<Table>,
}

/// One table or view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Schema, where the database has them.
    pub schema: Option<String>,
    /// Name.
    pub name: String,
    /// Whether it is a view.
    pub view: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Columns of the primary key, in its order; empty without one.
    pub primary_key: Vec<String>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// All indexes, the primary key's included.
    pub indexes: Vec<Index>,
    /// Whether the connection's user may SELECT from it; `None` where that cannot be asked.
    pub readable: Option<bool>,
    /// Whether the connection's user may change it; `None` where that cannot be asked.
    pub writable: Option<bool>,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// The type as the database writes it.
    pub declared: String,
    /// The type in the contract's terms.
    pub ty: SqlType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Length of text and bytes in characters or bytes, where bounded.
    pub length: Option<u32>,
    /// Decimal digits in all, where declared.
    pub precision: Option<u8>,
    /// Decimal digits after the point, where declared.
    pub scale: Option<u8>,
    /// Collation name, where the column has one.
    pub collation: Option<String>,
    /// Whether `=` on this text column is exact: no folding of case or accents, trailing blanks count (CHAR aside).
    pub exact: bool,
    /// Comment.
    pub comment: Option<String>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignKey {
    /// Constraint name, where it has one.
    pub name: Option<String>,
    /// Columns of this table.
    pub columns: Vec<String>,
    /// Schema of the table pointed at.
    pub target_schema: Option<String>,
    /// Table pointed at.
    pub target: String,
    /// Columns pointed at, in the order of `columns`.
    pub target_columns: Vec<String>,
}

/// An index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Name.
    pub name: String,
    /// Whether it allows a value once only.
    pub unique: bool,
    /// Its parts in order.
    pub parts: Vec<IndexPart>,
    /// Condition of a partial index, as the database writes it.
    pub condition: Option<String>,
    /// Access method (`btree`, `hash`, `gin`, ...), lower case.
    pub method: String,
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPart {
    /// The column, or the expression's text when `expression` is set.
    pub column: String,
    /// Whether `column` is an expression.
    pub expression: bool,
    /// Descending.
    pub descending: bool,
    /// Whether NULL comes first, where the index says.
    pub nulls_first: Option<bool>,
    /// Only the first so many characters are indexed.
    pub prefix: Option<u32>,
    /// Collation, where it differs from the column's.
    pub collation: Option<String>,
}
