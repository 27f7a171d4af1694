//! Values: members, arithmetic and calls. What is boolean is a condition (see `condition`).

use super::coerce::{Fit, number};
use super::function::{self, Function, Kind, applied, numeric};
use super::{Condition, PlanError, Scalar, ScalarKind, Scope, alias, condition, nearest};
use crate::model::{EdmType, PropertyId};
use crate::odata::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, LiteralKind};
use contract::{SqlType, Value};

/// One side of a comparison: a literal stays one until the other side is known.
pub(super) enum Operand {
    /// A literal.
    Literal(Literal),
    /// A value of the row.
    Value(Scalar),
    /// Something boolean.
    Condition(Condition),
}

/// Plans one side of a comparison.
pub(super) fn operand(scope: &Scope<'_>, expr: &Expr) -> Result<Operand, PlanError> {
    scope.count_node()?;
    Ok(match written(scope, expr)? {
        // What is computed from null is null.
        Operand::Value(Scalar { kind: ScalarKind::Literal(Value::Null), .. }) => {
            Operand::Literal(Literal { kind: LiteralKind::Null, span: expr.span })
        }
        other => other,
    })
}

fn written(scope: &Scope<'_>, expr: &Expr) -> Result<Operand, PlanError> {
    Ok(match &expr.kind {
        ExprKind::Literal(kind) => {
            super::coerce::storable(kind)?;
            Operand::Literal(Literal { kind: kind.clone(), span: expr.span })
        }
        ExprKind::Alias(name) => match alias::resolve(scope, name)? {
            Some(found) => return operand(scope, found),
            None => Operand::Literal(Literal { kind: LiteralKind::Null, span: expr.span }),
        },
        ExprKind::Path(path) => {
            let id = member(scope, path)?;
            match scope.entity_set().property(id).ty {
                EdmType::Boolean => Operand::Condition(Condition::Flag(id)),
                _ => Operand::Value(property(scope, id)),
            }
        }
        ExprKind::Negate(inner) => match &inner.kind {
            ExprKind::Literal(LiteralKind::Number(text)) => Operand::Literal(Literal {
                kind: LiteralKind::Number(text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned)),
                span: expr.span,
            }),
            _ => {
                let value = numeric(scope, inner)?;
                let kind = Kind::of(value.ty).unwrap_or(Kind::Decimal);
                Operand::Value(applied(Function::Negate(kind), vec![value], kind.edm()))
            }
        },
        ExprKind::Binary(op, left, right) if arithmetic_name(*op).is_some() => {
            Operand::Value(arithmetic(scope, *op, left, right)?)
        }
        ExprKind::Call(name, args) if !condition::is_boolean_function(name) => call(scope, name, args, expr)?,
        ExprKind::Collection { operator, .. } => {
            return Err(PlanError::Unsupported { feature: format!("{} in an expression", operator.text) });
        }
        _ => Operand::Condition(condition::condition(scope, expr)?),
    })
}

fn call(scope: &Scope<'_>, name: &Ident, args: &[Expr], expr: &Expr) -> Result<Operand, PlanError> {
    if name.text.eq_ignore_ascii_case("totaloffsetminutes") {
        return offset_minutes(scope, args);
    }
    if let Some(kind) = function::constant(scope, &name.text.to_ascii_lowercase(), args)? {
        return Ok(Operand::Literal(Literal { kind, span: expr.span }));
    }
    Ok(Operand::Value(function::call(scope, name, args, expr.span)?))
}

/// Every instant is answered in UTC: its offset is zero.
fn offset_minutes(scope: &Scope<'_>, args: &[Expr]) -> Result<Operand, PlanError> {
    let [arg] = args else {
        return Err(PlanError::ArgumentCount { name: "totaloffsetminutes", takes: "one", given: args.len() });
    };
    let value = function::typed(scope, arg, &[EdmType::DateTimeOffset])?;
    if value.nullable {
        return Err(PlanError::Unsupported { feature: "totaloffsetminutes of a nullable property".into() });
    }
    Ok(Operand::Literal(Literal { kind: LiteralKind::Number("0".into()), span: arg.span }))
}

/// A property of the entity set as a value.
pub(super) fn property(scope: &Scope<'_>, id: PropertyId) -> Scalar {
    let property = scope.entity_set().property(id);
    Scalar { kind: ScalarKind::Property(id), ty: property.ty, nullable: property.nullable }
}

