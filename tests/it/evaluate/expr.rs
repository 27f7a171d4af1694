//! Expressions as the generator makes them, and their OData text. Not the product's syntax tree: nothing is shared.

use super::value::V;

/// An expression over a row.
#[derive(Clone, Debug)]
pub enum E {
    /// A column of the table, by place.
    Prop(usize),
    /// A literal and how it is written.
    Lit(V, String),
    Neg(Box<E>),
    Arith(Op, Box<E>, Box<E>),
    Call(Fun, Vec<E>),
    Cmp(Cmp, Box<E>, Box<E>),
    In(Box<E>, Vec<E>),
    And(Vec<E>),
    Or(Vec<E>),
    Not(Box<E>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fun {
    Contains,
    StartsWith,
    EndsWith,
    Concat,
    Length,
    IndexOf,
    Substring,
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
    Round,
    Floor,
    Ceiling,
}

impl Op {
    pub const ALL: [Op; 6] = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::DivBy, Op::Mod];
}

impl Cmp {
    pub const ALL: [Cmp; 6] = [Cmp::Eq, Cmp::Ne, Cmp::Gt, Cmp::Ge, Cmp::Lt, Cmp::Le];
}

fn word(name: impl std::fmt::Debug) -> String {
    format!("{name:?}").to_lowercase()
}

impl E {
    pub fn prop(column: usize) -> Box<E> {
        Box::new(E::Prop(column))
    }

    /// OData text; every operand that is no leaf stands in parentheses.
    pub fn print(&self, names: &[&str]) -> String {
        let list = |items: &[E]| items.iter().map(|item| item.print(names)).collect::<Vec<_>>().join(",");
        let joined = |items: &[E], by: &str| items.iter().map(|item| item.operand(names)).collect::<Vec<_>>().join(by);
        match self {
            E::Prop(column) => names[*column].to_owned(),
            E::Lit(_, text) => text.clone(),
            E::Neg(inner) => format!("-({})", inner.print(names)),
            E::Arith(op, a, b) => format!("{} {} {}", a.operand(names), word(op), b.operand(names)),
            E::Call(fun, args) => format!("{}({})", word(fun), list(args)),
            E::Cmp(cmp, a, b) => format!("{} {} {}", a.operand(names), word(cmp), b.operand(names)),
            E::In(value, items) => format!("{} in ({})", value.operand(names), list(items)),
            E::And(items) => joined(items, " and "),
            E::Or(items) => joined(items, " or "),
            E::Not(inner) => format!("not {}", inner.operand(names)),
        }
    }

    fn operand(&self, names: &[&str]) -> String {
        match self {
            E::Prop(_) | E::Lit(..) | E::Call(..) => self.print(names),
            _ => format!("({})", self.print(names)),
        }
    }
}
