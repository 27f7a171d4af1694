//! OData's null logic in SQL (URL Conventions 5.1.1.1), without a function around any column.
//!
//! SQL keeps a row when its condition is true; false and unknown are the same to it. So each condition is lowered to a
//! predicate that is true exactly when the condition *is* what is wanted of it; `not` swaps the wish, and nothing has
//! to be coalesced.

use contract::sql::{Compare, Expr, Pred};
use contract::{SqlType, Value};

use super::Lowering;
use crate::plan::{Comparison, Condition, Scalar, ScalarKind};

/// When the predicate shall be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The condition is true.
    True,
    /// It is false.
    False,
    /// It is false or null.
    NotTrue,
    /// It is true or null.
    NotFalse,
}

impl Want {
    /// The wish for the inside of a `not`.
    fn swapped(self) -> Want {
        match self {
            Want::True => Want::False,
            Want::False => Want::True,
            Want::NotTrue => Want::NotFalse,
            Want::NotFalse => Want::NotTrue,
        }
    }

    /// For conditions that are never null: whether truth is wanted.
    fn truth(self) -> bool {
        matches!(self, Want::True | Want::NotFalse)
    }
}

impl Lowering<'_> {
    /// A predicate that is true exactly when the condition is what is wanted.
    pub(super) fn condition(&self, condition: &Condition, want: Want) -> Pred {
        match condition {
            Condition::Constant(value) => Pred::Const(*value == want.truth()),
            Condition::Null => Pred::Const(matches!(want, Want::NotTrue | Want::NotFalse)),
            Condition::And(items) => self.chain(items, want, want.truth()),
            Condition::Or(items) => self.chain(items, want, !want.truth()),
            Condition::Not(inner) => self.condition(inner, want.swapped()),
            Condition::Is(inner, value) => self.condition(
                inner,
                match (value, want.truth()) {
                    (true, true) => Want::True,
                    (true, false) => Want::NotTrue,
                    (false, true) => Want::False,
                    (false, false) => Want::NotFalse,
                },
            ),
            Condition::Compare(op, left, right) => self.compare(*op, left, right, want.truth()),
            Condition::IsNull { value, blank } => self.is_null(value, *blank, want.truth()),
            Condition::In(value, values) => self.member_of(value, values, want.truth()),
            Condition::Match { place, text, needle } => self.matches(*place, text, needle, want),
            Condition::Flag(id) => self.flag(*id, want),
            Condition::Same(a, b) => self.same(a, b, want.truth()),
        }
    }

    fn chain(&self, items: &[Condition], want: Want, all: bool) -> Pred {
        let start = Pred::Const(all);
        items.iter().map(|item| self.condition(item, want)).fold(start, if all { Pred::and } else { Pred::or })
    }

    /// Both true, both false or both null.
    fn same(&self, a: &Condition, b: &Condition, truth: bool) -> Pred {
        let p = |condition, want| self.condition(condition, want);
        let null = |condition| p(condition, Want::NotTrue).and(p(condition, Want::NotFalse));
        let known = |condition| p(condition, Want::True).or(p(condition, Want::False));
        if truth {
            let both_true = p(a, Want::True).and(p(b, Want::True));
            let both_false = p(a, Want::False).and(p(b, Want::False));
            both_true.or(both_false).or(null(a).and(null(b)))
        } else {
            let true_only = p(a, Want::True).and(p(b, Want::NotTrue));
            let false_only = p(a, Want::False).and(p(b, Want::NotFalse));
            true_only.or(false_only).or(null(a).and(known(b)))
        }
    }

    /// A comparison is never null in OData.
    fn compare(&self, op: Comparison, left: &Scalar, right: &Scalar, truth: bool) -> Pred {
        if let ScalarKind::Literal(value) = &right.kind {
            return self.compare_literal(op, left, value, truth);
        }
        if let ScalarKind::Literal(value) = &left.kind {
            return self.compare_literal(mirrored(op), right, value, truth);
        }
        let (a, b) = self.alike(self.value(left), self.value(right));
        let null = |expr: &Expr, nullable: bool| if nullable { Pred::IsNull(expr.clone()) } else { Pred::Const(false) };
        let (a_null, b_null) = (null(&a, left.nullable), null(&b, right.nullable));
        let both_null = a_null.clone().and(b_null.clone());
        // One null and the other not: only where both can be null does it take saying.
        let one_null = match (left.nullable, right.nullable) {
            (true, true) => {
                let a_only = a_null.clone().and(Pred::IsNotNull(b.clone()));
                a_only.or(Pred::IsNotNull(a.clone()).and(b_null.clone()))
            }
            _ => a_null.clone().or(b_null.clone()),
        };
        let with_null = matches!(op, Comparison::Eq | Comparison::Ge | Comparison::Le);
        match (op, truth) {
            (Comparison::Ne, truth) => self.compare(Comparison::Eq, left, right, !truth),
            (Comparison::Eq, true) => self.equal(a, b, true).or(both_null),
            (Comparison::Eq, false) => self.equal(a, b, false).or(one_null),
            (op, true) if with_null => Pred::Compare(sql(op), a, b).or(both_null),
            (op, true) => Pred::Compare(sql(op), a, b),
            (op, false) if with_null => Pred::Compare(sql(opposite(op)), a, b).or(one_null),
            (op, false) => Pred::Compare(sql(opposite(op)), a, b).or(a_null).or(b_null),
        }
    }

    /// Against a literal, which is never null.
    fn compare_literal(&self, op: Comparison, left: &Scalar, value: &Value, truth: bool) -> Pred {
        let expr = self.value(left);
        let or_null = |pred: Pred| match left.nullable {
            true => pred.or(Pred::IsNull(expr.clone())),
            false => pred,
        };
        match (op, truth) {
            (Comparison::Eq, true) | (Comparison::Ne, false) => self.equal_literal(expr, value, true),
            (Comparison::Eq, false) | (Comparison::Ne, true) => or_null(self.equal_literal(expr.clone(), value, false)),
            (op, true) => self.ordered_against(op, expr, value),
            (op, false) => or_null(self.ordered_against(opposite(op), expr.clone(), value)),
        }
    }

    fn is_null(&self, value: &Scalar, blank: bool, truth: bool) -> Pred {
        if let ScalarKind::Condition(condition) = &value.kind {
            let p = |want| self.condition(condition, want);
            return match truth {
                true => p(Want::NotTrue).and(p(Want::NotFalse)),
                false => p(Want::True).or(p(Want::False)),
            };
        }
        let expr = self.value(value);
        let blank = blank && matches!(expr.ty(), SqlType::Text | SqlType::Char { .. });
        let null = match (value.nullable, truth) {
            (true, true) => Pred::IsNull(expr.clone()),
            (true, false) => Pred::IsNotNull(expr.clone()),
            (false, truth) => Pred::Const(!truth),
        };
        match (blank, truth) {
            (false, _) => null,
            (true, true) => null.or(self.empty_text(expr, true)),
            (true, false) => null.and(self.empty_text(expr, false)),
        }
    }

    fn member_of(&self, value: &Scalar, values: &[Value], truth: bool) -> Pred {
        let expr = self.value(value);
        let found = self.one_of(expr.clone(), values, truth);
        if truth || !value.nullable { found } else { found.or(Pred::IsNull(expr)) }
    }
}

/// The operator in the tree.
pub(super) fn sql(op: Comparison) -> Compare {
    match op {
        Comparison::Eq => Compare::Eq,
        Comparison::Ne => Compare::Ne,
        Comparison::Gt => Compare::Gt,
        Comparison::Ge => Compare::Ge,
        Comparison::Lt => Compare::Lt,
        Comparison::Le => Compare::Le,
    }
}

fn opposite(op: Comparison) -> Comparison {
    match op {
        Comparison::Eq => Comparison::Ne,
        Comparison::Ne => Comparison::Eq,
        Comparison::Gt => Comparison::Le,
        Comparison::Ge => Comparison::Lt,
        Comparison::Lt => Comparison::Ge,
        Comparison::Le => Comparison::Gt,
    }
}

fn mirrored(op: Comparison) -> Comparison {
    match op {
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        same => same,
    }
}
