//! A plan as text, for `explain` and the goldens.

use std::fmt::Write;

use contract::Value;

use super::{
    Column, Comparison, Condition, OrderItem, Output, Page, PageEnd, Plan, Read, Scalar, ScalarKind, SearchTerm,
};
use crate::model::{EntitySet, Model};

/// One line per clause.
pub fn print(plan: &Plan, model: &Model) -> String {
    match plan {
        Plan::ServiceDocument => "service document\n".into(),
        Plan::Metadata => "metadata\n".into(),
        Plan::Read(read) => print_read(read, model.set(read.set)),
    }
}

fn print_read(read: &Read, set: &EntitySet) -> String {
    let mut out = String::new();
    let form = match &read.output {
        Output::Collection => "collection".to_owned(),
        Output::Entity => "entity".to_owned(),
        Output::Property { property, raw } => {
            format!("property {}{}", set.property(*property).name, if *raw { " raw" } else { "" })
        }
        Output::Count => "count".to_owned(),
    };
    let _ = writeln!(out, "{form} of {}, {:?}", set.name, read.cost);
    if !read.columns.is_empty() {
        let columns: Vec<_> = read.columns.iter().map(|column| show_column(column, set)).collect();
        let _ = writeln!(out, "columns {}", columns.join(", "));
    }
    if let Some(filter) = &read.filter {
        let _ = writeln!(out, "filter {}", show(filter, set));
    }
    if let Some(search) = &read.search {
        let _ = writeln!(out, "search {}", show_search(search));
    }
    if !read.order.is_empty() {
        let order: Vec<_> = read.order.iter().map(|item| show_order(item, set)).collect();
        let _ = writeln!(out, "order {}", order.join(", "));
    }
    if read.output == Output::Collection {
        let _ = writeln!(out, "page {}{}", show_page(&read.page), if read.count { ", counted" } else { "" });
    }
    out
}

fn show_column(column: &Column, set: &EntitySet) -> String {
    let value = show_scalar(&column.value, set);
    match (column.shown, value == column.name) {
        (true, true) => value,
        (true, false) => format!("{} = {value}", column.name),
        (false, _) => format!("({value})"),
    }
}

fn show_order(item: &OrderItem, set: &EntitySet) -> String {
    format!("{}{}", show_scalar(&item.value, set), if item.descending { " desc" } else { "" })
}

fn show_page(page: &Page) -> String {
    let top = page.top.map_or("all".to_owned(), |top| top.to_string());
    let end = match page.end {
        PageEnd::NextLink => "next link",
        PageEnd::Whole => "whole",
    };
    format!("skip {} top {top} rows {} bytes {} {end}", page.skip, page.rows_max, page.bytes_max)
}

fn show_search(term: &SearchTerm) -> String {
    let list = |items: &[SearchTerm], word: &str| {
        format!("({})", items.iter().map(show_search).collect::<Vec<_>>().join(word))
    };
    match term {
        SearchTerm::Phrase(text) => format!("{text:?}"),
        SearchTerm::And(items) => list(items, " AND "),
        SearchTerm::Or(items) => list(items, " OR "),
        SearchTerm::Not(item) => format!("NOT {}", show_search(item)),
    }
}

fn show_scalar(value: &Scalar, set: &EntitySet) -> String {
    match &value.kind {
        ScalarKind::Property(id) => set.property(*id).name.clone(),
        ScalarKind::Literal(literal) => print_value(literal),
        ScalarKind::Call(function, args) => {
            let args: Vec<_> = args.iter().map(|arg| show_scalar(arg, set)).collect();
            format!("{function:?}({})", args.join(", "))
        }
        ScalarKind::Condition(condition) => format!("truth({})", show(condition, set)),
    }
}

fn show(condition: &Condition, set: &EntitySet) -> String {
    let list = |items: &[Condition], word: &str| {
        format!("({})", items.iter().map(|item| show(item, set)).collect::<Vec<_>>().join(word))
    };
    match condition {
        Condition::Constant(value) => value.to_string(),
        Condition::Null => "null".into(),
        Condition::And(items) => list(items, " and "),
        Condition::Or(items) => list(items, " or "),
        Condition::Not(inner) => format!("not {}", show(inner, set)),
        Condition::Compare(op, left, right) => {
            format!("{} {} {}", show_scalar(left, set), operator(*op), show_scalar(right, set))
        }
        Condition::IsNull { value, blank } => {
            format!("{} is null{}", show_scalar(value, set), if *blank { " or blank" } else { "" })
        }
        Condition::In(value, values) => format!("{} in {}", show_scalar(value, set), show_list(values)),
        Condition::Match { place, text, needle } => {
            format!("{:?}({}, {})", place, show_scalar(text, set), show_scalar(needle, set))
        }
        Condition::Flag(id) => set.property(*id).name.clone(),
        Condition::Same(a, b) => format!("{} same as {}", show(a, set), show(b, set)),
        Condition::Is(inner, value) => format!("{} is {value}", show(inner, set)),
    }
}

/// A value as one reads it: text in quotes, everything else as its digits.
pub fn print_value(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F64(value) => format!("{value:?}"),
        Value::Decimal(digits) => digits.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("x{}", hex(bytes)),
        Value::Guid(bytes) => hex(bytes),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Timestamp(at) => at.to_string(),
        Value::List(values) => show_list(values),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Long lists are told by their ends.
fn show_list(values: &[Value]) -> String {
    match values {
        [first, .., last] if values.len() > 8 => {
            format!("[{} .. {}; {}]", print_value(first), print_value(last), values.len())
        }
        _ => format!("[{}]", values.iter().map(print_value).collect::<Vec<_>>().join(", ")),
    }
}

fn operator(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "eq",
        Comparison::Ne => "ne",
        Comparison::Gt => "gt",
        Comparison::Ge => "ge",
        Comparison::Lt => "lt",
        Comparison::Le => "le",
    }
}
