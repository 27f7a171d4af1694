//! Values of the plan as values of the tree, with the conversions that their storage needs.

use contract::sql::{Column, Compare, Expr, Func, Number, Pred};
use contract::{SqlType, Value};

use super::Lowering;
use super::condition::Want;
use crate::model::{EdmType, PropertyId};
use crate::plan::{Function, Kind, POSITION_MAX, Scalar, ScalarKind};

impl Lowering<'_> {
    /// The column of a property.
    pub(super) fn column(&self, id: PropertyId) -> Expr {
        let property = self.set.property(id);
        Expr::Column(Column {
            table: self.alias,
            name: property.column.clone(),
            ty: property.sql,
            exact: property.exact,
        })
    }

    /// A value as it is fetched: flags and scaled numbers as stored, for the encoder to read.
    pub(super) fn output(&self, value: &Scalar) -> Expr {
        match value.kind {
            ScalarKind::Property(id) => self.column(id),
            _ => self.value(value),
        }
    }

    /// A value as it is sorted and resumed by.
    pub(super) fn ordered(&self, value: &Scalar) -> Expr {
        let ScalarKind::Property(id) = value.kind else { return self.value(value) };
        let property = self.set.property(id);
        if property.flags.is_some() {
            return self.flag_value(id);
        }
        match self.column(id) {
            // Dates kept as text sort and compare as that text; reading them as dates could change it.
            Expr::Column(column) if self.capabilities.dynamic_types && is_moment(column.ty) => {
                Expr::Column(Column { ty: SqlType::Text, exact: true, ..column })
            }
            column => column,
        }
    }

    /// A value inside a comparison or function.
    pub(super) fn value(&self, value: &Scalar) -> Expr {
        match &value.kind {
            ScalarKind::Property(id) => match self.set.property(*id).flags {
                Some(_) => self.flag_value(*id),
                None => self.column(*id),
            },
            ScalarKind::Literal(literal) => Expr::param(literal.clone(), natural(value.ty)),
            ScalarKind::Condition(condition) => {
                let one = Expr::param(Value::I64(1), SqlType::I64);
                let zero = Expr::param(Value::I64(0), SqlType::I64);
                Expr::Case(vec![
                    (self.condition(condition, Want::True), one),
                    (self.condition(condition, Want::False), zero),
                ])
            }
            ScalarKind::Call(function, args) => self.call(*function, args, value.ty),
        }
    }

    fn call(&self, function: Function, args: &[Scalar], ty: EdmType) -> Expr {
        let counted = matches!(function, Function::SubstringFrom | Function::SubstringFor);
        let argument = |(at, arg): (usize, &Scalar)| match counted && at > 0 {
            true => self.position(arg),
            false => self.argument(arg),
        };
        let args = args.iter().enumerate().map(argument).collect();
        let func = func(function);
        let ty = match natural(ty) {
            SqlType::Decimal { .. } => self.capabilities.decimal,
            other => other,
        };
        Expr::Call { func, args, ty }
    }

    /// A computed position or length, kept between zero and what databases count in: beyond, each does something else.
    fn position(&self, value: &Scalar) -> Expr {
        let expr = self.argument(value);
        if matches!(value.kind, ScalarKind::Literal(_)) {
            return expr;
        }
        let bound = |bound: i64| Expr::param(Value::I64(bound), SqlType::I64);
        let beyond = |op, at| Pred::Compare(op, expr.clone(), bound(at));
        Expr::Case(vec![
            (beyond(Compare::Lt, 0), bound(0)),
            (beyond(Compare::Gt, POSITION_MAX), bound(POSITION_MAX)),
            (Pred::IsNotNull(expr.clone()), expr.clone()),
        ])
    }

    /// A function's argument: text without padding, decimals out of their scaled form.
    fn argument(&self, value: &Scalar) -> Expr {
        let expr = self.value(value);
        match expr.ty() {
            SqlType::Char { .. } => Expr::Call { func: Func::TrimEnd, args: vec![expr], ty: SqlType::Text },
            SqlType::Scaled { scale } => self.unscaled(expr, scale),
            ty if value.ty == EdmType::String && !matches!(ty, SqlType::Text) => {
                Expr::Cast(Box::new(expr), SqlType::Text)
            }
            _ => expr,
        }
    }

    /// A scaled integer as the decimal that it means.
    pub(super) fn unscaled(&self, expr: Expr, scale: u8) -> Expr {
        let unit = Value::Decimal(format!("1{}", "0".repeat(scale.into())));
        let unit = Expr::param(unit, SqlType::Decimal { scale: Some(0) });
        Expr::Call { func: Func::Divide(Number::Decimal), args: vec![expr, unit], ty: self.capabilities.decimal }
    }

    /// Two values of comparable types: decimals in the same form.
    pub(super) fn alike(&self, left: Expr, right: Expr) -> (Expr, Expr) {
        if left.ty() == right.ty() {
            return (left, right);
        }
        let plain = |expr: Expr| match expr.ty() {
            SqlType::Scaled { scale } => self.unscaled(expr, scale),
            _ => expr,
        };
        let (left, right) = (plain(left), plain(right));
        let by_value = |expr: &Expr| matches!(expr.ty(), SqlType::DecimalText { .. });
        match (by_value(&left), by_value(&right)) {
            (true, false) => {
                let ty = left.ty();
                (left, Expr::Cast(Box::new(right), ty))
            }
            (false, true) => {
                let ty = right.ty();
                (Expr::Cast(Box::new(left), ty), right)
            }
            _ => (left, right),
        }
    }
}

