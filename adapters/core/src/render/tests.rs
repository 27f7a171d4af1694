//! Statements of each form in every dialect, and what must hold for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod forms;
mod names;
mod rules;

use crate::adapter::Statement;
use crate::dialect::{Dialect, MARIADB, MYSQL, POSTGRES, SQLITE};
use crate::render::render;
use crate::sql::{Alias, Column, Compare, Expr, From, Func, Number, Pred, Select, Table};
use crate::types::{Param, SqlType, Value};

const DATABASES: [&Dialect; 4] = [&POSTGRES, &MYSQL, &MARIADB, &SQLITE];

const NUMBERS: [Number; 3] = [Number::Integer, Number::Decimal, Number::Double];

/// Every function with the number of its arguments.
fn functions() -> Vec<(Func, usize)> {
    let plain = [
        (Func::Concat, 2),
        (Func::Length, 1),
        (Func::IndexOf, 2),
        (Func::SubstringFrom, 2),
        (Func::SubstringFor, 3),
        (Func::ToLower, 1),
        (Func::ToUpper, 1),
        (Func::Trim, 1),
        (Func::TrimEnd, 1),
        (Func::Year, 1),
        (Func::Month, 1),
        (Func::Day, 1),
        (Func::Hour, 1),
        (Func::Minute, 1),
        (Func::Second, 1),
        (Func::FractionalSeconds, 1),
        (Func::DatePart, 1),
        (Func::TimePart, 1),
    ];
    let two = [Func::Add, Func::Subtract, Func::Multiply, Func::Divide, Func::Modulo];
    let one = [Func::Negate, Func::Round, Func::Floor, Func::Ceiling];
    let by_number = NUMBERS
        .iter()
        .flat_map(|number| two.iter().map(|func| (func(*number), 2)).chain(one.iter().map(|func| (func(*number), 1))));
    plain.into_iter().chain(by_number).collect()
}

const TYPES: [SqlType; 19] = [
    SqlType::Bool,
    SqlType::I16,
    SqlType::I32,
    SqlType::I64,
    SqlType::U64,
    SqlType::F32,
    SqlType::F64,
    SqlType::Decimal { scale: Some(2) },
    SqlType::DecimalText { scale: None },
    SqlType::Scaled { scale: 2 },
    SqlType::Text,
    SqlType::Char { length: 5 },
    SqlType::Bytes,
    SqlType::Guid,
    SqlType::Date,
    SqlType::Time,
    SqlType::Timestamp,
    SqlType::Instant,
    SqlType::Other,
];

fn column(name: &str, ty: SqlType) -> Expr {
    Expr::Column(Column { table: Alias(0), name: name.into(), ty, exact: true })
}

/// A text column whose own comparison folds.
fn folding(name: &str) -> Expr {
    Expr::Column(Column { table: Alias(0), name: name.into(), ty: SqlType::Text, exact: false })
}

fn table() -> From {
    From::Table(named("t", 0))
}

fn named(name: &str, alias: u16) -> Table {
    Table { schema: None, name: name.into(), alias: Alias(alias) }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn number(value: i64) -> Expr {
    Expr::param(Value::I64(value), SqlType::I64)
}

fn equals(column_name: &str, value: i64) -> Pred {
    Pred::Compare(Compare::Eq, column(column_name, SqlType::I64), number(value))
}

fn filtered(filter: Pred) -> Select {
    Select { filter: Some(filter), ..Select::new(Vec::new(), table()) }
}

/// What stands behind WHERE, with the names' quotes as they are, and the values.
fn condition(filter: Pred, dialect: &'static Dialect) -> (String, Vec<Value>) {
    let statement = render(&filtered(filter), dialect).unwrap();
    let (_, condition) = statement.text.split_once(" WHERE ").expect("a condition");
    (condition.to_owned(), values(&statement))
}

fn values(statement: &Statement) -> Vec<Value> {
    statement.params.iter().map(|Param { value, .. }| value.clone()).collect()
}

/// The condition in every dialect, one line each.
fn conditions(filter: &Pred) -> String {
    lines(|dialect| condition(filter.clone(), dialect).0)
}

/// The statement in every dialect, one line each; MariaDB only where it differs from MySQL.
fn statements(select: &Select) -> String {
    lines(|dialect| match render(select, dialect) {
        Ok(statement) => statement.text.to_string(),
        Err(error) => error.to_string(),
    })
}

fn lines(one: impl Fn(&'static Dialect) -> String) -> String {
    let mut all = String::new();
    for dialect in DATABASES {
        let line = one(dialect);
        if dialect.name == "mariadb" && all.ends_with(&format!(": {line}\n")) {
            continue;
        }
        all.push_str(&format!("{}: {line}\n", dialect.name));
    }
    all
}

/// Compares line by line, blanks at the ends aside.
#[track_caller]
fn golden(found: &str, expected: &str) {
    let tidy = |text: &str| text.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert_eq!(tidy(found), tidy(expected), "\nfound:\n{found}");
}
