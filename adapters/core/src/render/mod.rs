//! The SQL tree to SQL text: the only code that writes any.
//!
//! Names are always quoted, values are always parameters, and everything else is a constant of this folder or of a
//! dialect. Recursion is as deep as the tree, which the stages before bound. Knows no database by name.

mod expr;
mod like;
mod list;
mod pred;
mod select;
mod writer;

use crate::adapter::Statement;
use crate::dialect::Dialect;
use crate::sql::{Expr, Func, Select};
use crate::types::SqlType;

use select::Role;
use writer::Writer;

/// Bytes of one statement at most. SQLite takes a million; and a template that names an argument twice doubles what is
/// nested in it, so a limit must stop the writing and not judge its result.
pub const STATEMENT_BYTES_MAX: usize = 1_000_000;

/// Why a tree cannot be written for a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The database cannot compute this.
    #[error("the database has no spelling of {func:?}")]
    Unsupported {
        /// What it lacks.
        func: Func,
    },
    /// The database cannot convert to this type.
    #[error("the database has no conversion to {to:?}")]
    UnsupportedCast {
        /// The type.
        to: SqlType,
    },
    /// More parameters than one statement may have.
    #[error("the statement needs {count} parameters, the database takes {max}")]
    TooManyParameters {
        /// Needed.
        count: usize,
        /// Allowed.
        max: usize,
    },
    /// Longer than a statement may be.
    #[error("the statement is longer than {max} bytes")]
    TooLong {
        /// Allowed.
        max: usize,
    },
}

/// Writes the statement for the dialect.
pub fn render(select: &Select, dialect: &'static Dialect) -> Result<Statement, RenderError> {
    let mut writer = Writer::new(dialect);
    writer.select(select, Role::Statement)?;
    let (text, params) = writer.finish()?;
    let columns = match select.columns.as_slice() {
        // What is written is `SELECT 1`.
        [] => [SqlType::I64].into(),
        columns => columns.iter().map(Expr::ty).collect(),
    };
    Ok(Statement { text: text.into(), params, columns })
}

#[cfg(test)]
mod tests;
