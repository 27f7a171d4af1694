//! Conditions: logic, comparisons and the boolean functions, with OData's null logic left to the lowering.

use std::collections::HashMap;

use super::coerce::{Fit, Target, fit, literal_type, parse_instant};
use super::function::typed;
use super::scalar::{Operand, operand};
use super::{Comparison, Condition, Function, Place, PlanError, Scalar, ScalarKind, Scope};
use crate::model::{EdmType, PropertyId};
use crate::odata::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, LiteralKind};
use contract::Value;

/// Plans an expression that must be boolean.
pub(super) fn condition(scope: &Scope<'_>, expr: &Expr) -> Result<Condition, PlanError> {
    scope.count_node()?;
    match &expr.kind {
        ExprKind::And(items) => {
            Ok(Condition::And(items.iter().map(|item| condition(scope, item)).collect::<Result<_, _>>()?))
        }
        ExprKind::Or(items) => fold(scope, items.iter().map(|item| condition(scope, item)).collect::<Result<_, _>>()?),
        ExprKind::Not(inner) => Ok(Condition::Not(Box::new(condition(scope, inner)?))),
        ExprKind::Binary(op, left, right) if comparison(*op).is_some() => {
            compare(scope, comparison(*op).unwrap_or(Comparison::Eq), left, right)
        }
        ExprKind::Binary(BinaryOp::Has, ..) => Err(PlanError::Unsupported { feature: "the operator has".into() }),
        ExprKind::In(left, items) => member_of(scope, left, items),
        ExprKind::Call(name, args) if is_boolean_function(name) => text_match(scope, name, args),
        ExprKind::Literal(LiteralKind::Bool(value)) => Ok(Condition::Constant(*value)),
        ExprKind::Literal(LiteralKind::Null) => Ok(Condition::Null),
        _ => match operand(scope, expr)? {
            Operand::Condition(condition) => Ok(condition),
            Operand::Literal(Literal { kind: LiteralKind::Bool(value), .. }) => Ok(Condition::Constant(value)),
            Operand::Literal(Literal { kind: LiteralKind::Null, .. }) => Ok(Condition::Null),
            Operand::Literal(literal) => Err(not_boolean(literal_type(&literal.kind).into(), expr)),
            Operand::Value(value) => Err(not_boolean(format!("Edm.{}", value.ty.name()), expr)),
        },
    }
}

fn not_boolean(found: String, expr: &Expr) -> PlanError {
    PlanError::Type { what: "the expression".into(), found, wanted: "a condition".into(), span: expr.span }
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Eq => Comparison::Eq,
        BinaryOp::Ne => Comparison::Ne,
        BinaryOp::Gt => Comparison::Gt,
        BinaryOp::Ge => Comparison::Ge,
        BinaryOp::Lt => Comparison::Lt,
        BinaryOp::Le => Comparison::Le,
        _ => return None,
    })
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

/// Whether the function gives a condition.
pub(super) fn is_boolean_function(name: &Ident) -> bool {
    ["contains", "startswith", "endswith", "substringof"].iter().any(|known| name.text.eq_ignore_ascii_case(known))
}

/// `contains(text, needle)` and its kin; `substringof(needle, text)` is the older protocol's spelling.
fn text_match(scope: &Scope<'_>, name: &Ident, args: &[Expr]) -> Result<Condition, PlanError> {
    let lower = name.text.to_ascii_lowercase();
    let (place, known, swapped) = match lower.as_str() {
        "startswith" => (Place::Start, "startswith", false),
        "endswith" => (Place::End, "endswith", false),
        "substringof" => (Place::Anywhere, "substringof", true),
        _ => (Place::Anywhere, "contains", false),
    };
    let [first, second] = args else {
        return Err(PlanError::ArgumentCount { name: known, takes: "two", given: args.len() });
    };
    let (text, needle) = if swapped { (second, first) } else { (first, second) };
    let text = typed(scope, text, &[EdmType::String])?;
    let needle = typed(scope, needle, &[EdmType::String])?;
    if is_null(&text) || is_null(&needle) {
        return Ok(Condition::Null);
    }
    Ok(Condition::Match { place, text, needle })
}

