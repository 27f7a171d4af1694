//! Tests of the parser as a whole: recorded requests, the committee's grammar cases, and properties of any text.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod abnf;
mod bounds;
mod encoding;
mod grammar;
mod messages;
mod properties;
mod salesforce;

use super::ast::{Expr, Request};
use super::{Limits, SyntaxError, parse, print_expr};

/// Parses a query on one set.
fn query(text: &str) -> Result<Request, SyntaxError> {
    parse("Set", Some(text), &Limits::default())
}

/// Parses a filter that is written without any encoding.
fn filter(text: &str) -> Result<Expr, SyntaxError> {
    let encoded = text.replace('%', "%25").replace('&', "%26").replace('+', "%2B");
    query(&format!("$filter={encoded}")).map(|request| request.options.filter.unwrap())
}

/// The tree of a filter, with all grouping shown: `(or (eq A 1) B)`.
fn tree(text: &str) -> String {
    shape(&filter(text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn shape(expr: &Expr) -> String {
    use super::ast::ExprKind::*;
    let all = |items: &[Expr]| items.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        And(items) => format!("(and {})", all(items)),
        Or(items) => format!("(or {})", all(items)),
        Not(inner) => format!("(not {})", shape(inner)),
        Negate(inner) => format!("(- {})", shape(inner)),
        Binary(op, left, right) => {
            format!("({} {} {})", format!("{op:?}").to_lowercase(), shape(left), shape(right))
        }
        In(left, items) => format!("(in {} [{}])", shape(left), all(items)),
        Call(name, items) => format!("{}({})", name.text, all(items)),
        Collection { operator, path, body } => {
            let path: Vec<_> = path.iter().map(|i| i.text.as_str()).collect();
            let body = body.as_ref().map(|(v, b)| format!(" {} {}", v.text, shape(b))).unwrap_or_default();
            format!("({} {}{body})", operator.text, path.join("/"))
        }
        Literal(_) | Path(_) | Alias(_) => print_expr(expr),
    }
}