/// The property that a member path names.
pub(super) fn member(scope: &Scope<'_>, path: &[Ident]) -> Result<PropertyId, PlanError> {
    let set = scope.entity_set();
    let Some(first) = path.first() else { return Err(PlanError::Path { segment: String::new() }) };
    if let Some(navigation) = set.navigations.iter().find(|navigation| navigation.name == first.text) {
        return Err(navigated(scope, navigation));
    }
    let id = named(set, &first.text, false)?;
    match path.get(1) {
        Some(more) => Err(PlanError::Path { segment: more.text.clone() }),
        None => Ok(id),
    }
}

/// A filter or order over a navigation: not answered yet, and never across two databases.
fn navigated(scope: &Scope<'_>, navigation: &crate::model::Navigation) -> PlanError {
    let (own, other) = (scope.model.source_of(scope.set), scope.model.source_of(navigation.target));
    let name = &navigation.name;
    let feature = match own.name == other.name {
        true => format!("the navigation path {name}"),
        false => format!("the navigation path {name} from source '{}' to source '{}'", own.name, other.name),
    };
    PlanError::Unsupported { feature }
}

/// The property of that name.
pub(super) fn named(set: &crate::model::EntitySet, name: &str, in_path: bool) -> Result<PropertyId, PlanError> {
    set.property_named(name).ok_or_else(|| PlanError::UnknownProperty {
        set: set.name.clone(),
        name: name.to_owned(),
        nearest: nearest(name, set.properties.iter().map(|p| p.name.as_str())),
        in_path,
    })
}

fn arithmetic_name(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Add => Some("add"),
        BinaryOp::Sub => Some("sub"),
        BinaryOp::Mul => Some("mul"),
        BinaryOp::Div => Some("div"),
        BinaryOp::DivBy => Some("divby"),
        BinaryOp::Mod => Some("mod"),
        _ => None,
    }
}

/// Arithmetic in the wider of both kinds (URL Conventions 5.1.1.2).
fn arithmetic(scope: &Scope<'_>, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Scalar, PlanError> {
    let (a, b) = (numeric(scope, left)?, numeric(scope, right)?);
    let kind = match (Kind::of(a.ty), Kind::of(b.ty)) {
        (Some(Kind::Double), _) | (_, Some(Kind::Double)) => Kind::Double,
        (Some(Kind::Integer), Some(Kind::Integer)) if op != BinaryOp::DivBy => Kind::Integer,
        _ => Kind::Decimal,
    };
    let divides = matches!(op, BinaryOp::Div | BinaryOp::DivBy | BinaryOp::Mod);
    if divides && is_zero(&b) {
        return Err(PlanError::DivisionByZero);
    }
    let function = match op {
        BinaryOp::Add => Function::Add(kind),
        BinaryOp::Sub => Function::Sub(kind),
        BinaryOp::Mul => Function::Mul(kind),
        BinaryOp::Mod => Function::Mod(kind),
        _ => Function::Div(kind),
    };
    Ok(applied(function, vec![of_kind(a, kind)?, of_kind(b, kind)?], kind.edm()))
}

fn is_zero(value: &Scalar) -> bool {
    match &value.kind {
        ScalarKind::Literal(Value::I64(n)) => *n == 0,
        ScalarKind::Literal(Value::Decimal(text)) => text == "0",
        _ => false,
    }
}

/// A literal in the kind that the arithmetic is done in; other values are converted by the database.
fn of_kind(value: Scalar, kind: Kind) -> Result<Scalar, PlanError> {
    let text = match &value.kind {
        ScalarKind::Literal(Value::I64(n)) => n.to_string(),
        ScalarKind::Literal(Value::Decimal(text)) => text.clone(),
        _ => return Ok(value),
    };
    let sql = match kind {
        Kind::Integer => SqlType::I64,
        Kind::Decimal => SqlType::Decimal { scale: None },
        Kind::Double => SqlType::F64,
    };
    match number(&text, sql)? {
        Fit::Exact(literal) => Ok(Scalar { kind: ScalarKind::Literal(literal), ty: kind.edm(), nullable: false }),
        _ => Err(PlanError::Literal { text, ty: "number" }),
    }
}
