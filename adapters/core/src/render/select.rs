//! The clauses of a select, in their order.

use super::pred::Outer;
use super::writer::{Piece, Writer, Written};
use crate::dialect::Nulls;
use crate::sql::{Expr, From, Join, Order, Select, Table};
use crate::types::{Param, SqlType, Value};

/// Where a select stands, which decides on how its columns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole statement: columns in the form in which they are read.
    Statement,
    /// A derived table: columns are named `c0`, `c1`, ...
    Derived,
    /// A subquery in a value or a condition.
    Subquery,
}

impl Writer {
    pub(super) fn select(&mut self, select: &Select, role: Role) -> Written {
        self.push("SELECT ")?;
        self.columns(&select.columns, role)?;
        self.push(" FROM ")?;
        self.from(&select.from)?;
        for join in &select.joins {
            self.join(join)?;
        }
        if let Some(filter) = &select.filter {
            self.push(" WHERE ")?;
            self.pred(filter, Outer::Top)?;
        }
        self.order(&select.order)?;
        self.limit(select.limit, select.offset)
    }

    /// A select in parentheses.
    pub(super) fn nested(&mut self, select: &Select, role: Role) -> Written {
        self.push("(")?;
        self.select(select, role)?;
        self.push(")")
    }

    fn columns(&mut self, columns: &[Expr], role: Role) -> Written {
        if columns.is_empty() {
            return self.push("1");
        }
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                self.push(", ")?;
            }
            match role {
                Role::Statement => self.fill((self.dialect.output)(column.ty()), &[Piece::Value(column)])?,
                Role::Derived => {
                    self.value(column)?;
                    self.column_alias(index)?;
                }
                Role::Subquery => self.value(column)?,
            }
        }
        Ok(())
    }

    fn from(&mut self, from: &From) -> Written {
        match from {
            From::Table(table) => self.table(table),
            From::Derived(select, alias) => {
                self.nested(select, Role::Derived)?;
                self.push(" ")?;
                self.alias(*alias)
            }
        }
    }

    fn table(&mut self, table: &Table) -> Written {
        if let Some(schema) = &table.schema {
            self.name(schema)?;
            self.push(".")?;
        }
        self.name(&table.name)?;
        // Without AS: not every database takes it here.
        self.push(" ")?;
        self.alias(table.alias)
    }

    fn join(&mut self, join: &Join) -> Written {
        self.push(if join.outer { " LEFT JOIN " } else { " JOIN " })?;
        self.table(&join.table)?;
        self.push(" ON ")?;
        self.pred(&join.on, Outer::Top)
    }

    fn order(&mut self, order: &[Order]) -> Written {
        for (index, item) in order.iter().enumerate() {
            self.push(if index == 0 { " ORDER BY " } else { ", " })?;
            self.operand(&item.expr)?;
            if item.descending {
                self.push(" DESC")?;
            }
            // OData has NULL below every value.
            match self.dialect.nulls {
                Nulls::HighestWithSyntax if item.nullable && item.descending => self.push(" NULLS LAST")?,
                Nulls::HighestWithSyntax if item.nullable => self.push(" NULLS FIRST")?,
                Nulls::HighestWithSyntax | Nulls::Lowest => {}
            }
        }
        Ok(())
    }

    /// LIMIT and OFFSET. Not every database takes an offset alone, so it comes with the highest limit there is.
    fn limit(&mut self, limit: Option<u64>, offset: Option<u64>) -> Written {
        if limit.is_none() && offset.is_none() {
            return Ok(());
        }
        self.push(" LIMIT ")?;
        self.placeholder(&rows(limit.unwrap_or(u64::MAX)))?;
        if let Some(offset) = offset {
            self.push(" OFFSET ")?;
            self.placeholder(&rows(offset))?;
        }
        Ok(())
    }
}

fn rows(count: u64) -> Param {
    Param { value: Value::I64(i64::try_from(count).unwrap_or(i64::MAX)), ty: SqlType::I64 }
}
