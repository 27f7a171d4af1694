//! The canonical functions (URL Conventions 5.1.1.5 and following) with their signatures.

use super::coerce::{Fit, literal_type, number};
use super::scalar::{Operand, operand};
use super::{PlanError, Scalar, ScalarKind, Scope, nearest};
use crate::model::EdmType;
use crate::odata::ast::{Expr, ExprKind, Ident, LiteralKind, Span};
use contract::{SqlType, Value};

/// Positions in a text at most: what databases count in, less the one that they count from. No text is as long.
pub const POSITION_MAX: i64 = i32::MAX as i64 - 1;

/// Which arithmetic an operator is done in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Exact decimals.
    Decimal,
    /// Floats.
    Double,
}

impl Kind {
    /// The type of results.
    pub fn edm(self) -> EdmType {
        match self {
            Kind::Integer => EdmType::Int64,
            Kind::Decimal => EdmType::Decimal,
            Kind::Double => EdmType::Double,
        }
    }

    /// The kind that values of a type are calculated in.
    pub fn of(ty: EdmType) -> Option<Kind> {
        match ty {
            EdmType::Single | EdmType::Double => Some(Kind::Double),
            EdmType::Decimal => Some(Kind::Decimal),
            ty if ty.is_integer() => Some(Kind::Integer),
            _ => None,
        }
    }
}

/// Functions and operators that give a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // OData's own names
pub enum Function {
    Add(Kind),
    Sub(Kind),
    Mul(Kind),
    Div(Kind),
    Mod(Kind),
    Negate(Kind),
    Concat,
    Length,
    IndexOf,
    SubstringFrom,
    SubstringFor,
    ToLower,
    ToUpper,
    Trim,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    FractionalSeconds,
    Date,
    Time,
    Round(Kind),
    Floor(Kind),
    Ceiling(Kind),
}

impl Function {
    /// The name in OData.
    pub fn name(self) -> &'static str {
        match self {
            Function::Add(_) => "add",
            Function::Sub(_) => "sub",
            Function::Mul(_) => "mul",
            Function::Div(_) => "div",
            Function::Mod(_) => "mod",
            Function::Negate(_) => "negation",
            Function::Concat => "concat",
            Function::Length => "length",
            Function::IndexOf => "indexof",
            Function::SubstringFrom | Function::SubstringFor => "substring",
            Function::ToLower => "tolower",
            Function::ToUpper => "toupper",
            Function::Trim => "trim",
            Function::Year => "year",
            Function::Month => "month",
            Function::Day => "day",
            Function::Hour => "hour",
            Function::Minute => "minute",
            Function::Second => "second",
            Function::FractionalSeconds => "fractionalseconds",
            Function::Date => "date",
            Function::Time => "time",
            Function::Round(_) => "round",
            Function::Floor(_) => "floor",
            Function::Ceiling(_) => "ceiling",
        }
    }
}

/// Names that give a value, for messages.
const NAMES: &[&str] = &[
    "contains",
    "startswith",
    "endswith",
    "substringof",
    "concat",
    "length",
    "indexof",
    "substring",
    "tolower",
    "toupper",
    "trim",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "fractionalseconds",
    "date",
    "time",
    "now",
    "mindatetime",
    "maxdatetime",
    "totaloffsetminutes",
    "round",
    "floor",
    "ceiling",
];

/// Names that OData knows and this service does not answer.
const UNANSWERED: &[&str] = &[
    "cast",
    "isof",
    "matchespattern",
    "totalseconds",
    "case",
    "hassubset",
    "hassubsequence",
    "geo.distance",
    "geo.length",
    "geo.intersects",
];

/// Plans a call that gives a value.
pub(super) fn call(scope: &Scope<'_>, name: &Ident, args: &[Expr], span: Span) -> Result<Scalar, PlanError> {
    let lower = name.text.to_ascii_lowercase();
    use EdmType as E;
    match lower.as_str() {
        "concat" => strings(scope, Function::Concat, args, E::String),
        "length" => strings(scope, Function::Length, args, E::Int32),
        "indexof" => strings(scope, Function::IndexOf, args, E::Int32),
        "tolower" => strings(scope, Function::ToLower, args, E::String),
        "toupper" => strings(scope, Function::ToUpper, args, E::String),
        "trim" => strings(scope, Function::Trim, args, E::String),
        "substring" => substring(scope, args),
        "year" => part(scope, Function::Year, args, &[E::Date, E::DateTimeOffset], E::Int32),
        "month" => part(scope, Function::Month, args, &[E::Date, E::DateTimeOffset], E::Int32),
        "day" => part(scope, Function::Day, args, &[E::Date, E::DateTimeOffset], E::Int32),
        "hour" => part(scope, Function::Hour, args, &[E::DateTimeOffset, E::TimeOfDay], E::Int32),
        "minute" => part(scope, Function::Minute, args, &[E::DateTimeOffset, E::TimeOfDay], E::Int32),
        "second" => part(scope, Function::Second, args, &[E::DateTimeOffset, E::TimeOfDay], E::Int32),
        "fractionalseconds" => {
            part(scope, Function::FractionalSeconds, args, &[E::DateTimeOffset, E::TimeOfDay], E::Decimal)
        }
        "date" => part(scope, Function::Date, args, &[E::DateTimeOffset], E::Date),
        "time" => part(scope, Function::Time, args, &[E::DateTimeOffset], E::TimeOfDay),
        "round" => rounding(scope, Function::Round, args),
        "floor" => rounding(scope, Function::Floor, args),
        "ceiling" => rounding(scope, Function::Ceiling, args),
        _ => Err(refused(&lower, name, span)),
    }
}