fn is_moment(ty: SqlType) -> bool {
    matches!(ty, SqlType::Date | SqlType::Time | SqlType::Timestamp | SqlType::Instant)
}

/// The database type of a computed value.
pub(super) fn natural(ty: EdmType) -> SqlType {
    match ty {
        EdmType::Single | EdmType::Double => SqlType::F64,
        EdmType::Decimal => SqlType::Decimal { scale: None },
        EdmType::String => SqlType::Text,
        EdmType::Date => SqlType::Date,
        EdmType::TimeOfDay => SqlType::Time,
        EdmType::DateTimeOffset => SqlType::Instant,
        EdmType::Guid => SqlType::Guid,
        EdmType::Binary => SqlType::Bytes,
        _ => SqlType::I64,
    }
}

fn number(kind: Kind) -> Number {
    match kind {
        Kind::Integer => Number::Integer,
        Kind::Decimal => Number::Decimal,
        Kind::Double => Number::Double,
    }
}

fn func(function: Function) -> Func {
    match function {
        Function::Add(kind) => Func::Add(number(kind)),
        Function::Sub(kind) => Func::Subtract(number(kind)),
        Function::Mul(kind) => Func::Multiply(number(kind)),
        Function::Div(kind) => Func::Divide(number(kind)),
        Function::Mod(kind) => Func::Modulo(number(kind)),
        Function::Negate(kind) => Func::Negate(number(kind)),
        Function::Concat => Func::Concat,
        Function::Length => Func::Length,
        Function::IndexOf => Func::IndexOf,
        Function::SubstringFrom => Func::SubstringFrom,
        Function::SubstringFor => Func::SubstringFor,
        Function::ToLower => Func::ToLower,
        Function::ToUpper => Func::ToUpper,
        Function::Trim => Func::Trim,
        Function::Year => Func::Year,
        Function::Month => Func::Month,
        Function::Day => Func::Day,
        Function::Hour => Func::Hour,
        Function::Minute => Func::Minute,
        Function::Second => Func::Second,
        Function::FractionalSeconds => Func::FractionalSeconds,
        Function::Date => Func::DatePart,
        Function::Time => Func::TimePart,
        Function::Round(kind) => Func::Round(number(kind)),
        Function::Floor(kind) => Func::Floor(number(kind)),
        Function::Ceiling(kind) => Func::Ceiling(number(kind)),
    }
}
