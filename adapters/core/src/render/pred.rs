//! Conditions. `1 = 1` and `1 = 0` stand for constants, since not every database has boolean values.

use super::select::Role;
use super::writer::{Piece, Writer, Written};
use crate::sql::{Compare, Expr, Pred};

/// Terms side by side at most. Databases parse `a AND b AND c` into a tree as deep as it is long, and SQLite refuses a
/// depth of 1000, so long rows of terms are written as a bushy tree.
const TERMS_MAX: usize = 64;

/// What a condition stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outer {
    /// A clause of its own.
    Top,
    /// A term of AND.
    And,
    /// A term of OR.
    Or,
    /// An operand that must not fall apart.
    Group,
}

impl Writer {
    pub(super) fn pred(&mut self, pred: &Pred, outer: Outer) -> Written {
        match pred {
            Pred::Const(true) => self.push("1 = 1"),
            Pred::Const(false) => self.push("1 = 0"),
            Pred::Compare(operator, left, right) => self.compare(*operator, left, right),
            Pred::IsNull(expr) => self.null_test(expr, " IS NULL"),
            Pred::IsNotNull(expr) => self.null_test(expr, " IS NOT NULL"),
            Pred::In { expr, values, negated } => self.list(expr, values, *negated),
            Pred::Like { text, needle, place, case, negated: false } => self.like(text, needle, *place, *case),
            Pred::Like { text, needle, place, case, negated: true } => {
                self.push("NOT (")?;
                self.like(text, needle, *place, *case)?;
                self.push(")")
            }
            Pred::And(terms) => self.terms(terms, Outer::And, outer),
            Pred::Or(terms) => self.terms(terms, Outer::Or, outer),
            Pred::Exists { select, negated } => {
                self.push(if *negated { "NOT EXISTS " } else { "EXISTS " })?;
                self.nested(select, Role::Subquery)
            }
            Pred::Truth { expr, negated: false } => self.value(expr),
            Pred::Truth { expr, negated: true } => {
                self.push("(NOT ")?;
                self.value(expr)?;
                self.push(")")
            }
        }
    }

    fn compare(&mut self, operator: Compare, left: &Expr, right: &Expr) -> Written {
        let exact = matches!(left, Expr::Exact(_)) || matches!(right, Expr::Exact(_));
        self.side(left, exact)?;
        self.push(match operator {
            Compare::Eq => " = ",
            Compare::Ne => " <> ",
            Compare::Gt => " > ",
            Compare::Ge => " >= ",
            Compare::Lt => " < ",
            Compare::Le => " <= ",
        })?;
        self.side(right, exact)
    }

    /// One side of a comparison; where one side is exact, the other must be of the same kind.
    pub(super) fn side(&mut self, expr: &Expr, exact: bool) -> Written {
        if exact && !matches!(expr, Expr::Exact(_)) { self.piece(Piece::Exact(expr)) } else { self.operand(expr) }
    }

    /// NULL has no collation: the bare value lets an index serve.
    fn null_test(&mut self, expr: &Expr, test: &'static str) -> Written {
        match expr {
            Expr::Exact(inner) => self.value(inner)?,
            other => self.value(other)?,
        }
        self.push(test)
    }

    fn terms(&mut self, terms: &[Pred], operator: Outer, outer: Outer) -> Written {
        match terms {
            [] => return self.pred(&Pred::Const(operator == Outer::And), outer),
            [term] => return self.pred(term, outer),
            _ => {}
        }
        let flat = outer == Outer::Top || outer == operator;
        if !flat {
            self.push("(")?;
        }
        let long = terms.len() > TERMS_MAX;
        let size = if long { terms.len().div_ceil(TERMS_MAX) } else { 1 };
        for (index, chunk) in terms.chunks(size).enumerate() {
            if index > 0 {
                self.push(if operator == Outer::And { " AND " } else { " OR " })?;
            }
            self.terms_of_chunk(chunk, operator, long)?;
        }
        if flat { Ok(()) } else { self.push(")") }
    }

    fn terms_of_chunk(&mut self, chunk: &[Pred], operator: Outer, long: bool) -> Written {
        match chunk {
            [term] => self.pred(term, operator),
            chunk if long => self.terms(chunk, operator, Outer::Group),
            chunk => self.terms(chunk, operator, operator),
        }
    }
}
