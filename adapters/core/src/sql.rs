//! The SQL tree: a subset of SQL in which wrong SQL is hard to write.
//!
//! Values ([`Expr`]) and predicates ([`Pred`]) are different types, so `WHERE TRUE` or `SELECT a > 3` cannot be built for
//! a database that has no boolean values. Names come from the model, literals are always parameters. The tree knows no
//! dialect; what a dialect cannot spell is refused by [`crate::render`].

use std::sync::Arc;

use crate::types::{Param, SqlType, Value};

/// A name from the model. The renderer always quotes it.
pub type Name = Arc<str>;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// Result columns.
    pub columns: Vec<Expr>,
    /// What is read.
    pub from: From,
    /// Joined tables, in order.
    pub joins: Vec<Join>,
    /// Condition; `None` for all rows.
    pub filter: Option<Pred>,
    /// Order.
    pub order: Vec<Order>,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// After skipping so many.
    pub offset: Option<u64>,
}

impl Select {
    /// A select without condition, order and limit.
    pub fn new(columns: Vec<Expr>, from: From) -> Select {
        Select { columns, from, joins: Vec::new(), filter: None, order: Vec::new(), limit: None, offset: None }
    }
}

/// Source of rows.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// A table or view.
    Table(Table),
    /// A nested select.
    Derived(Box<Select>, Alias),
}

/// A table under an alias.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Schema, where the model names one.
    pub schema: Option<Name>,
    /// Table or view.
    pub name: Name,
    /// Its alias in this statement.
    pub alias: Alias,
}

/// An alias made by the lowering: `t0`, `t1`, ... never text from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alias(pub u16);

/// A joined table.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Keep rows without a partner.
    pub outer: bool,
    /// The table.
    pub table: Table,
    /// The condition.
    pub on: Pred,
}

/// One order item.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Value to sort by.
    pub expr: Expr,
    /// Descending.
    pub descending: bool,
    /// Whether the value can be NULL: only then is the null order written.
    pub nullable: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Alias of its table.
    pub table: Alias,
    /// Name.
    pub name: Name,
    /// Type.
    pub ty: SqlType,
    /// For text: whether the database's own `=`, `<` and LIKE on it are exact (no folding, blanks count).
    pub exact: bool,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A column.
    Column(Column),
    /// A bound parameter.
    Param(Param),
    /// A function or operator from the closed list.
    Call {
        /// Which.
        func: Func,
        /// Arguments in the function's order.
        args: Vec<Expr>,
        /// Result type.
        ty: SqlType,
    },
    /// Conversion to another type.
    Cast(Box<Expr>, SqlType),
    /// The text as it is compared byte for byte, whatever the column's collation.
    Exact(Box<Expr>),
    /// `CASE WHEN p THEN v ... END`; NULL where none holds.
    Case(Vec<(Pred, Expr)>),
    /// A scalar subquery.
    Subselect(Box<Select>),
    /// `COUNT(*)`.
    CountAll,
}

impl Expr {
    /// A parameter of the given type.
    pub fn param(value: Value, ty: SqlType) -> Expr {
        Expr::Param(Param { value, ty })
    }

    /// The type of the value.
    pub fn ty(&self) -> SqlType {
        match self {
            Expr::Column(column) => column.ty,
            Expr::Param(param) => param.ty,
            Expr::Call { ty, .. } | Expr::Cast(_, ty) => *ty,
            Expr::Exact(inner) => inner.ty(),
            Expr::Case(arms) => arms.first().map_or(SqlType::I64, |(_, value)| value.ty()),
            Expr::Subselect(select) => select.columns.first().map_or(SqlType::I64, Expr::ty),
            Expr::CountAll => SqlType::I64,
        }
    }
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

/// Where a needle must stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
}

/// How letters are compared by [`Pred::Like`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterCase {
    /// Every character counts.
    Exact,
    /// Upper and lower case are the same.
    Ignored,
}

