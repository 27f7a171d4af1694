//! Membership in a list: one array parameter, or chunks whose sizes repeat so that prepared statements do.

use super::pred::Outer;
use super::writer::{Piece, Writer, Written};
use crate::dialect::List;
use crate::sql::{Expr, Pred};
use crate::types::{Param, Value};

impl Writer {
    pub(super) fn list(&mut self, expr: &Expr, values: &[Value], negated: bool) -> Written {
        if values.is_empty() {
            return self.pred(&Pred::Const(negated), Outer::Group);
        }
        match self.dialect.list {
            List::Array => self.array(expr, values, negated),
            List::In(max) => self.chunks(expr, values, negated, max.max(1)),
        }
    }

    fn array(&mut self, expr: &Expr, values: &[Value], negated: bool) -> Written {
        let ty = expr.ty();
        self.operand(expr)?;
        self.push(if negated { " <> ALL(" } else { " = ANY(" })?;
        let param = Param { value: Value::List(values.to_vec()), ty };
        self.fill((self.dialect.bind_list)(ty), &[Piece::Placeholder(&param)])?;
        self.push(")")
    }

    fn chunks(&mut self, expr: &Expr, values: &[Value], negated: bool, max: usize) -> Written {
        let several = values.len() > max;
        if several {
            self.push("(")?;
        }
        for (index, chunk) in values.chunks(max).enumerate() {
            if index > 0 {
                self.push(if negated { " AND " } else { " OR " })?;
            }
            self.operand(expr)?;
            self.push(if negated { " NOT IN (" } else { " IN (" })?;
            self.elements(expr, chunk, padded(chunk.len(), max))?;
            self.push(")")?;
        }
        if several { self.push(")") } else { Ok(()) }
    }

    /// The values of one chunk, the last one repeated up to `size`.
    fn elements(&mut self, expr: &Expr, chunk: &[Value], size: usize) -> Written {
        let exact = matches!(expr, Expr::Exact(_));
        let last = chunk.last().into_iter().cycle();
        for (index, value) in chunk.iter().chain(last).take(size).enumerate() {
            if index > 0 {
                self.push(", ")?;
            }
            let element = Expr::param(value.clone(), expr.ty());
            if exact { self.side(&element, true)? } else { self.value(&element)? }
        }
        Ok(())
    }
}

/// The next of 1, 2, 4, 8, ..., at most `max`.
fn padded(count: usize, max: usize) -> usize {
    count.next_power_of_two().min(max)
}
