//! Dialects: one value each, over a shared default.

mod ansi;
mod mysql;
mod postgres;
mod sqlite;

use std::fmt;

use crate::sql::Func;
use crate::types::SqlType;

pub use ansi::ANSI;
pub use mysql::{MARIADB, MYSQL};
pub use postgres::POSTGRES;
pub use sqlite::SQLITE;

/// Every dialect, in the order in which goldens print them.
pub const ALL: &[&Dialect] = &[&POSTGRES, &MYSQL, &MARIADB, &SQLITE];

/// The dialect of that name.
pub fn named(name: &str) -> Option<&'static Dialect> {
    ALL.iter().copied().find(|dialect| dialect.name == name)
}

/// How one database and version spells SQL: data, two tables, no code of its own.
///
/// Templates hold `{0}`, `{1}`, ... for rendered arguments and are constants of this folder: no text from outside
/// becomes part of one.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// Name in configuration and on the command line.
    pub name: &'static str,
    /// Quotes around a name; the closing one is doubled inside.
    pub quote: (char, char),
    /// How parameters are written.
    pub parameter: Parameter,
    /// Null order.
    pub nulls: Nulls,
    /// How a list of values is compared.
    pub list: List,
    /// Parameters of one statement at most.
    pub parameters_max: usize,
    /// Whether there are boolean values.
    pub booleans: bool,
    /// The spelling of each function; `None`: this database cannot compute it.
    pub function: fn(Func) -> Option<&'static str>,
    /// The template that converts to a type; `None`: no such conversion.
    pub cast: fn(SqlType) -> Option<&'static str>,
    /// The template around a bare parameter of that type.
    pub bind: fn(SqlType) -> &'static str,
    /// The template around the one parameter that holds a list of that type, for [`List::Array`].
    pub bind_list: fn(SqlType) -> &'static str,
    /// The template that turns a column of that type into what is compared and sorted (a collation, say).
    pub comparand: fn(SqlType) -> &'static str,
    /// The template that makes text compare byte for byte.
    pub exact: &'static str,
    /// Text search.
    pub like: Like,
    /// The type of decimal arithmetic's results.
    pub decimal: SqlType,
    /// Whether CHAR(n) compares equal to the unpadded literal when it is bound as is.
    pub char_ignores_padding: bool,
    /// Whether a column may hold values of any type (SQLite).
    pub dynamic_types: bool,
    /// Templates around result columns of that type.
    pub output: fn(SqlType) -> &'static str,
}

/// How parameters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `$1`, `$2`
    Dollar,
    /// `?`
    Question,
}

/// Where NULL stands in the database's own ascending order, and how another order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// NULL is the lowest value, as OData wants: nothing needs to be written.
    Lowest,
    /// NULL is the highest; `NULLS FIRST` and `NULLS LAST` say otherwise.
    HighestWithSyntax,
}

/// How a list of values is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `= ANY($1)` with one array parameter.
    Array,
    /// `IN (?, ?, ...)`, at most so many in one list.
    In(usize),
}

/// How text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Like {
    /// Template of LIKE on an exact column, case-sensitive: `{0}` text, `{1}` pattern.
    pub exact: &'static str,
    /// Template on a column whose own comparison is not exact.
    pub folding: &'static str,
    /// Template of the column's own LIKE, to stand before `folding` where the needle is a start: it lets an index
    /// choose the rows.
    pub start_prefilter: Option<&'static str>,
    /// Templates that ignore case: anywhere, start, end.
    pub ignored: [&'static str; 3],
    /// What the patterns are written in.
    pub pattern: Pattern,
    /// What the case-ignoring patterns are written in.
    pub ignored_pattern: Pattern,
    /// Templates for a needle computed per row: anywhere, start, end.
    pub computed: [&'static str; 3],
}

/// A pattern language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `%` and `_`, escaped with `!`.
    Percent,
    /// `*`, `?` and `[`, escaped in brackets (SQLite's GLOB).
    Glob,
    /// The needle itself: the template says where it must stand.
    Plain,
}

/// What follows from a dialect for planning and lowering: no name in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether there are boolean values.
    pub booleans: bool,
    /// The type of decimal arithmetic's results.
    pub decimal: SqlType,
    /// Whether CHAR(n) compares equal to the unpadded literal.
    pub char_ignores_padding: bool,
    /// Parameters of one statement at most.
    pub parameters_max: usize,
    /// Whether a column may hold values of any type, dates being whatever text its owner chose.
    pub dynamic_types: bool,
}

impl Dialect {
    /// What planning and lowering may know.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            booleans: self.booleans,
            decimal: self.decimal,
            char_ignores_padding: self.char_ignores_padding,
            parameters_max: self.parameters_max,
            dynamic_types: self.dynamic_types,
        }
    }
}

impl PartialEq for Dialect {
    fn eq(&self, other: &Dialect) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dialect({})", self.name)
    }
}