/// A condition: true, false or unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Pred {
    /// Always true or always false.
    Const(bool),
    /// Comparison of two values.
    Compare(Compare, Expr, Expr),
    /// IS NULL.
    IsNull(Expr),
    /// IS NOT NULL.
    IsNotNull(Expr),
    /// Membership in a list of values of one type; rendered in chunks that repeat.
    In {
        /// The value looked for.
        expr: Expr,
        /// The list; never empty.
        values: Vec<Value>,
        /// NOT IN.
        negated: bool,
    },
    /// The text `needle` stands in `text`.
    Like {
        /// Searched text.
        text: Expr,
        /// A literal, or a value computed per row.
        needle: Needle,
        /// Where.
        place: Place,
        /// How letters compare.
        case: LetterCase,
        /// NOT LIKE.
        negated: bool,
    },
    /// All hold; empty is true.
    And(Vec<Pred>),
    /// One holds; empty is false.
    Or(Vec<Pred>),
    /// The subquery has a row.
    Exists {
        /// Subquery.
        select: Box<Select>,
        /// NOT EXISTS.
        negated: bool,
    },
    /// A boolean value of a database that has them.
    Truth {
        /// The value.
        expr: Expr,
        /// Is it to be false.
        negated: bool,
    },
}

impl Pred {
    /// Both hold; flattens and drops constants.
    pub fn and(self, other: Pred) -> Pred {
        match (self, other) {
            (Pred::Const(true), p) | (p, Pred::Const(true)) => p,
            (Pred::Const(false), _) | (_, Pred::Const(false)) => Pred::Const(false),
            (Pred::And(mut a), Pred::And(b)) => {
                a.extend(b);
                Pred::And(a)
            }
            (Pred::And(mut a), p) => {
                a.push(p);
                Pred::And(a)
            }
            (p, Pred::And(mut b)) => {
                b.insert(0, p);
                Pred::And(b)
            }
            (a, b) => Pred::And(vec![a, b]),
        }
    }

    /// One of both holds; flattens and drops constants.
    pub fn or(self, other: Pred) -> Pred {
        match (self, other) {
            (Pred::Const(false), p) | (p, Pred::Const(false)) => p,
            (Pred::Const(true), _) | (_, Pred::Const(true)) => Pred::Const(true),
            (Pred::Or(mut a), Pred::Or(b)) => {
                a.extend(b);
                Pred::Or(a)
            }
            (Pred::Or(mut a), p) => {
                a.push(p);
                Pred::Or(a)
            }
            (p, Pred::Or(mut b)) => {
                b.insert(0, p);
                Pred::Or(b)
            }
            (a, b) => Pred::Or(vec![a, b]),
        }
    }
}

/// What a [`Pred::Like`] looks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Needle {
    /// A literal: escaped and bound as a pattern.
    Literal(String),
    /// A value computed per row: found by position, without a pattern.
    Expr(Expr),
}

/// Which arithmetic an operator is done in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Whole numbers; division truncates.
    Integer,
    /// Exact decimals.
    Decimal,
    /// Floats.
    Double,
}

/// The closed list of functions and operators. `ANSI`'s match over it is exhaustive, so a new one must be spelled there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Func {
    /// `a + b`
    Add(Number),
    /// `a - b`
    Subtract(Number),
    /// `a * b`
    Multiply(Number),
    /// `a / b`; NULL for a divisor of zero.
    Divide(Number),
    /// Remainder with the sign of `a`; NULL for a divisor of zero.
    Modulo(Number),
    /// `-a`
    Negate(Number),
    /// Text joined; NULL if either is.
    Concat,
    /// Length in characters.
    Length,
    /// Zero-based position of the second argument in the first, -1 if absent; characters compare exactly.
    IndexOf,
    /// From a zero-based start to the end; a negative start counts from the end (OData 4.01) and is never passed here.
    SubstringFrom,
    /// From a zero-based start, at most so many characters.
    SubstringFor,
    /// Lower case.
    ToLower,
    /// Upper case.
    ToUpper,
    /// White space removed at both ends.
    Trim,
    /// Trailing blanks removed: the value of a padded column.
    TrimEnd,
    /// Year of a date or timestamp.
    Year,
    /// Month.
    Month,
    /// Day of the month.
    Day,
    /// Hour of a timestamp or time.
    Hour,
    /// Minute.
    Minute,
    /// Whole second.
    Second,
    /// Fraction of the second as a decimal below 1.
    FractionalSeconds,
    /// Date part of a timestamp.
    DatePart,
    /// Time part of a timestamp.
    TimePart,
    /// Nearest whole number, halves away from zero.
    Round(Number),
    /// Greatest whole number not above.
    Floor(Number),
    /// Least whole number not below.
    Ceiling(Number),
}
