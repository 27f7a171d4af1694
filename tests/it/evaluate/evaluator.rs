//! The null logic of OData (URL Conventions 5.1.1) over rows in memory: slow, plain, and written without looking at how the
//! gateway does it.

use std::cell::Cell;
use std::cmp::Ordering;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, Zero};

use super::expr::{Cmp, E, Fun, Op};
use super::value::{DAY, V, order, shown};
use crate::fixture::{Date, Table, Type, Value};

/// What an expression is evaluated in.
pub struct Evaluator<'t> {
    pub table: &'t Table,
    /// Blank texts equal null, flags are never null, `indexof ne -1` means contains.
    pub salesforce: bool,
    /// Whether arithmetic left the range in which all databases agree: some of them fail there.
    pub overflow: Cell<bool>,
}

impl Evaluator<'_> {
    /// The value for a row.
    pub fn value(&self, row: &[Value], expr: &E) -> V {
        match expr {
            E::Prop(column) => self.property(row, *column),
            E::Lit(value, _) => value.clone(),
            E::Neg(inner) => self.negated(self.value(row, inner)),
            E::Arith(op, a, b) => self.arithmetic(*op, self.value(row, a), self.value(row, b)),
            E::Call(fun, args) => self.call(*fun, args.iter().map(|arg| self.value(row, arg)).collect()),
            E::Cmp(cmp, a, b) => self.comparison(row, *cmp, a, b),
            E::In(value, items) => {
                let found = items.iter().map(|item| self.comparison(row, Cmp::Eq, value, item));
                found.fold(V::Bool(false), or)
            }
            E::And(items) => items.iter().map(|item| self.value(row, item)).fold(V::Bool(true), and),
            E::Or(items) => items.iter().map(|item| self.value(row, item)).fold(V::Bool(false), or),
            E::Not(inner) => not(self.value(row, inner)),
        }
    }

    fn property(&self, row: &[Value], column: usize) -> V {
        let ty = self.table.columns[column].ty;
        let flag = matches!(ty, Type::Bool | Type::Flag01 | Type::FlagYn);
        match shown(ty, &row[column]) {
            V::Null if flag && self.salesforce => V::Bool(false),
            value => value,
        }
    }

    fn comparison(&self, row: &[Value], cmp: Cmp, a: &E, b: &E) -> V {
        if self.salesforce && cmp == Cmp::Ne {
            for (call, literal) in [(a, b), (b, a)] {
                let (E::Call(Fun::IndexOf, args), E::Lit(V::Int(-1), _)) = (call, literal) else { continue };
                return self.value(row, &E::Call(Fun::Contains, args.clone()));
            }
        }
        let (mut left, mut right) = (self.value(row, a), self.value(row, b));
        let constant = |expr: &E| match expr {
            E::Lit(V::Text(text), _) => text.is_empty(),
            E::Lit(V::Null, _) => true,
            _ => false,
        };
        let literals = matches!((a, b), (E::Lit(..), E::Lit(..)));
        if self.salesforce && !literals && (constant(a) || constant(b)) {
            for side in [&mut left, &mut right] {
                if matches!(side, V::Text(text) if text.is_empty()) {
                    *side = V::Null;
                }
            }
        }
        // A literal meets a float of four bytes as such a float.
        for (prop, literal) in [(a, &mut right), (b, &mut left)] {
            if matches!(prop, E::Prop(column) if self.table.columns[*column].ty == Type::Float32)
                && let (false, Some(float)) = (matches!(literal, V::F64(_)), literal.float())
            {
                *literal = V::F64((float as f32).into());
            }
        }
        // A character below the blank stands otherwise among padded texts than among bare ones.
        let padded = |expr: &E| matches!(expr, E::Prop(at) if matches!(self.table.columns[*at].ty, Type::Char(_)));
        let control = |value: &V| matches!(value, V::Text(text) if text.contains(|c| c < ' '));
        let ordered = !matches!(cmp, Cmp::Eq | Cmp::Ne);
        if ordered && (padded(a) || padded(b)) && (control(&left) || control(&right)) {
            return V::Unknown;
        }
        compare(cmp, &left, &right)
    }

    fn fail(&self) -> V {
        self.overflow.set(true);
        V::Unknown
    }

    fn int(&self, number: i128) -> V {
        if i64::try_from(number).is_ok() { V::Int(number) } else { self.fail() }
    }

    fn dec(&self, number: BigDecimal) -> V {
        let too_large = number.abs() >= BigDecimal::new(BigInt::from(1), -34);
        if too_large { self.fail() } else { V::Dec(number) }
    }

    fn float(&self, number: f64, inexact_zero: bool) -> V {
        let sound = number.is_normal() || (number == 0.0 && !inexact_zero);
        if sound { V::F64(number) } else { self.fail() }
    }

    fn negated(&self, value: V) -> V {
        match value {
            V::Int(number) => self.int(-number),
            V::Dec(number) => V::Dec(-number),
            V::F64(number) => V::F64(-number),
            other => other,
        }
    }

    fn arithmetic(&self, op: Op, a: V, b: V) -> V {
        match (&a, &b) {
            (V::Unknown, _) | (_, V::Unknown) => return V::Unknown,
            (V::Null, _) | (_, V::Null) => return V::Null,
            _ => {}
        }
        if matches!(a, V::F64(_)) || matches!(b, V::F64(_)) {
            return self.float_arithmetic(op, a.float().unwrap(), b.float().unwrap());
        }
        if let (V::Int(a), V::Int(b), true) = (&a, &b, op != Op::DivBy) {
            return match op {
                Op::Add => self.int(a + b),
                Op::Sub => self.int(a - b),
                Op::Mul => self.int(a * b),
                _ if *b == 0 => V::Null,
                Op::Mod => self.int(a % b),
                _ => self.int(a / b),
            };
        }
        let (a, b) = (a.exact().unwrap(), b.exact().unwrap());
        match op {
            Op::Add => self.dec(a + b),
            Op::Sub => self.dec(a - b),
            Op::Mul => self.dec(a * b),
            _ if b.is_zero() => V::Null,
            Op::Mod => {
                let quotient = (&a / &b).with_scale_round(0, RoundingMode::Down);
                self.dec(a - b * quotient)
            }
            _ => self.dec(a / b),
        }
    }

    fn float_arithmetic(&self, op: Op, a: f64, b: f64) -> V {
        let result = match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            _ if b == 0.0 => return V::Null,
            Op::Mod => a % b,
            _ => a / b,
        };
        let inexact_zero = matches!(op, Op::Mul | Op::Div | Op::DivBy) && a != 0.0 && b != 0.0;
        self.float(result, inexact_zero)
    }

    fn call(&self, fun: Fun, args: Vec<V>) -> V {
        if args.iter().any(|arg| matches!(arg, V::Unknown)) {
            return V::Unknown;
        }
        if args.iter().any(V::is_null) {
            return V::Null;
        }
        match args.as_slice() {
            [V::Text(text)] => text_function(fun, text),
            [V::Text(a), V::Text(b)] => two_texts(fun, a, b),
            [V::Text(text), V::Int(from)] => V::Text(text.chars().skip(*from as usize).collect()),
            [V::Text(text), V::Int(from), V::Int(length)] => {
                V::Text(text.chars().skip(*from as usize).take((*length).max(0) as usize).collect())
            }
            [V::Date(days)] => date_part(fun, *days),
            [V::Time(nanos)] => time_part(fun, *nanos),
            [V::At(nanos)] => match fun {
                Fun::Date => V::Date(nanos.div_euclid(DAY) as i64),
                Fun::Time => V::Time(nanos.rem_euclid(DAY) as u64),
                Fun::Year | Fun::Month | Fun::Day => date_part(fun, nanos.div_euclid(DAY) as i64),
                _ => time_part(fun, nanos.rem_euclid(DAY) as u64),
            },
            [V::Int(number)] => V::Int(*number),
            [V::Dec(number)] => V::Dec(number.with_scale_round(0, mode(fun))),
            [V::F64(number)] => V::F64(match fun {
                Fun::Round => number.round(),
                Fun::Floor => number.floor(),
                _ => number.ceil(),
            }),
            other => unreachable!("{fun:?} of {other:?}"),
        }
    }
}

