//! Text and parameters while they grow: names, placeholders and templates. Knows nothing of clauses.

use std::fmt::Write;

use super::{RenderError, STATEMENT_BYTES_MAX};
use crate::dialect::{Dialect, Parameter};
use crate::sql::{Alias, Expr};
use crate::types::Param;

/// What writing gives.
pub(super) type Written = Result<(), RenderError>;

/// A statement in the making.
pub(super) struct Writer {
    pub(super) dialect: &'static Dialect,
    text: String,
    params: Vec<Param>,
}

/// What stands in a template for `{0}`, `{1}`, ...
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    /// A value as it is.
    Value(&'a Expr),
    /// A value in the form in which its type is compared and sorted.
    Operand(&'a Expr),
    /// The same, byte for byte.
    Exact(&'a Expr),
    /// A bare placeholder.
    Placeholder(&'a Param),
}

impl Writer {
    pub(super) fn new(dialect: &'static Dialect) -> Writer {
        Writer { dialect, text: String::with_capacity(256), params: Vec::new() }
    }

    /// Text and parameters, if the database takes so many.
    pub(super) fn finish(self) -> Result<(String, Vec<Param>), RenderError> {
        let (count, max) = (self.params.len(), self.dialect.parameters_max);
        if count > max {
            return Err(RenderError::TooManyParameters { count, max });
        }
        Ok((self.text, self.params))
    }

    /// Text that is written here: a keyword, an operator, a part of a template.
    pub(super) fn push(&mut self, text: &'static str) -> Written {
        self.text.push_str(text);
        if self.text.len() > STATEMENT_BYTES_MAX {
            return Err(RenderError::TooLong { max: STATEMENT_BYTES_MAX });
        }
        Ok(())
    }

    /// A quoted name. NUL ends text in some drivers and is part of no name in any database: it is left out.
    pub(super) fn name(&mut self, name: &str) -> Written {
        let (open, close) = self.dialect.quote;
        self.text.push(open);
        for character in name.chars().filter(|character| *character != '\0') {
            if character == close {
                self.text.push(close);
            }
            self.text.push(character);
        }
        self.text.push(close);
        self.push("")
    }

    pub(super) fn alias(&mut self, Alias(number): Alias) -> Written {
        // Writing to a String cannot fail.
        let _written = write!(self.text, "t{number}");
        self.push("")
    }

    /// The name of a derived table's column.
    pub(super) fn column_alias(&mut self, index: usize) -> Written {
        self.push(" AS ")?;
        self.name(&format!("c{index}"))
    }

    pub(super) fn placeholder(&mut self, param: &Param) -> Written {
        self.params.push(param.clone());
        match self.dialect.parameter {
            Parameter::Question => self.text.push('?'),
            Parameter::Dollar => {
                let _written = write!(self.text, "${}", self.params.len());
            }
        }
        self.push("")
    }

    /// A template with its pieces. One that it names twice is written twice, parameters included.
    pub(super) fn fill(&mut self, template: &'static str, pieces: &[Piece<'_>]) -> Written {
        for part in parts(template) {
            match part {
                Part::Text(text) => self.push(text)?,
                Part::Argument(index) => match pieces.get(index) {
                    Some(piece) => self.piece(*piece)?,
                    // Callers pass what their templates name; a test goes through all of them.
                    None => self.push("NULL")?,
                },
            }
        }
        Ok(())
    }

    pub(super) fn piece(&mut self, piece: Piece<'_>) -> Written {
        match piece {
            Piece::Value(expr) => self.value(expr),
            Piece::Operand(expr) => self.fill((self.dialect.comparand)(expr.ty()), &[Piece::Value(expr)]),
            Piece::Exact(expr) => self.fill(self.dialect.exact, &[Piece::Operand(expr)]),
            Piece::Placeholder(param) => self.placeholder(param),
        }
    }
}

/// Part of a template.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// To be written as it is.
    Text(&'static str),
    /// Place of an argument.
    Argument(usize),
}

/// The parts of a template. A brace that opens no number is text.
pub(super) fn parts(template: &'static str) -> impl Iterator<Item = Part> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if let Some((index, tail)) = argument(rest) {
            rest = tail;
            return Some(Part::Argument(index));
        }
        if rest.is_empty() {
            return None;
        }
        let mut braces = rest.match_indices('{').map(|(at, _)| at);
        let end = braces.find(|at| rest.get(*at..).and_then(argument).is_some()).unwrap_or(rest.len());
        let (text, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = tail;
        Some(Part::Text(text))
    })
}

fn argument(text: &'static str) -> Option<(usize, &'static str)> {
    let (index, tail) = text.strip_prefix('{')?.split_once('}')?;
    Some((index.parse().ok()?, tail))
}