fn is_null(value: &Scalar) -> bool {
    matches!(value.kind, ScalarKind::Literal(Value::Null))
}

fn compare(scope: &Scope<'_>, op: Comparison, left: &Expr, right: &Expr) -> Result<Condition, PlanError> {
    Ok(match (operand(scope, left)?, operand(scope, right)?) {
        (Operand::Value(value), Operand::Literal(literal)) => with_literal(scope, op, value, &literal)?,
        (Operand::Literal(literal), Operand::Value(value)) => with_literal(scope, mirrored(op), value, &literal)?,
        (Operand::Condition(condition), Operand::Literal(literal)) => with_truth(scope, op, condition, &literal)?,
        (Operand::Literal(literal), Operand::Condition(condition)) => {
            with_truth(scope, mirrored(op), condition, &literal)?
        }
        (Operand::Condition(a), Operand::Condition(b)) => {
            shallow(&a)?;
            shallow(&b)?;
            match op {
                Comparison::Eq => Condition::Same(Box::new(a), Box::new(b)),
                Comparison::Ne => Condition::Not(Box::new(Condition::Same(Box::new(a), Box::new(b)))),
                _ => Condition::Compare(op, truth_value(a), truth_value(b)),
            }
        }
        (Operand::Value(a), Operand::Value(b)) => {
            comparable(&a, &b, right)?;
            echo(scope, op, &a);
            echo(scope, op, &b);
            Condition::Compare(op, a, b)
        }
        (Operand::Literal(a), Operand::Literal(b)) => literals(op, &a, &b)?,
        (Operand::Condition(_), Operand::Value(value)) | (Operand::Value(value), Operand::Condition(_)) => {
            return Err(not_boolean(format!("Edm.{}", value.ty.name()), right));
        }
    })
}

/// Comparisons of conditions within each other at most: each is written several times over in SQL.
const TRUTH_DEPTH_MAX: usize = 3;

/// Refuses a condition that nests too deep to be compared once more.
fn shallow(condition: &Condition) -> Result<(), PlanError> {
    match truth_depth(condition) < TRUTH_DEPTH_MAX {
        true => Ok(()),
        false => Err(PlanError::Limit { limit: "truth_depth_max", max: TRUTH_DEPTH_MAX as u64 }),
    }
}

/// How many comparisons of conditions lie within each other; the parser bounds the recursion.
fn truth_depth(condition: &Condition) -> usize {
    let inside = |value: &Scalar| match &value.kind {
        ScalarKind::Condition(inner) => 1 + truth_depth(inner),
        _ => 0,
    };
    match condition {
        Condition::And(items) | Condition::Or(items) => items.iter().map(truth_depth).max().unwrap_or(0),
        Condition::Not(inner) | Condition::Is(inner, _) => truth_depth(inner),
        Condition::Same(a, b) => 1 + truth_depth(a).max(truth_depth(b)),
        Condition::Compare(_, a, b) => inside(a).max(inside(b)),
        Condition::IsNull { value, .. } => inside(value),
        _ => 0,
    }
}

fn comparable(a: &Scalar, b: &Scalar, at: &Expr) -> Result<(), PlanError> {
    if a.ty == b.ty || (a.ty.is_numeric() && b.ty.is_numeric()) {
        return Ok(());
    }
    Err(PlanError::Type {
        what: "the right side".into(),
        found: format!("Edm.{}", b.ty.name()),
        wanted: format!("Edm.{}", a.ty.name()),
        span: at.span,
    })
}

/// A condition as 1, 0 or null, so that it can be ordered: false comes before true.
fn truth_value(condition: Condition) -> Scalar {
    Scalar { kind: ScalarKind::Condition(Box::new(condition)), ty: EdmType::Boolean, nullable: true }
}

