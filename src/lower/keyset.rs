//! The rows after a given one, in a total order with nulls lowest.
//!
//! Written `a >= ? AND (a > ? OR (a = ? AND b > ?))`, never as row values: the leading bound is what indexes serve.
//! Every comparison is the database's own, so that a folding collation orders and resumes alike.

use contract::sql::{Compare, Expr, Order, Pred};
use contract::{SqlType, Value};

/// True for the rows that follow the one with these order values.
pub(super) fn after(order: &[Order], values: &[Value]) -> Pred {
    let mut rest = Pred::Const(false);
    for (item, value) in order.iter().zip(values).rev() {
        rest = step(item, value, rest);
    }
    rest
}

/// Past the value in this item, or equal in it and past in the rest.
fn step(item: &Order, value: &Value, rest: Pred) -> Pred {
    let expr = || item.expr.clone();
    let param = || Expr::param(stored(value, item.expr.ty()), item.expr.ty());
    let null = || Pred::IsNull(expr());
    let compare = |op| Pred::Compare(op, expr(), param());
    match (value, item.descending) {
        (Value::Null, false) => Pred::IsNotNull(expr()).or(null().and(rest)),
        (Value::Null, true) => null().and(rest),
        (_, false) => bounded(compare(Compare::Ge), compare(Compare::Gt), compare(Compare::Eq), rest),
        (_, true) if item.nullable => compare(Compare::Lt).or(null()).or(compare(Compare::Eq).and(rest)),
        (_, true) => bounded(compare(Compare::Le), compare(Compare::Lt), compare(Compare::Eq), rest),
    }
}

fn bounded(bound: Pred, past: Pred, equal: Pred, rest: Pred) -> Pred {
    if rest == Pred::Const(false) {
        return past;
    }
    bound.and(past.or(equal.and(rest)))
}

/// A read cell as the parameter that meets its column: a scaled integer is read as the decimal that it means.
fn stored(value: &Value, ty: SqlType) -> Value {
    match (ty, value) {
        (SqlType::Scaled { scale }, Value::Decimal(text)) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{fraction:0<width$}", width = scale.into());
            digits.parse().map_or_else(|_| value.clone(), Value::I64)
        }
        _ => value.clone(),
    }
}