fn mode(fun: Fun) -> RoundingMode {
    match fun {
        // Halves away from zero.
        Fun::Round => RoundingMode::HalfUp,
        Fun::Floor => RoundingMode::Floor,
        _ => RoundingMode::Ceiling,
    }
}

/// Null equals null and nothing else, and has no order.
fn compare(cmp: Cmp, a: &V, b: &V) -> V {
    let truth = match (a, b) {
        (V::Unknown, _) | (_, V::Unknown) => return V::Unknown,
        (V::Null, V::Null) => matches!(cmp, Cmp::Eq | Cmp::Ge | Cmp::Le),
        (V::Null, _) | (_, V::Null) => cmp == Cmp::Ne,
        _ => {
            let order = order(a, b);
            match cmp {
                Cmp::Eq => order == Some(Ordering::Equal),
                Cmp::Ne => order != Some(Ordering::Equal),
                Cmp::Gt => order == Some(Ordering::Greater),
                Cmp::Lt => order == Some(Ordering::Less),
                Cmp::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                Cmp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            }
        }
    };
    V::Bool(truth)
}

fn and(a: V, b: V) -> V {
    match (a, b) {
        (V::Bool(false), _) | (_, V::Bool(false)) => V::Bool(false),
        (V::Unknown, _) | (_, V::Unknown) => V::Unknown,
        (V::Null, _) | (_, V::Null) => V::Null,
        _ => V::Bool(true),
    }
}