/// A condition against `true`, `false` or `null`: `f() eq true` is `f()`.
fn with_truth(
    scope: &Scope<'_>,
    op: Comparison,
    condition: Condition,
    literal: &Literal,
) -> Result<Condition, PlanError> {
    if let Condition::Flag(id) = condition {
        scope.echoed.borrow_mut().push(id);
    }
    let not = |condition| Condition::Not(Box::new(condition));
    if !matches!((op, &literal.kind), (Comparison::Eq | Comparison::Ne, LiteralKind::Bool(_))) {
        shallow(&condition)?;
    }
    // `eq` never gives null: a condition that is null is neither true nor false.
    let is = |value: bool| Condition::Is(Box::new(condition.clone()), value);
    Ok(match (op, &literal.kind) {
        (Comparison::Eq, LiteralKind::Bool(value)) => is(*value),
        (Comparison::Ne, LiteralKind::Bool(value)) => not(is(*value)),
        (_, LiteralKind::Bool(value)) => {
            let literal = Scalar {
                kind: ScalarKind::Literal(Value::I64(i64::from(*value))),
                ty: EdmType::Boolean,
                nullable: false,
            };
            Condition::Compare(op, truth_value(condition), literal)
        }
        (Comparison::Eq | Comparison::Ge | Comparison::Le, LiteralKind::Null) => {
            Condition::IsNull { value: truth_value(condition), blank: false }
        }
        (Comparison::Ne, LiteralKind::Null) => not(Condition::IsNull { value: truth_value(condition), blank: false }),
        (_, LiteralKind::Null) => Condition::Constant(false),
        (_, other) => {
            return Err(PlanError::Type {
                what: "the literal".into(),
                found: literal_type(other).into(),
                wanted: "true or false".into(),
                span: literal.span,
            });
        }
    })
}

/// Notes a property that `eq` compares: Salesforce looks for it in the rows.
fn echo(scope: &Scope<'_>, op: Comparison, value: &Scalar) {
    if let (Comparison::Eq, ScalarKind::Property(id)) = (op, &value.kind) {
        scope.echoed.borrow_mut().push(*id);
    }
}

/// A value against a literal.
fn with_literal(scope: &Scope<'_>, op: Comparison, value: Scalar, literal: &Literal) -> Result<Condition, PlanError> {
    echo(scope, op, &value);
    let is_blank = scope.salesforce() && matches!(&literal.kind, LiteralKind::Text(text) if text.is_empty());
    if is_blank && value.ty == EdmType::String {
        return Ok(with_blank(op, value));
    }
    if literal.kind == LiteralKind::Null {
        return Ok(with_null(scope, op, value));
    }
    if let Some(found) = position_test(scope, op, &value, literal) {
        return Ok(found);
    }
    if literal.kind == LiteralKind::Bool(true) || literal.kind == LiteralKind::Bool(false) {
        return Err(PlanError::Type {
            what: "the literal".into(),
            found: "Edm.Boolean".into(),
            wanted: format!("Edm.{}", value.ty.name()),
            span: literal.span,
        });
    }
    let fit = fit(literal, &Target::of(scope, &value), scope.salesforce())?;
    Ok(placed(op, value, fit))
}

/// Comparison with a value that the other side may be unable to hold.
fn placed(op: Comparison, value: Scalar, fit: Fit) -> Condition {
    use Comparison::*;
    let literal = |v: Value, like: &Scalar| Scalar { kind: ScalarKind::Literal(v), ty: like.ty, nullable: false };
    let against = |op, v: Value| Condition::Compare(op, value.clone(), literal(v, &value));
    let every = || Condition::Not(Box::new(Condition::IsNull { value: value.clone(), blank: false }));
    match (fit, op) {
        (Fit::Exact(v), op) => against(op, v),
        (Fit::Span(from, to), Eq) => Condition::And(vec![against(Ge, from), against(Lt, to)]),
        (Fit::Span(from, to), Ne) => Condition::Not(Box::new(Condition::And(vec![against(Ge, from), against(Lt, to)]))),
        (Fit::Span(_, to), Gt) => against(Ge, to),
        (Fit::Span(from, _), Ge) => against(Ge, from),
        (Fit::Span(from, _), Lt) => against(Lt, from),
        (Fit::Span(_, to), Le) => against(Lt, to),
        (Fit::Above(v), Gt | Ge) => against(Gt, v),
        (Fit::Above(v), Lt | Le) => against(Le, v),
        (Fit::OverAll, Lt | Le) | (Fit::UnderAll, Gt | Ge) => every(),
        (_, Ne) => Condition::Constant(true),
        (_, _) => Condition::Constant(false),
    }
}

