//! What SQLite lacks, registered as functions: decimal arithmetic, Unicode letters, parts of timestamps; and the
//! collation that compares decimals kept as text by value.
//!
//! All are deterministic and innocuous. NULL, or an argument that is not what the function takes, gives NULL.

mod letters;

use bigdecimal::{BigDecimal, RoundingMode};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use crate::{datetime, decimal};
use letters::{Folded, Place};

/// Registers all functions and the collation `tg_decimal`.
pub fn register(database: &Connection) -> Result<()> {
    database.create_collation("tg_decimal", decimal::compare)?;
    conversions(database)?;
    arithmetic(database)?;
    texts(database)?;
    searches(database)?;
    timestamps(database)
}

/// Registers one function.
fn scalar<T: rusqlite::ToSql + 'static>(
    database: &Connection,
    name: &str,
    arguments: i32,
    body: fn(&Context<'_>) -> Option<T>,
) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    database.create_scalar_function(name, arguments, flags, move |context| Ok(body(context)))
}

fn conversions(database: &Connection) -> Result<()> {
    scalar(database, "tg_decimal", 1, |c| decimal::print_canonical(&number(c, 0)?))?;
    scalar(database, "tg_scaled", 2, |c| {
        let (ValueRef::Integer(number), ValueRef::Integer(scale)) = (c.get_raw(0), c.get_raw(1)) else { return None };
        let mut text = String::new();
        decimal::write_scaled(number, u8::try_from(scale).ok()?, &mut text);
        Some(text)
    })
}

fn arithmetic(database: &Connection) -> Result<()> {
    scalar(database, "tg_add", 2, |c| decimal::print(&(number(c, 0)? + number(c, 1)?)))?;
    scalar(database, "tg_sub", 2, |c| decimal::print(&(number(c, 0)? - number(c, 1)?)))?;
    scalar(database, "tg_mul", 2, |c| decimal::print(&(number(c, 0)? * number(c, 1)?)))?;
    scalar(database, "tg_div", 2, |c| decimal::print_canonical(&decimal::divide(&number(c, 0)?, &number(c, 1)?)?))?;
    scalar(database, "tg_mod", 2, |c| decimal::print(&decimal::remainder(&number(c, 0)?, &number(c, 1)?)?))?;
    scalar(database, "tg_neg", 1, |c| decimal::print(&-number(c, 0)?))?;
    scalar(database, "tg_round", 1, |c| rounded(c, RoundingMode::HalfUp))?;
    scalar(database, "tg_floor", 1, |c| rounded(c, RoundingMode::Floor))?;
    scalar(database, "tg_ceil", 1, |c| rounded(c, RoundingMode::Ceiling))?;
    scalar(database, "tg_round_real", 1, |c| Some(real(c)?.round()))?;
    scalar(database, "tg_floor_real", 1, |c| Some(real(c)?.floor()))?;
    scalar(database, "tg_ceil_real", 1, |c| Some(real(c)?.ceil()))
}

fn texts(database: &Connection) -> Result<()> {
    scalar(database, "tg_lower", 1, |c| Some(text(c, 0)?.as_str().to_lowercase()))?;
    scalar(database, "tg_upper", 1, |c| Some(text(c, 0)?.as_str().to_uppercase()))?;
    scalar(database, "tg_trim", 1, |c| Some(text(c, 0)?.as_str().trim().to_owned()))?;
    scalar(database, "tg_indexof", 2, |c| {
        let (haystack, needle) = (text(c, 0)?, text(c, 1)?);
        let haystack = haystack.as_str();
        let before = haystack.find(needle.as_str()).and_then(|at| haystack.get(..at));
        Some(before.map_or(-1, |before| before.chars().count() as i64))
    })
}

fn searches(database: &Connection) -> Result<()> {
    scalar(database, "tg_contains", 2, |c| found(c, Place::Anywhere))?;
    scalar(database, "tg_starts", 2, |c| found(c, Place::Start))?;
    scalar(database, "tg_ends", 2, |c| found(c, Place::End))
}

fn timestamps(database: &Connection) -> Result<()> {
    scalar(database, "tg_time", 1, |c| Some(datetime::time(text(c, 0)?.as_str()).ok()?.to_string()))?;
    scalar(database, "tg_fraction", 1, |c| {
        let (_, _, _, nanos) = datetime::time(text(c, 0)?.as_str()).ok()?.fields();
        decimal::print_canonical(&BigDecimal::new(nanos.into(), 9))
    })
}

fn rounded(context: &Context<'_>, mode: RoundingMode) -> Option<String> {
    decimal::print(&decimal::round_to(&number(context, 0)?, 0, mode))
}

/// An argument as a float: its digits written out could be too many for a decimal.
fn real(context: &Context<'_>) -> Option<f64> {
    match context.get_raw(0) {
        ValueRef::Real(number) => Some(number),
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn found(context: &Context<'_>, place: Place) -> Option<bool> {
    let haystack = text(context, 0)?;
    // A literal needle is folded once for all rows.
    let needle = match context.get_aux::<Folded>(1).ok()? {
        Some(folded) => folded,
        None => context.set_aux(1, Folded::new(text(context, 1)?.as_str())).ok()?,
    };
    Some(needle.stands_in(haystack.as_str(), place))
}

/// An argument as a decimal.
fn number(context: &Context<'_>, index: usize) -> Option<BigDecimal> {
    match context.get_raw(index) {
        ValueRef::Integer(number) => Some(BigDecimal::from(number)),
        ValueRef::Real(number) => {
            let mut text = String::new();
            if decimal::write_float(number, &mut text) { decimal::parse(&text) } else { None }
        }
        ValueRef::Text(text) => decimal::parse(std::str::from_utf8(text).ok()?),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// An argument as text: borrowed, or a number printed.
enum Text<'a> {
    Stored(&'a str),
    Printed(String),
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        match self {
            Text::Stored(text) => text,
            Text::Printed(text) => text,
        }
    }
}

fn text<'a>(context: &'a Context<'_>, index: usize) -> Option<Text<'a>> {
    match context.get_raw(index) {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Text::Stored),
        ValueRef::Integer(number) => Some(Text::Printed(number.to_string())),
        ValueRef::Real(number) => Some(Text::Printed(format!("{number:?}"))),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests;
