//! Expressions: a Pratt parser over the cursor, with flat chains of `and` and of `or`.
//!
//! Recurses per level of nesting only (bounded), never per term; a chain of other operators leans left and its height is
//! bounded too, so walking and dropping any tree is safe. Knows no names: whether a function exists is for `plan`.
//! Operator words are words only where an operator may stand; a property named `not` is reached as `$it/not`.

use super::ast::{BinaryOp, Expr, ExprKind, Ident};
use super::error::{Expectation, Feature, SyntaxErrorKind};
use super::lex::{Cursor, Fault};
use super::limits::{DEPTH_CEILING, LimitName, Limits};
use super::literal::literal;

/// How tightly an operator binds; higher is tighter.
pub(super) mod level {
    pub(in crate::odata) const OR: u8 = 1;
    pub(in crate::odata) const AND: u8 = 2;
    pub(in crate::odata) const EQUALITY: u8 = 3;
    pub(in crate::odata) const RELATION: u8 = 4;
    pub(in crate::odata) const ADDITION: u8 = 5;
    pub(in crate::odata) const MULTIPLICATION: u8 = 6;
    pub(in crate::odata) const NOT: u8 = 7;
    /// `in` and `has`: above `not`, so that `not Name in ('a')` means what it says; below `-`, so that `-1 in (..)` does.
    pub(in crate::odata) const MEMBERSHIP: u8 = 8;
    pub(in crate::odata) const NEGATION: u8 = 9;
    pub(in crate::odata) const PRIMARY: u8 = 10;
}

/// What one request has used of its limits.
pub(super) struct Budget<'a> {
    pub(super) limits: &'a Limits,
    nodes: usize,
}

impl<'a> Budget<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, nodes: 0 }
    }

    /// Counts one node.
    pub(super) fn take(&mut self) -> Result<(), SyntaxErrorKind> {
        self.nodes += 1;
        let max = self.limits.nodes_max;
        if self.nodes > max {
            return Err(SyntaxErrorKind::LimitExceeded { limit: LimitName::Nodes, max });
        }
        Ok(())
    }

    fn depth(&self, depth: usize) -> Result<(), SyntaxErrorKind> {
        let max = self.limits.depth_max.min(DEPTH_CEILING);
        if depth > max {
            return Err(SyntaxErrorKind::LimitExceeded { limit: LimitName::Depth, max });
        }
        Ok(())
    }

    /// Checks the length of a list.
    pub(super) fn list(&self, len: usize) -> Result<(), SyntaxErrorKind> {
        let max = self.limits.list_max;
        if len > max {
            return Err(SyntaxErrorKind::LimitExceeded { limit: LimitName::List, max });
        }
        Ok(())
    }
}

/// Parses the expression at the cursor, up to the first thing that does not continue it.
pub(super) fn expression(cursor: &mut Cursor<'_>, budget: &mut Budget<'_>) -> Result<Expr, Fault> {
    Parser { cursor, budget, nesting: 0 }.binary(level::OR).map(|tall| tall.expr)
}

/// An expression and the height of its tree.
struct Tall {
    expr: Expr,
    height: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Or,
    And,
    In,
    Binary(BinaryOp),
}

struct Parser<'c, 'a, 'b, 'l> {
    cursor: &'c mut Cursor<'a>,
    budget: &'b mut Budget<'l>,
    nesting: usize,
}

