//! Text: the echo rule for equality, blanks, and the tests for a needle.
//!
//! A row returned for `eq 'X'` bears exactly X. Where the column's own `=` folds case, accents or blanks, that `=` still
//! leads (an index serves it) and an exact comparison follows; a column is never wrapped in a function by itself.

use contract::sql::{Compare, Expr, Func, LetterCase, Needle, Pred};
use contract::{SqlType, Value};

use super::Lowering;
use super::condition::Want;
use crate::model::EdmType;
use crate::plan::{Place, Scalar, ScalarKind};

impl Lowering<'_> {
    /// `expr = value`, or its negation (null aside).
    pub(super) fn equal_literal(&self, expr: Expr, value: &Value, truth: bool) -> Pred {
        if let SqlType::Char { length } = expr.ty() {
            return self.equal_padded(expr, value, length, truth);
        }
        let ty = expr.ty();
        self.equal(expr, Expr::param(value.clone(), ty), truth)
    }

    /// `a = b`, or its negation (null aside), exact for text.
    pub(super) fn equal(&self, a: Expr, b: Expr, truth: bool) -> Pred {
        let folds = folding(&a) || folding(&b);
        let op = if truth { Compare::Eq } else { Compare::Ne };
        let own = Pred::Compare(op, a.clone(), b.clone());
        if !folds {
            return own;
        }
        let exact = Pred::Compare(op, Expr::Exact(Box::new(a)), Expr::Exact(Box::new(b)));
        if truth { own.and(exact) } else { own.or(exact) }
    }

    /// A padded column shows no trailing blanks, so nothing with trailing blanks equals it.
    fn equal_padded(&self, expr: Expr, value: &Value, length: u32, truth: bool) -> Pred {
        let Value::Text(text) = value else { return Pred::Const(!truth) };
        if text.ends_with(' ') {
            return Pred::Const(!truth);
        }
        let ty = expr.ty();
        if self.capabilities.char_ignores_padding {
            return self.equal(expr, Expr::param(value.clone(), ty), truth);
        }
        let own = Pred::In { expr: expr.clone(), values: padded(text, length), negated: !truth };
        if !folding(&expr) {
            return own;
        }
        let exact = Pred::In { expr: Expr::Exact(Box::new(expr)), values: padded(text, length), negated: !truth };
        if truth { own.and(exact) } else { own.or(exact) }
    }

    /// `expr < value` and its kin. Beside a padded value, what is equal or above begins at the bare literal, and what is
    /// equal or below ends at the padded one.
    pub(super) fn beside(&self, op: Compare, expr: Expr, value: &Value) -> Pred {
        let ty = expr.ty();
        let padding = !self.capabilities.char_ignores_padding && matches!(op, Compare::Gt | Compare::Le);
        let value = match (ty, value) {
            (SqlType::Char { length }, Value::Text(text)) if padding => {
                padded(text, length).pop().unwrap_or(Value::Null)
            }
            _ => value.clone(),
        };
        Pred::Compare(op, expr, Expr::param(value, ty))
    }

    /// Two values of the row, ready to be compared: texts byte by byte, since no collation need fit both.
    pub(super) fn comparable(&self, left: &Scalar, right: &Scalar) -> (Expr, Expr) {
        let is_text = |scalar: &Scalar| scalar.ty == EdmType::String;
        if is_text(left) && is_text(right) {
            let exact = |scalar| Expr::Exact(Box::new(self.argument(scalar)));
            return (exact(left), exact(right));
        }
        self.alike(self.value(left), self.value(right))
    }

    /// Membership in a list, or its negation (null aside).
    pub(super) fn one_of(&self, expr: Expr, values: &[Value], truth: bool) -> Pred {
        if let [only] = values {
            return self.equal_literal(expr, only, truth);
        }
        let mut list: Vec<Value> = Vec::with_capacity(values.len());
        for value in values {
            match (expr.ty(), value) {
                (SqlType::Char { .. }, Value::Text(text)) if text.ends_with(' ') => {}
                (SqlType::Char { length }, Value::Text(text)) if !self.capabilities.char_ignores_padding => {
                    list.extend(padded(text, length));
                }
                _ => list.push(value.clone()),
            }
        }
        if list.is_empty() {
            return Pred::Const(!truth);
        }
        let own = Pred::In { expr: expr.clone(), values: list.clone(), negated: !truth };
        if !folding(&expr) {
            return own;
        }
        let exact = Pred::In { expr: Expr::Exact(Box::new(expr)), values: list, negated: !truth };
        if truth { own.and(exact) } else { own.or(exact) }
    }

    /// The text is empty, or is not.
    pub(super) fn empty_text(&self, expr: Expr, truth: bool) -> Pred {
        match expr.ty() {
            SqlType::Char { length } if !self.capabilities.char_ignores_padding => {
                Pred::In { expr, values: padded("", length), negated: !truth }
            }
            ty => {
                let op = if truth { Compare::Eq } else { Compare::Ne };
                Pred::Compare(op, expr, Expr::param(Value::Text(String::new()), ty))
            }
        }
    }

    /// `contains`, `startswith`, `endswith`: null where the text or the needle is.
    pub(super) fn matches(&self, place: Place, text: &Scalar, needle: &Scalar, want: Want) -> Pred {
        let negated = matches!(want, Want::False | Want::NotTrue);
        let searched = self.searched(text, place, needle);
        let (needle_expr, needle_form) = match &needle.kind {
            ScalarKind::Literal(Value::Text(literal)) => (None, Needle::Literal(literal.clone())),
            _ => {
                let expr = self.searched(needle, place, text);
                (Some(expr.clone()), Needle::Expr(expr))
            }
        };
        let place = match place {
            Place::Anywhere => contract::sql::Place::Anywhere,
            Place::Start => contract::sql::Place::Start,
            Place::End => contract::sql::Place::End,
        };
        let found = Pred::Like { text: searched.clone(), needle: needle_form, place, case: LetterCase::Exact, negated };
        if matches!(want, Want::True | Want::False) {
            return found;
        }
        let mut pred = found;
        if text.nullable {
            pred = pred.or(Pred::IsNull(searched));
        }
        match needle_expr {
            Some(expr) if needle.nullable => pred.or(Pred::IsNull(expr)),
            _ => pred,
        }
    }

    /// The text to search in: a padded column loses its padding only where the needle could meet it.
    fn searched(&self, text: &Scalar, place: Place, needle: &Scalar) -> Expr {
        let expr = self.value(text);
        let blank_end = match &needle.kind {
            ScalarKind::Literal(Value::Text(literal)) => literal.ends_with(' '),
            _ => true,
        };
        match expr.ty() {
            SqlType::Char { .. } if place == Place::End || blank_end => {
                Expr::Call { func: Func::TrimEnd, args: vec![expr], ty: SqlType::Text }
            }
            SqlType::Char { .. } | SqlType::Text | SqlType::Other => expr,
            _ => Expr::Cast(Box::new(expr), SqlType::Text),
        }
    }
}

/// Whether the value's own comparison is not exact: a computed text compares like the columns in it, and like nobody
/// knows what without any.
pub(super) fn folding(expr: &Expr) -> bool {
    match expr {
        Expr::Param(_) => false,
        expr => expr.ty().is_text() && !exact(expr),
    }
}

/// Whether a column leads the comparison, and all of them are exact.
fn exact(expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => column.ty.is_text() && column.exact,
        Expr::Call { args, .. } => {
            let texts = || args.iter().filter(|arg| arg.ty().is_text() && !matches!(arg, Expr::Param(_)));
            texts().next().is_some() && texts().all(exact)
        }
        Expr::Exact(_) => true,
        _ => false,
    }
}

/// A literal as it may be stored in a padded column: as it is, and filled up.
fn padded(text: &str, length: u32) -> Vec<Value> {
    let length = length as usize;
    let missing = length.saturating_sub(text.chars().count());
    let mut values = vec![Value::Text(text.to_owned())];
    if missing > 0 {
        values.push(Value::Text(format!("{text}{}", " ".repeat(missing))));
    }
    values
}