/// A value against null.
fn with_null(scope: &Scope<'_>, op: Comparison, value: Scalar) -> Condition {
    let blank = scope.salesforce() && value.ty == EdmType::String;
    let test = Condition::IsNull { value, blank };
    match op {
        // Null equals null, and `ge` and `le` are "or equal".
        Comparison::Eq | Comparison::Ge | Comparison::Le => test,
        Comparison::Ne => Condition::Not(Box::new(test)),
        Comparison::Gt | Comparison::Lt => Condition::Constant(false),
    }
}

/// A text against the empty one, which is null to Salesforce and the least of all texts.
fn with_blank(op: Comparison, value: Scalar) -> Condition {
    let test = Condition::IsNull { value, blank: true };
    match op {
        Comparison::Eq | Comparison::Le => test,
        Comparison::Ne | Comparison::Gt => Condition::Not(Box::new(test)),
        Comparison::Ge => Condition::Constant(true),
        Comparison::Lt => Condition::Constant(false),
    }
}

/// `indexof(f,'x') ne -1` and its kin: what Salesforce sends for "contains".
fn position_test(scope: &Scope<'_>, op: Comparison, value: &Scalar, literal: &Literal) -> Option<Condition> {
    let ScalarKind::Call(Function::IndexOf, args) = &value.kind else { return None };
    let LiteralKind::Number(text) = &literal.kind else { return None };
    let bound = super::number::Numeral::parse(text)?.plain();
    let found = Condition::Match { place: Place::Anywhere, text: args.first()?.clone(), needle: args.get(1)?.clone() };
    let is = |value: bool| Condition::Is(Box::new(found.clone()), value);
    match (op, bound.as_str()) {
        // Salesforce means "contains": no row without a value.
        (Comparison::Ne, "-1") if scope.salesforce() => Some(found),
        (Comparison::Ne, "-1") => Some(Condition::Not(Box::new(is(false)))),
        (Comparison::Gt, "-1") | (Comparison::Ge, "0") => Some(is(true)),
        (Comparison::Eq, "-1") | (Comparison::Lt, "0") | (Comparison::Le, "-1") => Some(is(false)),
        _ => None,
    }
}

/// Two literals: decided here.
fn literals(op: Comparison, a: &Literal, b: &Literal) -> Result<Condition, PlanError> {
    use std::cmp::Ordering;
    let order = match (&a.kind, &b.kind) {
        (LiteralKind::Null, LiteralKind::Null) => Some(Ordering::Equal),
        (LiteralKind::Null, _) | (_, LiteralKind::Null) => return Ok(Condition::Constant(op == Comparison::Ne)),
        (LiteralKind::Text(a), LiteralKind::Text(b)) => Some(a.cmp(b)),
        (LiteralKind::Bool(a), LiteralKind::Bool(b)) => Some(a.cmp(b)),
        (LiteralKind::Number(a), LiteralKind::Number(b)) => {
            let read = |text: &String| text.parse::<f64>().ok();
            read(a).zip(read(b)).and_then(|(a, b)| a.partial_cmp(&b))
        }
        (LiteralKind::DateTimeOffset(a), LiteralKind::DateTimeOffset(b)) => {
            parse_instant(a).zip(parse_instant(b)).map(|(a, b)| a.cmp(&b))
        }
        (a_kind, b_kind) => {
            return Err(PlanError::Type {
                what: "the right side".into(),
                found: literal_type(b_kind).into(),
                wanted: literal_type(a_kind).into(),
                span: b.span,
            });
        }
    };
    let both_null = a.kind == LiteralKind::Null;
    Ok(Condition::Constant(match op {
        Comparison::Eq => order == Some(Ordering::Equal),
        Comparison::Ne => order != Some(Ordering::Equal),
        Comparison::Gt => order == Some(Ordering::Greater) && !both_null,
        Comparison::Lt => order == Some(Ordering::Less) && !both_null,
        Comparison::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }))
}