fn refused(lower: &str, name: &Ident, _span: Span) -> PlanError {
    if UNANSWERED.contains(&lower) || lower.starts_with("geo.") {
        return PlanError::Unsupported { feature: format!("the function {}", name.text) };
    }
    PlanError::UnknownFunction { name: name.text.clone(), nearest: nearest(lower, NAMES.iter().copied()) }
}

fn count_arguments(
    name: &'static str,
    args: &[Expr],
    takes: std::ops::RangeInclusive<usize>,
    words: &'static str,
) -> Result<(), PlanError> {
    if takes.contains(&args.len()) {
        return Ok(());
    }
    Err(PlanError::ArgumentCount { name, takes: words, given: args.len() })
}

/// A function of texts only.
fn strings(scope: &Scope<'_>, function: Function, args: &[Expr], ty: EdmType) -> Result<Scalar, PlanError> {
    match function {
        Function::Concat | Function::IndexOf => count_arguments(function.name(), args, 2..=2, "two")?,
        _ => count_arguments(function.name(), args, 1..=1, "one")?,
    }
    let args = args.iter().map(|arg| typed(scope, arg, &[EdmType::String])).collect::<Result<Vec<_>, _>>()?;
    Ok(applied(function, args, ty))
}

fn substring(scope: &Scope<'_>, args: &[Expr]) -> Result<Scalar, PlanError> {
    count_arguments("substring", args, 2..=3, "two or three")?;
    let mut planned = vec![typed(scope, &args[0], &[EdmType::String])?];
    for arg in &args[1..] {
        let value =
            typed(scope, arg, &[EdmType::Int64, EdmType::Int32, EdmType::Int16, EdmType::Byte, EdmType::SByte])?;
        planned.push(match value.kind {
            ScalarKind::Literal(Value::I64(n)) if n < 0 => {
                return Err(PlanError::Type {
                    what: "the position".into(),
                    found: "negative".into(),
                    wanted: "zero or more".into(),
                    span: arg.span,
                });
            }
            ScalarKind::Literal(Value::I64(n)) => {
                Scalar { kind: ScalarKind::Literal(Value::I64(n.min(POSITION_MAX))), ..value }
            }
            _ => value,
        });
    }
    let function = if planned.len() == 2 { Function::SubstringFrom } else { Function::SubstringFor };
    Ok(applied(function, planned, EdmType::String))
}

/// A part of a date or time.
fn part(
    scope: &Scope<'_>,
    function: Function,
    args: &[Expr],
    takes: &[EdmType],
    ty: EdmType,
) -> Result<Scalar, PlanError> {
    count_arguments(function.name(), args, 1..=1, "one")?;
    let arg = typed(scope, &args[0], takes)?;
    // The parts of a wall-clock reading are those of UTC only where the source's zone is UTC.
    let source = scope.model.source_of(scope.set);
    if let ScalarKind::Property(id) = arg.kind
        && scope.entity_set().property(id).sql == SqlType::Timestamp
        && source.time_zone != jiff::tz::TimeZone::UTC
        && arg.ty == EdmType::DateTimeOffset
    {
        return Err(PlanError::NotComputable {
            function: format!("{} of a local time", function.name()),
            dialect: source.name.clone(),
        });
    }
    Ok(applied(function, vec![arg], ty))
}

fn rounding(scope: &Scope<'_>, function: fn(Kind) -> Function, args: &[Expr]) -> Result<Scalar, PlanError> {
    count_arguments(function(Kind::Decimal).name(), args, 1..=1, "one")?;
    let arg = numeric(scope, &args[0])?;
    let kind = Kind::of(arg.ty).unwrap_or(Kind::Decimal);
    Ok(applied(function(kind), vec![arg], kind.edm()))
}

/// An instant that a name stands for, as the literal that it is.
pub(super) fn constant(scope: &Scope<'_>, name: &str, args: &[Expr]) -> Result<Option<LiteralKind>, PlanError> {
    let (name, text) = match name {
        "now" => ("now", format!("{}T{}Z", scope.rules.now.date, scope.rules.now.time)),
        "mindatetime" => ("mindatetime", "0001-01-01T00:00:00Z".to_owned()),
        "maxdatetime" => ("maxdatetime", "9999-12-31T23:59:59.999999Z".to_owned()),
        _ => return Ok(None),
    };
    count_arguments(name, args, 0..=0, "no")?;
    Ok(Some(LiteralKind::DateTimeOffset(text)))
}

