//! Values.

use super::RenderError;
use super::pred::Outer;
use super::select::Role;
use super::writer::{Part, Piece, Writer, Written, parts};
use crate::sql::{Column, Expr, Func, Pred};
use crate::types::SqlType;

impl Writer {
    /// A value that can stand beside any operator.
    pub(super) fn value(&mut self, expr: &Expr) -> Written {
        match expr {
            Expr::Column(column) => self.column(column),
            Expr::Param(param) => self.fill((self.dialect.bind)(param.ty), &[Piece::Placeholder(param)]),
            Expr::Call { func, args, .. } => self.call(*func, args),
            Expr::Cast(inner, to) => {
                let template = (self.dialect.cast)(*to).ok_or(RenderError::UnsupportedCast { to: *to })?;
                self.fill(template, &[argument(inner)])
            }
            Expr::Exact(inner) => self.piece(Piece::Exact(inner)),
            Expr::Case(arms) => self.case(arms),
            Expr::Subselect(select) => self.nested(select, Role::Subquery),
            Expr::CountAll => self.push("COUNT(*)"),
        }
    }

    /// A value that is compared or sorted by.
    pub(super) fn operand(&mut self, expr: &Expr) -> Written {
        match expr {
            Expr::Exact(inner) => self.piece(Piece::Exact(inner)),
            other => self.piece(Piece::Operand(other)),
        }
    }

    fn column(&mut self, column: &Column) -> Written {
        self.alias(column.table)?;
        self.push(".")?;
        self.name(&column.name)
    }

    pub(super) fn call(&mut self, func: Func, args: &[Expr]) -> Written {
        let template = (self.dialect.function)(func).ok_or(RenderError::Unsupported { func })?;
        let pieces: Vec<Piece<'_>> = args.iter().map(argument).collect();
        let complete = parts(template).all(|part| !matches!(part, Part::Argument(index) if index >= pieces.len()));
        if !complete {
            return Err(RenderError::Unsupported { func });
        }
        self.fill(template, &pieces)
    }

    fn case(&mut self, arms: &[(Pred, Expr)]) -> Written {
        if arms.is_empty() {
            return self.push("NULL");
        }
        self.push("CASE")?;
        for (condition, value) in arms {
            self.push(" WHEN ")?;
            self.pred(condition, Outer::Top)?;
            self.push(" THEN ")?;
            self.value(value)?;
        }
        self.push(" END")
    }
}

/// An argument of a function or conversion: what the database has no functions for is passed in its text form.
fn argument(expr: &Expr) -> Piece<'_> {
    if expr.ty() == SqlType::Other { Piece::Operand(expr) } else { Piece::Value(expr) }
}