/// `e in (a, b)`
fn member_of(scope: &Scope<'_>, left: &Expr, items: &[Expr]) -> Result<Condition, PlanError> {
    let mut values = Vec::with_capacity(items.len());
    let mut others = Vec::new();
    let value = match operand(scope, left)? {
        Operand::Value(value) => Some(value),
        _ => None,
    };
    for item in items {
        match (&value, &item.kind) {
            (Some(value), ExprKind::Literal(kind)) if is_plain(kind) => {
                scope.count_node()?;
                super::coerce::storable(kind)?;
                let literal = Literal { kind: kind.clone(), span: item.span };
                match fit(&literal, &Target::of(scope, value), scope.salesforce())? {
                    Fit::Exact(exact) => values.push(exact),
                    span @ Fit::Span(..) => others.push(placed(Comparison::Eq, value.clone(), span)),
                    _ => {}
                }
            }
            _ => others.push(compare(scope, Comparison::Eq, left, item)?),
        }
    }
    if let Some(value) = value {
        echo(scope, Comparison::Eq, &value);
        if !values.is_empty() {
            others.insert(0, Condition::In(value, values));
        }
    }
    fold(scope, others)
}

/// Whether the literal is a value that a list can hold as it is.
fn is_plain(kind: &LiteralKind) -> bool {
    !matches!(kind, LiteralKind::Null | LiteralKind::Bool(_)) && !matches!(kind, LiteralKind::Text(text) if text.is_empty())
}

/// An or-chain: equal comparisons of one property become one list.
fn fold(scope: &Scope<'_>, items: Vec<Condition>) -> Result<Condition, PlanError> {
    let mut lists: HashMap<PropertyId, usize> = HashMap::new();
    let mut folded: Vec<Condition> = Vec::with_capacity(items.len().min(16));
    for item in items {
        let (property, value, values) = match item {
            Condition::Compare(Comparison::Eq, value, Scalar { kind: ScalarKind::Literal(literal), .. }) => {
                match value.kind {
                    ScalarKind::Property(id) => (id, value, vec![literal]),
                    _ => {
                        let ty = value.ty;
                        let literal = Scalar { kind: ScalarKind::Literal(literal), ty, nullable: false };
                        folded.push(Condition::Compare(Comparison::Eq, value, literal));
                        continue;
                    }
                }
            }
            Condition::In(value, values) => match value.kind {
                ScalarKind::Property(id) => (id, value, values),
                _ => {
                    folded.push(Condition::In(value, values));
                    continue;
                }
            },
            Condition::Or(inner) => {
                folded.extend(inner);
                continue;
            }
            Condition::Constant(false) => continue,
            other => {
                folded.push(other);
                continue;
            }
        };
        match lists.get(&property) {
            Some(&at) => {
                if let Condition::In(_, list) = &mut folded[at] {
                    list.extend(values);
                }
            }
            None => {
                lists.insert(property, folded.len());
                folded.push(Condition::In(value, values));
            }
        }
    }
    limit_lists(scope, &folded)?;
    for item in &mut folded {
        single(item);
    }
    Ok(match folded.len() {
        0 => Condition::Constant(false),
        1 => folded.swap_remove(0),
        _ => Condition::Or(folded),
    })
}

/// A list of one is an equality.
fn single(item: &mut Condition) {
    if let Condition::In(value, values) = item
        && values.len() == 1
        && let Some(only) = values.pop()
    {
        let literal = Scalar { kind: ScalarKind::Literal(only), ty: value.ty, nullable: false };
        *item = Condition::Compare(Comparison::Eq, value.clone(), literal);
    }
}

fn limit_lists(scope: &Scope<'_>, items: &[Condition]) -> Result<(), PlanError> {
    let longest = items.iter().map(|item| if let Condition::In(_, list) = item { list.len() } else { 0 }).max();
    if longest.unwrap_or(0) > scope.rules.in_terms_max {
        return Err(PlanError::Limit { limit: "in_terms_max", max: scope.rules.in_terms_max as u64 });
    }
    Ok(())
}
