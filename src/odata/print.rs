//! Syntax back to text: an expression as one reads it, a request as one sends it.
//!
//! What it prints parses to the same tree (spans aside); what the tree does not keep (values of unanswered options,
//! redundant parentheses, the case of operators) is not printed.

use std::fmt::Write;

use super::ast::{BinaryOp, Expr, ExprKind, Ident, KeyPredicate, LiteralKind, OrderItem, Request, Segment, SelectItem};
use super::expr::level;
use super::literal::keyword;

/// The request as a URL below the service root, percent-encoded.
pub fn print(request: &Request) -> String {
    let segments: Vec<String> = request.path.iter().map(|s| encode(&segment(s), false)).collect();
    let options: Vec<String> = print_options(request)
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name, true), encode(value, true)))
        .collect();
    let mut url = segments.join("/");
    if !options.is_empty() {
        url.push('?');
        url.push_str(&options.join("&"));
    }
    url
}

/// Names and values of the query options, not encoded.
pub fn print_options(request: &Request) -> Vec<(String, String)> {
    let options = &request.options;
    let mut printed = Vec::new();
    let mut put = |name: &str, value: Option<String>| printed.extend(value.map(|value| (name.to_owned(), value)));
    put("$select", options.select.as_ref().map(|items| join(items, select_item)));
    put("$filter", options.filter.as_ref().map(print_expr));
    put("$orderby", options.orderby.as_ref().map(|items| join(items, order_item)));
    put("$top", options.top.map(|n| n.to_string()));
    put("$skip", options.skip.map(|n| n.to_string()));
    put("$count", options.count.map(|b| b.to_string()));
    put("$search", options.search.clone());
    put("$format", options.format.clone());
    put("$skiptoken", options.skiptoken.clone());
    for (name, value) in &options.aliases {
        put(&format!("@{}", name.text), Some(print_expr(value)));
    }
    for name in &options.unsupported {
        put(name, Some(String::new()));
    }
    printed
}

/// An expression in OData's own notation, not encoded.
pub fn print_expr(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr, level::OR);
    out
}

fn join<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(",")
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Metadata => "$metadata".to_owned(),
        Segment::Count => "$count".to_owned(),
        Segment::Value => "$value".to_owned(),
        Segment::Ref => "$ref".to_owned(),
        Segment::Other(ident) => ident.text.clone(),
        Segment::Name { name, key } => match key {
            None => name.text.clone(),
            Some(KeyPredicate::Empty(_)) => format!("{}()", name.text),
            Some(KeyPredicate::Single(value)) => format!("{}({})", name.text, print_literal(&value.kind)),
            Some(KeyPredicate::Named(parts)) => {
                let parts = join(parts, |(name, value)| format!("{}={}", name.text, print_literal(&value.kind)));
                format!("{}({parts})", name.text)
            }
        },
    }
}

fn select_item(item: &SelectItem) -> String {
    match item {
        SelectItem::All(_) => "*".to_owned(),
        SelectItem::Path(path) => plain_path(path),
    }
}

fn order_item(item: &OrderItem) -> String {
    let direction = if item.descending { " desc" } else { "" };
    format!("{}{direction}", print_expr(&item.expr))
}

/// Recursion is bounded by the height that the parser allows.
fn write_expr(out: &mut String, expr: &Expr, min: u8) {
    let level = level_of(&expr.kind);
    if level < min {
        out.push('(');
        write_expr(out, expr, level::OR);
        out.push(')');
        return;
    }
    match &expr.kind {
        ExprKind::Literal(literal) => out.push_str(&print_literal(literal)),
        ExprKind::Path(path) => out.push_str(&member_path(path)),
        ExprKind::Alias(name) => {
            out.push('@');
            out.push_str(&name.text);
        }
        ExprKind::And(operands) => write_chain(out, operands, " and ", level),
        ExprKind::Or(operands) => write_chain(out, operands, " or ", level),
        ExprKind::Not(inner) => {
            out.push_str("not ");
            write_expr(out, inner, level::NOT);
        }
        ExprKind::Negate(inner) => {
            out.push('-');
            // `-5` would be a literal.
            let literal = matches!(inner.kind, ExprKind::Literal(_));
            write_expr(out, inner, if literal { u8::MAX } else { level::PRIMARY });
        }
        ExprKind::Binary(op, left, right) => {
            write_expr(out, left, level);
            let _ = write!(out, " {} ", word(*op));
            write_expr(out, right, level + 1);
        }
        ExprKind::In(left, items) => {
            write_expr(out, left, level);
            out.push_str(" in ");
            write_list(out, items);
        }
        ExprKind::Call(name, arguments) => {
            out.push_str(&name.text);
            write_list(out, arguments);
        }
        ExprKind::Collection { operator, path, body } => {
            let _ = write!(out, "{}/{}", member_path(path), operator.text);
            match body {
                Some((variable, body)) => {
                    let _ = write!(out, "({}:", variable.text);
                    write_expr(out, body, level::OR);
                    out.push(')');
                }
                None if operator.text.starts_with('$') => {}
                None => out.push_str("()"),
            }
        }
    }
}