impl Parser<'_, '_, '_, '_> {
    /// An operand and all operators behind it that bind at least as tightly as `min`.
    fn binary(&mut self, min: u8) -> Result<Tall, Fault> {
        self.cursor.skip_blanks();
        let start = self.cursor.pos();
        let mut left = self.operand()?;
        while let Some((operator, level)) = self.operator(min) {
            left = match operator {
                Operator::Or | Operator::And => self.chain(start, left, operator, level)?,
                Operator::In => self.list(start, left)?,
                Operator::Binary(op) => {
                    let right = self.nested(start, |p| p.binary(level + 1))?;
                    let height = left.height.max(right.height);
                    self.node(start, height, ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr)))?
                }
            };
        }
        Ok(left)
    }

    /// `a or b or c`, collected in a loop.
    fn chain(&mut self, start: usize, first: Tall, operator: Operator, level: u8) -> Result<Tall, Fault> {
        let mut height = first.height;
        let mut operands = vec![first.expr];
        loop {
            let next = self.nested(start, |p| p.binary(level + 1))?;
            height = height.max(next.height);
            operands.push(next.expr);
            // Only this operator can follow: anything tighter was taken by the operand.
            if self.operator(level).is_none() {
                break;
            }
        }
        let kind = if operator == Operator::Or { ExprKind::Or(operands) } else { ExprKind::And(operands) };
        self.node(start, height, kind)
    }

    /// Takes the operator that stands here, with the blanks before it, if it binds at least as tightly as `min`.
    fn operator(&mut self, min: u8) -> Option<(Operator, u8)> {
        let before = self.cursor.pos();
        self.cursor.skip_blanks();
        let start = self.cursor.pos();
        let end = start + self.cursor.name_len();
        if let Some((operator, level)) = operator_named(self.cursor.text(start, end))
            && level >= min
        {
            self.cursor.seek(end);
            return Some((operator, level));
        }
        self.cursor.seek(before);
        None
    }

    fn operand(&mut self) -> Result<Tall, Fault> {
        let start = self.cursor.pos();
        if self.stands_not() {
            self.cursor.seek(start + 3);
            return self.nested(start, |p| {
                let inner = p.binary(level::NOT)?;
                p.node(start, inner.height, ExprKind::Not(Box::new(inner.expr)))
            });
        }
        if let Some(literal) = literal(self.cursor)? {
            return self.node(start, 0, ExprKind::Literal(literal.kind));
        }
        match self.cursor.peek() {
            Some(b'(') => self.parentheses(start),
            Some(b'-') => {
                self.cursor.eat(b'-');
                self.nested(start, |p| {
                    let inner = p.binary(level::NEGATION)?;
                    p.node(start, inner.height, ExprKind::Negate(Box::new(inner.expr)))
                })
            }
            Some(b'[' | b'{' | b'"') => {
                self.cursor.seek(start + 1);
                Err(self.cursor.unsupported(start, Feature::CollectionLiteral))
            }
            Some(b'@') => self.alias(start),
            Some(b'$') => self.variable(start),
            _ => self.first_name(start),
        }
    }

    /// The word `not`, unless it begins a longer name or a path.
    fn stands_not(&self) -> bool {
        let word = self.cursor.rest().get(..self.cursor.name_len()).unwrap_or_default();
        word.eq_ignore_ascii_case(b"not") && !matches!(self.cursor.rest().get(word.len()), Some(b'/' | b'.'))
    }

    fn parentheses(&mut self, start: usize) -> Result<Tall, Fault> {
        self.cursor.eat(b'(');
        self.nested(start, |p| {
            let mut inner = p.binary(level::OR)?;
            p.close(Expectation::CloseParenthesis)?;
            inner.expr.span = p.cursor.span_from(start);
            Ok(inner)
        })
    }

    fn alias(&mut self, start: usize) -> Result<Tall, Fault> {
        self.cursor.eat(b'@');
        let mut name = self.cursor.name(Expectation::AliasName)?;
        name.span = self.cursor.span_from(start);
        match self.cursor.peek() {
            Some(b'.') => Err(self.cursor.unsupported(start, Feature::Annotation)),
            Some(b'/') => Err(self.cursor.unsupported(start, Feature::AliasPath)),
            _ => self.node(start, 0, ExprKind::Alias(name)),
        }
    }

    /// `$it`, `$it/...`, and the variables that are not answered.
    fn variable(&mut self, start: usize) -> Result<Tall, Fault> {
        self.cursor.eat(b'$');
        let end = self.cursor.pos() + self.cursor.name_len();
        let name = self.cursor.text(start, end).to_ascii_lowercase();
        let feature = match name.as_str() {
            "$it" => {
                self.cursor.seek(end);
                return self.path(start, Vec::new());
            }
            "$this" => Feature::This,
            "$root" => Feature::Root,
            _ => {
                self.cursor.seek(start);
                return Err(self.cursor.expected(Expectation::Operand));
            }
        };
        self.cursor.seek(end);
        Err(self.cursor.unsupported(start, feature))
    }

    /// A path or a call.
    fn first_name(&mut self, start: usize) -> Result<Tall, Fault> {
        let name = self.cursor.qualified_name(Expectation::Operand)?;
        if self.cursor.peek() == Some(b'(') { self.call(start, name) } else { self.path(start, vec![name]) }
    }

    fn call(&mut self, start: usize, name: Ident) -> Result<Tall, Fault> {
        self.cursor.eat(b'(');
        let call = self.nested(start, |p| {
            let mut arguments = Vec::new();
            let mut height = 0;
            p.cursor.skip_blanks();
            if !p.cursor.eat(b')') {
                loop {
                    p.reject_named_argument()?;
                    let argument = p.binary(level::OR)?;
                    height = height.max(argument.height);
                    arguments.push(argument.expr);
                    p.cursor.skip_blanks();
                    if !p.cursor.eat(b',') {
                        p.close(Expectation::CommaOrClose)?;
                        break;
                    }
                }
            }
            p.node(start, height, ExprKind::Call(name, arguments))
        })?;
        if self.cursor.peek() == Some(b'/') {
            return Err(self.cursor.unsupported(start, Feature::BoundFunction));
        }
        Ok(call)
    }

    fn reject_named_argument(&mut self) -> Result<(), Fault> {
        self.cursor.skip_blanks();
        let start = self.cursor.pos();
        self.cursor.seek(start + self.cursor.name_len());
        self.cursor.skip_blanks();
        if self.cursor.pos() > start && self.cursor.peek() == Some(b'=') {
            return Err(self.cursor.unsupported(start, Feature::NamedArguments));
        }
        self.cursor.seek(start);
        Ok(())
    }

    /// The `/`-separated rest of a path.
    fn path(&mut self, start: usize, mut path: Vec<Ident>) -> Result<Tall, Fault> {
        while self.cursor.eat(b'/') {
            let segment = self.cursor.pos();
            match self.cursor.peek() {
                Some(b'$') => return self.collection_segment(start, segment, path),
                Some(b'@') => {
                    self.cursor.eat(b'@');
                    return Err(self.cursor.unsupported(segment, Feature::Annotation));
                }
                _ => {}
            }
            let name = self.cursor.qualified_name(Expectation::Name)?;
            if self.cursor.peek() == Some(b'(') {
                if name.text.eq_ignore_ascii_case("any") || name.text.eq_ignore_ascii_case("all") {
                    return self.lambda(start, path, name);
                }
                return Err(self.parentheses_in_path(segment));
            }
            path.push(name);
        }
        self.node(start, 0, ExprKind::Path(path))
    }

    fn parentheses_in_path(&mut self, segment: usize) -> Fault {
        let key = matches!(self.cursor.rest().get(1), Some(b'\'' | b'0'..=b'9' | b'-'));
        self.cursor.unsupported(segment, if key { Feature::KeyInExpression } else { Feature::BoundFunction })
    }

    /// `path/$count`
    fn collection_segment(&mut self, start: usize, segment: usize, path: Vec<Ident>) -> Result<Tall, Fault> {
        self.cursor.eat(b'$');
        let end = self.cursor.pos() + self.cursor.name_len();
        let text = self.cursor.text(segment, end);
        let counted = text.eq_ignore_ascii_case("$count");
        let filtered = text.eq_ignore_ascii_case("$filter");
        if !counted && !filtered {
            self.cursor.seek(segment);
            return Err(self.cursor.expected(Expectation::Name));
        }
        self.cursor.seek(end);
        if filtered || self.cursor.peek() == Some(b'(') {
            return Err(self.cursor.unsupported(segment, Feature::FilteredCollection));
        }
        let operator = Ident { text: text.to_owned(), span: self.cursor.span_from(segment) };
        self.node(start, 0, ExprKind::Collection { operator, path, body: None })
    }

    /// `any(...)` or `all(...)`, with the cursor at the parenthesis.
    fn lambda(&mut self, start: usize, path: Vec<Ident>, operator: Ident) -> Result<Tall, Fault> {
        self.cursor.eat(b'(');
        self.nested(start, |p| {
            p.cursor.skip_blanks();
            if p.cursor.peek() == Some(b')') {
                if operator.text.eq_ignore_ascii_case("all") {
                    return Err(p.cursor.expected(Expectation::LambdaBody));
                }
                p.cursor.eat(b')');
                return p.node(start, 0, ExprKind::Collection { operator, path, body: None });
            }
            let variable = p.cursor.name(Expectation::LambdaBody)?;
            p.cursor.skip_blanks();
            p.cursor.require(b':', Expectation::Colon)?;
            let body = p.binary(level::OR)?;
            p.close(Expectation::CloseParenthesis)?;
            let kind = ExprKind::Collection { operator, path, body: Some((variable, Box::new(body.expr))) };
            p.node(start, body.height, kind)
        })
    }

    /// `in (a,b)`, with the cursor behind the word.
    fn list(&mut self, start: usize, left: Tall) -> Result<Tall, Fault> {
        self.cursor.skip_blanks();
        if !self.cursor.eat(b'(') {
            return Err(self.not_a_list(Expectation::OpenParenthesis));
        }
        let mut items = Vec::new();
        loop {
            self.cursor.skip_blanks();
            let at = self.cursor.pos();
            let item = match literal(self.cursor)? {
                Some(literal) => self.node(at, 0, ExprKind::Literal(literal.kind))?,
                None if self.cursor.peek() == Some(b'@') => self.alias(at)?,
                None => return Err(self.not_a_list(Expectation::ListItem)),
            };
            items.push(item.expr);
            let checked = self.budget.list(items.len());
            checked.map_err(|kind| self.cursor.fault_from(at, kind))?;
            self.cursor.skip_blanks();
            if !self.cursor.eat(b',') {
                self.close(Expectation::CommaOrClose)?;
                break;
            }
        }
        self.node(start, left.height.max(1), ExprKind::In(Box::new(left.expr), items))
    }

    /// Tells an `in` over a collection, which is OData, from a mistake.
    fn not_a_list(&mut self, what: Expectation) -> Fault {
        let start = self.cursor.pos();
        let feature = match self.cursor.peek() {
            Some(b'[' | b'{' | b'"') => Feature::CollectionLiteral,
            Some(b'@' | b'$') => Feature::InCollection,
            _ if self.cursor.name_len() > 0 => Feature::InCollection,
            _ => return self.cursor.expected(what),
        };
        self.cursor.seek(start + self.cursor.name_len().max(1));
        self.cursor.unsupported(start, feature)
    }

    fn close(&mut self, what: Expectation) -> Result<(), Fault> {
        self.cursor.skip_blanks();
        self.cursor.require(b')', what)
    }

    /// Runs `inner` one level deeper: below an operator or inside parentheses. Whatever recurses passes here.
    fn nested(&mut self, start: usize, inner: impl FnOnce(&mut Self) -> Result<Tall, Fault>) -> Result<Tall, Fault> {
        self.nesting += 1;
        self.budget.depth(self.nesting).map_err(|kind| self.cursor.fault_from(start, kind))?;
        let result = inner(self);
        self.nesting -= 1;
        result
    }

    /// Makes a node above children of the given height.
    fn node(&mut self, start: usize, below: usize, kind: ExprKind) -> Result<Tall, Fault> {
        let height = below + 1;
        let checked = self.budget.take().and_then(|()| self.budget.depth(height));
        checked.map_err(|kind| self.cursor.fault_from(start, kind))?;
        Ok(Tall { expr: Expr { kind, span: self.cursor.span_from(start) }, height })
    }
}

fn operator_named(word: &str) -> Option<(Operator, u8)> {
    use BinaryOp::*;
    let binary = |op, level| Some((Operator::Binary(op), level));
    match word.to_ascii_lowercase().as_str() {
        "or" => Some((Operator::Or, level::OR)),
        "and" => Some((Operator::And, level::AND)),
        "eq" => binary(Eq, level::EQUALITY),
        "ne" => binary(Ne, level::EQUALITY),
        "gt" => binary(Gt, level::RELATION),
        "ge" => binary(Ge, level::RELATION),
        "lt" => binary(Lt, level::RELATION),
        "le" => binary(Le, level::RELATION),
        "add" => binary(Add, level::ADDITION),
        "sub" => binary(Sub, level::ADDITION),
        "mul" => binary(Mul, level::MULTIPLICATION),
        "div" => binary(Div, level::MULTIPLICATION),
        "divby" => binary(DivBy, level::MULTIPLICATION),
        "mod" => binary(Mod, level::MULTIPLICATION),
        "has" => binary(Has, level::MEMBERSHIP),
        "in" => Some((Operator::In, level::MEMBERSHIP)),
        _ => None,
    }
}