fn or(a: V, b: V) -> V {
    match (a, b) {
        (V::Bool(true), _) | (_, V::Bool(true)) => V::Bool(true),
        (V::Unknown, _) | (_, V::Unknown) => V::Unknown,
        (V::Null, _) | (_, V::Null) => V::Null,
        _ => V::Bool(false),
    }
}

fn not(value: V) -> V {
    match value {
        V::Bool(truth) => V::Bool(!truth),
        other => other,
    }
}

fn text_function(fun: Fun, text: &str) -> V {
    // Which letters beyond these change, and into what, is each database's own.
    let plain = |c: char| c.is_ascii() || "äöüÄÖÜéÉáÁ東京やかん長崎".contains(c);
    match fun {
        Fun::Length => V::Int(text.chars().count() as i128),
        Fun::Trim => V::Text(text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']).to_owned()),
        _ if !text.chars().all(plain) => V::Unknown,
        Fun::ToLower => V::Text(text.to_lowercase()),
        _ => V::Text(text.to_uppercase()),
    }
}

fn two_texts(fun: Fun, a: &str, b: &str) -> V {
    match fun {
        Fun::Contains => V::Bool(a.contains(b)),
        Fun::StartsWith => V::Bool(a.starts_with(b)),
        Fun::EndsWith => V::Bool(a.ends_with(b)),
        Fun::Concat => V::Text(format!("{a}{b}")),
        _ => V::Int(a.find(b).map_or(-1, |at| a[..at].chars().count() as i128)),
    }
}

fn date_part(fun: Fun, days: i64) -> V {
    let date = Date::from_unix_days(days);
    V::Int(match fun {
        Fun::Year => date.year.into(),
        Fun::Month => date.month.into(),
        _ => date.day.into(),
    })
}

fn time_part(fun: Fun, nanos: u64) -> V {
    let second = nanos / 1_000_000_000;
    V::Int(
        match fun {
            Fun::Hour => second / 3600,
            Fun::Minute => second / 60 % 60,
            Fun::Second => second % 60,
            _ => return V::Dec(BigDecimal::new(BigInt::from(nanos % 1_000_000_000), 9)),
        }
        .into(),
    )
}