fn write_chain(out: &mut String, operands: &[Expr], between: &str, level: u8) {
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        write_expr(out, operand, level + 1);
    }
}

fn write_list(out: &mut String, items: &[Expr]) {
    out.push('(');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_expr(out, item, level::OR);
    }
    out.push(')');
}

fn level_of(kind: &ExprKind) -> u8 {
    use BinaryOp::*;
    match kind {
        ExprKind::Or(_) => level::OR,
        ExprKind::And(_) => level::AND,
        ExprKind::Not(_) => level::NOT,
        ExprKind::Negate(_) => level::NEGATION,
        ExprKind::In(..) => level::MEMBERSHIP,
        ExprKind::Binary(op, ..) => match op {
            Eq | Ne => level::EQUALITY,
            Gt | Ge | Lt | Le => level::RELATION,
            Add | Sub => level::ADDITION,
            Mul | Div | DivBy | Mod => level::MULTIPLICATION,
            Has => level::MEMBERSHIP,
        },
        _ => level::PRIMARY,
    }
}

fn word(op: BinaryOp) -> &'static str {
    use BinaryOp::*;
    match op {
        Eq => "eq",
        Ne => "ne",
        Gt => "gt",
        Ge => "ge",
        Lt => "lt",
        Le => "le",
        Has => "has",
        Add => "add",
        Sub => "sub",
        Mul => "mul",
        Div => "div",
        DivBy => "divby",
        Mod => "mod",
    }
}

fn plain_path(path: &[Ident]) -> String {
    path.iter().map(|ident| ident.text.as_str()).collect::<Vec<_>>().join("/")
}

/// A path that no literal or operator can be taken for.
fn member_path(path: &[Ident]) -> String {
    match path.first() {
        None => "$it".to_owned(),
        Some(first) if first.text.eq_ignore_ascii_case("not") || keyword(&first.text).is_some() => {
            format!("$it/{}", plain_path(path))
        }
        Some(_) => plain_path(path),
    }
}

/// A literal in OData's own notation, not encoded.
pub fn print_literal(literal: &LiteralKind) -> String {
    match literal {
        LiteralKind::Null => "null".to_owned(),
        LiteralKind::Bool(value) => value.to_string(),
        LiteralKind::Number(text)
        | LiteralKind::Guid(text)
        | LiteralKind::Date(text)
        | LiteralKind::TimeOfDay(text)
        | LiteralKind::DateTimeOffset(text)
        | LiteralKind::Geo(text) => text.clone(),
        LiteralKind::NonFinite(value) if value.is_nan() => "NaN".to_owned(),
        LiteralKind::NonFinite(value) if *value < 0.0 => "-INF".to_owned(),
        LiteralKind::NonFinite(_) => "INF".to_owned(),
        LiteralKind::Text(text) => format!("'{}'", text.replace('\'', "''")),
        LiteralKind::Duration(text) => format!("duration'{text}'"),
        LiteralKind::Binary(text) => format!("binary'{text}'"),
        LiteralKind::Enum(name, members) => format!("{name}'{members}'"),
    }
}

/// Percent-encodes what would not survive as it is.
fn encode(text: &str, query: bool) -> String {
    const QUERY: &[u8] = b"-._~!$'()*,;:@/?";
    const PATH: &[u8] = b"-._~!$'()*,;:@=";
    let kept = if query { QUERY } else { PATH };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