/// A call over planned arguments; null if one of them is.
pub(super) fn applied(function: Function, args: Vec<Scalar>, ty: EdmType) -> Scalar {
    if args.iter().any(is_null) {
        return Scalar { kind: ScalarKind::Literal(Value::Null), ty, nullable: true };
    }
    let divides = matches!(function, Function::Div(_) | Function::Mod(_));
    let nullable = divides || args.iter().any(|arg| arg.nullable);
    Scalar { kind: ScalarKind::Call(function, args), ty, nullable }
}

fn is_null(value: &Scalar) -> bool {
    matches!(value.kind, ScalarKind::Literal(Value::Null))
}

/// An argument that must have one of these types.
pub(super) fn typed(scope: &Scope<'_>, expr: &Expr, takes: &[EdmType]) -> Result<Scalar, PlanError> {
    let value = value_of(scope, expr)?;
    if let ([first, ..], true) = (takes, is_null(&value)) {
        return Ok(Scalar { ty: *first, ..value });
    }
    if takes.contains(&value.ty) {
        return Ok(value);
    }
    Err(PlanError::Type {
        what: "the argument".into(),
        found: format!("Edm.{}", value.ty.name()),
        wanted: takes.iter().map(|ty| format!("Edm.{}", ty.name())).collect::<Vec<_>>().join(" or "),
        span: expr.span,
    })
}

/// A numeric argument.
pub(super) fn numeric(scope: &Scope<'_>, expr: &Expr) -> Result<Scalar, PlanError> {
    let mut value = value_of(scope, expr)?;
    // `2.0` is a decimal: dividing by it does not truncate.
    if let (ExprKind::Literal(LiteralKind::Number(text)), EdmType::Int64) = (&expr.kind, value.ty)
        && text.contains(['.', 'e', 'E'])
        && let Fit::Exact(decimal) = number(text, SqlType::Decimal { scale: None })?
    {
        value = Scalar { kind: ScalarKind::Literal(decimal), ty: EdmType::Decimal, nullable: false };
    }
    if is_null(&value) {
        return Ok(Scalar { ty: EdmType::Int64, ..value });
    }
    if value.ty.is_numeric() {
        return Ok(value);
    }
    Err(PlanError::Type {
        what: "the operand".into(),
        found: format!("Edm.{}", value.ty.name()),
        wanted: "a number".into(),
        span: expr.span,
    })
}

/// An expression as a value; literals take the type that they have by themselves.
fn value_of(scope: &Scope<'_>, expr: &Expr) -> Result<Scalar, PlanError> {
    match operand(scope, expr)? {
        Operand::Value(value) => Ok(value),
        Operand::Condition(condition) => {
            Ok(Scalar { kind: ScalarKind::Condition(Box::new(condition)), ty: EdmType::Boolean, nullable: true })
        }
        Operand::Literal(literal) => literal_scalar(&literal.kind, literal.span),
    }
}

/// A literal that meets no column.
pub(super) fn literal_scalar(kind: &LiteralKind, span: Span) -> Result<Scalar, PlanError> {
    let (value, ty) = match kind {
        LiteralKind::Text(text) => (Value::Text(text.clone()), EdmType::String),
        LiteralKind::Number(text) => match number(text, SqlType::I64)? {
            Fit::Exact(value @ Value::I64(_)) => (value, EdmType::Int64),
            _ => match number(text, SqlType::Decimal { scale: None })? {
                Fit::Exact(value) => (value, EdmType::Decimal),
                _ => return Err(PlanError::Literal { text: text.clone(), ty: "number" }),
            },
        },
        LiteralKind::Date(text) => match super::coerce::parse_date(text) {
            Some(date) => (Value::Date(date), EdmType::Date),
            None => return Err(PlanError::Literal { text: text.clone(), ty: "Edm.Date" }),
        },
        LiteralKind::TimeOfDay(text) => match super::coerce::parse_time(text) {
            Some(time) => (Value::Time(time), EdmType::TimeOfDay),
            None => return Err(PlanError::Literal { text: text.clone(), ty: "Edm.TimeOfDay" }),
        },
        LiteralKind::DateTimeOffset(text) => match super::coerce::parse_instant(text) {
            Some(at) => (Value::Timestamp(at), EdmType::DateTimeOffset),
            None => return Err(PlanError::Literal { text: text.clone(), ty: "Edm.DateTimeOffset" }),
        },
        LiteralKind::Null => {
            return Ok(Scalar { kind: ScalarKind::Literal(Value::Null), ty: EdmType::String, nullable: true });
        }
        other => {
            return Err(PlanError::Type {
                what: "the argument".into(),
                found: literal_type(other).into(),
                wanted: "a text, number or date".into(),
                span,
            });
        }
    };
    Ok(Scalar { kind: ScalarKind::Literal(value), ty, nullable: false })
}
